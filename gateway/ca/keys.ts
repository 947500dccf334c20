import type { KeyObject } from 'node:crypto';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  verify,
  webcrypto,
} from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** The two curves of the certificate profile (`protocol/01 §6.1`). */
export type Curve = 'P-256' | 'P-384';

/** A private key with the forms its users need. */
export interface KeyPair {
  readonly curve: Curve;
  readonly privateKey: KeyObject;
  /** SPKI DER. */
  readonly publicDer: Buffer;
}

function pairFrom(privateKey: KeyObject): KeyPair {
  const publicKey = createPublicKey(privateKey);
  const curve = privateKey.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'P-384' : 'P-256';
  return { curve, privateKey, publicDer: publicKey.export({ format: 'der', type: 'spki' }) };
}

/** Makes a fresh key pair. */
export function generateKey(curve: Curve): KeyPair {
  return pairFrom(generateKeyPairSync('ec', { namedCurve: curve }).privateKey);
}

/** Writes a file for the owner only; a crash leaves either the old file or the new one. */
export function writePrivateFile(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, content, { mode: 0o600 });
  chmodSync(`${path}.new`, 0o600);
  renameSync(`${path}.new`, path);
}

/**
 * Reads the PKCS#8 PEM at `path`, or makes a key and writes it there (mode 0600).
 * @throws when the file exists but holds no private key.
 */
export function loadOrCreateKey(path: string, curve: Curve): KeyPair {
  if (existsSync(path)) return pairFrom(createPrivateKey(readFileSync(path, 'utf8')));
  const pair = generateKey(curve);
  writePrivateFile(path, pair.privateKey.export({ format: 'pem', type: 'pkcs8' }));
  return pair;
}

/** The private key for WebCrypto, which the certificate library signs with. */
export function importSigningKey(pair: KeyPair): Promise<webcrypto.CryptoKey> {
  const der = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
  return webcrypto.subtle.importKey('pkcs8', der, { name: 'ECDSA', namedCurve: pair.curve }, false, ['sign']);
}

/** A public key for WebCrypto. */
export function importPublicKey(spki: Buffer, curve: Curve): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: curve }, true, ['verify']);
}

/** Lower-case hex SHA-256. */
export function sha256Hex(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** `sha256:` + hex of the bytes: the fingerprint form of `protocol/01 §7.8`. */
export function fingerprint(der: Buffer): string {
  return `sha256:${sha256Hex(der)}`;
}

/**
 * Parses a base64 SPKI as sent by clients: named curve, uncompressed point, exactly the bytes a re-encoding gives.
 * Returns `null` for anything else.
 */
export function parsePublicKey(base64: string, curve: Curve): Buffer | null {
  const der = decodeBase64(base64);
  if (der === null) return null;
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    const named = curve === 'P-384' ? 'secp384r1' : 'prime256v1';
    if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== named) return null;
    return key.export({ format: 'der', type: 'spki' }).equals(der) ? der : null;
  } catch {
    return null;
  }
}

/** Strict standard base64 with padding; `null` otherwise. */
export function decodeBase64(text: string): Buffer | null {
  if (text.length === 0 || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  return Buffer.from(text, 'base64');
}

/** Verifies a base64 DER ECDSA signature; anything malformed is simply not valid. */
export function verifySignature(
  publicKey: string,
  data: string | Buffer,
  signature: string,
  hash = 'sha256',
): boolean {
  const bytes = decodeBase64(signature);
  const der = decodeBase64(publicKey);
  if (bytes === null || der === null) return false;
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return verify(hash, Buffer.from(data), { key, dsaEncoding: 'der' }, bytes);
  } catch {
    return false;
  }
}
