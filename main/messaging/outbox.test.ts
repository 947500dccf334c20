import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Message } from '../../shared/model/message';
import type { E2eeEngine } from '../ports/e2ee';
import type { AccountStore, StoreHost } from '../ports/store';
import { AunError, RpcError } from '../runtime/errors';
import { silentLogger } from '../runtime/logger';
import { systemClock, systemRandom } from '../runtime/runtime';
import { FakeTime } from '../runtime/testing/fake-time';
import { createInlineStoreHost } from '../store/inline-host';
import { KEYS_RETRY_MS } from './limits';
import { Outbox } from './outbox';
import { FakeGateway } from './testing/fake-gateway';
import { noAttachments } from './testing/no-attachments';
import { noCourier, noGroupEnvelopes } from './testing/no-groups';

const ME = 'me01.aun.test';
const BOB = 'bobby.aun.test';
const EVE = 'evelyn.aun.test';

let folder: string;
let host: StoreHost;
let store: AccountStore;
let gateway: FakeGateway;
let time: FakeTime;
let outbox: Outbox;
/** Peers that have published no keys. */
let withoutKeys: Set<string>;
let refreshes: number;
/** Devices each message is sealed for; empty: the engine does not say. */
let devices: readonly string[];

/** What an engine hands over; only the order and the fate of sends are looked at here. */
function sealer(): E2eeEngine {
  return {
    ...noGroupEnvelopes,
    seal(message) {
      if (message.refresh === true) refreshes += 1;
      if (withoutKeys.has(message.to)) {
        return Promise.reject(new AunError('recipient_without_keys', 'no keys', { retryable: true }));
      }
      const copies = devices.map((device_id) => ({ device_id, envelope: {} }));
      const payload = copies.length === 0 ? {} : { payload: { recipient_copies: copies, self_copies: [] } };
      const params = { message_id: message.messageId, encrypted: true, ...payload };
      return Promise.resolve({ params, forwardSecret: true, protection: 'e2ee-v1' as const, copies: 1 });
    },
    sealThought: () => Promise.reject(new Error('there are no thoughts here')),
    open: () => Promise.resolve([]),
    recognizes: () => true,
    onOnline: () => undefined,
    onOffline: () => undefined,
    lookup: () => Promise.resolve({ hasKeys: true, certificateFingerprint: null, exists: true }),
    stop: () => undefined,
  };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-outbox-'));
  host = createInlineStoreHost({ clock: systemClock, logger: silentLogger });
  store = await host.open(join(folder, 'parley.db'), systemRandom.bytes(32));
  gateway = new FakeGateway();
  time = new FakeTime();
  withoutKeys = new Set();
  refreshes = 0;
  devices = [];
  outbox = await restart();
  for (const peer of [BOB, EVE]) await store.openConversation(peer, 'direct', peer, time.now());
});

afterEach(async () => {
  await outbox.stop();
  await host.close();
  await rm(folder, { recursive: true, force: true });
});

/** A new outbox on the same database, as after starting the application again. */
async function restart(): Promise<Outbox> {
  const made = new Outbox({
    aid: ME,
    store,
    rpc: gateway,
    e2ee: sealer(),
    attachments: noAttachments,
    courier: noCourier,
    runtime: { clock: time, random: systemRandom, scheduler: time, logger: silentLogger },
    isOnline: () => gateway.online,
    now: () => time.now(),
    publish: () => undefined,
  });
  await made.load();
  return made;
}

async function states(conversation = BOB): Promise<(string | null)[]> {
  const { messages } = await store.page(conversation, { limit: 100 });
  return messages.map((message) => message.state);
}

async function messageAt(index: number, conversation = BOB): Promise<Message> {
  const { messages } = await store.page(conversation, { limit: 100 });
  const found = messages[index];
  if (found === undefined) throw new Error('there is no such message');
  return found;
}

it('calls a message delivered only when a device that got it says so, also where the gateway names no devices', async () => {
  gateway.onSend = () => ({ status: 'sent', timestamp: 1_767_225_600_500, seq: 7 });
  devices = ['phone'];
  await outbox.sendText(BOB, 'for one device', 'r1');
  await vi.waitFor(async () => expect(await states()).toEqual(['sent']));
  // A device that came later counts by itself and is far ahead.
  await store.applyAck(BOB, 'desk', 50);
  expect(await states()).toEqual(['sent']);
  await store.applyAck(BOB, 'phone', 7);
  expect(await states()).toEqual(['delivered']);

  devices = ['phone', 'desk'];
  await outbox.sendText(BOB, 'for two', 'r2');
  await vi.waitFor(async () => expect(await states()).toEqual(['delivered', 'sent']));
  await store.applyAck(BOB, 'desk', 51);
  expect(await states()).toEqual(['delivered', 'sent']);
});

it('sends what is typed in order, one after the other', async () => {
  for (let index = 0; index < 20; index += 1) await outbox.sendText(BOB, `t${index}`, `r${index}`);
  await vi.waitFor(() => expect(gateway.sent).toHaveLength(20));
  const { messages } = await store.page(BOB, { limit: 100 });
  expect(gateway.sent.map((sent) => sent.messageId)).toEqual(messages.map((message) => message.messageId));
});

it('keeps what is typed offline and sends it when the network is back', async () => {
  gateway.online = false;
  await outbox.sendText(BOB, 'later', 'r1');
  expect(await states()).toEqual(['queued']);
  gateway.online = true;
  await outbox.online();
  await vi.waitFor(async () => expect(await states()).toEqual(['sent']));
});

