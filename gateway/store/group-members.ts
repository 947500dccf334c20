import type { SqlDatabase, SqlRow } from './database';
import { GroupCache } from './group-cache';
import type { GroupCursorStore } from './group-cursors';

export type MemberRole = 'owner' | 'admin' | 'member';
export type MemberType = 'human' | 'ai';

/** A member (`protocol/05 §2.2`). Times in ms. */
export interface MemberRow {
  readonly group: number;
  readonly aid: string;
  readonly role: MemberRole;
  readonly memberType: MemberType;
  readonly joinedAt: number;
  /** Last message and event before joining; neither is ever shown. */
  readonly joinSeq: number;
  readonly joinEventSeq: number;
  /** Committed epoch at the time of joining, and the first epoch they may read. */
  readonly joinEpoch: number;
  readonly minReadEpoch: number;
}

type MemberSqlRow = SqlRow & {
  grp: number;
  aid: string;
  role: string;
  member_type: string;
  joined_at: number;
  join_seq: number;
  join_event_seq: number;
  join_epoch: number;
  min_read_epoch: number;
};

function toMember(row: MemberSqlRow): MemberRow {
  return {
    group: row.grp,
    aid: row.aid,
    role: row.role === 'owner' || row.role === 'admin' ? row.role : 'member',
    memberType: row.member_type === 'ai' ? 'ai' : 'human',
    joinedAt: row.joined_at,
    joinSeq: row.join_seq,
    joinEventSeq: row.join_event_seq,
    joinEpoch: row.join_epoch,
    minReadEpoch: row.min_read_epoch,
  };
}

const ORDER = `ORDER BY CASE role WHEN 'owner' THEN 0 WHEN 'admin' THEN 1 ELSE 2 END, aid`;
interface Members {
  readonly inOrder: readonly MemberRow[];
  readonly byAid: ReadonlyMap<string, MemberRow>;
}

/**
 * Members of groups. Everybody of a group is read once and kept until somebody comes, goes or gets another role: clients ask for
 * all of them before every message they seal (`protocol/05 §9.4`). The same row is the same object as long as nothing changed.
 */
export class GroupMemberStore {
  readonly #sql: SqlDatabase;
  readonly #cursors: GroupCursorStore;
  readonly #kept: GroupCache<Members>;

  constructor(sql: SqlDatabase, cursors: GroupCursorStore) {
    this.#sql = sql;
    this.#cursors = cursors;
    this.#kept = new GroupCache(sql);
  }

  insert(member: MemberRow): void {
    this.#sql.run(
      `INSERT INTO group_members (grp, aid, role, member_type, joined_at, join_seq, join_event_seq, join_epoch,
         min_read_epoch) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      member.group,
      member.aid,
      member.role,
      member.memberType,
      member.joinedAt,
      member.joinSeq,
      member.joinEventSeq,
      member.joinEpoch,
      member.minReadEpoch,
    );
    this.#kept.drop(member.group);
  }

  get(group: number, aid: string): MemberRow | null {
    const kept = this.#kept.known(group);
    if (kept !== undefined) return kept.byAid.get(aid) ?? null;
    const row = this.#sql.get<MemberSqlRow>(
      'SELECT * FROM group_members WHERE grp = ? AND aid = ?',
      group,
      aid,
    );
    return row === undefined ? null : toMember(row);
  }

  /** Everybody: owner, admins, members, each by AID. */
  all(group: number): readonly MemberRow[] {
    return this.#kept.of(group, () => {
      const sql = `SELECT * FROM group_members WHERE grp = ? ${ORDER}`;
      const inOrder = this.#sql.all<MemberSqlRow>(sql, group).map(toMember);
      return { inOrder, byAid: new Map(inOrder.map((member) => [member.aid, member])) };
    }).inOrder;
  }

  setRole(group: number, aid: string, role: MemberRole): void {
    this.#sql.run('UPDATE group_members SET role = ? WHERE grp = ? AND aid = ?', role, group, aid);
    this.#kept.drop(group);
  }

  /** Ends a membership and forgets its cursors. */
  remove(group: number, aid: string): void {
    this.#sql.run('DELETE FROM group_members WHERE grp = ? AND aid = ?', group, aid);
    this.#kept.drop(group);
    this.#cursors.forget(group, aid);
  }

  /** The numbers of a group begin again: everybody has joined before them, and nobody has taken anything. */
  restart(group: number): void {
    this.#sql.run('UPDATE group_members SET join_seq = 0, join_event_seq = 0 WHERE grp = ?', group);
    this.#kept.drop(group);
    this.#cursors.forget(group, null);
  }
}
