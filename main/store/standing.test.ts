import { describe, expect, it } from 'vitest';
import { MUTED_FOREVER } from '../../shared/model/conversation';
import { noLinks, type AccountStore, type ContactRecord } from '../ports/store';
import {
  inbound,
  inboundUnreadable,
  openTestStore,
  outgoing,
  OWN,
  PEER,
  textLinks,
} from './store-test-support';

const EVE = 'eve.aun.test';
const verified: ContactRecord = {
  aid: PEER,
  alias: 'Old Bob',
  firstSeenAt: 1,
  pinnedSpki: 'c3BraQ==',
  pinnedKey: 'sha256:aa',
  issuerKey: null,
  pending: null,
  previousKey: null,
  changedAt: null,
  verifiedBeforeChange: false,
  verified: { key: 'sha256:aa', at: 1, method: 'manual' },
  revoked: null,
};

const from = (peer: string) => ({ sender: peer, conversation: peer });
const mention = (text: string) => ({ ...textLinks(text), mentionsMe: true });

async function views(store: AccountStore): Promise<Record<string, string[]>> {
  const result: Record<string, string[]> = {};
  for (const view of ['inbox', 'archived', 'requests', 'blocked'] as const) {
    const { conversations, total } = await store.conversations(view, 10, 0);
    expect(total).toBe(conversations.length);
    result[view] = conversations.map(({ conversation }) => conversation);
  }
  return result;
}

describe('strangers', () => {
  it('make a request, which counts and notifies nothing until it is accepted', async () => {
    const { store } = await openTestStore();
    const change = await store.commitInbound([inbound('hi', { ...from(EVE), links: mention('hi') })], null);
    expect(change.arrived).toBeUndefined();
    expect(change.conversations[0]).toMatchObject({ standing: 'pending', unread: 1, mentions: 1 });
    expect(await views(store)).toEqual({ inbox: [], archived: [], requests: [EVE], blocked: [] });
    expect(await store.totals(0)).toEqual({ unread: 0, mentions: 0, requests: 1, queued: 0 });
    await store.setStanding(EVE, 'accepted');
    expect(await store.totals(0)).toEqual({ unread: 1, mentions: 1, requests: 0, queued: 0 });
    const next = await store.commitInbound([inbound('again', from(EVE))], null);
    expect(next.arrived).toEqual(next.messages.map(({ id }) => id));
  });

  it('are accepted by whoever writes to them, here or on another device, or opens them', async () => {
    const { store } = await openTestStore();
    const peers = ['a.x.y', 'b.x.y', 'c.x.y'];
    for (const peer of peers) await store.commitInbound([inbound('hi', from(peer))], null);
    await store.enqueue(outgoing('hello', { conversation: 'a.x.y' }));
    await store.commitInbound([inbound('mine', { conversation: 'b.x.y', sender: OWN, own: true })], null);
    await store.openConversation('c.x.y', 'direct', 'c.x.y', 1);
    for (const peer of peers) expect(await store.conversation(peer)).toMatchObject({ standing: 'accepted' });
  });

  it('are let in by nothing of which only the gateway says that it is ours', async () => {
    const { store } = await openTestStore();
    const mine = { sender: OWN, own: true, conversation: EVE };
    const sealed = inboundUnreadable(mine);
    await store.commitInbound([inbound('hi', from(EVE))], null);
    await store.commitInbound(
      [
        inbound('forged', { ...mine, protection: 'none' }),
        sealed,
        inbound('new', { ...mine, protection: 'none' }),
      ],
      null,
    );
    await store.commitInbound([inboundUnreadable({ ...mine, conversation: PEER })], null);
    for (const peer of [EVE, PEER])
      expect(await store.conversation(peer)).toMatchObject({ standing: 'pending' });
    // Opened later, it is certain whose it is.
    const { id = 0 } =
      (await store.page(EVE, { limit: 9 })).messages.find(
        ({ content }) => content.kind === 'undecryptable',
      ) ?? {};
    await store.heal(id, { ...inbound('opened', mine), messageId: sealed.messageId });
    expect(await store.conversation(EVE)).toMatchObject({ standing: 'accepted' });
  });

  it('is not what came as no message at all: it lies under the notes to self', async () => {
    const { store } = await openTestStore();
    await store.commitInbound([inboundUnreadable({ sender: 'unknown', conversation: OWN })], null);
    expect(await store.conversation(OWN)).toMatchObject({ kind: 'self', standing: 'accepted' });
  });

  it('are not those whose key was verified, nor oneself', async () => {
    const { store } = await openTestStore();
    await store.saveContact(verified);
    await store.saveContact({ ...verified, aid: EVE, pinnedKey: 'sha256:bb' });
    await store.commitInbound(
      [
        inbound('hi'),
        inbound('another key', from(EVE)),
        inbound('note', { conversation: OWN, sender: OWN, own: true }),
      ],
      null,
    );
    expect(await views(store)).toMatchObject({ inbox: [OWN, PEER], requests: [EVE] });
  });

  it('who only sent something invisible are no request', async () => {
    const { store } = await openTestStore();
    const typing = inbound('', {
      ...from(EVE),
      content: { kind: 'control', type: 'typing' },
      links: { ...noLinks, hidden: true },
    });
    const change = await store.commitInbound([typing], null);
    expect(change.hidden).toEqual(change.messages.map(({ id }) => id));
    expect(await views(store)).toMatchObject({ requests: [] });
    expect(await store.totals(0)).toMatchObject({ requests: 0 });
    expect((await store.page(EVE, { limit: 5 })).messages).toEqual([]);
  });
});

