import type { InboxRow } from '../store/inbox';

/** Text that stands in for the content of a recalled message (`protocol/04 §3.4`). */
export function recalledPayload(messageId: string): string {
  return JSON.stringify({ type: 'message.recalled', message_ids: [messageId] });
}

/**
 * A row as JSON text, the same in a pull page and in a push (`protocol/04 §3.2`, `§4.1`). The payload is spliced in as
 * stored. An empty device id is left out: one generation compares it with its own.
 */
export function renderRow(row: InboxRow, deviceId: string, payload: string = row.payload): string {
  const head = JSON.stringify({
    message_id: row.messageId,
    seq: row.seq,
    from: row.sender,
    to: row.recipient,
    timestamp: row.timestamp,
    ...(row.type === null ? {} : { type: row.type }),
    encrypted: row.encrypted,
    delivery_mode: row.deliveryMode,
    direction: row.direction,
    ...(deviceId === '' ? {} : { device_id: deviceId }),
  }).slice(0, -1);
  const extras = row.extras === null || row.extras === '{}' ? '' : `,${row.extras.slice(1, -1)}`;
  return `${head}${extras},"payload":${payload}}`;
}

/** What is left of a row whose content is gone while its number must stay (`protocol/04 §5.6`). */
export function renderExpired(row: InboxRow): string {
  return JSON.stringify({
    message_id: row.messageId,
    seq: row.seq,
    from: '',
    to: row.recipient,
    timestamp: row.timestamp,
    payload: { type: 'message.expired' },
  });
}
