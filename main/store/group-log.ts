import { z } from 'zod';
import { signatureStandingSchema, type GroupLogEntry } from '../../shared/model/group';
import type { GroupCursor, GroupEventRecord, GroupReader } from '../ports/group-store';
import { integer, oneOf, text, textOrNull, wholeNumber, type SqlRow, type SqlValue } from './columns';
import { folded, keyOf } from './conversations';
import { requireGroup, writeGroupCursor } from './groups';
import { lettersOf, lettersWanted } from './log-letters';
import { storeContent } from './message-rows';
import type { WriteContext } from './message-writes';
import type { ReadConnection, WriteConnection } from './sqlite';

type LogQuery = Parameters<GroupReader['groupLog']>[1];

const valuesSchema = z.record(z.string(), z.string()).catch({});
/** People whose names contain a text; more are not looked for at once. */
const MOST_PEOPLE = 50;

/** A row of the log. */
export function readEntry(row: SqlRow): GroupLogEntry {
  return {
    seq: integer(row, 'seq'),
    at: integer(row, 'at'),
    action: text(row, 'action'),
    actor: textOrNull(row, 'actor'),
    target: textOrNull(row, 'target'),
    values: valuesSchema.parse(JSON.parse(text(row, 'facts'))),
    signature: oneOf(row, 'signature', signatureStandingSchema),
  };
}

/** A page of the log, newest first; see `GroupReader.groupLog`. */
export function groupLog(
  database: ReadConnection,
  group: string,
  query: LogQuery,
): { entries: GroupLogEntry[]; more: boolean } {
  const key = keyOf(database, group);
  if (key === null) return { entries: [], more: false };
  const wanted = folded(query.text).trim();
  const search: Search = {
    key,
    before: query.before === null ? Number.MAX_SAFE_INTEGER : wholeNumber(query.before),
    actions: query.actions,
    limit: query.limit + 1,
  };
  const rows =
    wanted !== ''
      ? searched(database, search, wanted)
      : query.actions.length > 0
        ? ofActions(database, search)
        : database.all(`${ENTRY} ${BEFORE} ${NEWEST}`, [key, search.before, search.limit]);
  return { entries: rows.slice(0, query.limit).map(readEntry), more: rows.length > query.limit };
}

interface Search {
  readonly key: number;
  /** Only numbers below. */
  readonly before: number;
  /** Only these; empty: all. */
  readonly actions: readonly string[];
  readonly limit: number;
}

const ENTRY = 'SELECT l.* FROM group_log l';
const BEFORE = 'WHERE l.conversation = ? AND l.seq < ?';
const NEWEST = 'ORDER BY l.seq DESC LIMIT ?';
const OF_ACTIONS = 'AND (? OR l.action IN (SELECT value FROM json_each(?)))';
/** So many of the newest entries are read through first: what is frequent is found there. */
const READ_THROUGH = 1_000;

/** The newest of several lists, each entry once. */
function newest(lists: readonly SqlRow[][], limit: number): SqlRow[] {
  const rows = new Map(lists.flat().map((row) => [integer(row, 'id'), row]));
  return [...rows.values()]
    .sort((left, right) => integer(right, 'seq') - integer(left, 'seq'))
    .slice(0, limit);
}

function ofActions(database: ReadConnection, { key, before, actions, limit }: Search): SqlRow[] {
  const one = `SELECT l.* FROM group_log l INDEXED BY group_log_of_action
    WHERE l.conversation = ? AND l.action = ? AND l.seq < ? ${NEWEST}`;
  const lists = [...new Set(actions)].map((action) => database.all(one, [key, action, before, limit]));
  return newest(lists, limit);
}

/** What contains a text, or is by or about somebody whose name does. */
function searched(database: ReadConnection, search: Search, wanted: string): SqlRow[] {
  const { key, before, limit } = search;
  const kinds: SqlValue[] = [search.actions.length === 0 ? 1 : 0, JSON.stringify(search.actions)];
  const lists = [withText(database, search, kinds, wanted)];
  for (const aid of peopleNamed(database, wanted)) {
    for (const who of ['actor', 'target'] as const) {
      const rows = database.all(
        `SELECT l.* FROM group_log l INDEXED BY group_log_of_${who} WHERE l.conversation = ? AND l.${who} = ? AND l.seq < ?
         ${OF_ACTIONS} ${NEWEST}`,
        [key, aid, before, ...kinds, limit],
      );
      lists.push(rows);
    }
  }
  return newest(lists, limit);
}

/**
 * The newest entries are read one by one. What is not frequent among them is rare, and the index of letters finds it; where
 * that has nothing to go by (one or two letters that are no Chinese) reading goes on.
 */
