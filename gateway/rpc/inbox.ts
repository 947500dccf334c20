import { z } from 'zod';
import { MAX_PAGE_BYTES } from '../config';
import { invalidParams } from '../errors';
import { renderExpired, renderRow } from '../messages/rows';
import { slotKey } from '../sessions/session';
import type { InboxDevice, InboxRow } from '../store/inbox';
import { RawResult } from '../wire/frames';
import type { SessionCall } from './method';
import { parseParams } from './method';

const instance = { device_id: z.string().optional(), slot_id: z.string().optional() };
const pullSchema = z.object({
  after_seq: z.number().int().nonnegative().default(0),
  limit: z.number().int().positive().default(100),
  ...instance,
});
const ackSchema = z.object({ seq: z.number().int().nonnegative(), ...instance });

const MAX_PAGE_ROWS = 200;
/** Rows are read in portions so that a page cut by size does not read 200 large ones in vain. */
const PORTION = 32;
/** A repeated ack is announced again at most this often for each pair of sender and instance, in ms. */
const REPEAT_MS = 1000;

/** Callers may only name their own instance. @throws RpcError −32602. */
export function requireOwnInstance(
  { session }: SessionCall,
  given: { device_id?: string | undefined; slot_id?: string | undefined },
): void {
  if (given.device_id !== undefined && given.device_id !== '' && given.device_id !== session.deviceId) {
    throw invalidParams('device_id does not match the connection');
  }
  if (
    given.slot_id !== undefined &&
    given.slot_id !== '' &&
    slotKey(given.slot_id) !== slotKey(session.slotId)
  ) {
    throw invalidParams('slot_id does not match the connection');
  }
}

function inboxOf({ gateway, session }: SessionCall): InboxDevice {
  return gateway.store.inbox.ensure(session.aid, session.deviceId);
}

/** `message.pull` (`protocol/04 §3.2`): reads, changes nothing; ends before 1 MiB but never without a row. */
export function pull(call: SessionCall): RawResult {
  const { gateway, session } = call;
  const input = parseParams(pullSchema, call.params);
  requireOwnInstance(call, input);
  const device = inboxOf(call);
  const limit = Math.min(input.limit, MAX_PAGE_ROWS);
  const { texts, latest } = readPage(call, device, input.after_seq, limit);
  const cursor = gateway.store.inbox.cursor(device.id, slotKey(session.slotId));
  const facts = JSON.stringify({
    count: texts.length,
    latest_seq: latest,
    server_ack_seq: Math.min(device.lastSeq, Math.max(cursor, device.floorSeq)),
    retention_floor_seq: device.floorSeq,
    earliest_available_seq: device.floorSeq === 0 ? null : device.floorSeq + 1,
    ephemeral_earliest_available_seq: gateway.ephemeral.earliest(session.aid, device.id),
    ephemeral_dropped_count: gateway.ephemeral.dropped(session.aid),
  });
  return new RawResult(`{"messages":[${texts.join(',')}],${facts.slice(1)}`);
}

function readPage(call: SessionCall, device: InboxDevice, afterSeq: number, limit: number) {
  const texts: string[] = [];
  let bytes = 0;
  let latest = 0;
  let after = afterSeq;
  while (texts.length < limit) {
    const portion = Math.min(PORTION, limit - texts.length);
    const rows = call.gateway.store.inbox.page(device.id, after, portion);
    for (const row of rows) {
      const text = render(call, device, row);
      bytes += Buffer.byteLength(text, 'utf8') + 1;
      if (texts.length > 0 && bytes > MAX_PAGE_BYTES) return { texts, latest };
      texts.push(text);
      latest = row.seq;
      after = row.seq;
    }
    if (rows.length < portion) break;
  }
  return { texts, latest };
}

function render({ gateway, session }: SessionCall, device: InboxDevice, row: InboxRow): string {
  if (!row.ephemeral) return renderRow(row, device.deviceId);
  const payload = gateway.ephemeral.payload(session.aid, device.id, row.seq);
  return payload === null ? renderExpired(row) : renderRow(row, device.deviceId, payload);
}

/** Times of the last announcements, for the limit on repeats. */
const announced = new WeakMap<SessionCall['gateway'], Map<string, number>>();

/**
 * `message.ack` (`protocol/04 §3.3`): moves the cursor of this instance forward and tells the senders of what it newly
 * covers. The cursor is stored before the answer.
 */
export function ack(call: SessionCall): unknown {
  const { gateway, session } = call;
  const input = parseParams(ackSchema, call.params);
  requireOwnInstance(call, input);
  const { inbox } = gateway.store;
  const device = inboxOf(call);
  const slot = slotKey(session.slotId);
  const before = inbox.cursor(device.id, slot);
  const asked = Math.min(input.seq, device.lastSeq);
  const cursor = Math.max(before, asked);
  if (cursor > before) inbox.setCursor(device.id, slot, cursor);
  const fresh = new Set(cursor > before ? inbox.sendersBetween(device.id, session.aid, before, cursor) : []);
  const repeated = asked > 0 ? inbox.sendersBetween(device.id, session.aid, asked - 1, asked) : [];
  for (const sender of new Set([...fresh, ...repeated])) {
    announce(call, sender, cursor, fresh.has(sender));
  }
  return { success: true, ack_seq: cursor };
}

function announce({ gateway, session }: SessionCall, sender: string, cursor: number, fresh: boolean): void {
  const times = announced.get(gateway) ?? new Map<string, number>();
  announced.set(gateway, times);
  const key = `${sender}|${session.aid}|${session.deviceId}|${slotKey(session.slotId)}`;
  const now = gateway.clock.now();
  if (!fresh && now - (times.get(key) ?? 0) < REPEAT_MS) return;
  if (times.size > 10_000) times.clear();
  times.set(key, now);
  gateway.delivery.pushEvent(sender, 'message.ack', {
    to: session.aid,
    ack_seq: cursor,
    device_id: session.deviceId,
    slot_id: session.slotId,
    timestamp: now,
  });
}
