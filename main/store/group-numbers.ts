import { integer, wholeNumber } from './columns';
import { requireGroup, writeGroupCursor } from './groups';
import type { WriteConnection } from './sqlite';

/** Old numbers of log entries begin here and grow; nothing below {@link OLD_END} is anything else. */
const OLD_START = -(2 ** 52);
const OLD_END = -(2 ** 51);
/** Rows that one call changes. */
const PORTION = 2_000;

/**
 * A part of `GroupWriter.forgetGroupNumbers`; call it until it answers true. Entries of the log keep their order under numbers
 * below zero: the oldest go first, behind those that went before, so that the order is right after each part. The positions come
 * last, together with the last part: until then the old ones still tell that the numbers have to be forgotten.
 */
export function forgetNumbers(database: WriteConnection, id: string): boolean {
  const key = requireGroup(database, id);
  if (!moveEntries(database, key)) return false;
  const { changes } = database.run(
    `UPDATE messages SET seq = NULL WHERE id IN
       (SELECT m.id FROM messages m WHERE m.scope = ? AND m.seq IS NOT NULL LIMIT ?)`,
    [key, PORTION],
  );
  if (changes === PORTION) return false;
  for (const which of ['messages', 'events'] as const)
    writeGroupCursor(database, key, which, { contiguous: 0, acknowledged: 0, joined: 0 });
  return true;
}

/** Gives the oldest entries old numbers; true when none has a number of now. */
function moveEntries(database: WriteConnection, key: number): boolean {
  const current = 'SELECT 1 AS found FROM group_log WHERE conversation = ? AND seq >= 0 LIMIT 1';
  if (database.get(current, [key]) === undefined) return true;
  const last = database.get('SELECT max(seq) AS seq FROM group_log WHERE conversation = ? AND seq < ?', [
    key,
    wholeNumber(OLD_END),
  ]);
  const behind = last === undefined || last['seq'] === null ? OLD_START : integer(last, 'seq');
  // Counted, not shifted: numbers that a gateway makes up may be as far apart as they like.
  database.run(
    `UPDATE group_log SET seq = ? + moved.place FROM (
       SELECT id, row_number() OVER (ORDER BY seq) AS place FROM (
         SELECT id, seq FROM group_log WHERE conversation = ? AND seq >= ? ORDER BY seq LIMIT ?)) AS moved
     WHERE group_log.id = moved.id`,
    [wholeNumber(behind), key, wholeNumber(OLD_END), PORTION],
  );
  return database.get(current, [key]) === undefined;
}
