import Database from '@signalapp/sqlcipher';
import { chmod, copyFile, lstat, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';

/** What an `aun.db` tells about its identity (`protocol/01 §2.2`). */
export interface SdkDatabaseFacts {
  /** Address of the gateway the SDK used last, or null. */
  readonly gatewayUrl: string | null;
  /** Whether there are traces that only the newer generation leaves. */
  readonly newGeneration: boolean;
}

/** Larger databases are left alone: all that is wanted from them is one address, and it can be found anew. */
const MAX_DATABASE_BYTES = 64 * 1024 * 1024;
const MAX_LOG_BYTES = 8 * 1024 * 1024;
const MAX_URL = 2048;

const nameRows = z.array(z.object({ name: z.string() }));
const valueRow = z.object({ value: z.string() });

/** Size of an ordinary file; null when there is none, infinite for links and other things. */
async function sizeOf(file: string): Promise<number | null> {
  const facts = await lstat(file).catch(() => null);
  if (facts === null) return null;
  return facts.isFile() ? facts.size : Infinity;
}

/**
 * Reads the facts from a copy: opening the original, even to look, would leave files beside it. `null` when there is no
 * database; throws what the driver or the file system threw when it is too large or cannot be read.
 */
export async function readSdkDatabase(file: string): Promise<SdkDatabaseFacts | null> {
  const size = await sizeOf(file);
  if (size === null) return null;
  const log = await sizeOf(`${file}-wal`);
  if (size > MAX_DATABASE_BYTES || (log ?? 0) > MAX_LOG_BYTES)
    throw new RangeError('the database is no ordinary file of reasonable size');
  const folder = await mkdtemp(path.join(tmpdir(), 'parley-sdk-'));
  try {
    const copy = path.join(folder, 'aun.db');
    await copyFile(file, copy);
    if (log !== null) await copyFile(`${file}-wal`, `${copy}-wal`);
    return look(copy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A few primary-key look-ups in tables that are really tables: nothing in a foreign file gets to run. */
function look(file: string): SdkDatabaseFacts {
  const database = new Database(file);
  try {
    database.pragma('cipher_log_level = NONE');
    database.pragma('trusted_schema = OFF');
    const tables = nameRows
      .parse(database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' LIMIT 200").all([]))
      .map(({ name }) => name);
    const has = (table: string): boolean => tables.includes(table);
    const value = (key: string): string | null => {
      const row = database.prepare('SELECT value FROM metadata_kv WHERE key = ?').get([key]);
      return row === undefined ? null : (valueRow.safeParse(row).data?.value ?? null);
    };
    const columns = has('instance_state')
      ? nameRows.parse(database.pragma('table_info(instance_state)')).map(({ name }) => name)
      : [];
    if (!has('metadata_kv')) return { gatewayUrl: null, newGeneration: columns.includes('slot_id_full') };
    return {
      gatewayUrl: urlIn(value('gateway_url')),
      newGeneration: columns.includes('slot_id_full') || value('gateway_cached_at') !== null,
    };
  } finally {
    database.close();
  }
}

/** The WebSocket address in a JSON-encoded value; null for anything else. */
function urlIn(value: string | null): string | null {
  if (value === null || value.length > MAX_URL) return null;
  try {
    const url = new URL(z.string().parse(JSON.parse(value)));
    const plain = url.username === '' && url.password === '';
    return plain && (url.protocol === 'wss:' || url.protocol === 'ws:') ? url.href : null;
  } catch {
    return null;
  }
}

/** Writes a database that holds nothing but the address and the gateway's URL; the SDKs add the rest themselves. */
export async function writeSdkDatabase(
  file: string,
  facts: { readonly aid: string; readonly gatewayUrl: string; readonly now: number },
): Promise<void> {
  const database = new Database(file);
  try {
    database.exec(
      'CREATE TABLE metadata_kv (key TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at INTEGER NOT NULL)',
    );
    const insert = database.prepare('INSERT INTO metadata_kv (key, value, updated_at) VALUES (?, ?, ?)');
    insert.run(['aid', JSON.stringify(facts.aid), facts.now]);
    insert.run(['gateway_url', JSON.stringify(facts.gatewayUrl), facts.now]);
  } finally {
    database.close();
  }
  await chmod(file, 0o600);
}
