import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parseAid, type Aid } from '../../../shared/aun/aid';
import { AunError } from '../../runtime/errors';
import { keyDerivationSchema, type KeyDerivation } from './key-derivation';

/** First bytes of a file of version 2: no text begins so, and a transfer that converts line ends breaks it. */
export const MAGIC = Buffer.from([0x89, 0x41, 0x55, 0x4e, 0x42, 0x0d, 0x0a, 0x1a]);
/** Plaintext bytes of every chunk but the last. */
export const CHUNK_BYTES = 65_536;
export const NONCE_PREFIX_BYTES = 7;
/** Magic and length of the header. */
export const PREAMBLE_BYTES = MAGIC.length + 4;
const MAX_HEADER_BYTES = 65_536;
const CIPHER = 'aes-256-gcm-stream';

/** Name of both formats. */
export const FORMAT = 'aun-backup';
/** The newest version of the format that this program reads. */
export const NEWEST_VERSION = 2;

const headerSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(2),
  aid: z.string(),
  created_at: z.string(),
  contents: z.array(z.string()),
  kdf: keyDerivationSchema,
  cipher: z.object({ alg: z.string(), chunk: z.number().int(), nonce: z.base64() }),
});
const anyVersionSchema = z.looseObject({ format: z.literal(FORMAT), version: z.number().int() });

/** What stands in clear in front of a backup of version 2, all of it covered by the seal of every chunk. */
export interface Header {
  readonly aid: Aid;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly contents: readonly string[];
  readonly derivation: KeyDerivation;
  readonly noncePrefix: Buffer;
  /** Authenticated with every chunk: SHA-256 of the header's bytes. */
  readonly digest: Buffer;
}

/** Magic, length and header, as they are written. */
export function sealableHeader(parts: Omit<Header, 'digest'>): { bytes: Buffer; header: Header } {
  const json = Buffer.from(
    JSON.stringify({
      format: FORMAT,
      version: 2,
      aid: parts.aid,
      created_at: parts.createdAt,
      contents: parts.contents,
      kdf: parts.derivation,
      cipher: { alg: CIPHER, chunk: CHUNK_BYTES, nonce: parts.noncePrefix.toString('base64') },
    }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return { bytes: Buffer.concat([MAGIC, length, json]), header: { ...parts, digest: digestOf(json) } };
}

function digestOf(json: Uint8Array): Buffer {
  return createHash('sha256').update(json).digest();
}

/** Length of the header that follows the preamble. @throws AunError `backup_damaged`, `backup_not_a_backup` */
export function headerLength(preamble: Uint8Array): number {
  const bytes = Buffer.from(preamble);
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw new AunError('backup_not_a_backup', 'the file does not begin as a backup does');
  if (bytes.length < PREAMBLE_BYTES) throw new AunError('backup_damaged', 'the header is cut off');
  const length = bytes.readUInt32BE(MAGIC.length);
  if (length < 2 || length > MAX_HEADER_BYTES)
    throw new AunError('backup_damaged', `a header of ${length} bytes`);
  return length;
}

/**
 * Reads the header. Nothing in it is to be believed before the first chunk was opened.
 * @throws AunError `backup_too_new`, `backup_damaged`
 */
export function parseHeader(json: Uint8Array): Header {
  const value = parseJsonBytes(json);
  refuseNewer(value);
  const parsed = headerSchema.safeParse(value);
  if (!parsed.success) throw new AunError('backup_damaged', 'the header cannot be read');
  const { aid: address, created_at: createdAt, contents, kdf, cipher } = parsed.data;
  if (cipher.alg !== CIPHER)
    throw new AunError('backup_too_new', `unknown cipher ${JSON.stringify(cipher.alg)}`);
  const aid = parseAid(address);
  const noncePrefix = Buffer.from(cipher.nonce, 'base64');
  if (aid === null || cipher.chunk !== CHUNK_BYTES || noncePrefix.length !== NONCE_PREFIX_BYTES)
    throw new AunError('backup_damaged', 'the header holds values that cannot be');
  return { aid, createdAt, contents, derivation: kdf, noncePrefix, digest: digestOf(json) };
}

/** @throws AunError `backup_too_new` when the value says that it is a backup of a later version */
export function refuseNewer(value: unknown): void {
  const outer = anyVersionSchema.safeParse(value);
  if (outer.success && outer.data.version > NEWEST_VERSION)
    throw new AunError('backup_too_new', `this is a backup of version ${outer.data.version}`);
}

/** The value of some JSON in UTF-8, or undefined when it is none. */
export function parseJsonBytes(json: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch {
    return undefined;
  }
}
