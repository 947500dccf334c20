import { groupRoleSchema, memberKindSchema } from '../../shared/model/group';
import type { GroupMemberRecord, GroupReader } from '../ports/group-store';
import {
  flag,
  integer,
  integerOrNull,
  oneOf,
  text,
  textOrNull,
  wholeNumber,
  wholeNumberOrNull,
  type SqlRow,
  type SqlValue,
} from './columns';
import { folded, keyOf } from './conversations';
import { requireGroup } from './groups';
import type { ReadConnection, WriteConnection } from './sqlite';

type MemberQuery = Parameters<GroupReader['groupMembers']>[1];

const COLUMNS = 'm.aid, m.role, m.kind, m.joined_at, m.muted_until, m.mute_reason, m.has_keys';
const IN_ORDER = 'ORDER BY m.rank, m.aid';

function read(row: SqlRow): GroupMemberRecord {
  return {
    aid: text(row, 'aid'),
    role: oneOf(row, 'role', groupRoleSchema),
    kind: oneOf(row, 'kind', memberKindSchema),
    joinedAt: integerOrNull(row, 'joined_at'),
    mutedUntil: integerOrNull(row, 'muted_until'),
    muteReason: text(row, 'mute_reason'),
    hasKeys: flag(row, 'has_keys'),
  };
}

function conditionOf(key: number, { only, now }: MemberQuery): { where: string; params: SqlValue[] } {
  switch (only) {
    case 'all':
      return { where: 'm.conversation = ?', params: [key] };
    case 'admins':
      return { where: 'm.conversation = ? AND m.rank < 2', params: [key] };
    case 'agents':
      return { where: "m.conversation = ? AND m.kind = 'ai'", params: [key] };
    case 'muted':
      return { where: 'm.conversation = ? AND m.muted_until > ?', params: [key, wholeNumber(now)] };
  }
}

/** A page of members; see `GroupReader.groupMembers`. */
export function groupMembers(
  database: ReadConnection,
  group: string,
  query: MemberQuery,
): { members: GroupMemberRecord[]; total: number } {
  const key = keyOf(database, group);
  if (key === null) return { members: [], total: 0 };
  const { where, params } = conditionOf(key, query);
  const wanted = folded(query.text).trim();
  if (wanted !== '') return found(database, where, params, wanted, query);
  const total = database.get(`SELECT count(*) AS total FROM group_members m WHERE ${where}`, params);
  const rows = database.all(
    `SELECT ${COLUMNS} FROM group_members m WHERE ${where} ${IN_ORDER} LIMIT ? OFFSET ?`,
    [...params, query.limit, query.offset],
  );
  return { members: rows.map(read), total: total === undefined ? 0 : integer(total, 'total') };
}

/** A group has few hundred members at most: their names are compared here, where letters of every script are known. */
function found(
  database: ReadConnection,
  where: string,
  params: readonly SqlValue[],
  wanted: string,
  { limit, offset }: MemberQuery,
): { members: GroupMemberRecord[]; total: number } {
  const rows = database.all(
    `SELECT ${COLUMNS}, p.alias, c.title, f.name FROM group_members m
     LEFT JOIN contacts p ON p.aid = m.aid
     LEFT JOIN conversations c ON c.id = m.aid
     LEFT JOIN profiles f ON f.aid = m.aid AND f.status = 'verified'
     WHERE ${where} ${IN_ORDER}`,
    params,
  );
  const members = rows.filter((row) =>
    [text(row, 'aid'), textOrNull(row, 'alias'), textOrNull(row, 'title'), textOrNull(row, 'name')].some(
      (name) => name !== null && folded(name).includes(wanted),
    ),
  );
  return { members: members.slice(offset, offset + limit).map(read), total: members.length };
}

/** One member, or null. */
export function groupMember(database: ReadConnection, group: string, aid: string): GroupMemberRecord | null {
  const row = database.get(
    `SELECT ${COLUMNS} FROM group_members m JOIN conversations c ON c.key = m.conversation WHERE c.id = ? AND m.aid = ?`,
    [group, aid],
  );
  return row === undefined ? null : read(row);
}

/** Members of a group as they stand in the rows of a backup. */
export function membersOf(database: ReadConnection, key: number): GroupMemberRecord[] {
  return database
    .all(`SELECT ${COLUMNS} FROM group_members m WHERE m.conversation = ? ${IN_ORDER}`, [key])
    .map(read);
}

/** Puts a member of a group in place of what was known of them. */
export function putMember(database: WriteConnection, key: number, member: GroupMemberRecord): void {
  database.run(
    `INSERT OR REPLACE INTO group_members (conversation, aid, role, kind, joined_at, muted_until, mute_reason, has_keys)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      key,
      member.aid,
      member.role,
      member.kind,
      wholeNumberOrNull(member.joinedAt),
      wholeNumberOrNull(member.mutedUntil),
      member.muteReason,
      member.hasKeys ? 1 : 0,
    ],
  );
}

/** See `GroupWriter.replaceMembers`. @throws AunError `unknown_conversation` */
export function replaceMembers(
  database: WriteConnection,
  group: string,
  members: readonly GroupMemberRecord[],
): void {
  const key = requireGroup(database, group);
  database.run('DELETE FROM group_members WHERE conversation = ?', [key]);
  for (const member of members) putMember(database, key, member);
}

/** See `GroupWriter.saveMember`. @throws AunError `unknown_conversation` */
export function saveMember(database: WriteConnection, group: string, member: GroupMemberRecord): void {
  putMember(database, requireGroup(database, group), member);
}

/** See `GroupWriter.removeMember`. @throws AunError `unknown_conversation` */
export function removeMember(database: WriteConnection, group: string, aid: string): void {
  database.run('DELETE FROM group_members WHERE conversation = ? AND aid = ?', [
    requireGroup(database, group),
    aid,
  ]);
}
