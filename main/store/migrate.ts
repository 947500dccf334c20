import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';
import { AunError } from '../runtime/errors';
import { damagedError } from './errors';
import type { Migration } from './migrations/migration';
import type { Connection } from './sqlite';

/** Where the copy made before the migration to schema `version` is kept until the next successful start. */
export function backupPath(file: string, version: number): string {
  return `${file}.before-schema-${version}`;
}

/**
 * Brings the schema to the newest version, each step in a transaction of its own. Before the first step a copy of the
 * database is put aside; the first start that finds nothing to do removes it.
 *
 * @throws AunError `database_too_new` when a newer Parley has written the file; it is left as it is.
 */
export function migrate(database: Connection, file: string, migrations: readonly Migration[]): void {
  const current = Number(database.pragma('user_version'));
  const newest = migrations.at(-1)?.version ?? 0;
  if (current > newest) {
    throw new AunError(
      'database_too_new',
      `the database has schema ${current}, this version knows ${newest}`,
    );
  }
  const pending = migrations.filter((migration) => migration.version > current);
  if (pending.length === 0) {
    removeBackups(file);
    return;
  }
  if (current > 0) backUp(database, file, backupPath(file, newest));
  for (const migration of pending) {
    // Dropping a table that others refer to would take their rows along. Inside a transaction this cannot be changed.
    if (migration.rebuildsTables) database.pragma('foreign_keys = OFF');
    try {
      database.transaction(() => {
        migration.apply(database);
        if (migration.rebuildsTables && database.pragma('foreign_key_check') !== null)
          throw damagedError('rows refer to others that are not there');
        database.exec(`PRAGMA user_version = ${migration.version}`);
      });
    } finally {
      if (migration.rebuildsTables) database.pragma('foreign_keys = ON');
    }
  }
}

/**
 * Copies the database, as encrypted as it is. A copy that an interrupted migration to the same schema left is kept: it shows
 * the state before the first step.
 */
function backUp(database: Connection, file: string, target: string): void {
  if (existsSync(target)) return;
  database.pragma('wal_checkpoint(TRUNCATE)');
  const temporary = `${target}.partial`;
  try {
    copyFileSync(file, temporary);
    const descriptor = openSync(temporary, 'r+');
    fsyncSync(descriptor);
    closeSync(descriptor);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

function removeBackups(file: string): void {
  const folder = path.dirname(file);
  const prefix = `${path.basename(file)}.before-schema-`;
  for (const name of readdirSync(folder)) {
    if (name.startsWith(prefix)) rmSync(path.join(folder, name), { force: true });
  }
}
