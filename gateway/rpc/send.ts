import { invalidParams } from '../errors';
import type { EphemeralEntry } from '../messages/ephemeral';
import type { Delivered } from '../messages/delivery';
import { ephemeralRow } from '../messages/delivery';
import { renderRow } from '../messages/rows';
import type { Session } from '../sessions/session';
import type { Direction, InboxDevice, NewInboxRow } from '../store/inbox';
import { crossDomain, requireRecipient } from './addresses';
import type { SessionCall } from './method';
import type { Copy, SendForm } from './send-form';
import { readSend } from './send-form';

interface Outcome {
  readonly rows: readonly { readonly delivered: Delivered; readonly toRecipient: boolean }[];
  /** Queue mode: the one connection that gets the message. */
  readonly worker: { readonly session: Session; readonly params: string } | null;
  readonly result: Readonly<Record<string, unknown>>;
}

/**
 * `message.send` (`protocol/04 §3.1`). Storing, numbering and the idempotency mark are one transaction; the reply is
 * written after it, so an answered message is on disk.
 */
export function send(call: SessionCall): unknown {
  const { gateway, session } = call;
  gateway.limits.take('send', session.aid);
  const form = readSend(call);
  requireRecipient(gateway, form.to);
  const earlier = gateway.store.messages.find(session.aid, form.messageId);
  if (earlier !== null) {
    const first: unknown = earlier.result === '' ? {} : JSON.parse(earlier.result);
    return {
      ...(typeof first === 'object' ? first : {}),
      message_id: earlier.messageId,
      timestamp: earlier.sentAt,
      status: 'duplicate',
    };
  }
  refuseStaleDevices(call, form);
  const workers = queueWorkers(call, form);
  const outcome = gateway.store.transaction(() =>
    workers === null ? storeFanout(call, form) : storeQueue(call, form, workers),
  );
  const pushed = outcome.rows.map(
    ({ delivered, toRecipient }) => gateway.delivery.push(delivered) && toRecipient,
  );
  const handed = outcome.worker?.session.channel.pushEvent('message.received', outcome.worker.params);
  const delivered = pushed.some(Boolean) || handed === true;
  return { ...outcome.result, status: delivered ? 'delivered' : 'sent' };
}

/**
 * A V1 sender keeps a peer's device list for an hour. One refusal with this text makes it fetch the list again and
 * repeat the send, so that a device that joined meanwhile misses nothing. Each message is refused at most once.
 */
function refuseStaleDevices({ gateway, session }: SessionCall, form: SendForm): void {
  if (form.kind !== 'copies') return;
  const covered = new Set(form.recipients.map((copy) => copy.deviceId));
  const current = gateway.store.prekeys.current(form.to, gateway.delivery.seenSince);
  const missing = current.some((prekey) => prekey.deviceId !== '' && !covered.has(prekey.deviceId));
  if (!missing) {
    if (covered.size > 0) return;
    throw invalidParams('invalid params: recipient_copies');
  }
  if (gateway.store.messages.noteRefusal(session.aid, form.messageId, gateway.clock.now())) {
    throw invalidParams(`prekey cert fingerprint mismatch: stale device list of ${form.to}`);
  }
}

/** Connections that share the recipient's mail in queue mode; `null` when the message is stored (`protocol/04 §2`). */
function queueWorkers({ gateway, session }: SessionCall, form: SendForm): Session[] | null {
  if (form.durable) return null;
  const online = gateway.sessions.longOf(form.to);
  if (online.length === 0) return session.delivery.mode === 'queue' ? [] : null;
  const workers = online.filter((candidate) => candidate.delivery.mode === 'queue');
  if (workers.length === 0) return null;
  if (form.kind !== 'copies') return workers;
  const readable = new Set(form.recipients.map((copy) => copy.deviceId));
  const able = workers.filter((candidate) => readable.has(candidate.deviceId));
  return able.length === 0 ? null : able;
}

function baseRow(
  call: SessionCall,
  form: SendForm,
  message: number,
  timestamp: number,
): Omit<NewInboxRow, 'payload' | 'direction'> {
  return {
    message,
    sender: call.session.aid,
    recipient: form.to,
    messageId: form.messageId,
    timestamp,
    deliveryMode: 'fanout',
    type: form.type,
    encrypted: form.encrypted,
    extras: form.extras,
    ephemeral: false,
  };
}

