import type { ExportPage } from '../ports/store';
import { AunError } from '../runtime/errors';
import { GROUP_ROW_VERSION, type BackupRow } from './backup-rows';
import { groupMembershipSchema, groupStatusSchema } from '../../shared/model/group';
import { integer, oneOf, text, type SqlRow } from './columns';
import { ensureConversation } from './conversations';
import { importGroupKey, readGroupKey } from './group-keys';
import { putEntry, readEntry } from './group-log';
import { membersOf, putMember } from './group-members';
import { isKept, putGroup, readFacts } from './groups';
import type { WriteContext } from './message-writes';
import type { ReadConnection } from './sqlite';

const V = GROUP_ROW_VERSION;
const SECRET_BYTES = 32;
/** Places of the three tables in one row of numbers: far more than rows of any of them. */
const STAGE = 2 ** 50;
const NOWHERE = { contiguous: 0, acknowledged: 0, joined: 0 } as const;

interface Stage {
  readonly count: string;
  /** Pages along a number; parameters are where the last one ended and how many. */
  readonly page: string;
  row(row: SqlRow, database: ReadConnection): BackupRow<'groups'>;
}

/** Keys come first: a small backup carries nothing else. Keys that are not committed are no use to anybody. */
const STAGES: readonly Stage[] = [
  {
    count: 'SELECT count(*) AS count FROM group_keys WHERE pending_rotation IS NULL',
    page: 'SELECT *, id AS walk FROM group_keys WHERE id > ? AND pending_rotation IS NULL ORDER BY id LIMIT ?',
    row(row) {
      const { secret, pendingRotation: _, ...key } = readGroupKey(row);
      return {
        v: V,
        what: 'key',
        group: text(row, 'group_id'),
        ...key,
        members: [...key.members],
        secret: Buffer.from(secret).toString('base64'),
      };
    },
  },
  {
    count: 'SELECT count(*) AS count FROM groups',
    page: `SELECT g.*, c.id AS group_id, g.conversation AS walk FROM groups g JOIN conversations c ON c.key = g.conversation
      WHERE g.conversation > ? ORDER BY g.conversation LIMIT ?`,
    row: (row, database) => ({
      v: V,
      what: 'group',
      group: text(row, 'group_id'),
      membership: oneOf(row, 'membership', groupMembershipSchema),
      status: oneOf(row, 'status', groupStatusSchema),
      memberCount: integer(row, 'member_count'),
      facts: readFacts(row),
      members: membersOf(database, integer(row, 'conversation')),
    }),
  },
  {
    count: 'SELECT count(*) AS count FROM group_log',
    page: `SELECT l.*, c.id AS group_id, l.id AS walk FROM group_log l JOIN conversations c ON c.key = l.conversation
      WHERE l.id > ? ORDER BY l.id LIMIT ?`,
    row: (row) => ({ v: V, what: 'log', group: text(row, 'group_id'), entry: readEntry(row) }),
  },
];

/** How many rows of groups a full backup carries now. */
export function countGroupRows(database: ReadConnection): number {
  return STAGES.reduce((sum, { count }) => {
    const row = database.get(count);
    return sum + (row === undefined ? 0 : integer(row, 'count'));
  }, 0);
}

/** One page of rows of groups; a page may be empty before the end. */
export function exportGroupRows(database: ReadConnection, after: number | null, limit: number): ExportPage {
  const place = after ?? 0;
  const at = Math.floor(place / STAGE);
  const stage = STAGES[at];
  if (stage === undefined) return { rows: [], next: null };
  const rows = database.all(stage.page, [place % STAGE, limit]);
  const last = rows.at(-1);
  const more = last !== undefined && rows.length === limit;
  const next = more ? at * STAGE + integer(last, 'walk') : at + 1 < STAGES.length ? (at + 1) * STAGE : null;
  return { rows: rows.map((row) => JSON.stringify(stage.row(row, database))), next };
}

/**
 * Takes a row of groups; what is here already stays. Numbers begin again: where they stand, the committed epoch and the
 * fetched picture are those of an installation.
 */
export function importGroupRow(context: WriteContext, row: BackupRow<'groups'>): boolean {
  const { database } = context;
  if (row.what === 'key') {
    const { group, secret: encoded, ...rest } = row;
    const secret = Buffer.from(encoded, 'base64');
    if (secret.length !== SECRET_BYTES)
      throw new AunError('backup_damaged', 'the key of a group has a wrong length');
    return importGroupKey(database, group, { ...rest, secret, pendingRotation: null });
  }
  const key = conversationOf(context, row);
  if (row.what === 'log') return putEntry(database, key, row.entry);
  if (isKept(database, key)) return false;
  const { group, membership, status, memberCount, facts } = row;
  putGroup(database, key, {
    ...facts,
    group,
    membership,
    status,
    memberCount,
    picture: null,
    committedEpoch: 0,
    messages: NOWHERE,
    events: NOWHERE,
  });
  for (const member of row.members) putMember(database, key, member);
  context.change.conversation(key);
  return true;
}

function conversationOf({ database, now }: WriteContext, row: BackupRow<'groups'>): number {
  return ensureConversation(database, {
    id: row.group,
    kind: 'group',
    title: row.what === 'group' ? row.facts.name || row.group : row.group,
    now,
    standing: 'accepted',
  });
}
