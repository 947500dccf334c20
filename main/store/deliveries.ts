import type { AccountStore } from '../ports/store';
import type { ChangeSet } from './change-set';
import { integer, wholeNumber } from './columns';
import { keyOf } from './conversations';
import type { WriteConnection } from './sqlite';

type SentFacts = Parameters<AccountStore['markSent']>[1];

/** Stands for the recipient's only device when the gateway named none. */
const UNNAMED_DEVICE = '';

/**
 * Remembers which numbers a sent message has in the inboxes of the recipient's devices, so that an ack can be matched
 * (`protocol/04 §4.3`). True when an ack that was faster than the reply covers one of them already.
 */
export function recordSent(
  database: WriteConnection,
  conversation: number,
  message: number,
  sent: SentFacts,
): boolean {
  let acknowledged = false;
  for (const [device, number] of Object.entries(sent.deviceSeqs ?? {})) {
    const seq = wholeNumber(number);
    add(database, conversation, device, seq, message);
    // A number lower than one we were given before: the recipient's counter started again, old acks mean nothing now.
    database.run(
      `INSERT INTO device_acks (conversation, device, sent) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET acknowledged = CASE WHEN excluded.sent < sent THEN 0 ELSE acknowledged END,
         sent = excluded.sent`,
      [conversation, device, seq],
    );
    const row = database.get('SELECT acknowledged FROM device_acks WHERE conversation = ? AND device = ?', [
      conversation,
      device,
    ]);
    if (row !== undefined && integer(row, 'acknowledged') >= seq) acknowledged = true;
  }
  if (sent.deviceSeqs === null && sent.seq !== null) {
    add(database, conversation, UNNAMED_DEVICE, wholeNumber(sent.seq), message);
  }
  return acknowledged;
}

function add(
  database: WriteConnection,
  conversation: number,
  device: string,
  seq: number,
  message: number,
): void {
  database.run('INSERT OR IGNORE INTO deliveries (conversation, device, seq, message) VALUES (?, ?, ?, ?)', [
    conversation,
    device,
    seq,
    message,
  ]);
}

/** A device of `peer` has everything up to `ackSeq`; see `AccountStore.applyAck`. */
export function applyAck(
  database: WriteConnection,
  change: ChangeSet,
  peer: string,
  deviceId: string,
  ackSeq: number,
): void {
  const conversation = keyOf(database, peer);
  if (conversation === null) return;
  const seq = wholeNumber(ackSeq);
  database.run(
    `INSERT INTO device_acks (conversation, device, acknowledged) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET acknowledged = max(acknowledged, excluded.acknowledged)`,
    [conversation, deviceId, seq],
  );
  for (const device of new Set([deviceId, UNNAMED_DEVICE])) {
    const covered = database.all(
      'SELECT message FROM deliveries WHERE conversation = ? AND device = ? AND seq <= ? ORDER BY seq',
      [conversation, device, seq],
    );
    for (const row of covered) {
      const message = integer(row, 'message');
      const moved = database.run("UPDATE messages SET state = 'delivered' WHERE id = ? AND state = 'sent'", [
        message,
      ]);
      database.run('DELETE FROM deliveries WHERE message = ?', [message]);
      if (moved.changes > 0) change.message(message, conversation);
    }
  }
}