function storeFanout(call: SessionCall, form: SendForm): Outcome {
  const { gateway, session } = call;
  const { store, delivery } = gateway;
  const timestamp = gateway.clock.now();
  const message = store.messages.insert(session.aid, form.messageId, form.to, timestamp, 'fanout');
  const base = baseRow(call, form, message, timestamp);
  const put = (device: InboxDevice, payload: string, direction: Direction): Delivered =>
    delivery.append(device, { ...base, payload, direction });
  const toCopies = (aid: string, copies: readonly Copy[], direction: Direction): Delivered[] =>
    copies.map((copy) => put(store.inbox.ensure(aid, copy.deviceId), copy.payload, direction));
  let recipients: Delivered[];
  let own: Delivered[] = [];
  if (form.kind === 'copies') {
    recipients = toCopies(form.to, form.recipients, 'inbound');
    if (form.to !== session.aid) own = toCopies(session.aid, form.self, 'outbound_sync');
  } else {
    const devices = delivery.knownDevices(form.to);
    recipients = devices.map((device) => put(device, form.payload, 'inbound'));
    if (devices.length === 0) store.messages.addPending(form.to, message, form);
    // An envelope made for the peer is of no use to the sender's other devices; clear text is.
    if (form.kind === 'plain' && form.to !== session.aid) {
      own = delivery
        .knownDevices(session.aid)
        .filter((device) => device.deviceId !== session.deviceId)
        .map((device) => put(device, form.payload, 'outbound_sync'));
    }
  }
  const result = sendResult(call, form, timestamp, 'fanout', recipients);
  store.messages.setResult(message, JSON.stringify(result));
  return {
    rows: [
      ...recipients.map((delivered) => ({ delivered, toRecipient: true })),
      ...own.map((delivered) => ({ delivered, toRecipient: false })),
    ],
    worker: null,
    result,
  };
}

function storeQueue(call: SessionCall, form: SendForm, workers: readonly Session[]): Outcome {
  const { gateway, session } = call;
  const timestamp = gateway.clock.now();
  const message = gateway.store.messages.insert(session.aid, form.messageId, form.to, timestamp, 'queue');
  const entry: EphemeralEntry = {
    message,
    sender: session.aid,
    recipient: form.to,
    messageId: form.messageId,
    timestamp,
    direction: 'inbound',
    type: form.type,
    encrypted: form.encrypted,
    extras: form.extras,
    payloads:
      form.kind === 'copies'
        ? new Map(form.recipients.map((copy) => [copy.deviceId, copy.payload]))
        : form.payload,
  };
  const worker = gateway.delivery.chooseWorker(form.to, session.aid, workers);
  const placed = worker === null ? null : place(call, entry, worker);
  if (placed === null) gateway.ephemeral.put(form.to, entry, null);
  const result = sendResult(call, form, timestamp, 'queue', placed === null ? [] : [placed.delivered]);
  gateway.store.messages.setResult(message, JSON.stringify(result));
  return {
    rows: [],
    worker: worker === null || placed === null ? null : { session: worker, params: placed.params },
    result,
  };
}

function place({ gateway }: SessionCall, entry: EphemeralEntry, worker: Session) {
  const { payloads } = entry;
  const payload = typeof payloads === 'string' ? payloads : payloads.get(worker.deviceId);
  if (payload === undefined) return null;
  const device = gateway.store.inbox.ensure(worker.aid, worker.deviceId);
  const delivered = gateway.delivery.append(device, ephemeralRow(entry));
  gateway.ephemeral.put(worker.aid, entry, { device: device.id, seq: delivered.row.seq, payload });
  return { delivered, params: renderRow(delivered.row, worker.deviceId, payload) };
}

/** `seq` is the highest of the recipient's rows, 0 while there is none; `device_seqs` names them all. */
function sendResult(
  { session }: SessionCall,
  form: SendForm,
  timestamp: number,
  mode: 'fanout' | 'queue',
  recipients: readonly Delivered[],
) {
  return {
    message_id: form.messageId,
    seq: Math.max(0, ...recipients.map(({ row }) => row.seq)),
    timestamp,
    status: 'sent',
    delivery_mode: mode,
    device_seqs: Object.fromEntries(recipients.map(({ device, row }) => [device.deviceId, row.seq])),
    ...crossDomain(session.issuer, form.to),
  };
}