function withText(
  database: ReadConnection,
  { key, before, limit }: Search,
  kinds: readonly SqlValue[],
  wanted: string,
): SqlRow[] {
  const edge = database.get(`SELECT l.seq FROM group_log l ${BEFORE} ORDER BY l.seq DESC LIMIT 1 OFFSET ?`, [
    key,
    before,
    READ_THROUGH,
  ]);
  const letters = lettersWanted(wanted);
  const from = edge === undefined || letters === null ? Number.MIN_SAFE_INTEGER : integer(edge, 'seq');
  const recent = database.all(
    `${ENTRY} ${BEFORE} AND l.seq >= ? ${OF_ACTIONS} AND instr(l.words, ?) ${NEWEST}`,
    [key, before, from, ...kinds, wanted, limit],
  );
  if (edge === undefined || letters === null || recent.length >= limit) return recent;
  const older = database.all(
    `SELECT l.* FROM group_log_search CROSS JOIN group_log l ON l.id = group_log_search.rowid
     WHERE group_log_search MATCH ? AND l.conversation = ? AND l.seq < ? ${OF_ACTIONS} AND instr(l.words, ?) ${NEWEST}`,
    [letters, key, Math.min(before, from), ...kinds, wanted, limit - recent.length],
  );
  return [...recent, ...older];
}

/** Whose alias or title contains a text: names that this user knows are in no event. */
function peopleNamed(database: ReadConnection, wanted: string): string[] {
  const people: string[] = [];
  for (const row of database.all(
    `SELECT aid, alias AS name FROM contacts WHERE alias <> ''
     UNION ALL SELECT id, title FROM conversations WHERE kind <> 'group' AND title <> id
     UNION ALL SELECT aid, name FROM profiles WHERE status = 'verified' AND name <> ''`,
  )) {
    if (people.length >= MOST_PEOPLE) break;
    if (folded(text(row, 'name')).includes(wanted)) people.push(text(row, 'aid'));
  }
  return people;
}

/** What is searched of an entry: who, whom, what and why, folded. */
function wordsOf({ action, actor, target, values }: GroupLogEntry): string {
  return folded([action, actor ?? '', target ?? '', ...Object.values(values)].join('\n'));
}

/** Puts an entry into the log; false when there is one under its number. */
export function putEntry(database: WriteConnection, key: number, entry: GroupLogEntry): boolean {
  const words = wordsOf(entry);
  const { changes, lastInsertRowid } = database.run(
    `INSERT INTO group_log (conversation, seq, at, action, actor, target, facts, signature, words)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    [
      key,
      wholeNumber(entry.seq),
      wholeNumber(entry.at),
      entry.action,
      entry.actor,
      entry.target,
      JSON.stringify(entry.values),
      entry.signature,
      words,
    ],
  );
  if (changes === 0) return false;
  database.run('INSERT INTO group_log_search (rowid, letters) VALUES (?, ?)', [
    lastInsertRowid,
    lettersOf(words),
  ]);
  return true;
}

/** Stores events; see `GroupWriter.commitGroupEvents`. Returns the numbers of those that are new. */
export function commitGroupEvents(
  context: WriteContext,
  group: string,
  events: readonly GroupEventRecord[],
  cursor: GroupCursor | null,
): number[] {
  const { database } = context;
  const key = requireGroup(database, group);
  const fresh: number[] = [];
  for (const { entry, line } of events) {
    if (isUnderOldNumber(database, key, entry) || !putEntry(database, key, entry)) continue;
    fresh.push(entry.seq);
    if (line) addLine(context, key, group, entry);
  }
  if (cursor !== null) writeGroupCursor(database, key, 'events', cursor);
  return fresh;
}

/**
 * An event of before the numbers were forgotten comes again: it takes its new number, and is not told twice.
 */
function isUnderOldNumber(database: WriteConnection, key: number, entry: GroupLogEntry): boolean {
  const oldest = database.get('SELECT min(seq) AS seq FROM group_log WHERE conversation = ?', [key]);
  if (oldest === undefined || oldest['seq'] === null || integer(oldest, 'seq') >= 0) return false;
  // There may be very many of one kind: those about the same person are fewer.
  const by = entry.target !== null ? 'target' : entry.actor !== null ? 'actor' : 'action';
  const known = database.get(
    `SELECT id FROM group_log INDEXED BY group_log_of_${by} WHERE conversation = ? AND ${by} = ? AND seq < 0 AND action = ?
       AND at = ? AND actor IS ? AND target IS ? AND facts = ? LIMIT 1`,
    [
      key,
      entry[by],
      entry.action,
      wholeNumber(entry.at),
      entry.actor,
      entry.target,
      JSON.stringify(entry.values),
    ],
  );
  if (known === undefined) return false;
  database.run('UPDATE OR IGNORE group_log SET seq = ? WHERE id = ?', [
    wholeNumber(entry.seq),
    integer(known, 'id'),
  ]);
  return true;
}

/** Its message id is random, so that nothing that comes from outside can have the same. */
function addLine(
  { database, change, now }: WriteContext,
  key: number,
  group: string,
  entry: GroupLogEntry,
): void {
  const { action, actor, target, values, signature } = entry;
  const content = storeContent({ kind: 'group_event', action, actor, target, values, signature });
  const { lastInsertRowid } = database.run(
    `INSERT INTO messages (conversation, scope, sender, message_id, own, sort_at, server_time, kind, facts, protection, stored_at)
     VALUES (?, ?, ?, 'event-' || lower(hex(randomblob(16))), 0, ?, ?, ?, ?, 'none', ?)`,
    [
      key,
      key,
      group,
      wholeNumber(entry.at),
      wholeNumber(entry.at),
      content.kind,
      content.facts,
      wholeNumber(now),
    ],
  );
  change.message(lastInsertRowid, key);
}