describe('a blocked conversation', () => {
  it('gives up what waits to be sent there, and what comes back from being sent, until it is tried again by hand', async () => {
    const { store } = await openTestStore();
    const ids: number[] = [];
    for (const parts of [{}, {}, { conversation: EVE }]) {
      ids.push((await store.enqueue(outgoing('soon', parts))).messages[0]?.id ?? 0);
    }
    const [leaving = 0, waiting = 0, other = 0] = ids;
    await store.markSending(leaving);
    const failed = { state: 'failed', stateReason: 'conversation_blocked' };
    const change = await store.setStanding(PEER, 'blocked');
    expect(change.messages).toMatchObject([{ id: waiting, ...failed }]);
    expect((await store.markSending(waiting)).messages).toEqual([]);
    expect((await store.markWaiting(leaving, 'retrying', 0)).messages).toMatchObject([failed]);
    expect((await store.outboxHeads()).map(({ id }) => id)).toEqual([other]);
    await store.setStanding(PEER, 'accepted');
    expect((await store.outboxHeads()).map(({ id }) => id)).toEqual([other]);
    await store.requeue(waiting);
    expect((await store.outboxHeads()).map(({ id }) => id)).toEqual([waiting, other]);
  });

  it('sends nothing that a crash interrupted', async () => {
    const test = await openTestStore();
    const id = (await test.store.enqueue(outgoing('soon'))).messages[0]?.id ?? 0;
    await test.store.markSending(id);
    await test.store.setStanding(PEER, 'blocked');
    const store = await test.reopen();
    await store.recoverOutbox();
    expect(await store.outboxHeads()).toEqual([]);
    expect(await store.message(id)).toMatchObject({ state: 'failed', stateReason: 'conversation_blocked' });
  });

  it('stays out of every count, and blocked when it is deleted', async () => {
    const { store } = await openTestStore();
    await store.commitInbound([inbound('hi')], null);
    await store.setStanding(PEER, 'blocked');
    const change = await store.commitInbound([inbound('let me in', { links: mention('let me in') })], null);
    expect(change.arrived).toBeUndefined();
    expect(await store.totals(0)).toEqual({ unread: 0, mentions: 0, requests: 0, queued: 0 });
    expect(await store.findConversations('bob', 5)).toEqual([]);
    await store.openConversation(PEER, 'direct', PEER, 1);
    expect((await store.clearConversation(PEER, true, 100)).done).toBe(true);
    expect(await views(store)).toEqual({ inbox: [], archived: [], requests: [], blocked: [PEER] });
    await store.commitInbound([inbound('once more')], null);
    expect(await store.conversation(PEER)).toMatchObject({ standing: 'blocked' });
  });
});

