import type { SqlDatabase, SqlRow } from './database';

/** Who a row is for: addressed to this AID, or a copy of what its owner sent from another device. */
export type Direction = 'inbound' | 'outbound_sync';

/** What is stored in one inbox for one message; `payload` and `extras` are JSON text, kept as received. */
export interface NewInboxRow {
  /** Id of the logical message in {@link MessageStore}. */
  readonly message: number;
  readonly sender: string;
  readonly recipient: string;
  readonly messageId: string;
  readonly timestamp: number;
  readonly direction: Direction;
  readonly deliveryMode: string;
  readonly type: string | null;
  readonly encrypted: boolean;
  readonly payload: string;
  /** JSON object text with further members of the row (`protected_headers`), or null. */
  readonly extras: string | null;
  /** The payload lives in memory only (queue mode); the row keeps its place in the sequence. */
  readonly ephemeral: boolean;
}

/** A stored row with its sequence number. */
export interface InboxRow extends NewInboxRow {
  readonly seq: number;
}

/** One inbox: the pair (AID, device). */
export interface InboxDevice {
  readonly id: number;
  readonly aid: string;
  readonly deviceId: string;
  /** Highest sequence number ever allocated. */
  readonly lastSeq: number;
  /** Everything up to and including this number has been purged. */
  readonly floorSeq: number;
  readonly known: boolean;
}

type DeviceRow = SqlRow & {
  id: number;
  aid: string;
  device_id: string;
  last_seq: number;
  floor_seq: number;
  known: number;
};

type StoredRow = SqlRow & {
  seq: number;
  message: number;
  sender: string;
  recipient: string;
  message_id: string;
  timestamp: number;
  direction: string;
  delivery_mode: string;
  type: string | null;
  encrypted: number;
  payload: string;
  extras: string | null;
  ephemeral: number;
};

function toDevice(row: DeviceRow): InboxDevice {
  return {
    id: row.id,
    aid: row.aid,
    deviceId: row.device_id,
    lastSeq: row.last_seq,
    floorSeq: row.floor_seq,
    known: row.known === 1,
  };
}

function toRow(row: StoredRow): InboxRow {
  return {
    seq: row.seq,
    message: row.message,
    sender: row.sender,
    recipient: row.recipient,
    messageId: row.message_id,
    timestamp: row.timestamp,
    direction: row.direction === 'outbound_sync' ? 'outbound_sync' : 'inbound',
    deliveryMode: row.delivery_mode,
    type: row.type,
    encrypted: row.encrypted === 1,
    payload: row.payload,
    extras: row.extras,
    ephemeral: row.ephemeral === 1,
  };
}

/**
 * Inboxes and cursors (`protocol/04 §1.3`): sequence numbers start at 1 for each (AID, device), grow by one for each
 * row and are never used twice, whatever is deleted.
 */
