import type { SqlDatabase, SqlRow, SqlValue } from './database';
import type { GroupMemberStore } from './group-members';

export type GroupVisibility = 'public' | 'private';
export type GroupStatus = 'active' | 'suspended' | 'dissolved';

/** A group as stored (`protocol/05 §2.1`). Times in ms. */
export interface GroupRow {
  /** Key of all tables about groups; never leaves the gateway. */
  readonly id: number;
  readonly base: string;
  readonly domain: string;
  readonly name: string;
  readonly visibility: GroupVisibility;
  readonly status: GroupStatus;
  readonly description: string;
  /** JSON object. */
  readonly metadata: string;
  readonly avatarRef: string;
  /** `group_e2ee` or `group_e2ee_v2`, fixed at creation. */
  readonly protocol: string;
  /** AID of a named group. */
  readonly groupAid: string | null;
  readonly creator: string;
  readonly owner: string;
  /** Newest numbers. */
  readonly messageSeq: number;
  readonly eventSeq: number;
  /** Rows up to these numbers have been purged. */
  readonly messageFloor: number;
  readonly eventFloor: number;
  readonly memberCount: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly dissolvedAt: number | null;
}

/** What a new group consists of. */
export type NewGroup = Pick<
  GroupRow,
  | 'base'
  | 'domain'
  | 'name'
  | 'visibility'
  | 'description'
  | 'metadata'
  | 'avatarRef'
  | 'protocol'
  | 'groupAid'
  | 'owner'
>;

/** Members of a group that may be changed later; absent ones stay. */
export type GroupChange = Partial<
  Pick<GroupRow, 'name' | 'visibility' | 'status' | 'description' | 'metadata' | 'avatarRef' | 'owner'>
> & { readonly groupAid?: string; readonly dissolvedAt?: number };

type Row = SqlRow & {
  id: number;
  base: string;
  domain: string;
  name: string;
  visibility: string;
  status: string;
  description: string;
  metadata: string;
  avatar_ref: string;
  protocol: string;
  group_aid: string | null;
  creator: string;
  owner: string;
  message_seq: number;
  event_seq: number;
  message_floor: number;
  event_floor: number;
  member_count: number;
  created_at: number;
  updated_at: number;
  dissolved_at: number | null;
};

const SELECT =
  'SELECT g.*, (SELECT count(*) FROM group_members m WHERE m.grp = g.id) AS member_count FROM groups g';

const COLUMNS: readonly (readonly [keyof GroupChange, string])[] = [
  ['name', 'name'],
  ['visibility', 'visibility'],
  ['status', 'status'],
  ['description', 'description'],
  ['metadata', 'metadata'],
  ['avatarRef', 'avatar_ref'],
  ['owner', 'owner'],
  ['groupAid', 'group_aid'],
  ['dissolvedAt', 'dissolved_at'],
];

function toGroup(row: Row): GroupRow {
  return {
    id: row.id,
    base: row.base,
    domain: row.domain,
    name: row.name,
    visibility: row.visibility === 'public' ? 'public' : 'private',
    status: row.status === 'active' || row.status === 'suspended' ? row.status : 'dissolved',
    description: row.description,
    metadata: row.metadata,
    avatarRef: row.avatar_ref,
    protocol: row.protocol,
    groupAid: row.group_aid,
    creator: row.creator,
    owner: row.owner,
    messageSeq: row.message_seq,
    eventSeq: row.event_seq,
    messageFloor: row.message_floor,
    eventFloor: row.event_floor,
    memberCount: row.member_count,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    dissolvedAt: row.dissolved_at,
  };
}

/** Groups, found by base and domain (`protocol/05 §1.4`). */
export class GroupStore {
  readonly #sql: SqlDatabase;
  readonly #members: GroupMemberStore;

  constructor(sql: SqlDatabase, members: GroupMemberStore) {
    this.#sql = sql;
    this.#members = members;
  }

