import { createHash } from 'node:crypto';

/** `sha256:` + lower-case hex of the SHA-256 of some DER: the fingerprint of AUN (`protocol/01 §7.8`, `protocol/02 §1`). */
export function fingerprintOf(der: Uint8Array): string {
  return `sha256:${createHash('sha256').update(der).digest('hex')}`;
}