export class InboxStore {
  readonly #sql: SqlDatabase;

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
  }

  device(aid: string, deviceId: string): InboxDevice | null {
    const row = this.#sql.get<DeviceRow>(
      'SELECT * FROM devices WHERE aid = ? AND device_id = ?',
      aid,
      deviceId,
    );
    return row === undefined ? null : toDevice(row);
  }

  /** The inbox of a device, created empty when there is none. */
  ensure(aid: string, deviceId: string): InboxDevice {
    const found = this.device(aid, deviceId);
    if (found !== null) return found;
    const { lastId } = this.#sql.run('INSERT INTO devices (aid, device_id) VALUES (?, ?)', aid, deviceId);
    return { id: lastId, aid, deviceId, lastSeq: 0, floorSeq: 0, known: false };
  }

  /** Notes a long connection or an upload of this device: from now on it gets copies of plaintext. */
  markKnown(aid: string, deviceId: string, now: number): InboxDevice {
    const device = this.ensure(aid, deviceId);
    this.#sql.run('UPDATE devices SET known = 1, seen_at = max(seen_at, ?) WHERE id = ?', now, device.id);
    return { ...device, known: true };
  }

  /** Known devices of an AID seen since `seenSince` (ms), oldest first. */
  knownDevices(aid: string, seenSince: number): InboxDevice[] {
    return this.#sql
      .all<DeviceRow>(
        'SELECT * FROM devices WHERE aid = ? AND known = 1 AND seen_at >= ? ORDER BY id',
        aid,
        seenSince,
      )
      .map(toDevice);
  }

  /** Appends a row and returns its sequence number. */
  append(device: number, row: NewInboxRow): number {
    const next = this.#sql.get<{ last_seq: number }>(
      'UPDATE devices SET last_seq = last_seq + 1 WHERE id = ? RETURNING last_seq',
      device,
    );
    if (next === undefined) throw new Error('inbox does not exist');
    this.#sql.run(
      `INSERT INTO inbox (device, seq, message, sender, recipient, message_id, timestamp, direction, delivery_mode,
         type, encrypted, payload, extras, ephemeral) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      device,
      next.last_seq,
      row.message,
      row.sender,
      row.recipient,
      row.messageId,
      row.timestamp,
      row.direction,
      row.deliveryMode,
      row.type,
      row.encrypted ? 1 : 0,
      row.payload,
      row.extras,
      row.ephemeral ? 1 : 0,
    );
    return next.last_seq;
  }

  /** Up to `limit` rows above `afterSeq`, ascending. */
  page(device: number, afterSeq: number, limit: number): InboxRow[] {
    return this.#sql
      .all<StoredRow>(
        'SELECT * FROM inbox WHERE device = ? AND seq > ? ORDER BY seq LIMIT ?',
        device,
        afterSeq,
        limit,
      )
      .map(toRow);
  }

  /** Senders of inbound rows in (`above`, `upTo`], without the owner. */
  sendersBetween(device: number, owner: string, above: number, upTo: number): string[] {
    return this.#sql
      .all<{ sender: string }>(
        `SELECT DISTINCT sender FROM inbox
         WHERE device = ? AND seq > ? AND seq <= ? AND direction = 'inbound' AND sender <> ? AND sender <> ''`,
        device,
        above,
        upTo,
        owner,
      )
      .map((row) => row.sender);
  }

  /** Inboxes that hold a copy of a logical message. */
  holders(message: number): InboxDevice[] {
    return this.#sql
      .all<DeviceRow>(
        'SELECT d.* FROM devices d WHERE d.id IN (SELECT device FROM inbox WHERE message = ?) ORDER BY d.id',
        message,
      )
      .map(toDevice);
  }

  /** Replaces the payload of every copy of a message by a recall notice; sequence numbers stay. */
  blank(message: number, payload: string): void {
    this.#sql.run(
      `UPDATE inbox SET payload = ?, type = 'message.recalled', encrypted = 0, extras = NULL WHERE message = ?`,
      payload,
      message,
    );
    this.#sql.run(
      `UPDATE pending SET payload = ?, type = 'message.recalled', encrypted = 0, extras = NULL WHERE message = ?`,
      payload,
      message,
    );
  }

  cursor(device: number, slot: string): number {
    return (
      this.#sql.get<{ ack_seq: number }>(
        'SELECT ack_seq FROM cursors WHERE device = ? AND slot = ?',
        device,
        slot,
      )?.ack_seq ?? 0
    );
  }

  setCursor(device: number, slot: string, ackSeq: number): void {
    this.#sql.run(
      `INSERT INTO cursors (device, slot, ack_seq) VALUES (?, ?, ?)
       ON CONFLICT (device, slot) DO UPDATE SET ack_seq = max(ack_seq, excluded.ack_seq)`,
      device,
      slot,
      ackSeq,
    );
  }

  /**
   * Deletes rows of one inbox up to `upToSeq` and raises its floor. Only a whole beginning is ever removed, so no
   * holes appear (`protocol/04 §1.3`).
   */
  purge(device: number, upToSeq: number): void {
    this.#sql.transaction(() => {
      this.#sql.run('DELETE FROM inbox WHERE device = ? AND seq <= ?', device, upToSeq);
      this.#sql.run(
        'UPDATE devices SET floor_seq = max(floor_seq, min(?, last_seq)) WHERE id = ?',
        upToSeq,
        device,
      );
    });
  }

  /** Purges every inbox up to the last row before the first one younger than `before` (ms). */
  purgeOlderThan(before: number): void {
    // Rows are in order of age, so the first one of an inbox tells whether there is anything to do.
    const stale = this.#sql.all<{ device: number; first: number | null; last_seq: number }>(
      `SELECT d.id AS device, d.last_seq,
         (SELECT seq FROM inbox i WHERE i.device = d.id AND i.timestamp >= ? ORDER BY seq LIMIT 1) AS first
       FROM devices d
       WHERE (SELECT timestamp FROM inbox i WHERE i.device = d.id ORDER BY seq LIMIT 1) < ?`,
      before,
      before,
    );
    for (const { device, first, last_seq: last } of stale) {
      const upTo = first === null ? last : first - 1;
      if (upTo > 0) this.purge(device, upTo);
    }
  }

  /** Inboxes of one AID or of all. */
  devices(aid: string | null): InboxDevice[] {
    const rows =
      aid === null
        ? this.#sql.all<DeviceRow>('SELECT * FROM devices ORDER BY id')
        : this.#sql.all<DeviceRow>('SELECT * FROM devices WHERE aid = ? ORDER BY id', aid);
    return rows.map(toDevice);
  }

  /** Empties an inbox and starts its numbers again: the server reset a client must survive. Tests only. */
  reset(device: number): void {
    this.#sql.transaction(() => {
      this.#sql.run('DELETE FROM inbox WHERE device = ?', device);
      this.#sql.run('DELETE FROM cursors WHERE device = ?', device);
      this.#sql.run('UPDATE devices SET last_seq = 0, floor_seq = 0 WHERE id = ?', device);
    });
  }

  /** Uses up numbers without rows. Tests only: no gateway may do this. */
  skip(device: number, count: number): void {
    this.#sql.run('UPDATE devices SET last_seq = last_seq + ? WHERE id = ?', count, device);
  }

  /** Deletes one row and leaves its number empty. Tests only. */
  removeRow(device: number, seq: number): boolean {
    return this.#sql.run('DELETE FROM inbox WHERE device = ? AND seq = ?', device, seq).changes > 0;
  }

  /** Turns a row into one whose content is gone. Tests only. */
  emptyRow(device: number, seq: number): boolean {
    const sql = `UPDATE inbox SET payload = '', extras = NULL, ephemeral = 1 WHERE device = ? AND seq = ?`;
    return this.#sql.run(sql, device, seq).changes > 0;
  }
}