  insert(group: NewGroup, now: number): number {
    return this.#sql.run(
      `INSERT INTO groups (base, domain, name, visibility, status, description, metadata, avatar_ref, protocol,
         group_aid, creator, owner, created_at, updated_at)
       VALUES (?, ?, ?, ?, 'active', ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      group.base,
      group.domain,
      group.name,
      group.visibility,
      group.description,
      group.metadata,
      group.avatarRef,
      group.protocol,
      group.groupAid,
      group.owner,
      group.owner,
      now,
      now,
    ).lastId;
  }

  get(id: number): GroupRow | null {
    const row = this.#sql.get<Row>(`${SELECT} WHERE g.id = ?`, id);
    return row === undefined ? null : toGroup(row);
  }

  find(base: string, domain: string): GroupRow | null {
    const row = this.#sql.get<Row>(`${SELECT} WHERE g.domain = ? AND g.base = ?`, domain, base);
    return row === undefined ? null : toGroup(row);
  }

  /** The named group with this AID. */
  byAid(aid: string): GroupRow | null {
    const row = this.#sql.get<Row>(`${SELECT} WHERE g.group_aid = ?`, aid);
    return row === undefined ? null : toGroup(row);
  }

  /** Groups of a member that have not been dissolved, most recently changed first. */
  of(aid: string): GroupRow[] {
    return this.#sql
      .all<Row>(
        `${SELECT} JOIN group_members mine ON mine.grp = g.id
         WHERE mine.aid = ? AND g.status <> 'dissolved' ORDER BY g.updated_at DESC, g.id DESC`,
        aid,
      )
      .map(toGroup);
  }

  countOf(aid: string): number {
    const sql = `SELECT count(*) AS total FROM group_members m JOIN groups g ON g.id = m.grp
      WHERE m.aid = ? AND g.status <> 'dissolved'`;
    return this.#sql.get<{ total: number }>(sql, aid)?.total ?? 0;
  }

  /** Public, active groups. */
  listed(): GroupRow[] {
    return this.#sql
      .all<Row>(`${SELECT} WHERE g.visibility = 'public' AND g.status = 'active' ORDER BY g.name, g.id`)
      .map(toGroup);
  }

  all(): GroupRow[] {
    return this.#sql.all<Row>(`${SELECT} ORDER BY g.id`).map(toGroup);
  }

  /** Changes members of the row; `updated_at` follows. */
  update(id: number, change: GroupChange, now: number): void {
    const sets: string[] = [];
    const values: SqlValue[] = [];
    for (const [key, column] of COLUMNS) {
      const value = change[key];
      if (value === undefined) continue;
      sets.push(`${column} = ?`);
      values.push(value);
    }
    sets.push('updated_at = ?');
    this.#sql.run(`UPDATE groups SET ${sets.join(', ')} WHERE id = ?`, ...values, now, id);
  }

  touch(id: number, now: number): void {
    this.#sql.run('UPDATE groups SET updated_at = ? WHERE id = ?', now, id);
  }

  /** Takes the next message number. */
  nextMessageSeq(id: number): number {
    return this.#next(id, 'message_seq');
  }

  /** Takes the next event number. */
  nextEventSeq(id: number): number {
    return this.#next(id, 'event_seq');
  }

  addEvent(id: number, eventSeq: number, body: string, now: number): void {
    this.#sql.run(
      'INSERT INTO group_events (grp, event_seq, body, created_at) VALUES (?, ?, ?, ?)',
      id,
      eventSeq,
      body,
      now,
    );
  }

  /** Events after a number, oldest first. */
  events(id: number, after: number, limit: number): { eventSeq: number; body: string }[] {
    return this.#sql
      .all<{ event_seq: number; body: string }>(
        'SELECT event_seq, body FROM group_events WHERE grp = ? AND event_seq > ? ORDER BY event_seq LIMIT ?',
        id,
        after,
        limit,
      )
      .map((row) => ({ eventSeq: row.event_seq, body: row.body }));
  }

  /** Drops rows up to these numbers and raises the floors: a hole that the gateway explains. */
  purge(id: number, upTo: { messages: number; events: number }): void {
    this.#sql.transaction(() => {
      this.#sql.run('DELETE FROM group_messages WHERE grp = ? AND seq <= ?', id, upTo.messages);
      this.#sql.run('DELETE FROM group_events WHERE grp = ? AND event_seq <= ?', id, upTo.events);
      this.#sql.run(
        `UPDATE groups SET message_floor = max(message_floor, min(message_seq, ?)),
           event_floor = max(event_floor, min(event_seq, ?)) WHERE id = ?`,
        upTo.messages,
        upTo.events,
        id,
      );
    });
  }

  /** Purges what was stored before a time, in all groups. */
  purgeOlderThan(before: number): void {
    const rows = this.#sql.all<{ id: number; messages: number; events: number }>(
      `SELECT g.id,
         coalesce((SELECT max(seq) FROM group_messages WHERE grp = g.id AND created_at < ?), 0) AS messages,
         coalesce((SELECT max(event_seq) FROM group_events WHERE grp = g.id AND created_at < ?), 0) AS events
       FROM groups g`,
      before,
      before,
    );
    for (const row of rows) {
      if (row.messages > 0 || row.events > 0) this.purge(row.id, row);
    }
  }

  /** Forgets messages, events and cursors and begins all numbers again: a server reset. */
  reset(id: number): void {
    this.#sql.transaction(() => {
      for (const sql of [
        'DELETE FROM group_messages WHERE grp = ?',
        'DELETE FROM group_events WHERE grp = ?',
        'UPDATE groups SET message_seq = 0, event_seq = 0, message_floor = 0, event_floor = 0 WHERE id = ?',
      ]) {
        this.#sql.run(sql, id);
      }
      this.#members.restart(id);
    });
  }

  #next(id: number, counter: 'message_seq' | 'event_seq'): number {
    const row = this.#sql.get<{ seq: number }>(
      `UPDATE groups SET ${counter} = ${counter} + 1 WHERE id = ? RETURNING ${counter} AS seq`,
      id,
    );
    if (row === undefined) throw new Error('the group is gone');
    return row.seq;
  }
}
