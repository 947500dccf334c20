import { createCipheriv, createDecipheriv } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import { parseAid, type Aid } from '../../../shared/aun/aid';
import { noRows } from '../../ports/store';
import type { ExportKind } from '../../ports/store';
import { AunError } from '../../runtime/errors';
import { damaged, wrongSecret } from './chunks';
import { identityDocument, parseIdentityDocument, parseSettings, type BackupSource } from './content';
import { FORMAT, parseJsonBytes, refuseNewer } from './header';
import { deriveBackupKey, KEY_SALT_BYTES, keyDerivationSchema, newKeyDerivation } from './key-derivation';
import { readExactly, type BackupHandle, type ReadJob, type Restored } from './read-stream';
import { stopIfCancelled } from './stop';
import { writeAll, type WriteJob, type Written } from './write-stream';

const gzipAsync = promisify(gzip);
const gunzipAsync = promisify(gunzip);

/** The whole file is read at once; it holds keys and people, not a history. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
const MAX_PLAIN_BYTES = 256 * 1024 * 1024;
const MAX_RATIO = 100;
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const PAGE_ROWS = 500;
const CIPHER = 'aes-256-gcm';
const COMPRESSION = 'gzip';

const documentSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(1),
  aid: z.string(),
  created_at: z.string(),
  contents: z.array(z.string()),
  kdf: keyDerivationSchema,
  cipher: z.object({ alg: z.string(), nonce: z.string() }),
  compression: z.string(),
  payload: z.string(),
});
const plainSchema = z.looseObject({
  identity: z.unknown().optional(),
  e2ee: z
    .looseObject({ prekeys: z.array(z.unknown()).default([]), group_keys: z.array(z.unknown()).default([]) })
    .nullish(),
  contacts: z.array(z.unknown()).nullish(),
  settings: z.unknown().optional(),
  messages: z.array(z.unknown()).nullish(),
});
const groupKeySchema = z.looseObject({ what: z.literal('key') });
const rowSchema = z.looseObject({ v: z.number().int() });

/** A backup of version 1 as it stands in its file. */
export interface BackupDocument {
  readonly aid: Aid;
  readonly createdAt: string;
  readonly contents: readonly string[];
  /** The parsed file. */
  readonly outer: z.output<typeof documentSchema>;
}

/** The additional data of the seal (`protocol/06 §7`). */
function additionalData(outer: { aid: string; created_at: string; compression: string }): Buffer {
  return Buffer.from(`${FORMAT}|1|${outer.aid}|${outer.created_at}|${outer.compression}`);
}

/** Writes a backup of version 1 (`protocol/06 §7`): identity, prekeys, group keys, contacts and settings in one document. */
export async function writeDocument(job: WriteJob): Promise<Written> {
  const { source, signal, random } = job;
  job.progress({ phase: 'key', done: 0, total: null, bytes: 0 });
  const kdf = newKeyDerivation(random.bytes(KEY_SALT_BYTES), job.cost);
  const nonce = random.bytes(NONCE_BYTES);
  const outer = {
    format: FORMAT,
    version: 1,
    aid: source.material.aid,
    created_at: new Date(job.clock.now()).toISOString(),
    contents: ['identity', 'e2ee', 'contacts', ...(source.settings === null ? [] : ['settings'])],
    kdf,
    cipher: { alg: CIPHER, nonce: nonce.toString('base64') },
    compression: COMPRESSION,
  };
  const contacts = await allRows(source, 'contacts', signal);
  const prekeys = await allRows(source, 'prekeys', signal);
  const groupKeys = await allRows(source, 'groups', signal, isGroupKey);
  const plain = Buffer.from(
    JSON.stringify({
      identity: identityDocument(source),
      e2ee: { read_only: true, prekeys, ...(groupKeys.length > 0 ? { group_keys: groupKeys } : {}) },
      contacts,
      ...(source.settings === null ? {} : { settings: source.settings }),
    }),
  );
  const key = await deriveBackupKey(job.secret, kdf);
  try {
    const cipher = createCipheriv(CIPHER, key, nonce);
    cipher.setAAD(additionalData(outer));
    const sealed = [cipher.update(await compress(plain)), cipher.final(), cipher.getAuthTag()];
    const bytes = Buffer.from(
      `${JSON.stringify({ ...outer, payload: Buffer.concat(sealed).toString('base64') })}\n`,
    );
    if (bytes.length > MAX_FILE_BYTES) throw new AunError('internal', 'too much for a backup of version 1');
    stopIfCancelled(signal);
    await writeAll(job.handle, bytes);
    const records = contacts.length + prekeys.length + groupKeys.length;
    job.progress({ phase: 'finishing', done: records, total: records, bytes: bytes.length });
    return { bytes: bytes.length, records };
  } finally {
    key.fill(0);
    plain.fill(0);
  }
}

/** What packs better than any reader accepts is stored unpacked, in the same form. */
async function compress(plain: Buffer): Promise<Buffer> {
  const packed = await gzipAsync(plain);
  return plain.length > packed.length * MAX_RATIO ? gzipAsync(plain, { level: 0 }) : packed;
}

/** Keys come before everything else of groups. */
const isGroupKey = (row: unknown): boolean => groupKeySchema.safeParse(row).success;

