import type { SqlDatabase, SqlRow } from './database';

/** A stored message of a group (`protocol/05 §2.3`). `payload` and `extras` are JSON text. Times in ms. */
export interface GroupMessageRow {
  readonly seq: number;
  readonly messageId: string;
  readonly sender: string;
  readonly type: string;
  readonly payload: string;
  readonly encrypted: boolean;
  /** JSON object of further members of the row. */
  readonly extras: string;
  readonly dispatchMode: string;
  readonly timestamp: number;
  readonly createdAt: number;
  readonly recalledAt: number | null;
}

type Row = SqlRow & {
  seq: number;
  message_id: string;
  sender: string;
  type: string;
  payload: string;
  encrypted: number;
  extras: string;
  dispatch_mode: string;
  timestamp: number;
  created_at: number;
  recalled_at: number | null;
};

function toMessage(row: Row): GroupMessageRow {
  return {
    seq: row.seq,
    messageId: row.message_id,
    sender: row.sender,
    type: row.type,
    payload: row.payload,
    encrypted: row.encrypted === 1,
    extras: row.extras,
    dispatchMode: row.dispatch_mode,
    timestamp: row.timestamp,
    createdAt: row.created_at,
    recalledAt: row.recalled_at,
  };
}

/** Messages of groups by number; nobody's id can be taken by somebody else. */
export class GroupMessageStore {
  readonly #sql: SqlDatabase;

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
  }

  insert(group: number, message: GroupMessageRow): void {
    this.#sql.run(
      `INSERT INTO group_messages (grp, seq, message_id, sender, type, payload, encrypted, extras, dispatch_mode,
         timestamp, created_at, recalled_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      group,
      message.seq,
      message.messageId,
      message.sender,
      message.type,
      message.payload,
      message.encrypted ? 1 : 0,
      message.extras,
      message.dispatchMode,
      message.timestamp,
      message.createdAt,
      message.recalledAt,
    );
  }

  /** The message a sender gave this id. */
  find(group: number, sender: string, messageId: string): GroupMessageRow | null {
    const row = this.#sql.get<Row>(
      'SELECT * FROM group_messages WHERE grp = ? AND sender = ? AND message_id = ?',
      group,
      sender,
      messageId,
    );
    return row === undefined ? null : toMessage(row);
  }

  /** Whether anybody's message has this id, in the part of the history after `after`. */
  exists(group: number, messageId: string, after: number): boolean {
    const sql = 'SELECT 1 AS found FROM group_messages WHERE grp = ? AND message_id = ? AND seq > ? LIMIT 1';
    return this.#sql.get(sql, group, messageId, after) !== undefined;
  }

  /** Messages after a number, oldest first. */
  page(group: number, after: number, limit: number): GroupMessageRow[] {
    return this.#sql
      .all<Row>(
        'SELECT * FROM group_messages WHERE grp = ? AND seq > ? ORDER BY seq LIMIT ?',
        group,
        after,
        limit,
      )
      .map(toMessage);
  }

  /** Puts a note in the place of a message; its number and id stay. */
  blank(group: number, seq: number, type: string, payload: string, at: number): void {
    this.#sql.run(
      `UPDATE group_messages SET type = ?, payload = ?, encrypted = 0, extras = '{}', recalled_at = ?
       WHERE grp = ? AND seq = ?`,
      type,
      payload,
      at,
      group,
      seq,
    );
  }
}
