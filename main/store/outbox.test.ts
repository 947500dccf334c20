import { describe, expect, it } from 'vitest';
import { inbound, openTestStore, outgoing, OWN, PEER } from './store-test-support';

const EVE = 'eve.aun.test';

describe('the outbox', () => {
  it('has a message on disk when enqueue returns, and makes one message for one request', async () => {
    const test = await openTestStore();
    const item = outgoing('hi');
    const change = await test.store.enqueue(item);
    expect(change.messages).toMatchObject([
      { own: true, sender: OWN, state: 'queued', stateReason: null, content: item.content },
    ]);
    expect(change.conversations).toMatchObject([
      { preview: 'hi', previewOwn: true, previewState: 'queued', unread: 0 },
    ]);
    const store = await test.reopen();
    const again = await store.enqueue({ ...item, messageId: 'another id' });
    expect(again.messages).toEqual(change.messages);
    expect(await store.totals(0)).toEqual({ unread: 0, mentions: 0, requests: 0, queued: 1 });
    await expect(store.enqueue({ ...item, requestId: 'other request' })).rejects.toMatchObject({
      code: 'already_exists',
    });
  });

  it('offers the first message of each conversation, and none while it is being sent', async () => {
    const { store } = await openTestStore();
    const one = (await store.enqueue(outgoing('1'))).messages[0]?.id ?? 0;
    const two = (await store.enqueue(outgoing('2'))).messages[0]?.id ?? 0;
    const eve = (await store.enqueue(outgoing('e', { conversation: EVE }))).messages[0]?.id ?? 0;
    expect((await store.outboxHeads()).map((item) => item.id)).toEqual([one, eve]);
    await store.markSending(one);
    expect((await store.outboxHeads()).map((item) => item.id)).toEqual([eve]);
    await store.markWaiting(one, 'offline', 99);
    expect(await store.outboxHeads()).toMatchObject([{ id: one, attempts: 1, notBefore: 99 }, { id: eve }]);
    expect(await store.conversation(PEER)).toMatchObject({ waiting: 'offline' });
    await store.wakeOutbox(PEER);
    expect((await store.outboxHeads())[0]).toMatchObject({ id: one, notBefore: 0 });
    await store.markSending(one);
    expect(await store.conversation(PEER)).toMatchObject({ waiting: null });
    await store.markFailed(one, 'message_too_large');
    expect((await store.outboxHeads()).map((item) => item.id)).toEqual([two, eve]);
    expect(await store.message(one)).toMatchObject({ state: 'failed', stateReason: 'message_too_large' });
    const requeued = await store.requeue(one);
    expect(requeued.messages).toMatchObject([{ id: one, state: 'queued', stateReason: null }]);
    expect((await store.outboxHeads()).map((item) => [item.id, item.attempts])).toEqual([
      [one, 0],
      [eve, 0],
    ]);
  });

  it('puts back what was being sent when the process died', async () => {
    const test = await openTestStore();
    const id = (await test.store.enqueue(outgoing('1'))).messages[0]?.id ?? 0;
    await test.store.markSending(id);
    const store = await test.reopen();
    expect(await store.outboxHeads()).toEqual([]);
    expect((await store.recoverOutbox()).messages).toMatchObject([{ id, state: 'queued' }]);
    expect(await store.outboxHeads()).toMatchObject([{ id, attempts: 1, notBefore: 0 }]);
  });

  it('takes back only what has not begun to leave', async () => {
    const { store } = await openTestStore();
    const item = outgoing('oops');
    const id = (await store.enqueue(item)).messages[0]?.id ?? 0;
    const taken = await store.cancel(id);
    expect(taken).toMatchObject({
      payloadJson: item.payloadJson,
      change: {
        removed: [{ conversation: PEER, id }],
        conversations: [{ preview: '', previewKind: 'none' }],
      },
    });
    expect((await store.markSending(id)).messages).toEqual([]);
    expect(await store.search({ text: 'oops', limit: 5 })).toEqual([]);
    expect(await store.cancel(id)).toBeNull();

    const next = (await store.enqueue(outgoing('gone'))).messages[0]?.id ?? 0;
    expect(next).toBeGreaterThan(id);
    await store.markSending(next);
    expect(await store.cancel(next)).toBeNull();
  });

  it('never goes back from delivered', async () => {
    const { store } = await openTestStore();
    const id = (await store.enqueue(outgoing('1'))).messages[0]?.id ?? 0;
    await store.markSending(id);
    const sent = {
      serverTime: 1_790_000_900_000,
      seq: 1,
      deviceSeqs: null,
      delivered: true,
      forwardSecret: true,
    };
    expect((await store.markSent(id, sent)).messages).toMatchObject([
      { state: 'delivered', forwardSecret: true, sortAt: sent.serverTime },
    ]);
    await store.markSent(id, { ...sent, delivered: false });
    await store.markWaiting(id, 'offline', 5);
    await store.markFailed(id, 'internal');
    await store.requeue(id);
    await store.markSending(id);
    expect(await store.message(id)).toMatchObject({ state: 'delivered', stateReason: null });
    expect((await store.totals(0)).queued).toBe(0);
  });

  it('keeps a queue in order while it leaves, below what arrived meanwhile', async () => {
    const { store } = await openTestStore();
    const at = 1_790_000_000_000;
    const ids: number[] = [];
    for (const text of ['a', 'b', 'c']) {
      ids.push((await store.enqueue(outgoing(text, { sortAt: at }))).messages[0]?.id ?? 0);
    }
    await store.commitInbound([inbound('x', { serverTime: at + 500 })], null);
    const order = async (): Promise<string[]> =>
      (await store.page(PEER, { limit: 10 })).messages.map(({ content }) =>
        'text' in content ? content.text : '',
      );
    expect(await order()).toEqual(['a', 'b', 'c', 'x']);
    let change = await store.markSent(ids[0] ?? 0, {
      serverTime: at + 1000,
      seq: null,
      deviceSeqs: null,
      delivered: false,
      forwardSecret: true,
    });
    expect(await order()).toEqual(['x', 'a', 'b', 'c']);
    expect(change.messages.map((message) => message.id)).toEqual(ids);
    change = await store.markSent(ids[1] ?? 0, {
      serverTime: at + 700,
      seq: null,
      deviceSeqs: null,
      delivered: false,
      forwardSecret: true,
    });
    expect(await order()).toEqual(['x', 'a', 'b', 'c']);
  });

  it('shows a new message below the newest one although the clock lags', async () => {
    const { store } = await openTestStore();
    const at = 1_790_000_000_000;
    await store.commitInbound([inbound('x', { serverTime: at + 60_000 })], null);
    const change = await store.enqueue(outgoing('y', { sortAt: at }));
    expect(change.messages[0]?.sortAt).toBe(at + 60_000);
  });
});

