import { integer, text, type SqlRow } from './columns';
import { lettersOf } from './log-letters';
import type { ReadConnection, WriteConnection } from './sqlite';

/** Logs up to this length are taken out of the index entry by entry. */
const FEW = 200;
/** How many entries one call takes away: each has to be found in the index under a hundred words, or is only crossed out there. */
const PORTION = { found: 20, crossedOut: 100 } as const;
/** How much of the index one call writes anew, in pages. */
const MERGED_PAGES = 16;

/**
 * Takes a part of a log away, up to `limit` entries, with what the index has of them; call it until it answers true: then no word
 * of it is left.
 *
 * The index erases a word where it stands (`secure-delete`). That is right for few entries and takes minutes for many, so the
 * entries of a long log are crossed out first, and then the index is written anew without them, a piece at a time. As long as it
 * still holds crossed-out words, `secure-delete` is off: whoever goes on after a crash knows by that.
 */
export function clearLog(database: WriteConnection, key: number, limit: number): boolean {
  const erases = erasesWords(database);
  if (erases && !isLong(database, key)) {
    const portion = Math.min(limit, PORTION.found);
    return takeAway(database, key, portion) < portion;
  }
  if (erases) setErasing(database, false);
  if (takeAway(database, key, Math.min(limit, PORTION.crossedOut)) > 0) return false;
  if (!rewriteIndex(database)) return false;
  setErasing(database, true);
  return true;
}

function erasesWords(database: ReadConnection): boolean {
  const row = database.get("SELECT v FROM group_log_search_config WHERE k = 'secure-delete'");
  return row !== undefined && integer(row, 'v') === 1;
}

/** The index takes the setting as a literal only: the driver binds numbers as floating ones. */
function setErasing(database: WriteConnection, on: boolean): void {
  database.run(
    `INSERT INTO group_log_search (group_log_search, rank) VALUES ('secure-delete', ${on ? 1 : 0})`,
  );
}

function isLong(database: ReadConnection, key: number): boolean {
  const sql = 'SELECT seq FROM group_log WHERE conversation = ? ORDER BY seq LIMIT 1 OFFSET ?';
  return database.get(sql, [key, FEW]) !== undefined;
}

function takeAway(database: WriteConnection, key: number, limit: number): number {
  const rows = database.all('SELECT id, words FROM group_log WHERE conversation = ? LIMIT ?', [key, limit]);
  for (const row of rows) {
    database.run("INSERT INTO group_log_search (group_log_search, rowid, letters) VALUES ('delete', ?, ?)", [
      integer(row, 'id'),
      lettersOf(text(row, 'words')),
    ]);
    database.run('DELETE FROM group_log WHERE id = ?', [integer(row, 'id')]);
  }
  return rows.length;
}

/** Goes on with merging the index into one piece, which leaves out what is crossed out; true when there is nothing left to do. */
function rewriteIndex(database: WriteConnection): boolean {
  if (database.get('SELECT 1 AS found FROM group_log LIMIT 1') === undefined) {
    database.run("INSERT INTO group_log_search (group_log_search) VALUES ('delete-all')");
    return true;
  }
  const before = changesOf(database);
  // Below zero: pieces of all sizes are merged, not only those of one.
  database.run("INSERT INTO group_log_search (group_log_search, rank) VALUES ('merge', ?)", [-MERGED_PAGES]);
  // The command itself counts as one.
  return changesOf(database) - before < 2;
}

function changesOf(database: ReadConnection): number {
  const row: SqlRow = database.get('SELECT total_changes() AS changes') ?? {};
  return integer(row, 'changes');
}