/** Rows of a kind, up to the first one that is not wanted. */
async function allRows(
  source: BackupSource,
  kind: ExportKind,
  signal: AbortSignal | undefined,
  isWanted: (row: unknown) => boolean = () => true,
): Promise<unknown[]> {
  const rows: unknown[] = [];
  let after: number | null = null;
  do {
    stopIfCancelled(signal);
    const page = await source.store.exportRows(kind, after, PAGE_ROWS);
    for (const text of page.rows) {
      const row: unknown = JSON.parse(text);
      if (!isWanted(row)) return rows;
      rows.push(row);
    }
    after = page.next;
  } while (after !== null);
  return rows;
}

/**
 * Reads the outside of a file of version 1; nothing in it is to be believed before it was opened.
 * @throws AunError `backup_not_a_backup`, `backup_damaged`, `backup_too_new`
 */
export async function readDocument(file: BackupHandle): Promise<BackupDocument> {
  if (file.size > MAX_FILE_BYTES) throw notABackup();
  const bytes = await readExactly(file, 0, file.size);
  const value = parseJsonBytes(bytes);
  if (value === undefined && bytes.subarray(0, 256).includes(`"${FORMAT}"`))
    throw damaged('the file is cut off or was changed');
  refuseNewer(value);
  const named = z.looseObject({ format: z.literal(FORMAT), version: z.literal(1) }).safeParse(value);
  if (!named.success) throw notABackup();
  const parsed = documentSchema.safeParse(value);
  if (!parsed.success) throw damaged('the file lacks something every backup has');
  const aid = parseAid(parsed.data.aid);
  if (aid === null || aid !== parsed.data.aid) throw damaged('the backup is of no address');
  const { created_at: createdAt, contents } = parsed.data;
  return { aid, createdAt, contents, outer: parsed.data };
}

function notABackup(): AunError {
  return new AunError('backup_not_a_backup', 'the file is no backup');
}

/** Restores a backup of version 1. A wrong secret and any change of the file give the same error. */
export async function restoreDocument(job: ReadJob): Promise<Restored> {
  const { target, signal, progress, file } = job;
  const { aid, createdAt, outer } = await readDocument(file);
  progress({ phase: 'key', done: 0, total: null, bytes: file.size });
  if (outer.compression !== COMPRESSION || outer.cipher.alg !== CIPHER)
    throw new AunError('backup_too_new', 'the backup is packed or sealed in an unknown way');
  const plain = await open(job.secret, outer);
  stopIfCancelled(signal);
  const parsed = plainSchema.safeParse(parseJsonBytes(plain));
  plain.fill(0);
  if (!parsed.success) throw damaged('the content of the backup cannot be read');
  const content = parsed.data;
  const { material, network } = parseIdentityDocument(content.identity, aid);
  progress({ phase: 'identity', done: 0, total: null, bytes: file.size });
  await target.identity(material, network);
  const settings = content.settings === undefined ? null : foreignSettings(content.settings);
  if (settings !== null) await target.settings(settings);
  const added = noRows();
  let skipped = 0;
  let done = 0;
  const pages: readonly [ExportKind, readonly unknown[]][] = [
    ['contacts', content.contacts ?? []],
    ['prekeys', content.e2ee?.prekeys ?? []],
    ['groups', content.e2ee?.group_keys ?? []],
    ['messages', content.messages ?? []],
  ];
  for (const [kind, values] of pages) {
    // What another program wrote in its own form is none of our rows.
    const rows = values.filter((value) => rowSchema.safeParse(value).success);
    skipped += values.length - rows.length;
    for (let at = 0; at < rows.length; at += PAGE_ROWS) {
      stopIfCancelled(signal);
      const page = rows.slice(at, at + PAGE_ROWS).map((row) => JSON.stringify(row));
      added[kind] += await target.rows(kind, page);
      done += page.length;
      progress({ phase: 'history', done, total: null, bytes: file.size });
    }
  }
  progress({ phase: 'finishing', done, total: done, bytes: file.size });
  stopIfCancelled(signal);
  return { version: 1, aid, createdAt, rows: added, files: 0, skipped };
}

/** Settings of another program are no reason to refuse its backup. */
function foreignSettings(value: unknown): ReturnType<typeof parseSettings> | null {
  try {
    return parseSettings(value);
  } catch {
    return null;
  }
}

async function open(secret: string, outer: BackupDocument['outer']): Promise<Buffer> {
  const nonce = Buffer.from(outer.cipher.nonce, 'base64');
  const sealed = Buffer.from(outer.payload, 'base64');
  // Base64 that is not as we write it was changed: the decoder would pass over it in silence.
  if (nonce.length !== NONCE_BYTES || sealed.length <= TAG_BYTES || !isCanonical(outer.payload, sealed))
    throw wrongSecret();
  const key = await deriveBackupKey(secret, outer.kdf);
  const decipher = createDecipheriv(CIPHER, key, nonce);
  key.fill(0);
  decipher.setAAD(additionalData(outer));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const packed = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
  try {
    decipher.final();
  } catch {
    throw wrongSecret();
  }
  return unpack(packed);
}

function isCanonical(text: string, bytes: Buffer): boolean {
  return bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '');
}

/** @throws AunError `backup_damaged` for what is larger than any backup of this version (`protocol/06 §7`) */
async function unpack(packed: Buffer): Promise<Buffer> {
  const maxOutputLength = Math.min(MAX_PLAIN_BYTES, packed.length * MAX_RATIO);
  try {
    return await gunzipAsync(packed, { maxOutputLength });
  } catch (thrown) {
    throw new AunError('backup_damaged', 'the content cannot be unpacked', { cause: thrown });
  }
}
