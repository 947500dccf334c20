import { z } from 'zod';
import { signatureStandingSchema, type GroupLogEntry } from '../../shared/model/group';
import type { GroupCursor, GroupEventRecord, GroupReader } from '../ports/group-store';
import { integer, oneOf, text, textOrNull, wholeNumber, type SqlRow, type SqlValue } from './columns';
import { folded, keyOf } from './conversations';
import { requireGroup, writeGroupCursor } from './groups';
import { storeContent } from './message-rows';
import type { WriteContext } from './message-writes';
import type { ReadConnection, WriteConnection } from './sqlite';

type LogQuery = Parameters<GroupReader['groupLog']>[1];

const valuesSchema = z.record(z.string(), z.string()).catch({});
/** People whose names contain a text; more are not looked for at once. */
const MOST_PEOPLE = 200;

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
  { text: query, actions, before, limit }: LogQuery,
): { entries: GroupLogEntry[]; more: boolean } {
  const key = keyOf(database, group);
  if (key === null) return { entries: [], more: false };
  const params: SqlValue[] = [key, before === null ? Number.MAX_SAFE_INTEGER : wholeNumber(before)];
  let conditions = '';
  if (actions.length > 0) {
    conditions += ' AND l.action IN (SELECT value FROM json_each(?))';
    params.push(JSON.stringify(actions));
  }
  const wanted = folded(query).trim();
  if (wanted !== '') {
    const people = JSON.stringify(peopleNamed(database, wanted));
    conditions += ` AND (instr(l.words, ?) OR l.actor IN (SELECT value FROM json_each(?))
      OR l.target IN (SELECT value FROM json_each(?)))`;
    params.push(wanted, people, people);
  }
  const rows = database.all(
    `SELECT l.* FROM group_log l WHERE l.conversation = ? AND l.seq < ? ${conditions} ORDER BY l.seq DESC LIMIT ?`,
    [...params, limit + 1],
  );
  return { entries: rows.slice(0, limit).map(readEntry), more: rows.length > limit };
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
  return (
    database.run(
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
        wordsOf(entry),
      ],
    ).changes > 0
  );
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
  const known = database.get(
    `SELECT id FROM group_log WHERE conversation = ? AND seq < 0 AND action = ? AND at = ? AND actor IS ? AND target IS ?
       AND facts = ? LIMIT 1`,
    [key, entry.action, wholeNumber(entry.at), entry.actor, entry.target, JSON.stringify(entry.values)],
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