describe('acknowledgements', () => {
  const sent = { serverTime: 1_790_000_900_000, seq: 12, delivered: false, forwardSecret: true };

  async function twoSent(deviceSeqs: (Record<string, number> | null)[]) {
    const { store } = await openTestStore();
    const ids: number[] = [];
    for (const seqs of deviceSeqs) {
      const id = (await store.enqueue(outgoing('m'))).messages[0]?.id ?? 0;
      await store.markSent(id, { ...sent, deviceSeqs: seqs });
      ids.push(id);
    }
    return { store, ids };
  }

  it('mark what a device of the peer has as delivered, and nothing else', async () => {
    const { store, ids } = await twoSent([
      { phone: 5, desk: 90 },
      { phone: 6, desk: 91 },
    ]);
    expect((await store.applyAck(EVE, 'phone', 99)).messages).toEqual([]);
    expect((await store.applyAck(PEER, 'tablet', 99)).messages).toEqual([]);
    expect((await store.applyAck(PEER, 'phone', 5)).messages).toMatchObject([
      { id: ids[0], state: 'delivered' },
    ]);
    expect((await store.applyAck(PEER, 'desk', 91)).messages).toMatchObject([
      { id: ids[1], state: 'delivered' },
    ]);
    expect((await store.applyAck(PEER, 'phone', 6)).messages).toEqual([]);
  });

  it('count when they were faster than the reply', async () => {
    const { store } = await twoSent([{ phone: 5 }]);
    const id = (await store.enqueue(outgoing('fast'))).messages[0]?.id ?? 0;
    await store.applyAck(PEER, 'phone', 6);
    expect((await store.markSent(id, { ...sent, deviceSeqs: { phone: 6 } })).messages).toMatchObject([
      { state: 'delivered' },
    ]);
  });

  it('of the time before the counters of the peer started again mean nothing', async () => {
    const { store } = await twoSent([{ phone: 5 }]);
    await store.applyAck(PEER, 'phone', 5);
    const id = (await store.enqueue(outgoing('after the reset'))).messages[0]?.id ?? 0;
    const change = await store.markSent(id, { ...sent, deviceSeqs: { phone: 1 } });
    expect(change.messages).toMatchObject([{ state: 'sent' }]);
  });

  it('are matched by the single number where the gateway names no devices', async () => {
    const { store, ids } = await twoSent([null]);
    expect((await store.applyAck(PEER, 'phone', 11)).messages).toEqual([]);
    expect((await store.applyAck(PEER, 'phone', 12)).messages).toMatchObject([
      { id: ids[0], state: 'delivered' },
    ]);
  });
});
