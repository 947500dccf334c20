import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { E2eeEngine } from '../ports/e2ee';
import type { AccountStore } from '../ports/store';
import type { FakeTime } from '../runtime/testing/fake-time';
import type { Inbox } from './inbox';
import { textRow, type FakeGateway } from './testing/fake-gateway';
import { InboxScene } from './testing/inbox-scene';
import { nothingEncrypted } from './testing/nothing-encrypted';

const ME = 'me01.aun.test';
const BOB = 'bobby.aun.test';

let scene: InboxScene;
let store: AccountStore;
let gateway: FakeGateway;
let time: FakeTime;
let inbox: Inbox;

const makeInbox = (e2ee?: E2eeEngine): Promise<Inbox> => scene.inbox(e2ee);
const texts = (): Promise<string[]> => scene.texts();

beforeEach(async () => {
  scene = await InboxScene.begin();
  ({ store, gateway, time } = scene);
  inbox = await makeInbox();
});

afterEach(async () => {
  await inbox.stop();
  await scene.end();
});

/** Waits until the inbox holds this many messages of Bob. */
async function holds(count: number): Promise<void> {
  await vi.waitFor(async () => expect(await texts()).toHaveLength(count));
}

it('pulls until a page is empty, however many pages there are', async () => {
  gateway.rows = Array.from({ length: 250 }, (_unused, index) =>
    textRow(index + 1, BOB, ME, `t${index + 1}`),
  );
  inbox.online();
  await holds(250);
  expect((await store.cursor()).contiguous).toBe(250);
});

it('acknowledges only what is stored', async () => {
  gateway.rows = [textRow(1, BOB, ME, 'one')];
  inbox.online();
  await holds(1);
  expect(gateway.ack).toBe(0);
  time.advance(200);
  await vi.waitFor(() => expect(gateway.ack).toBe(1));
});

it('does not acknowledge, and asks again, when the database refuses to store', async () => {
  gateway.rows = [textRow(1, BOB, ME, 'one')];
  const refuse = vi.spyOn(store, 'commitInbound').mockRejectedValueOnce(new Error('disk full'));
  inbox.online();
  await vi.waitFor(() => expect(refuse).toHaveBeenCalledTimes(1));
  time.advance(5_000);
  expect(gateway.ack).toBe(0);
  await vi.waitFor(() => {
    time.advance(10_000);
    return expect(texts()).resolves.toEqual(['one']);
  });
});

it('asks again for what was pushed while the database could not be read', async () => {
  gateway.rows = [textRow(1, BOB, ME, 'one')];
  inbox.online();
  await holds(1);
  gateway.rows.push(textRow(2, BOB, ME, 'two'));
  const unreadable = vi.spyOn(store, 'seqOwner').mockRejectedValueOnce(new Error('disk error'));
  for (const row of gateway.rows) inbox.event('message.received', row);
  await vi.waitFor(() => expect(unreadable).toHaveBeenCalled());
  await vi.waitFor(() => {
    time.advance(10_000);
    return expect(texts()).resolves.toEqual(['one', 'two']);
  });
});

it('stores a pushed row once, also when it is pushed twice and pulled', async () => {
  inbox.online();
  const row = textRow(1, BOB, ME, 'one');
  gateway.rows = [row];
  inbox.event('message.received', row);
  inbox.event('message.received', row);
  await holds(1);
  inbox.online();
  inbox.event('message.received', textRow(2, BOB, ME, 'two'));
  await holds(2);
  expect(await texts()).toEqual(['one', 'two']);
});

it('fills a gap before a pushed row by pulling', async () => {
  gateway.rows = [textRow(1, BOB, ME, 'one'), textRow(2, BOB, ME, 'two'), textRow(3, BOB, ME, 'three')];
  inbox.event('message.received', textRow(3, BOB, ME, 'three'));
  await holds(3);
  expect(await texts()).toEqual(['one', 'two', 'three']);
});

it('goes on behind a hole that a full pull did not fill', async () => {
  gateway.rows = [textRow(1, BOB, ME, 'one'), textRow(4, BOB, ME, 'four')];
  inbox.online();
  await holds(2);
  expect((await store.cursor()).contiguous).toBe(4);
  gateway.rows.push(textRow(5, BOB, ME, 'five'));
  inbox.event('message.received', textRow(5, BOB, ME, 'five'));
  await holds(3);
});

