import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { AunError } from '../../runtime/errors';
import { replaceFileAtomically, systemErrorCode } from '../../runtime/files';
import type { Clock, Random } from '../../runtime/runtime';
import type { BackupSource, Progress, RestoreTarget } from './content';
import { readDocument, restoreDocument, writeDocument } from './document';
import { MAGIC } from './header';
import { readExactly, readHeader, readStream, type BackupHandle, type Restored } from './read-stream';
import { writeStream, type Written } from './write-stream';

export type { BackupNetwork, BackupSettings, BackupSource, Progress, RestoreTarget } from './content';
export { backupSettingsSchema } from './content';
export { attachmentFiles, writeAttachment } from './attachments';
export { exportKeyPem } from './key-pem';
export { groupRecoveryKey, makeRecoveryKey, secretBytes } from './secret';
export type { Restored } from './read-stream';
export type { Written } from './write-stream';

const quiet: Progress = () => undefined;

/**
 * Writes a backup: version 1 holds identity, prekeys, contacts and settings in one small document, version 2 everything as a
 * stream (`docs/backup-format.md`). The file is there as a whole or not at all, for this user only; a file that was there before is
 * replaced at the very end.
 *
 * @param options.secret a passphrase or a recovery key; its strength is the caller's care
 * @throws AunError `cancelled` after `signal`, `disk_full`, and what the source throws; nothing is left behind
 */
export async function writeBackup(options: {
  readonly path: string;
  readonly version: 1 | 2;
  readonly secret: string;
  readonly source: BackupSource;
  readonly random: Pick<Random, 'bytes'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: Progress | undefined;
}): Promise<Written> {
  const { path, version, signal, progress = quiet, ...rest } = options;
  let written: Written = { bytes: 0, records: 0 };
  await replaceFileAtomically(path, async (handle) => {
    const write = version === 1 ? writeDocument : writeStream;
    written = await write({ ...rest, handle, signal, progress });
  });
  return written;
}

/** What a backup says of itself. Nothing of it is to be believed before it was opened. */
export interface BackupOutside {
  readonly version: 1 | 2;
  readonly aid: string;
  /** Unix ms, or null when it is no time. */
  readonly createdAt: number | null;
  readonly contents: readonly string[];
  /** Length of the file. */
  readonly bytes: number;
}

/**
 * Looks at the outside of a backup; of version 2 only its header is read.
 * @throws AunError `backup_not_a_backup`, `backup_damaged`, `backup_too_new`, `not_found`
 */
export async function inspectBackup(path: string): Promise<BackupOutside> {
  return withBackup(path, async (file, version) => {
    const outside = version === 1 ? await readDocument(file) : (await readHeader(file)).header;
    const createdAt = Date.parse(outside.createdAt);
    return {
      version,
      aid: outside.aid,
      createdAt: Number.isNaN(createdAt) ? null : createdAt,
      contents: outside.contents,
      bytes: file.size,
    };
  });
}

/**
 * Restores a backup of either version into `target`. When it resolves, everything the backup ever held has been handed over and
 * was as it was written; before that nothing is certain (see {@link RestoreTarget}).
 *
 * @throws AunError `backup_wrong_passphrase` (version 1: also for any change of the file; version 2: also for a change of its
 * header or first chunk), `backup_damaged`, `backup_too_new`, `backup_not_a_backup`, `not_found`, `cancelled`, and what the target
 * throws
 */
export async function restoreBackup(options: {
  readonly path: string;
  readonly secret: string;
  readonly target: RestoreTarget;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: Progress | undefined;
}): Promise<Restored> {
  const { path, secret, target, signal, progress = quiet } = options;
  return withBackup(path, (file, version) =>
    (version === 1 ? restoreDocument : readStream)({ file, secret, target, signal, progress }),
  );
}

async function withBackup<Result>(
  path: string,
  use: (file: BackupHandle, version: 1 | 2) => Promise<Result>,
): Promise<Result> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (thrown) {
    if (systemErrorCode(thrown) !== 'ENOENT') throw thrown;
    throw new AunError('not_found', 'the backup file is not there', { cause: thrown });
  }
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new AunError('backup_not_a_backup', 'this is no file');
    const file = { handle, size: stat.size };
    const start = await readExactly(file, 0, Math.min(1, file.size));
    return await use(file, start[0] === MAGIC[0] ? 2 : 1);
  } finally {
    await handle.close();
  }
}
