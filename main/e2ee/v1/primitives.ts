import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHmac,
  createPrivateKey,
  hkdfSync,
  verify,
} from 'node:crypto';
import type { ECDH, KeyObject } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';

/** The only suite of generation V1 (`protocol/02 §1`). */
export const SUITE = 'P256_HKDF_SHA256_AES_256_GCM';
/** The two ways to reach a message key (`protocol/02 §3.1`, `§3.2`). */
export type EncryptionMode = 'prekey_ecdh_v2' | 'long_term_key';

export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
export const POINT_BYTES = 65;
const CURVE = 'prime256v1';
/** DER header of the SPKI of an uncompressed P-256 point: a key of any other curve or form does not start so. */
const SPKI_HEADER = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

/**
 * Decodes standard base64 with padding and refuses every other spelling of the same bytes, so that two different
 * texts never mean one value. `null` when it is not canonical.
 */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

/** Whether a base64 text has the length of so many bytes. */
export function hasLength(base64: string, bytes: number): boolean {
  return base64.length === Math.ceil(bytes / 3) * 4 && Buffer.byteLength(base64, 'base64') === bytes;
}

/** The form in which two fingerprints are compared: trimmed, lower case (`protocol/02 §1`). */
export function normalFingerprint(text: string): string {
  return text.trim().toLowerCase();
}

/** The 65-byte point inside a P-256 SPKI; `null` for any other key. The point itself is not checked. */
export function pointOfSpki(spki: Uint8Array): Buffer | null {
  const der = Buffer.from(spki.buffer, spki.byteOffset, spki.byteLength);
  if (der.length !== SPKI_HEADER.length + POINT_BYTES) return null;
  if (!der.subarray(0, SPKI_HEADER.length).equals(SPKI_HEADER)) return null;
  return der.subarray(SPKI_HEADER.length);
}

/** SPKI DER of a public (or the public half of a private) key. */
export function spkiOf(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}

/** The point of a P-256 public key. @throws RangeError for a key of another curve. */
export function pointOfKey(publicKey: KeyObject): Buffer {
  const point = pointOfSpki(spkiOf(publicKey));
  if (point === null) throw new RangeError('not a P-256 public key');
  return point;
}

/** Whether the bytes are an uncompressed point on P-256 other than infinity. */
export function isPointOnCurve(point: Uint8Array): boolean {
  if (point.length !== POINT_BYTES || point[0] !== 4) return false;
  try {
    p256.Point.fromBytes(point).assertValidity();
    return true;
  } catch {
    return false;
  }
}

/**
 * One side of a key agreement: the private scalar stays in a native object, public keys come as raw points. Importing
 * a point through the ECDH object is several times faster than through a KeyObject, and both OpenSSL and BoringSSL
 * refuse a point that is not on the curve there.
 */
export class AgreementKey {
  readonly #ecdh: ECDH;

  private constructor(ecdh: ECDH) {
    this.#ecdh = ecdh;
  }

  /**
   * From a P-256 private key, by way of its DER: Node holds a lock while it exports a JWK, and when the garbage
   * collector meanwhile frees the job that generated that very key, it waits for the same lock for ever.
   * @throws RangeError for a key of another kind
   */
  static fromPrivateKey(privateKey: KeyObject): AgreementKey {
    const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
    try {
      return AgreementKey.fromPkcs8(pkcs8);
    } finally {
      pkcs8.fill(0);
    }
  }

  /** From PKCS#8 DER, which stays the caller's. @throws RangeError for a key of another kind; Error when damaged. */
  static fromPkcs8(pkcs8: Uint8Array): AgreementKey {
    const jwk = privateKeyFromPkcs8(pkcs8).export({ format: 'jwk' });
    if (jwk.crv !== 'P-256' || jwk.d === undefined) throw new RangeError('not a P-256 private key');
    const scalar = Buffer.from(jwk.d, 'base64url');
    const key = AgreementKey.fromScalar(scalar);
    scalar.fill(0);
    return key;
  }

