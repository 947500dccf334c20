import { z } from 'zod';

/** The first words of the object under which attachment ciphertexts are bound (`protocol/06 §3`). */
export const ATTACHMENT_AAD = 'aun-att-v1';
/** The one way attachments are encrypted. */
export const ATTACHMENT_ALGORITHM = 'AES-256-GCM';
/** What a client that can open encrypted attachments says of itself in `client_context.caps`. */
export const ATTACHMENT_CAPABILITY = 'att-enc-1';

const sha256 = z
  .string()
  .transform((value) => value.toLowerCase())
  .refine((value) => /^[0-9a-f]{64}$/.test(value));
const bytes = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
/** Base64 of exactly this many bytes, in either alphabet. */
const base64Of = (length: number) =>
  z.string().refine((value) => {
    if (value.length > length * 2) return false;
    const digits = value.replace(/=+$/, '');
    return /^[A-Za-z0-9+/_-]*$/.test(digits) && Math.floor((digits.length * 3) / 4) === length;
  });

/** How to open an encrypted attachment and what is inside (`protocol/06 §3`). Only believed in end-to-end encrypted messages. */
export const encryptionBlockSchema = z.object({
  v: z.literal(1),
  alg: z.literal(ATTACHMENT_ALGORITHM),
  key: base64Of(32),
  iv: base64Of(12),
  aad: z.literal(ATTACHMENT_AAD),
  filename: z.string().max(1_024).default(''),
  content_type: z.string().max(255).default(''),
  size_bytes: bytes,
  sha256,
});
export type EncryptionBlock = z.infer<typeof encryptionBlockSchema>;

/**
 * The reference of an attachment as it is kept beside a message (`protocol/06 §2`): only the known fields. `unsupported` is
 * ours: the payload named an encryption this version cannot open, so there is nothing worth fetching.
 */
export const storedReferenceSchema = z.object({
  owner_aid: z.string().optional(),
  bucket: z.string().optional(),
  object_key: z.string().optional(),
  url: z.string().optional(),
  filename: z.string().optional(),
  content_type: z.string().optional(),
  /** Bytes as stored on the server. */
  size_bytes: bytes.optional(),
  /** Of the bytes as stored on the server, lower-case hex. */
  sha256: sha256.optional(),
  enc: encryptionBlockSchema.optional(),
  unsupported: z.literal(true).optional(),
});
export type StoredReference = z.infer<typeof storedReferenceSchema>;

/**
 * The place in the list of attachments that a payload names instead of a reference as long as the file is not on the
 * server (`{"pending": 0}`); null for everything else. It never leaves this computer.
 */
export function pendingIndex(value: unknown): number | null {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return null;
  return 'pending' in value && typeof value.pending === 'number' ? value.pending : null;
}
