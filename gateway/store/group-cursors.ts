import type { SqlDatabase, SqlRow } from './database';
import { GroupCache } from './group-cache';

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

/** How far a member got: the newest message acknowledged and the time of the last pull (ms). */
export interface Progress {
  readonly ack: number;
  readonly pull: number;
}

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

const INSTANCE = 'grp = ? AND aid = ? AND device_id = ? AND slot = ?';
/** So many members whose progress has changed are read anew one by one; of more, everybody's is. */
const MOST_STALE = 32;

/** Cursors of the instances of members. */
export class GroupCursorStore {
  readonly #sql: SqlDatabase;
  readonly #progress: GroupCache<{ readonly members: Map<string, Progress>; readonly stale: Set<string> }>;
  /** Numbers that instances are known to have taken at least. */
  readonly #taken: GroupCache<Map<string, number>>;

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
    this.#progress = new GroupCache(sql);
    this.#taken = new GroupCache(sql);
  }

  get(group: number, instance: Instance): CursorRow | null {
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
  all(group: number, aid: string | null = null): CursorRow[] {
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
    this.#stale(group, instance.aid);
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
    this.#stale(group, instance.aid);
  }

  /** Forgets instances of a device: one slot, or all when `slot` is null. Returns how many. */
  drop(group: number, aid: string, deviceId: string, slot: string | null): number {
    const { changes } = this.#sql.run(
      'DELETE FROM group_cursors WHERE grp = ? AND aid = ? AND device_id = ? AND (? IS NULL OR slot = ?)',
      group,
      aid,
      deviceId,
      slot,
      slot,
    );
    this.#taken.drop(group);
    this.#stale(group, aid);
    return changes;
  }

  /** Forgets all instances of a member, or of everybody. */
  forget(group: number, aid: string | null): void {
    this.#sql.run('DELETE FROM group_cursors WHERE grp = ? AND (? IS NULL OR aid = ?)', group, aid, aid);
    this.#taken.drop(group);
    if (aid === null) this.#progress.drop(group);
    else this.#stale(group, aid);
  }

  /** How far everybody who has taken anything got, over all their instances. */
  progress(group: number): ReadonlyMap<string, Progress> {
    const known = this.#progress.known(group);
    if (known !== undefined && known.stale.size > MOST_STALE) this.#progress.drop(group);
    const { members, stale } = this.#progress.of(group, () => ({
      members: new Map(this.#read(group, null)),
      stale: new Set(),
    }));
    for (const aid of stale) {
      members.delete(aid);
      for (const [, progress] of this.#read(group, aid)) members.set(aid, progress);
    }
    stale.clear();
    return members;
  }

  /** Whether an instance has taken messages beyond a number. What it once had it has as long as it is known. */
  hasTaken(group: number, instance: Instance, seq: number): boolean {
    const known = this.#taken.of(group, () => new Map<string, number>());
    const key = JSON.stringify([instance.aid, instance.deviceId, instance.slot]);
    const least = known.get(key) ?? 0;
    if (least > seq) return true;
    const taken = this.get(group, instance)?.messageSeq ?? 0;
    known.set(key, taken);
    return taken > seq;
  }

  #read(group: number, aid: string | null): [string, Progress][] {
    const sql = `SELECT aid, max(message_seq) AS ack, max(last_pull_at) AS pull FROM group_cursors
      WHERE grp = ? ${aid === null ? '' : 'AND aid = ?'} GROUP BY aid`;
    return this.#sql
      .all<{ aid: string; ack: number; pull: number }>(sql, ...(aid === null ? [group] : [group, aid]))
      .map((row) => [row.aid, { ack: row.ack, pull: row.pull }]);
  }

  #stale(group: number, aid: string): void {
    this.#progress.known(group)?.stale.add(aid);
  }
}