it('keeps a late row that fills a hole it had given up', async () => {
  gateway.rows = [textRow(1, BOB, ME, 'one'), textRow(3, BOB, ME, 'three')];
  inbox.online();
  await holds(2);
  inbox.event('message.received', textRow(2, BOB, ME, 'two'));
  await holds(3);
});

it('ignores a push that is addressed to another device or slot', async () => {
  inbox.event('message.received', { ...textRow(1, BOB, ME, 'other'), device_id: 'd2' });
  inbox.event('message.received', { ...textRow(1, BOB, ME, 'other'), device_id: 'd1', slot_id: 'second' });
  inbox.event('message.received', { ...textRow(1, BOB, ME, 'mine'), device_id: 'd1' });
  await holds(1);
  expect(await texts()).toEqual(['mine']);
});

it('survives a gateway whose counters started again, loses nothing and says so once', async () => {
  gateway.rows = [textRow(1, BOB, ME, 'one'), textRow(2, BOB, ME, 'two')];
  inbox.online();
  await holds(2);
  time.advance(200);
  await vi.waitFor(async () => expect((await store.cursor()).acknowledged).toBe(2));
  gateway.rows = [textRow(1, BOB, ME, 'after the reset', 'n1')];
  gateway.ack = 0;
  inbox.online();
  await holds(3);
  expect(scene.resets).toBe(1);
  expect((await store.cursor()).contiguous).toBe(1);
});

it('keeps every message of a gateway that plays with its numbers, without fetching everything for each', async () => {
  gateway.rows = [textRow(1, BOB, ME, 'one'), textRow(2, BOB, ME, 'two')];
  inbox.online();
  await holds(2);
  const pulls = (): number => gateway.calls.filter((method) => method === 'message.pull').length;
  for (let index = 0; index < 6; index += 1) {
    inbox.event('message.received', textRow(1, BOB, ME, `again ${index}`, `again-${index}`));
    await holds(3 + index);
  }
  expect(scene.resets).toBe(1);
  expect(pulls()).toBeLessThan(8);
});

