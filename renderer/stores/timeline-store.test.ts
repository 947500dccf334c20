import { beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../shared/model/message';
import { fakeInvoke, settle } from './fake-invoke';
import { sampleMessage as message } from './samples';
import { timelineKey, useTimelineStore } from './timeline-store';

const account = 'me.aun.test';
const conversation = 'lin.aun.test';
let bridge: ReturnType<typeof fakeInvoke>;

function store() {
  return useTimelineStore.getState();
}

function timeline() {
  return store().timelines[timelineKey(account, conversation)];
}

function ids(): number[] {
  return timeline()?.window?.messages.map(({ id }) => id) ?? [];
}

function arrive(...messages: Message[]): void {
  store().applyBatch([{ event: 'message.changed', data: { account, conversation, messages } }]);
}

function page(messages: Message[], hasOlder = false, hasNewer = false) {
  return { messages, hasOlder, hasNewer };
}

async function open(messages: Message[], hasOlder = false): Promise<void> {
  void store().open(account, conversation, 0, 0);
  await bridge.next('message.page').answer(page(messages, hasOlder));
}

beforeEach(() => {
  bridge = fakeInvoke();
  useTimelineStore.setState({ timelines: {} });
});

describe('timeline store', () => {
  it('shows a sent message once when the result comes before the event', async () => {
    await open([message(1, 1000)]);
    const sent = message(2, 2000, { own: true, state: 'queued' });
    store().merge(account, conversation, [sent]);
    arrive({ ...sent, state: 'sending' });
    expect(ids()).toEqual([1, 2]);
    expect(timeline()?.window?.messages[1]?.state).toBe('sending');
  });

  it('shows a sent message once when the event comes before the result', async () => {
    await open([message(1, 1000)]);
    const sent = message(2, 2000, { own: true, state: 'queued' });
    arrive(sent);
    store().merge(account, conversation, [sent]);
    expect(ids()).toEqual([1, 2]);
  });

  it('keeps a change that overtakes the page it belongs to', async () => {
    void store().open(account, conversation, 0, 0);
    const call = bridge.next('message.page');
    arrive(message(2, 2000, { content: { kind: 'recalled' } }), message(3, 3000));
    await call.answer(page([message(1, 1000), message(2, 2000)]));
    expect(ids()).toEqual([1, 2, 3]);
    expect(timeline()?.window?.messages[1]?.content.kind).toBe('recalled');
  });

  it('keeps out what was taken out while the page it belongs to was on its way', async () => {
    const remove = (...gone: number[]): void =>
      store().applyBatch([{ event: 'message.removed', data: { account, conversation, ids: gone } }]);
    void store().open(account, conversation, 0, 0);
    const first = bridge.next('message.page');
    remove(4, 6);
    // A number that is given again belongs to another message.
    arrive(message(6, 6000));
    await first.answer(page([message(4, 4000), message(5, 5000), message(6, 5500)], true));
    expect(ids()).toEqual([5, 6]);

    void store().loadOlder(account, conversation);
    const older = bridge.next('message.page');
    remove(2);
    await older.answer(page([message(1, 1000), message(2, 2000), message(3, 3000)]));
    expect(ids()).toEqual([1, 3, 5, 6]);
  });

  it('fetches the next older page once, however often it is asked', async () => {
    await open([message(5, 5000)], true);
    void store().loadOlder(account, conversation);
    void store().loadOlder(account, conversation);
    const call = bridge.next('message.page');
    expect(bridge.calls).toHaveLength(0);
    expect(call.params).toMatchObject({ before: { id: 5, sortAt: 5000 } });
    await call.answer(page([message(4, 4000)]));
    expect(ids()).toEqual([4, 5]);
    expect(timeline()?.loading).toBeNull();
  });

  it('opens at the first unread message when many are unread', () => {
    void store().open(account, conversation, 500, 77);
    expect(bridge.next('message.page').params).toMatchObject({ around: 77 });
    expect(timeline()?.loading).toBe('first');
  });

  it('shows the line of new messages only when something is unread', async () => {
    void store().open(account, conversation, 2, 77);
    await bridge.next('message.page').answer(page([message(77, 1), message(78, 2)]));
    expect(timeline()?.readUpTo).toBe(77);
    void store().open(account, conversation, 0, 78);
    expect(timeline()?.readUpTo).toBeNull();
  });

  it('returns to a known conversation without asking again', async () => {
    await open([message(1, 1000)]);
    void store().open(account, conversation, 0, 0);
    expect(bridge.calls).toHaveLength(0);
  });

  it('jumps to a message it does not hold, and back to the end', async () => {
    await open([message(100, 100_000)], true);
    void store().openAround(account, conversation, 5);
    await bridge.next('message.page').answer(page([message(5, 5000)], true, true));
    expect(timeline()).toMatchObject({ target: { id: 5 }, window: { hasNewer: true } });
    arrive(message(101, 101_000));
    expect(ids()).toEqual([5]);
    void store().toEnd(account, conversation);
    await bridge.next('message.page').answer(page([message(100, 100_000), message(101, 101_000)], true));
    expect(ids()).toEqual([100, 101]);
  });

  it('says when a page cannot be read and can try again', async () => {
    void store().open(account, conversation, 0, 0);
    await bridge.next('message.page').fail('database_damaged');
    expect(timeline()).toMatchObject({ window: null, loading: null, error: { code: 'database_damaged' } });
    await open([message(1, 1)]);
    expect(timeline()?.error).toBeNull();
  });

  it('changes the store once for a whole batch', async () => {
    await open([message(1, 1000)]);
    let changes = 0;
    const stop = useTimelineStore.subscribe(() => (changes += 1));
    const data = (id: number) => ({ account, conversation, messages: [message(id, id * 1000)] });
    store().applyBatch([
      { event: 'message.changed', data: data(2) },
      { event: 'message.changed', data: data(3) },
      { event: 'message.removed', data: { account, conversation, ids: [1] } },
    ]);
    stop();
    expect(changes).toBe(1);
    expect(ids()).toEqual([2, 3]);
  });

  it('does not change for a conversation that is not open', async () => {
    await open([message(1, 1000)]);
    const before = timeline();
    store().applyBatch([
      {
        event: 'message.changed',
        data: { account, conversation: 'other.aun.test', messages: [message(9, 9)] },
      },
    ]);
    await settle();
    expect(timeline()).toBe(before);
  });
});