describe('daily life', () => {
  async function two(): Promise<AccountStore> {
    const { store } = await openTestStore();
    await store.openConversation(PEER, 'direct', 'Bob 鲍勃', 1);
    await store.openConversation(EVE, 'direct', 'Eve', 2);
    return store;
  }

  it('keeps pinned conversations first', async () => {
    const store = await two();
    expect((await views(store))['inbox']).toEqual([EVE, PEER]);
    await store.changeConversation(PEER, { pinned: true });
    expect((await views(store))['inbox']).toEqual([PEER, EVE]);
    await expect(store.changeConversation('nobody.x.y', { pinned: true })).rejects.toMatchObject({
      code: 'unknown_conversation',
    });
  });

  it('brings a conversation out of the archive with a new message, unless it is muted', async () => {
    const store = await two();
    await store.changeConversation(PEER, { archived: true });
    await store.changeConversation(EVE, { archived: true, mutedUntil: MUTED_FOREVER });
    await store.commitInbound([inbound('hi'), inbound('hi', from(EVE))], null);
    expect(await views(store)).toMatchObject({ inbox: [PEER], archived: [EVE] });
    await store.changeConversation(PEER, { archived: true });
    await store.commitInbound([inbound('', { links: { ...noLinks, hidden: true } })], null);
    expect(await views(store)).toMatchObject({ inbox: [], archived: [EVE, PEER] });
  });

  it('counts no unread messages of a muted conversation until the mute is over, but who is named', async () => {
    const store = await two();
    await store.commitInbound([inbound('hi'), inbound('you', { links: mention('you') })], null);
    await store.changeConversation(PEER, { mutedUntil: 5_000 });
    expect(await store.totals(4_999)).toMatchObject({ unread: 0, mentions: 1 });
    expect(await store.totals(5_000)).toMatchObject({ unread: 2, mentions: 1 });
    await store.changeConversation(PEER, { mutedUntil: null });
    expect(await store.totals(0)).toMatchObject({ unread: 2 });
  });

  it('counts a conversation that was marked unread as one, until it is read', async () => {
    const store = await two();
    await store.changeConversation(EVE, { markedUnread: true });
    expect(await store.totals(0)).toMatchObject({ unread: 1 });
    await store.commitInbound([inbound('a', from(EVE)), inbound('b', from(EVE))], null);
    expect(await store.totals(0)).toMatchObject({ unread: 2 });
    await store.markRead(EVE, 1e9);
    expect(await store.conversation(EVE)).toMatchObject({ unread: 0, markedUnread: false });
    expect(await store.totals(0)).toMatchObject({ unread: 0 });
  });

  it('finds a conversation by a part of its title, alias or address', async () => {
    const store = await two();
    await store.saveContact(verified);
    const found = async (text: string): Promise<string[]> =>
      (await store.findConversations(text, 5)).map(({ conversation }) => conversation);
    expect(await found('鲍')).toEqual([PEER]);
    expect(await found('OLD b')).toEqual([PEER]);
    expect(await found('AUN.te')).toEqual([EVE, PEER]);
    expect(await found('nobody')).toEqual([]);
    expect(await store.findConversations('', 1)).toHaveLength(1);
  });

  it('keeps what a draft answers as long as it is there', async () => {
    const store = await two();
    const { messages } = await store.commitInbound([inbound('question')], null);
    const id = messages[0]?.id ?? 0;
    await store.setDraft(PEER, 'well', id);
    await store.setDraft(EVE, 'well', id);
    expect(await store.conversation(EVE)).toMatchObject({ draftReply: null });
    await store.recall(PEER, [messages[0]?.messageId ?? '']);
    expect(await store.conversation(PEER)).toMatchObject({ draft: 'well', draftReply: id });
    await store.deleteMessages([id]);
    expect(await store.conversation(PEER)).toMatchObject({ draft: 'well', draftReply: null });
  });

  it('goes to a moment', async () => {
    const store = await two();
    await store.commitInbound(
      [1, 2, 3, 4, 5].map((day) => inbound(`day ${day}`, { serverTime: day * 1_000 })),
      null,
    );
    const texts = async (at: number): Promise<string[]> =>
      (await store.page(PEER, { limit: 2, at })).messages.map(({ content }) =>
        'text' in content ? content.text : '',
      );
    expect(await texts(2_500)).toEqual(['day 2', 'day 3']);
    expect(await texts(9_000)).toEqual(['day 4', 'day 5']);
    expect(await texts(0)).toEqual(['day 1', 'day 2']);
  });
});

describe('messages deleted here', () => {
  it('never come back, and need no second opening', async () => {
    const { store } = await openTestStore();
    const record = inbound('go away');
    const [message] = (await store.commitInbound([record], null)).messages;
    const change = await store.deleteMessages([message?.id ?? 0, 12345]);
    expect(change.removed).toEqual([{ conversation: PEER, id: message?.id }]);
    expect(await store.conversation(PEER)).toMatchObject({ unread: 0, preview: '' });
    expect(await store.known([record])).toEqual([true]);
    const again = await store.commitInbound([record], { contiguous: 5, acknowledged: 5 });
    expect(again.messages).toEqual([]);
    expect((await store.cursor()).contiguous).toBe(5);
  });

  it('go in portions with their conversation', async () => {
    const { store } = await openTestStore();
    const records = Array.from({ length: 5 }, (_unused, index) => inbound(`text ${index}`));
    await store.commitInbound(records, null);
    await store.enqueue(outgoing('waits'));
    const portions = [];
    for (;;) {
      const { change, done } = await store.clearConversation(PEER, true, 2);
      portions.push(change.removed.length);
      if (!done) continue;
      expect(change.removedConversations).toEqual([PEER]);
      expect(change.conversations).toEqual([]);
      break;
    }
    expect(portions).toEqual([2, 2, 2, 0]);
    expect(await store.conversation(PEER)).toBeNull();
    expect(await store.outboxHeads()).toEqual([]);
    expect((await store.commitInbound(records, null)).messages).toEqual([]);
  });

  it('by a rule are those this computer stored or sent long enough ago, never what waits', async () => {
    const { store } = await openTestStore();
    await store.commitInbound([inbound('in', { serverTime: 5 })], null);
    await store.enqueue(outgoing('waits'));
    expect(await store.nextExpiry()).toBeNull();
    await store.changeConversation(PEER, { retention: 3_600 });
    const next = (await store.nextExpiry()) ?? 0;
    expect(Math.abs(next - Date.now() - 3_600_000)).toBeLessThan(60_000);
    expect((await store.sweepExpired(next - 1, 10)).removed).toEqual([]);
    expect((await store.sweepExpired(next + 3_600_000, 10)).removed).toHaveLength(1);
    expect((await store.page(PEER, { limit: 5 })).messages).toMatchObject([{ state: 'queued' }]);
    expect(await store.nextExpiry()).toBeNull();
  });
});
