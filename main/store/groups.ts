import { z } from 'zod';
import type { Conversation } from '../../shared/model/conversation';
import {
  dispatchModeSchema,
  groupMembershipSchema,
  groupRoleSchema,
  groupStatusSchema,
  groupTextSchema,
  joinModeSchema,
} from '../../shared/model/group';
import type { GroupCursor, GroupRecord } from '../ports/group-store';
import { AunError } from '../runtime/errors';
import { damagedError } from './errors';
import { integer, oneOf, text, textOrNull, wholeNumber, type SqlRow } from './columns';
import { ensureConversation, keyOf } from './conversations';
import type { WriteContext } from './message-writes';
import type { ReadConnection, WriteConnection } from './sqlite';

const time = z.number().nullable();

/** What `groups.facts` and the rows of a backup hold of a group. */
export const groupFactsSchema = z.object({
  wireId: z.string(),
  aid: z.string().nullable(),
  name: z.string(),
  description: z.string(),
  pictureRef: z.string(),
  visibility: z.enum(['public', 'private']),
  role: groupRoleSchema.nullable(),
  owner: z.string().nullable(),
  joinMode: joinModeSchema,
  joinQuestion: z.string(),
  dispatchMode: dispatchModeSchema,
  duty: z.array(z.string()),
  announcement: groupTextSchema.nullable(),
  announcementSeen: z.boolean(),
  rules: groupTextSchema.nullable(),
  rulesSeen: z.boolean(),
  allowMemberInvite: z.boolean(),
  maxMembers: z.number().nullable(),
  mutedUntil: time,
  muteReason: z.string(),
  requests: z.number(),
  addedBy: z.string().nullable(),
  joinedAt: time,
  requestedAt: time,
  requestExpiresAt: time,
  rejection: z.string().nullable(),
  removedBy: z.string().nullable(),
  protocol: z.string(),
});

const QUERY = 'SELECT c.id AS group_id, g.* FROM groups g JOIN conversations c ON c.key = g.conversation';

function read(row: SqlRow): GroupRecord {
  return {
    ...readFacts(row),
    group: text(row, 'group_id'),
    membership: oneOf(row, 'membership', groupMembershipSchema),
    status: oneOf(row, 'status', groupStatusSchema),
    memberCount: integer(row, 'member_count'),
    picture: textOrNull(row, 'picture'),
    committedEpoch: integer(row, 'committed_epoch'),
    messages: readCursor(row, 'message'),
    events: readCursor(row, 'event'),
  };
}

/** What is known of a group, out of a row of its table. */
export function readFacts(row: SqlRow): z.output<typeof groupFactsSchema> {
  const parsed = groupFactsSchema.safeParse(JSON.parse(text(row, 'facts')));
  if (!parsed.success) throw damagedError('a group cannot be read');
  return parsed.data;
}

function readCursor(row: SqlRow, which: 'message' | 'event'): GroupCursor {
  return {
    contiguous: integer(row, `${which}_contiguous`),
    acknowledged: integer(row, `${which}_acknowledged`),
    joined: integer(row, `${which}_joined`),
  };
}

/** A group, or null. */
export function group(database: ReadConnection, id: string): GroupRecord | null {
  const row = database.get(`${QUERY} WHERE c.id = ?`, [id]);
  return row === undefined ? null : read(row);
}

/** Every group that is kept, members first. */
export function groups(database: ReadConnection): GroupRecord[] {
  return database.all(`${QUERY} ORDER BY g.membership = 'member' DESC, g.conversation`).map(read);
}

/** The key of a group. @throws AunError `unknown_conversation` */
export function requireGroup(database: ReadConnection, id: string): number {
  const row = database.get(
    'SELECT g.conversation FROM groups g JOIN conversations c ON c.key = g.conversation WHERE c.id = ?',
    [id],
  );
  if (row === undefined) throw new AunError('unknown_conversation', 'there is no such group');
  return integer(row, 'conversation');
}

/** Only looked at, and nothing came of it: no list shows it. */
function isOutside(record: GroupRecord): boolean {
  const { membership, requestedAt, rejection, joinedAt } = record;
  return membership === 'none' && requestedAt === null && rejection === null && joinedAt === null;
}

/**
 * Stores a group with its conversation; see `GroupWriter.saveGroup`. Where the numbers stand is taken from a new one only: they
 * move with what is stored. A block stays.
 */
export function saveGroup(
  { database, change, now }: WriteContext,
  record: GroupRecord,
  standing: Conversation['standing'] | undefined,
): void {
  const known = keyOf(database, record.group);
  const key =
    known ??
    ensureConversation(database, {
      id: record.group,
      kind: 'group',
      title: record.name || record.group,
      now,
      standing: standing ?? 'accepted',
    });
  database.run(
    `UPDATE conversations SET title = ?, outside = ?, standing = iif(standing = 'blocked', standing, coalesce(?, standing)) WHERE key = ? AND kind = 'group'`,
    [record.name || record.group, isOutside(record) ? 1 : 0, standing ?? null, key],
  );
  putGroup(database, key, record);
  change.conversation(key);
}

/** Stores the row of a group; true when there was none. */
export function putGroup(database: WriteConnection, key: number, record: GroupRecord): boolean {
  const facts = JSON.stringify(groupFactsSchema.parse(record));
  const inserted = database.run(
    `INSERT INTO groups (conversation, facts, membership, status, member_count, picture, committed_epoch,
       message_contiguous, message_acknowledged, message_joined, event_contiguous, event_acknowledged, event_joined)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    [
      key,
      facts,
      record.membership,
      record.status,
      wholeNumber(record.memberCount),
      record.picture,
      wholeNumber(record.committedEpoch),
      ...cursorValues(record.messages),
      ...cursorValues(record.events),
    ],
  );
  if (inserted.changes > 0) return true;
  database.run(
    `UPDATE groups SET facts = ?, membership = ?, status = ?, member_count = ?, picture = ?, committed_epoch = ?
     WHERE conversation = ?`,
    [
      facts,
      record.membership,
      record.status,
      wholeNumber(record.memberCount),
      record.picture,
      wholeNumber(record.committedEpoch),
      key,
    ],
  );
  return false;
}

const cursorValues = (cursor: GroupCursor): [number, number, number] => [
  wholeNumber(cursor.contiguous),
  wholeNumber(cursor.acknowledged),
  wholeNumber(cursor.joined),
];

/** Moves one of the two positions, also backwards: a gateway that lost its counters starts again. */
export function writeGroupCursor(
  database: WriteConnection,
  key: number,
  which: 'messages' | 'events',
  cursor: GroupCursor,
): void {
  const of = which === 'messages' ? 'message' : 'event';
  database.run(
    `UPDATE groups SET ${of}_contiguous = ?, ${of}_acknowledged = ?, ${of}_joined = ? WHERE conversation = ?`,
    [...cursorValues(cursor), key],
  );
}

/** Whether anything is known of a group. */
export function isKept(database: ReadConnection, key: number): boolean {
  return database.get('SELECT 1 AS found FROM groups WHERE conversation = ?', [key]) !== undefined;
}