it('never sends twice for one request', async () => {
  const first = await outbox.sendText(BOB, 'once', 'r1');
  const second = await outbox.sendText(BOB, 'once', 'r1');
  expect(second.id).toBe(first.id);
  await vi.waitFor(async () => expect(await states()).toEqual(['sent']));
  expect(gateway.sent).toHaveLength(1);
});

it('repeats a send whose answer was lost under the same message id', async () => {
  let calls = 0;
  gateway.onSend = () => {
    calls += 1;
    if (calls === 1) throw new AunError('connection_closed', 'cut', { retryable: true });
    return { status: 'duplicate' };
  };
  await outbox.sendText(BOB, 'once', 'r1');
  await vi.waitFor(async () => expect((await messageAt(0)).stateReason).toBe('retrying'));
  await outbox.online();
  await vi.waitFor(async () => expect(await states()).toEqual(['sent']));
  expect(calls).toBe(2);
});

it('holds a message for a recipient without keys, says why, lets others pass and sends it once there are keys', async () => {
  withoutKeys.add(BOB);
  await outbox.sendText(BOB, 'wait', 'r1');
  await outbox.sendText(EVE, 'go', 'r2');
  await vi.waitFor(async () => expect(await states(EVE)).toEqual(['sent']));
  await vi.waitFor(async () => expect((await messageAt(0)).stateReason).toBe('recipient_without_keys'));
  expect(gateway.sent.map((sent) => sent.to)).toEqual([EVE]);
  withoutKeys.clear();
  await vi.waitFor(async () => {
    time.advance(KEYS_RETRY_MS);
    expect(await states()).toEqual(['sent']);
  });
});

it('lets the next message go when one fails for good, and a retry keeps its id', async () => {
  let refuse = true;
  gateway.onSend = () => {
    if (!refuse) return { status: 'sent' };
    refuse = false;
    throw new RpcError(
      'recipient_unknown',
      { code: -32603, message: 'target AID not found' },
      false,
      'message.send',
    );
  };
  const first = await outbox.sendText(BOB, 'one', 'r1');
  await outbox.sendText(BOB, 'two', 'r2');
  await vi.waitFor(async () => expect(await states()).toEqual(['failed', 'sent']));
  expect((await messageAt(0)).stateReason).toBe('recipient_unknown');
  await outbox.retry(first.id);
  await vi.waitFor(async () => expect((await messageAt(0)).state).toBe('sent'));
  expect(gateway.sent.at(-1)?.messageId).toBe(first.messageId);
});

it('fetches the keys anew when the gateway calls the device list stale', async () => {
  let stale = true;
  gateway.onSend = () => {
    if (!stale) return { status: 'delivered' };
    stale = false;
    const wire = { code: -32602, message: 'prekey cert fingerprint mismatch: stale device list of bobby' };
    throw new RpcError('invalid_request', wire, false, 'message.send');
  };
  await outbox.sendText(BOB, 'hi', 'r1');
  await vi.waitFor(async () => expect(await states()).toEqual(['delivered']));
  expect(refreshes).toBe(1);
});

it('tries again what it could not settle because the database refused for a while', async () => {
  const full = new AunError('disk_full', 'there is no room on the disk');
  vi.spyOn(store, 'markSent').mockRejectedValueOnce(full);
  const refused = vi.spyOn(store, 'markWaiting').mockRejectedValueOnce(full);
  await outbox.sendText(BOB, 'one', 'r1');
  await outbox.sendText(BOB, 'two', 'r2');
  await vi.waitFor(() => expect(refused).toHaveBeenCalledTimes(1));
  await vi.waitFor(async () => {
    time.advance(5_000);
    expect(await states()).toEqual(['sent', 'sent']);
  });
  expect(new Set(gateway.sent.map((sent) => sent.messageId)).size).toBe(2);
});

it('puts a send that a crash interrupted back into the queue', async () => {
  gateway.online = false;
  const message = await outbox.sendText(BOB, 'crash', 'r1');
  await outbox.stop();
  await store.markSending(message.id);
  gateway.online = true;
  outbox = await restart();
  await outbox.online();
  await vi.waitFor(async () => expect(await states()).toEqual(['sent']));
});

it('gives back the text of a message that is taken out of the queue', async () => {
  gateway.online = false;
  const message = await outbox.sendText(BOB, '改一下', 'r1');
  expect(await outbox.cancel(message.id)).toBe('改一下');
  expect(await states()).toEqual([]);
  gateway.online = true;
  await outbox.online();
  expect(gateway.sent).toEqual([]);
});

it('takes a message out of the queue whatever stands where its text would be', async () => {
  gateway.online = false;
  const payload = { type: 'custom', kind: 'x', text: 5 };
  const { id } = await outbox.sendPayload({ conversation: BOB, payload, requestId: 'r1' });
  expect(await outbox.cancel(id)).toBe('');
  expect(await states()).toEqual([]);
});

it('tries nothing again for somebody who was blocked meanwhile', async () => {
  gateway.online = false;
  const { id } = await outbox.sendText(BOB, 'hello', 'r1');
  await store.markFailed(id, 'internal');
  await store.setStanding(BOB, 'blocked');
  await expect(outbox.retry(id)).rejects.toMatchObject({ code: 'conversation_blocked' });
  expect(await states()).toEqual(['failed']);
});

it('refuses at once what no message can carry', async () => {
  await expect(outbox.sendText(BOB, '  \n ', 'r1')).rejects.toMatchObject({ code: 'message_empty' });
  await expect(outbox.sendText(BOB, '长'.repeat(400_000), 'r2')).rejects.toMatchObject({
    code: 'message_too_large',
  });
  expect(await states()).toEqual([]);
});