it('fetches everything anew a few times, not without end, for a gateway that confirms less than it gave out', async () => {
  gateway.rows = [textRow(1, BOB, ME, 'one'), textRow(2, BOB, ME, 'two')];
  const call = gateway.call.bind(gateway);
  vi.spyOn(gateway, 'call').mockImplementation(async (method, params) => {
    const answer = await call(method, params);
    return method === 'message.ack' ? { ack_seq: 1 } : answer;
  });
  inbox.online();
  await holds(2);
  const acks = (): number => gateway.calls.filter((method) => method === 'message.ack').length;
  await vi.waitFor(() => {
    time.advance(200);
    expect(acks()).toBe(6);
  });
  for (let turn = 0; turn < 20; turn += 1) {
    time.advance(200);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect([acks(), scene.resets]).toEqual([6, 5]);
  // A moment later it may have restarted really.
  await vi.waitFor(() => {
    time.advance(10_000);
    expect(scene.resets).toBe(6);
  });
});

it('loses no row under a number it holds when the first look after a restart of the counters fails', async () => {
  gateway.rows = [textRow(1, BOB, ME, 'one'), textRow(2, BOB, ME, 'two')];
  inbox.online();
  await holds(2);
  inbox.offline();
  gateway.rows = [textRow(1, BOB, ME, 'two', 'm2'), textRow(2, BOB, ME, 'three', 'm3')];
  const lost = vi.fn(() => {
    throw new Error('no answer');
  });
  gateway.onPull = lost;
  inbox.online();
  await vi.waitFor(() => expect(lost).toHaveBeenCalledTimes(1));
  gateway.onPull = (rows) => rows;
  const pushed = textRow(3, BOB, ME, 'four', 'm4');
  gateway.rows.push(pushed);
  inbox.event('message.received', pushed);
  await holds(4);
  expect((await texts()).sort()).toEqual(['four', 'one', 'three', 'two']);
});

it('notices counters that started again also where the row under the held number was taken back', async () => {
  gateway.rows = [textRow(1, BOB, ME, 'one'), textRow(2, BOB, ME, 'two')];
  inbox.online();
  await holds(2);
  gateway.rows = [
    textRow(1, BOB, ME, 'three', 'm3'),
    { ...textRow(2, BOB, ME, '', 'm4'), payload: { type: 'message.recalled', message_ids: ['m4'] } },
  ];
  inbox.online();
  await holds(4);
  expect(await texts()).toEqual(expect.arrayContaining(['one', 'two', 'three', 'recalled']));
});

it('knows the numbers of what it need not open again', async () => {
  const sealed = { encrypted: true, payload: { type: 'e2ee.encrypted' } };
  inbox = await makeInbox({
    ...nothingEncrypted,
    recognizes: () => true,
    open: (rows) =>
      Promise.resolve(
        rows.map(({ row }) => ({
          ok: true as const,
          payload: { type: 'text', text: `text of ${String(row['message_id'])}` },
          from: BOB,
          to: ME,
          messageId: String(row['message_id']),
          senderTime: null,
          protection: 'e2ee-v1' as const,
          forwardSecret: true,
          prekeyId: null,
        })),
      ),
  });
  gateway.rows = [textRow(1, BOB, ME, ''), textRow(2, BOB, ME, '')].map((row) => ({ ...row, ...sealed }));
  inbox.online();
  await holds(2);
  // The counters start again; what is left of the rows gets other numbers, twice.
  gateway.rows = [{ ...textRow(1, BOB, ME, '', 'm2'), ...sealed }];
  inbox.online();
  await vi.waitFor(async () => expect(await store.seqOwner(1)).toMatchObject({ messageId: 'm2' }));
  expect(scene.resets).toBe(1);
});

it('does not pass by a recall that a crash kept from being carried out', async () => {
  gateway.rows = [textRow(1, BOB, ME, 'secret plan')];
  inbox.online();
  await holds(1);
  gateway.rows.push({
    ...textRow(2, BOB, ME, '', 'notice-of-recall'),
    payload: { type: 'message.recalled', message_ids: ['m1'] },
  });
  vi.spyOn(store, 'recall').mockRejectedValueOnce(new Error('the process died'));
  inbox.online();
  await vi.waitFor(() => expect(store.recall).toHaveBeenCalledTimes(1));
  await inbox.stop();
  expect(await texts()).toEqual(['secret plan']);
  inbox = await makeInbox();
  inbox.online();
  await vi.waitFor(async () => expect(await texts()).toEqual(['recalled']));
});

it('keeps a row that is no message, shows it and goes on', async () => {
  gateway.rows = [{ ...textRow(1, BOB, ME, ''), message_id: '' }, textRow(2, BOB, ME, 'two')];
  inbox.online();
  await holds(1);
  const { messages } = await store.page(ME, { limit: 10 });
  expect(messages.map((message) => message.content.kind)).toEqual(['undecryptable']);
});

it('shows a row that is no message once, however often the gateway hands it out', async () => {
  gateway.rows = [textRow(1, BOB, ME, 'one')];
  inbox.online();
  await holds(1);
  gateway.onPull = (rows) => [{ junk: true }, { seq: 2 ** 53, message_id: 'm', payload: {} }, ...rows];
  for (let turn = 2; turn < 5; turn += 1) {
    gateway.rows.push(textRow(turn, BOB, ME, 'more'));
    time.advance(1000);
    inbox.online();
    await holds(turn);
  }
  const { messages } = await store.page(ME, { limit: 10 });
  expect(messages.map((message) => message.content.kind)).toEqual(['undecryptable', 'undecryptable']);
});

it('does not take the word of a push that is no message: what there is, a pull brings', async () => {
  inbox.online();
  for (const junk of [null, {}, { nonsense: true }, { seq: 1 }, { seq: 1, message_id: '' }]) {
    inbox.event('message.received', junk);
  }
  inbox.event('message.received', textRow(1, BOB, ME, 'real'));
  await holds(1);
  expect((await store.page(ME, { limit: 10 })).messages).toEqual([]);
});

it('goes on past a row that is nested without end', async () => {
  const deep: unknown = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`);
  gateway.rows = [
    textRow(1, BOB, ME, 'before'),
    { ...textRow(2, BOB, ME, ''), payload: { type: 'text', text: 'x', more: deep } },
    { ...textRow(3, BOB, ME, ''), payload: { type: 'e2ee.encrypted', more: deep } },
    { ...textRow(4, BOB, ME, ''), payload: deep },
    textRow(5, BOB, ME, 'after'),
  ];
  inbox.online();
  await vi.waitFor(async () => expect(await texts()).toContain('after'));
  expect(await texts()).toEqual(['before', 'undecryptable', 'undecryptable', 'after']);
  expect((await store.page(ME, { limit: 10 })).messages).toHaveLength(1);
  expect((await store.cursor()).contiguous).toBe(5);
});

it('goes on past a message that was sealed with a text nested without end', async () => {
  const deep = z.record(z.string(), z.json()).parse({ type: 'text', text: 'x' });
  deep['more'] = z.custom<never>().parse(JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`));
  inbox = await makeInbox({
    ...nothingEncrypted,
    recognizes: () => true,
    open: (rows) =>
      Promise.resolve(
        rows.map((_row, index) => ({
          ok: true as const,
          payload: index === 0 ? deep : { type: 'text', text: 'after' },
          from: BOB,
          to: ME,
          messageId: `m${index + 1}`,
          senderTime: null,
          protection: 'e2ee-v1' as const,
          forwardSecret: true,
          prekeyId: null,
        })),
      ),
  });
  gateway.rows = [textRow(1, BOB, ME, ''), textRow(2, BOB, ME, '')];
  inbox.online();
  await holds(2);
  expect(await texts()).toEqual(['undecryptable', 'after']);
  const [closed] = (await store.page(BOB, { limit: 10 })).messages;
  expect(closed?.content).toMatchObject({ reason: 'plaintext_invalid', retrying: false });
});

