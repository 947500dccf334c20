import type { SqlDatabase, SqlRow } from './database';

/** One logical message: what idempotency and recall are about. */
export interface MessageRecord {
  readonly id: number;
  readonly sender: string;
  readonly messageId: string;
  readonly recipient: string;
  /** Server time in ms. */
  readonly sentAt: number;
  readonly deliveryMode: string;
  /** JSON text of the first result. */
  readonly result: string;
  readonly recalledAt: number | null;
}

/** Mail for an AID that has no device yet. */
export interface PendingRecord {
  readonly message: number;
  readonly sender: string;
  readonly recipient: string;
  readonly messageId: string;
  readonly timestamp: number;
  readonly deliveryMode: string;
  readonly type: string | null;
  readonly encrypted: boolean;
  readonly payload: string;
  readonly extras: string | null;
}

type Row = SqlRow & {
  id: number;
  sender: string;
  message_id: string;
  recipient: string;
  sent_at: number;
  delivery_mode: string;
  result: string;
  recalled_at: number | null;
};

type PendingRow = SqlRow & {
  message: number;
  sender: string;
  recipient: string;
  message_id: string;
  sent_at: number;
  delivery_mode: string;
  type: string | null;
  encrypted: number;
  payload: string;
  extras: string | null;
};

function toRecord(row: Row): MessageRecord {
  return {
    id: row.id,
    sender: row.sender,
    messageId: row.message_id,
    recipient: row.recipient,
    sentAt: row.sent_at,
    deliveryMode: row.delivery_mode,
    result: row.result,
    recalledAt: row.recalled_at,
  };
}

/** Logical messages, keyed by (sender, message_id) so that nobody can squat another sender's ids. */
export class MessageStore {
  readonly #sql: SqlDatabase;

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
  }

  find(sender: string, messageId: string): MessageRecord | null {
    const row = this.#sql.get<Row>(
      'SELECT * FROM messages WHERE sender = ? AND message_id = ?',
      sender,
      messageId,
    );
    return row === undefined ? null : toRecord(row);
  }

  /** Whether `reader` received a message with this id from somebody else. */
  receivedFromOther(messageId: string, reader: string): boolean {
    return (
      this.#sql.get(
        'SELECT 1 AS found FROM messages WHERE message_id = ? AND recipient = ? AND sender <> ?',
        messageId,
        reader,
        reader,
      ) !== undefined
    );
  }

  /** Takes the (sender, message_id) pair; the result is filled in by {@link setResult} in the same transaction. */
  insert(sender: string, messageId: string, recipient: string, sentAt: number, deliveryMode: string): number {
    return this.#sql.run(
      `INSERT INTO messages (sender, message_id, recipient, sent_at, delivery_mode, result)
       VALUES (?, ?, ?, ?, ?, '')`,
      sender,
      messageId,
      recipient,
      sentAt,
      deliveryMode,
    ).lastId;
  }

  setResult(id: number, result: string): void {
    this.#sql.run('UPDATE messages SET result = ? WHERE id = ?', result, id);
  }

  markRecalled(id: number, now: number): void {
    this.#sql.run('UPDATE messages SET recalled_at = ? WHERE id = ?', now, id);
  }

  addPending(
    aid: string,
    message: number,
    body: { type: string | null; encrypted: boolean; payload: string; extras: string | null },
  ): void {
    this.#sql.run(
      'INSERT INTO pending (aid, message, type, encrypted, payload, extras) VALUES (?, ?, ?, ?, ?, ?)',
      aid,
      message,
      body.type,
      body.encrypted ? 1 : 0,
      body.payload,
      body.extras,
    );
  }

  /** Takes everything that waits for an AID, oldest first, off the list. */
  takePending(aid: string): PendingRecord[] {
    const rows = this.#sql.all<PendingRow>(
      `SELECT p.message, m.sender, m.recipient, m.message_id, m.sent_at, m.delivery_mode, p.type, p.encrypted,
         p.payload, p.extras
       FROM pending p JOIN messages m ON m.id = p.message WHERE p.aid = ? ORDER BY p.id`,
      aid,
    );
    if (rows.length > 0) this.#sql.run('DELETE FROM pending WHERE aid = ?', aid);
    return rows.map((row) => ({
      message: row.message,
      sender: row.sender,
      recipient: row.recipient,
      messageId: row.message_id,
      timestamp: row.sent_at,
      deliveryMode: row.delivery_mode,
      type: row.type,
      encrypted: row.encrypted === 1,
      payload: row.payload,
      extras: row.extras,
    }));
  }

  /** Notes a refused send; `false` when it was refused before (`protocol/04 §3.1`, stale V1 device list). */
  noteRefusal(sender: string, messageId: string, now: number): boolean {
    return (
      this.#sql.run(
        'INSERT OR IGNORE INTO refused_sends (sender, message_id, refused_at) VALUES (?, ?, ?)',
        sender,
        messageId,
        now,
      ).changes > 0
    );
  }

  /** Forgets messages sent before `before` (ms) that no inbox holds any more. */
  dropOlderThan(before: number): void {
    this.#sql.run('DELETE FROM pending WHERE message IN (SELECT id FROM messages WHERE sent_at < ?)', before);
    this.#sql.run(
      `DELETE FROM messages WHERE sent_at < ? AND NOT EXISTS (SELECT 1 FROM inbox WHERE inbox.message = messages.id)`,
      before,
    );
    this.#sql.run('DELETE FROM refused_sends WHERE refused_at < ?', before);
  }
}