  /** From a 32-byte big-endian scalar. @throws Error when it is 0 or not below the group order. */
  static fromScalar(scalar: Uint8Array): AgreementKey {
    const ecdh = createECDH(CURVE);
    ecdh.setPrivateKey(scalar);
    return new AgreementKey(ecdh);
  }

  /** A fresh key; `randomBytes` is asked again in the (unheard of) case of a scalar outside the range. */
  static generate(randomBytes: (length: number) => Uint8Array): AgreementKey {
    return AgreementKey.fromScalar(randomScalar(randomBytes));
  }

  /** The 65-byte uncompressed public point. */
  publicPoint(): Buffer {
    return this.#ecdh.getPublicKey();
  }

  /** The 32-byte X coordinate shared with `point`. @throws Error when the point is not on the curve. */
  secret(point: Uint8Array): Buffer {
    return this.#ecdh.computeSecret(point);
  }
}

/** 32 random bytes that are a valid private scalar of P-256. */
export function randomScalar(randomBytes: (length: number) => Uint8Array): Uint8Array {
  for (;;) {
    const scalar = randomBytes(32);
    if (p256.utils.isValidSecretKey(new Uint8Array(scalar))) return scalar;
  }
}

/** A private key object from its scalar. */
export function privateKeyFromScalar(scalar: Uint8Array): KeyObject {
  const point = AgreementKey.fromScalar(scalar).publicPoint();
  const part = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
  return createPrivateKey({
    key: {
      kty: 'EC',
      crv: 'P-256',
      d: part(scalar),
      x: part(point.subarray(1, 33)),
      y: part(point.subarray(33)),
    },
    format: 'jwk',
  });
}

/** A private key object from PKCS#8 DER. @throws Error when the bytes are not such a key. */
export function privateKeyFromPkcs8(pkcs8: Uint8Array): KeyObject {
  const key = Buffer.from(pkcs8.buffer, pkcs8.byteOffset, pkcs8.byteLength);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

/** RFC 5869 with SHA-256, empty salt, 32 bytes. */
export function deriveKey(inputKeyMaterial: Uint8Array, info: string): Buffer {
  return Buffer.from(hkdfSync('sha256', inputKeyMaterial, '', info, 32));
}

/**
 * Message key of one envelope (`protocol/02 §3.1`, `§3.2`) from its shared secrets in order. The concatenation is
 * wiped; the secrets stay the caller's.
 */
export function deriveMessageKey(
  secrets: readonly Uint8Array[],
  mode: EncryptionMode,
  prekeyId: string | null,
): Buffer {
  const material = Buffer.concat(secrets);
  const info = mode === 'prekey_ecdh_v2' ? `aun-prekey-v2:${prekeyId ?? ''}` : 'aun-longterm-v2';
  const key = deriveKey(material, info);
  material.fill(0);
  return key;
}

export function hmacSha256(key: Uint8Array, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

/** AES-256-GCM; the tag travels apart from the ciphertext. */
export function gcmSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  additionalData: Uint8Array,
): { ciphertext: Buffer; tag: Buffer } {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(additionalData);
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return { ciphertext, tag: cipher.getAuthTag() };
}

/** The plaintext, or `null` when key, nonce, ciphertext, tag or additional data do not belong together. */
export function gcmOpen(
  key: Uint8Array,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  tag: Uint8Array,
  additionalData: Uint8Array,
): Buffer | null {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(additionalData);
  decipher.setAuthTag(tag);
  const plaintext = decipher.update(ciphertext);
  try {
    decipher.final();
  } catch {
    plaintext.fill(0);
    return null;
  }
  return plaintext;
}

/** Whether the DER signature is right; a malformed one counts as wrong. */
export function isSignatureValid(publicKey: KeyObject, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify('sha256', data, { key: publicKey, dsaEncoding: 'der' }, signature);
  } catch {
    return false;
  }
}