it('keeps an envelope of an unknown generation with its raw row', async () => {
  gateway.rows = [
    { ...textRow(1, BOB, ME, ''), encrypted: true, payload: { type: 'e2ee.future', version: '9' } },
  ];
  inbox.online();
  await holds(1);
  const { messages } = await store.page(BOB, { limit: 10 });
  expect(messages[0]?.content).toMatchObject({ kind: 'undecryptable', reason: 'unknown_generation' });
  expect(await store.raw(messages[0]?.id ?? 0)).toContain('e2ee.future');
});

it('blanks a recalled message, but only for its own sender', async () => {
  gateway.rows = [textRow(1, BOB, ME, 'secret plan')];
  inbox.online();
  await holds(1);
  inbox.event('message.recalled', { from: 'eve1.aun.test', to: ME, message_ids: ['m1'] });
  inbox.event('message.recalled', { from: BOB, to: ME, message_ids: ['m1'] });
  await vi.waitFor(async () => expect(await texts()).toEqual(['recalled']));
});

it('knows the sender of a recall however the gateway writes the name', async () => {
  const shouted = BOB.toUpperCase();
  gateway.rows = [textRow(1, shouted, ME, 'one'), textRow(2, BOB, ME, 'two')];
  inbox.online();
  await holds(2);
  inbox.event('message.recalled', { from: shouted, to: ME, message_ids: ['m2'] });
  const notice = { type: 'message.recalled', message_ids: ['m1'] };
  inbox.event('message.received', { ...textRow(3, shouted, ME, '', 'notice'), payload: notice });
  await vi.waitFor(async () => expect(await texts()).toEqual(['recalled', 'recalled']));
});

it('does not let a stranger recall somebody else’s message', async () => {
  gateway.rows = [textRow(1, BOB, ME, 'stays')];
  inbox.online();
  await holds(1);
  inbox.event('message.recalled', { from: 'eve1.aun.test', to: ME, message_ids: ['m1'] });
  inbox.event('message.received', textRow(2, BOB, ME, 'after'));
  await holds(2);
  expect(await texts()).toEqual(['stays', 'after']);
});

