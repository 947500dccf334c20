import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto';
import type { KeyObject, X509Certificate } from 'node:crypto';

/** DER that precedes the 65-byte point in a P-256 SubjectPublicKeyInfo. */
const P256_SPKI_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

/** A fresh P-256 key pair. */
export function generateKey(): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** 32-byte X coordinate of the shared point. */
export function ecdh(privateKey: KeyObject, publicKey: KeyObject): Buffer {
  return diffieHellman({ privateKey, publicKey });
}

/** RFC 5869 with SHA-256, an empty salt and 32 bytes of output, written out (protocol/02 §1). */
export function hkdf(ikm: Buffer, info: string): Buffer {
  const pseudoRandomKey = createHmac('sha256', Buffer.alloc(32)).update(ikm).digest();
  return createHmac('sha256', pseudoRandomKey)
    .update(Buffer.concat([Buffer.from(info, 'utf8'), Buffer.from([1])]))
    .digest();
}

export function hmac(key: Buffer, data: Buffer | string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

export function sha256Hex(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** AES-256-GCM; the tag is kept apart from the ciphertext. */
export function gcmSeal(
  key: Buffer,
  nonce: Buffer,
  plain: Buffer,
  aad: Buffer,
): { ciphertext: Buffer; tag: Buffer } {
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(aad);
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
  return { ciphertext, tag: cipher.getAuthTag() };
}

/** Opens what {@link gcmSeal} made; throws when anything was changed. */
export function gcmOpen(key: Buffer, nonce: Buffer, ciphertext: Buffer, tag: Buffer, aad: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAAD(aad);
  decipher.setAuthTag(tag);
  return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
}

/** ECDSA with SHA-256, DER, base64. */
export function signText(privateKey: KeyObject, data: Buffer | string): string {
  return sign('sha256', Buffer.from(data), { key: privateKey, dsaEncoding: 'der' }).toString('base64');
}

/** Verifies {@link signText}; `hash` is `sha384` only for a P-384 signer. */
export function verifyText(
  publicKey: KeyObject,
  data: Buffer | string,
  signature: string,
  hash: 'sha256' | 'sha384' = 'sha256',
): boolean {
  try {
    return verify(
      hash,
      Buffer.from(data),
      { key: publicKey, dsaEncoding: 'der' },
      Buffer.from(signature, 'base64'),
    );
  } catch {
    return false;
  }
}

/** base64 of the SPKI DER. */
export function spkiText(publicKey: KeyObject): string {
  return publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
}

export function keyFromSpki(text: string): KeyObject {
  return createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
}

/** The 65-byte uncompressed point of a P-256 key. */
export function pointOf(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ type: 'spki', format: 'der' }).subarray(-65);
}

/** Reads an uncompressed point; throws when it is not on the curve. */
export function keyFromPoint(point: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([P256_SPKI_PREFIX, point]), format: 'der', type: 'spki' });
}

/** `sha256:` and the hex digest of the certificate's DER. */
export function certificateFingerprint(certificate: X509Certificate): string {
  return `sha256:${sha256Hex(certificate.raw)}`;
}

/** `sha256:` and the hex digest of the certificate's SPKI DER. */
export function spkiFingerprint(certificate: X509Certificate): string {
  return `sha256:${sha256Hex(certificate.publicKey.export({ type: 'spki', format: 'der' }))}`;
}

/** The common name of a certificate, read like the generation does: first `CN=` line of the subject. */
export function commonName(certificate: X509Certificate): string {
  return /(?:^|\n)CN=([^\n]+)/.exec(certificate.subject)?.[1] ?? '';
}
