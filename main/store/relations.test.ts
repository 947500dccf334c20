import { describe, expect, it } from 'vitest';
import type { MessageContent } from '../../shared/model/message';
import { noLinks, type AccountStore, type InboundRecord, type MessageLinks } from '../ports/store';
import { inbound, openTestStore, outgoing, OWN, PEER, textLinks } from './store-test-support';

const POLL: MessageContent = {
  kind: 'poll',
  title: 'Where?',
  options: [
    { id: 'a', text: 'Here' },
    { id: 'b', text: 'There' },
  ],
  multiple: false,
  expiresAt: null,
};
const CARD: MessageContent = {
  kind: 'actions',
  title: 'Deploy?',
  text: '',
  format: 'plain',
  actions: [{ label: 'Yes', value: 'yes', behavior: 'reply', style: 'default', composeTimeoutMs: 0 }],
  expiresAt: null,
};

function choice(card: string): { content: MessageContent; links: MessageLinks } {
  return {
    content: { kind: 'choice', card, label: 'Yes', text: 'yes', typed: false },
    links: { ...noLinks, refersTo: { messageId: card, as: 'choice' } },
  };
}

function vote(options: string[], parts: Partial<InboundRecord> = {}): InboundRecord {
  return inbound('', {
    content: { kind: 'vote', poll: 'poll', options },
    links: { ...noLinks, hidden: true, refersTo: { messageId: 'poll', as: 'vote' } },
    ...parts,
  });
}

const own = { sender: OWN, own: true };

async function commit(store: AccountStore, ...records: InboundRecord[]) {
  return store.commitInbound(records, null);
}

function answer(text: string, messageId: string, quoted: string): InboundRecord {
  return inbound(text, { links: { ...textLinks(text), replyTo: { messageId, text: quoted } } });
}

describe('answers', () => {
  it('say what the stored message says, and whether that is what was quoted', async () => {
    const { store } = await openTestStore();
    await commit(store, inbound('we meet  at\nnoon, as always', { messageId: 'original' }));
    const standings: unknown[] = [];
    for (const quoted of ['we meet at noon, as always', 'we meet at…', '', 'we never meet', 'at noon'])
      standings.push((await commit(store, answer('ok', 'original', quoted))).messages[0]?.reply?.standing);
    expect(standings).toEqual(['known', 'known', 'known', 'differs', 'differs']);
    const [unknown] = (await commit(store, answer('ok', 'never seen', 'so they say'))).messages;
    expect(unknown?.reply).toEqual({
      id: null,
      messageId: 'never seen',
      sender: null,
      text: 'so they say',
      standing: 'unknown',
    });
    const elsewhere = inbound('x', { messageId: 'elsewhere', sender: 'e.x.y', conversation: 'e.x.y' });
    await commit(store, elsewhere);
    expect((await commit(store, answer('ok', 'elsewhere', 'x'))).messages[0]?.reply?.standing).toBe(
      'unknown',
    );
  });

  it('are told when what they answer is recalled or deleted here, and quote nothing of it any more', async () => {
    const { store } = await openTestStore();
    await commit(store, inbound('one', { messageId: 'one' }), inbound('two', { messageId: 'two' }));
    const [first] = (await commit(store, answer('re one', 'one', 'one'))).messages;
    const [second] = (await commit(store, answer('re two', 'two', 'two'))).messages;
    const recalled = await store.recall(PEER, ['one']);
    expect(recalled.messages.find(({ id }) => id === first?.id)?.reply).toMatchObject({
      standing: 'gone',
      text: '',
    });
    const two = await store.find(PEER, 'two');
    const deleted = await store.deleteMessages([two?.id ?? 0]);
    expect(deleted.messages.map(({ id, reply }) => [id, reply?.standing, reply?.id])).toEqual([
      [second?.id, 'gone', null],
    ]);
  });
});

describe('polls', () => {
  it('count the newest vote of each voter for options that exist', async () => {
    const { store } = await openTestStore();
    const poll = inbound('', { messageId: 'poll', content: POLL, links: noLinks });
    const [shown] = (await commit(store, poll)).messages;
    expect(shown?.votes).toEqual([
      { option: 'a', count: 0, mine: false },
      { option: 'b', count: 0, mine: false },
    ]);
    const change = await commit(store, vote(['a']), vote(['b', 'a', 'zzz']), vote(['a'], own));
    expect(change.messages.find(({ id }) => id === shown?.id)?.votes).toEqual([
      { option: 'a', count: 2, mine: true },
      { option: 'b', count: 0, mine: false },
    ]);
    expect(change.hidden).toHaveLength(3);
    expect((await store.page(PEER, { limit: 9 })).messages).toHaveLength(1);
    const gone = await store.enqueue(
      outgoing('', {
        content: { kind: 'vote', poll: 'poll', options: ['b'] },
        links: { ...noLinks, hidden: true, refersTo: { messageId: 'poll', as: 'vote' } },
      }),
    );
    expect(gone.messages.find(({ id }) => id === shown?.id)?.votes?.[1]).toMatchObject({ mine: true });
  });

  it('take no vote that came after their end, and none from another conversation', async () => {
    const { store } = await openTestStore();
    const poll = inbound('', { messageId: 'poll', content: { ...POLL, expiresAt: 1_000 }, links: noLinks });
    await commit(store, poll);
    await commit(
      store,
      vote(['a'], { serverTime: 1_001 }),
      vote(['b'], { serverTime: 999, sender: 'e.x.y', conversation: 'e.x.y' }),
    );
    expect((await store.find(PEER, 'poll'))?.votes?.map(({ count }) => count)).toEqual([0, 0]);
  });
});