it('survives frames of nonsense', async () => {
  for (const nonsense of [null, 5, 'x', [], {}, { seq: -1 }, { seq: 2 ** 60, message_id: 'x' }]) {
    inbox.event('message.received', nonsense);
    inbox.event('message.ack', nonsense);
    inbox.event('message.recalled', nonsense);
    inbox.event('message.unheard-of', nonsense);
  }
  gateway.rows = [textRow(1, BOB, ME, 'one')];
  inbox.online();
  await holds(1);
});

describe('keys of groups', () => {
  const CONTROL = { type: 'e2ee.group_key_distribution', group_id: 'group.aun.test/g-abcd', epoch: 1 };
  let isKnown: boolean;
  let sealed: boolean;

  /** An engine that opens rows once their sender is known. */
  const opens: E2eeEngine = {
    ...nothingEncrypted,
    recognizes: () => sealed,
    open: (rows) =>
      Promise.resolve(
        rows.map(({ row }) =>
          // Opened is only what was sealed.
          isKnown && sealed
            ? {
                ok: true as const,
                payload: CONTROL,
                from: BOB,
                to: ME,
                messageId: String(row['message_id']),
                senderTime: null,
                protection: 'e2ee-v1' as const,
                forwardSecret: true,
                prekeyId: null,
              }
            : {
                ok: false as const,
                reason: 'sender_certificate_unavailable' as const,
                detail: '',
                mayHeal: true,
              },
        ),
      ),
  };

  beforeEach(async () => {
    isKnown = true;
    sealed = true;
    await inbox.stop();
    inbox = await makeInbox(opens);
    gateway.rows = [{ ...textRow(1, BOB, ME, 'x'), payload: CONTROL }];
  });

  it('are stored in the transaction that moves the cursor, and are no message', async () => {
    const commit = vi.spyOn(store, 'commitInbound');
    inbox.online();
    await vi.waitFor(async () => expect(await store.groupControls(9)).toHaveLength(1));
    expect(await store.groupControls(9)).toMatchObject([
      { from: BOB, own: false, payloadJson: JSON.stringify(CONTROL) },
    ]);
    expect(commit.mock.calls.filter(([, , controls]) => (controls ?? []).length > 0)).toMatchObject([
      [[], { contiguous: 1 }, [{ from: BOB }]],
    ]);
    expect(await texts()).toEqual([]);
  });

  it('in the clear have no effect', async () => {
    sealed = false;
    inbox.online();
    await vi.waitFor(async () => expect((await store.cursor()).contiguous).toBe(1));
    expect(await store.groupControls(9)).toEqual([]);
  });

  it('that heal later are handled then, and nothing of them stays to be seen', async () => {
    isKnown = false;
    inbox.online();
    await vi.waitFor(async () => expect(await texts()).toEqual(['undecryptable']));
    isKnown = true;
    expect(await inbox.heal(BOB)).toMatchObject({ healed: 1 });
    expect(await store.groupControls(9)).toMatchObject([{ from: BOB }]);
    expect(await texts()).toEqual([]);
  });
});

describe('what the gateway tells of messages', () => {
  const tell = (name: string, params: object): void => inbox.event(`message.${name}`, params);

  it('costs little however often it is repeated, and nothing waits behind it', async () => {
    const recall = vi.spyOn(store, 'recall');
    const ack = vi.spyOn(store, 'applyAck');
    for (let seq = 0; seq < 500; seq += 1) {
      tell('ack', { to: BOB, device_id: 'd', ack_seq: seq });
      tell('recalled', { from: BOB, message_ids: ['none'] });
    }
    tell('received', textRow(1, BOB, ME, 'one'));
    await holds(1);
    await inbox.stop();
    expect(recall.mock.calls).toEqual([[BOB, ['none']]]);
    expect(ack.mock.calls).toEqual([[BOB, 'd', 499]]);
  });

  it('of a recall is carried out after the message it is about was stored, however many come with it', async () => {
    const rows = Array.from({ length: 450 }, (_, index) => textRow(index + 1, BOB, ME, `t${index + 1}`));
    for (const row of rows) tell('received', row);
    tell('recalled', { from: BOB, message_ids: [rows[449]?.message_id], seq: 451 });
    await vi.waitFor(async () => expect((await texts()).at(-1)).toBe('recalled'));
    expect(await texts()).toHaveLength(450);
  });
});
