import { createCipheriv, createDecipheriv, createHmac, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import { safeAid } from '../../../shared/aun/aid';
import type { Random } from '../../runtime/runtime';

/** The SDKs' own scheme for secrets in files (`protocol/01 §2.1`). */
export const FILE_SCHEME = 'file_aes';
/** Name of the private key among the protected fields. */
export const PRIVATE_KEY_NAME = 'identity/private_key';

const SALT = 'aun_file_secret_store_v1';
const ITERATIONS = 100_000;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A protected field as it is stored: the parts are base64 (Node) or hex (Python). */
export const fileRecordSchema = z.object({
  scheme: z.literal(FILE_SCHEME),
  nonce: z.string().min(1),
  ciphertext: z.string().min(1),
  tag: z.string().min(1),
});
/** A protected field. */
export type FileRecord = z.infer<typeof fileRecordSchema>;

const derive = promisify(pbkdf2);

/** The key of a whole data folder, from its seed; derived off the main thread. */
export function masterKey(seed: Uint8Array): Promise<Buffer> {
  return derive(seed, SALT, ITERATIONS, KEY_BYTES, 'sha256');
}

/** The key of one field of one identity. */
export function fieldKey(master: Uint8Array, aid: string, name: string): Buffer {
  return createHmac('sha256', master)
    .update(`aun:${safeAid(aid)}:${name}`)
    .update(Uint8Array.of(1))
    .digest();
}

/** Reads a part by the SDKs' rule: hex when it looks like hex, else base64. A wrong length gives the other a chance. */
function part(text: string, length?: number): Buffer {
  const hex = text.length % 2 === 0 && /^[0-9a-f]+$/i.test(text) ? Buffer.from(text, 'hex') : null;
  if (hex !== null && (length === undefined || hex.length === length)) return hex;
  return Buffer.from(text, 'base64');
}

/** Opens a field; null when the key is not the right one or the record was changed. */
export function openRecord(key: Uint8Array, record: FileRecord): Buffer | null {
  const nonce = part(record.nonce, NONCE_BYTES);
  const tag = part(record.tag, TAG_BYTES);
  if (nonce.length !== NONCE_BYTES || tag.length !== TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(part(record.ciphertext)), decipher.final()]);
  } catch {
    // The only failure of this cipher: the tag does not fit.
    return null;
  }
}

/** Seals a field, its parts in base64 as the Node SDKs write them. */
export function sealRecord(key: Uint8Array, plain: Uint8Array, random: Random): FileRecord {
  const nonce = random.bytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
  return {
    scheme: FILE_SCHEME,
    nonce: nonce.toString('base64'),
    ciphertext: ciphertext.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  };
}
