import type { SqlDatabase, SqlRow } from './database';

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

/** What one instance of a member has taken (`protocol/05 §8.2`). */
export interface CursorRow {
  readonly aid: string;
  readonly deviceId: string;
  /** Isolation key of the slot, and the slot as it was first named. */
  readonly slot: string;
  readonly slotId: string;
  readonly deviceName: string;
  readonly deviceType: string;
  readonly messageSeq: number;
  readonly eventSeq: number;
  readonly lastPullAt: number;
}

/** Which instance is meant. */
export interface Instance {
  readonly aid: string;
  readonly deviceId: string;
  readonly slot: string;
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

type CursorSqlRow = SqlRow & {
  aid: string;
  device_id: string;
  slot: string;
  slot_id: string;
  device_name: string;
  device_type: string;
  message_seq: number;
  event_seq: number;
  last_pull_at: number;
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

function toCursor(row: CursorSqlRow): CursorRow {
  return {
    aid: row.aid,
    deviceId: row.device_id,
    slot: row.slot,
    slotId: row.slot_id,
    deviceName: row.device_name,
    deviceType: row.device_type,
    messageSeq: row.message_seq,
    eventSeq: row.event_seq,
    lastPullAt: row.last_pull_at,
  };
}

const ORDER = `ORDER BY CASE role WHEN 'owner' THEN 0 WHEN 'admin' THEN 1 ELSE 2 END, aid`;
const INSTANCE = 'grp = ? AND aid = ? AND device_id = ? AND slot = ?';

/** Members of groups and the cursors of their instances. */
export class GroupMemberStore {
  readonly #sql: SqlDatabase;

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
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
  }

  get(group: number, aid: string): MemberRow | null {
    const row = this.#sql.get<MemberSqlRow>(
      'SELECT * FROM group_members WHERE grp = ? AND aid = ?',
      group,
      aid,
    );
    return row === undefined ? null : toMember(row);
  }

  /** Everybody: owner, admins, members, each by AID. */
  all(group: number): MemberRow[] {
    return this.#sql
      .all<MemberSqlRow>(`SELECT * FROM group_members WHERE grp = ? ${ORDER}`, group)
      .map(toMember);
  }

  setRole(group: number, aid: string, role: MemberRole): void {
    this.#sql.run('UPDATE group_members SET role = ? WHERE grp = ? AND aid = ?', role, group, aid);
  }

  /** Ends a membership and forgets its cursors. */
  remove(group: number, aid: string): void {
    this.#sql.run('DELETE FROM group_members WHERE grp = ? AND aid = ?', group, aid);
    this.#sql.run('DELETE FROM group_cursors WHERE grp = ? AND aid = ?', group, aid);
  }

  cursor(group: number, instance: Instance): CursorRow | null {
    const row = this.#sql.get<CursorSqlRow>(
      `SELECT * FROM group_cursors WHERE ${INSTANCE}`,
      group,
      instance.aid,
      instance.deviceId,
      instance.slot,
    );
    return row === undefined ? null : toCursor(row);
  }

  /** Cursors of one member, or of all. */
  cursors(group: number, aid: string | null = null): CursorRow[] {
    return this.#sql
      .all<CursorSqlRow>(
        'SELECT * FROM group_cursors WHERE grp = ? AND (? IS NULL OR aid = ?) ORDER BY aid, device_id, slot',
        group,
        aid,
        aid,
      )
      .map(toCursor);
  }

  /** Notes that an instance is there; what it has taken begins at `start` and never moves here. */
  seen(
    group: number,
    instance: Instance & { slotId: string; deviceName: string; deviceType: string },
    start: { messageSeq: number; eventSeq: number },
    now: number,
  ): void {
    this.#sql.run(
      `INSERT INTO group_cursors (grp, aid, device_id, slot, slot_id, device_name, device_type, message_seq, event_seq,
         last_pull_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (grp, aid, device_id, slot) DO UPDATE SET last_pull_at = excluded.last_pull_at,
         device_name = CASE excluded.device_name WHEN '' THEN device_name ELSE excluded.device_name END,
         device_type = CASE excluded.device_type WHEN '' THEN device_type ELSE excluded.device_type END`,
      group,
      instance.aid,
      instance.deviceId,
      instance.slot,
      instance.slotId,
      instance.deviceName,
      instance.deviceType,
      start.messageSeq,
      start.eventSeq,
      now,
    );
  }

  /** Moves a cursor that exists forward. */
  advance(group: number, instance: Instance, which: 'message_seq' | 'event_seq', seq: number): void {
    this.#sql.run(
      `UPDATE group_cursors SET ${which} = max(${which}, ?) WHERE ${INSTANCE}`,
      seq,
      group,
      instance.aid,
      instance.deviceId,
      instance.slot,
    );
  }

  /** Forgets instances of a device: one slot, or all when `slot` is null. Returns how many. */
  dropCursors(group: number, aid: string, deviceId: string, slot: string | null): number {
    return this.#sql.run(
      'DELETE FROM group_cursors WHERE grp = ? AND aid = ? AND device_id = ? AND (? IS NULL OR slot = ?)',
      group,
      aid,
      deviceId,
      slot,
      slot,
    ).changes;
  }
}
