import type { InboxCursor } from '../ports/store';
import { integer, text, wholeNumber } from './columns';
import type { ReadConnection, WriteConnection } from './sqlite';

/** A remembered value, or null. */
export function getMeta(database: ReadConnection, key: string): string | null {
  const row = database.get('SELECT value FROM meta WHERE key = ?', [key]);
  return row === undefined ? null : text(row, 'value');
}

/** Remembers a value; null forgets it. */
export function setMeta(database: WriteConnection, key: string, value: string | null): void {
  if (value === null) database.run('DELETE FROM meta WHERE key = ?', [key]);
  else database.run('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', [key, value]);
}

/** Where the inbox stands (`protocol/04 §5`). */
export function readCursor(database: ReadConnection): InboxCursor {
  const row = database.get('SELECT contiguous, acknowledged FROM inbox WHERE id = 1');
  if (row === undefined) return { contiguous: 0, acknowledged: 0 };
  return { contiguous: integer(row, 'contiguous'), acknowledged: integer(row, 'acknowledged') };
}

/** Moves the cursor, also backwards: a gateway that lost its counters starts again at 1 (`protocol/04 §5.8`). */
export function writeCursor(database: WriteConnection, cursor: InboxCursor): void {
  database.run('UPDATE inbox SET contiguous = ?, acknowledged = ? WHERE id = 1', [
    wholeNumber(cursor.contiguous),
    wholeNumber(cursor.acknowledged),
  ]);
}
