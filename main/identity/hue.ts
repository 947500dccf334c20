import { createHash } from 'node:crypto';

/**
 * Colour of an identity, 0 to 359 degrees, from its public key: the same on every device that holds the key.
 * `publicKeySpki` is the b64 of the SPKI DER.
 */
export function hueOfPublicKey(publicKeySpki: string): number {
  const digest = createHash('sha256').update(Buffer.from(publicKeySpki, 'base64')).digest();
  return digest.readUInt16BE(0) % 360;
}
