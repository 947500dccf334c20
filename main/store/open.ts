import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import path from 'node:path';
import { AunError } from '../runtime/errors';
import { damagedError, toStoreError } from './errors';
import { keyOpens } from './first-page';
import { migrate } from './migrate';
import { migrations as allMigrations } from './migrations';
import type { Migration } from './migrations/migration';
import { Connection, type ConnectionContext } from './sqlite';

/** Databases up to this size are checked page by page at every start; larger ones when their pages are read. */
const FULL_CHECK_BYTES = 8 * 1024 * 1024;
const KEY_BYTES = 32;

/** The two connections of an open database. */
export interface OpenDatabase {
  readonly writer: Connection;
  readonly reader: Connection;
}

/**
 * Opens, and if need be makes or migrates, the database of one account.
 *
 * @throws AunError `database_damaged` (wrong key, changed bytes, not a database), `database_too_new`, `disk_full`; whatever
 * was there is left as it was.
 */
export function openDatabase(
  file: string,
  key: Uint8Array,
  context: ConnectionContext,
  migrations: readonly Migration[] = allMigrations,
): OpenDatabase {
  if (key.byteLength !== KEY_BYTES) throw new AunError('invalid_request', 'a database key has 32 bytes');
  const damage = { error: null };
  let writer: Connection | null = null;
  let reader: Connection | null = null;
  try {
    const fresh = prepareFile(file, key);
    writer = new Connection(file, key, context, damage);
    if (!fresh) checkPages(writer, file);
    writer.pragma('journal_mode = WAL');
    // What was acknowledged to the gateway must survive a power cut, not only a crash of the process.
    writer.pragma('synchronous = FULL');
    writer.pragma('secure_delete = ON');
    writer.pragma('journal_size_limit = 33554432');
    writer.pragma('cache_size = -8000');
    migrate(writer, file, migrations);
    if (fresh) syncFolder(path.dirname(file));
    reader = new Connection(file, key, context, damage);
    reader.pragma('query_only = ON');
    reader.pragma('cache_size = -4000');
    return { writer, reader };
  } catch (error) {
    reader?.close();
    writer?.close();
    throw toStoreError(error);
  }
}

/** True when there is no database yet. @throws AunError `database_damaged` when there is one that the key does not open */
function prepareFile(file: string, key: Uint8Array): boolean {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  if (!existsSync(file) || statSync(file).size === 0) return true;
  if (!keyOpens(file, key))
    throw damagedError('the key does not open the database, or its first page is damaged');
  return false;
}

function checkPages(writer: Connection, file: string): void {
  if (statSync(file).size > FULL_CHECK_BYTES) return;
  // Pages that a power cut left half written are whole again once the write-ahead log was applied.
  if (existsSync(`${file}-wal`)) writer.pragma('wal_checkpoint(TRUNCATE)');
  const finding = writer.pragma('cipher_integrity_check');
  if (finding !== null) throw damagedError(`integrity check: ${finding}`);
}

/** Makes the name of a new file durable. Where folders cannot be synced (Windows) the file system does it by itself. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