describe('action cards', () => {
  it('are completed by the own answer, from here or from another device, before or after they came', async () => {
    const { store } = await openTestStore();
    await commit(store, inbound('', { ...choice('late'), ...own }));
    for (const messageId of ['late', 'early', 'here', 'left'])
      await commit(store, inbound('', { messageId, content: CARD, links: noLinks }));
    expect((await store.find(PEER, 'late'))?.card).toEqual({ state: 'completed', label: 'Yes' });
    const change = await commit(store, inbound('', { ...choice('early'), ...own }));
    expect(change.messages.map((message) => message.card?.state)).toContain('completed');
    const queued = await store.enqueue(outgoing('', choice('here')));
    expect((await store.find(PEER, 'here'))?.card).toEqual({ state: 'completed', label: 'Yes' });
    await store.cancel(queued.messages[0]?.id ?? 0);
    expect((await store.find(PEER, 'here'))?.card).toEqual({ state: 'pending', label: '' });
    await commit(store, inbound('', choice('left')));
    const left = await store.find(PEER, 'left');
    expect(left?.card?.state).toBe('pending');
    await store.setCard(left?.id ?? 0, 'dismissed', '');
    expect((await store.message(left?.id ?? 0))?.card?.state).toBe('dismissed');
  });
});

describe('streams', () => {
  it('know their final message if it is of the same sender', async () => {
    const { store } = await openTestStore();
    const stream: MessageContent = { kind: 'stream', stream: 's', text: '…' };
    await commit(store, inbound('', { messageId: 'stream', content: stream, links: noLinks }));
    const refersTo = { messageId: 'stream', as: 'final' } as const;
    await commit(store, inbound('not theirs', { ...own, links: { ...textLinks('x'), refersTo } }));
    expect((await store.find(PEER, 'stream'))?.finalId).toBeNull();
    const change = await commit(store, inbound('whole', { links: { ...textLinks('whole'), refersTo } }));
    const final = change.messages.find(({ content }) => 'text' in content && content.text === 'whole');
    expect(change.messages.find(({ messageId }) => messageId === 'stream')?.finalId).toBe(final?.id);
  });
});

describe('messages with a key', () => {
  const status = (text: string, parts: Partial<InboundRecord> = {}): InboundRecord =>
    inbound(text, { links: { ...textLinks(text), replaceKey: 'task' }, ...parts });

  it('hide the older ones of the same sender and conversation, whatever order they come in', async () => {
    const { store } = await openTestStore();
    const [first] = (await commit(store, status('10 %', { serverTime: 1_000 }))).messages;
    const change = await commit(store, status('20 %', { serverTime: 2_000 }));
    expect(change.removed).toEqual([{ conversation: PEER, id: first?.id }]);
    await commit(store, status('15 %', { serverTime: 1_500 }), status('mine', { ...own, serverTime: 1_600 }));
    const texts = async (): Promise<string[]> =>
      (await store.page(PEER, { limit: 9 })).messages.map(({ content }) =>
        'text' in content ? content.text : '',
      );
    expect(await texts()).toEqual(['mine', '20 %']);
    expect(await store.conversation(PEER)).toMatchObject({ unread: 1, preview: '20 %' });
    expect(await store.search({ text: '10', limit: 5 })).toEqual([]);
    const again = await commit(
      store,
      status('10 %', { messageId: first?.messageId ?? '', serverTime: 9_000 }),
    );
    expect(again.removed).toEqual([]);
    expect(await texts()).toEqual(['mine', '20 %']);
  });
});

describe('a message that breaks the window', () => {
  it('is quarantined the second time, until somebody wants to see it', async () => {
    const { store } = await openTestStore();
    const id = (await commit(store, inbound('boom'))).messages[0]?.id ?? 0;
    expect((await store.setQuarantined(id, true)).messages[0]?.quarantined).toBe(false);
    expect((await store.setQuarantined(id, true)).messages[0]?.quarantined).toBe(true);
    expect((await store.setQuarantined(id, false)).messages[0]?.quarantined).toBe(false);
  });
});
