import { createCipheriv, createDecipheriv } from 'node:crypto';
import { z } from 'zod';
import { AunError } from '../runtime/errors';
import type { Random } from '../runtime/runtime';

/** Who wrapped a blob. Only the one that wrote it can open it. */
export type BackendName = 'file' | 'passphrase' | 'os';

const base64 = z.string().min(1);
const blobSchema = z.discriminatedUnion('backend', [
  z.object({
    vault: z.literal(1),
    backend: z.enum(['file', 'passphrase']),
    /** Names the key, so that a blob of another data folder is recognised. */
    key: z.string(),
    nonce: base64,
    ciphertext: base64,
    tag: base64,
  }),
  z.object({
    vault: z.literal(1),
    backend: z.literal('os'),
    /** For example `gnome_libsecret`. */
    store: z.string(),
    ciphertext: base64,
  }),
]);

/** A wrapped secret. */
export type Blob = z.infer<typeof blobSchema>;
/** A wrapped secret under a key of our own. */
export type SealedBlob = Extract<Blob, { backend: 'file' | 'passphrase' }>;

/** A damaged or foreign blob. */
export function unreadable(message: string, cause?: unknown): AunError {
  return new AunError('key_unreadable', message, { cause });
}

/** Reads a blob. @throws AunError `key_unreadable` when it is damaged or from a vault that is not known here */
export function parseBlob(wrapped: Uint8Array): Blob {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(wrapped).toString('utf8'));
  } catch (thrown) {
    throw unreadable('a wrapped secret is damaged', thrown);
  }
  const parsed = blobSchema.safeParse(value);
  if (!parsed.success) throw unreadable('a wrapped secret was written by a vault that is not known here');
  return parsed.data;
}

/** Bytes of a blob as they lie on disk. */
export function blobBytes(blob: Blob): Uint8Array {
  return Buffer.from(JSON.stringify(blob), 'utf8');
}

function associatedData(backend: string, key: string): Buffer {
  return Buffer.from(`parley vault 1 ${backend} ${key}`, 'utf8');
}

/** Encrypts with AES-256-GCM; backend and key name are bound. */
export function seal(
  plain: Uint8Array,
  secret: Uint8Array,
  name: { readonly backend: 'file' | 'passphrase'; readonly key: string },
  random: Random,
): SealedBlob {
  const nonce = random.bytes(12);
  const cipher = createCipheriv('aes-256-gcm', secret, nonce);
  cipher.setAAD(associatedData(name.backend, name.key));
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
  return {
    vault: 1,
    ...name,
    nonce: nonce.toString('base64'),
    ciphertext: ciphertext.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  };
}

/** Decrypts. @throws AunError `key_unreadable` */
export function unseal(blob: SealedBlob, secret: Uint8Array): Buffer {
  try {
    const nonce = Buffer.from(blob.nonce, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', secret, nonce, { authTagLength: 16 });
    decipher.setAAD(associatedData(blob.backend, blob.key));
    decipher.setAuthTag(Buffer.from(blob.tag, 'base64'));
    return Buffer.concat([decipher.update(Buffer.from(blob.ciphertext, 'base64')), decipher.final()]);
  } catch (thrown) {
    throw unreadable('a wrapped secret cannot be opened with the key of this vault', thrown);
  }
}
