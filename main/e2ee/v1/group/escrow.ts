import {
  decodeBase64,
  deriveKey,
  gcmOpen,
  gcmSeal,
  NONCE_BYTES,
  POINT_BYTES,
  TAG_BYTES,
} from '../primitives';
import type { AgreementKey } from '../primitives';
import { GROUP_SECRET_BYTES } from './controls';

const INFO = 'aun-epoch-key-ecies';
const NOTHING = new Uint8Array();
const BLOB_BYTES = POINT_BYTES + NONCE_BYTES + GROUP_SECRET_BYTES + TAG_BYTES;

/**
 * A group secret encrypted to a member's certificate key, for the server to hold (`protocol/02 §12`), base64. `ephemeral` and
 * `nonce` must be fresh.
 * @throws Error when the point is not on the curve
 */
export function sealForServer(
  secret: Uint8Array,
  memberPoint: Uint8Array,
  ephemeral: AgreementKey,
  nonce: Uint8Array,
): string {
  const shared = ephemeral.secret(memberPoint);
  const key = deriveKey(shared, INFO);
  const { ciphertext, tag } = gcmSeal(key, nonce, secret, NOTHING);
  shared.fill(0);
  key.fill(0);
  return Buffer.concat([ephemeral.publicPoint(), nonce, ciphertext, tag]).toString('base64');
}

/** Opens what {@link sealForServer} made for one of our keys; null when it is for none of them or damaged. */
export function openFromServer(blob: string, keys: readonly AgreementKey[]): Uint8Array | null {
  const bytes = decodeBase64(blob.trim());
  if (bytes?.length !== BLOB_BYTES || bytes[0] !== 4) return null;
  const point = bytes.subarray(0, POINT_BYTES);
  const nonce = bytes.subarray(POINT_BYTES, POINT_BYTES + NONCE_BYTES);
  const ciphertext = bytes.subarray(POINT_BYTES + NONCE_BYTES, BLOB_BYTES - TAG_BYTES);
  const tag = bytes.subarray(BLOB_BYTES - TAG_BYTES);
  for (const own of keys) {
    try {
      const shared = own.secret(point);
      const key = deriveKey(shared, INFO);
      shared.fill(0);
      const secret = gcmOpen(key, nonce, ciphertext, tag, NOTHING);
      key.fill(0);
      if (secret !== null) return secret;
    } catch {
      return null;
    }
  }
  return null;
}
