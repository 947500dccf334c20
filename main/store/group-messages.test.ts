import { describe, expect, it } from 'vitest';
import { noLinks, type AccountStore } from '../ports/store';
import { AT, BOT, EVE, GROUP, groupRecord, OTHER_GROUP, sealed, spoken } from './group-test-support';
import {
  claim,
  inbound,
  inboundUnreadable,
  openTestStore,
  outgoing,
  OWN,
  PEER,
  textLinks,
} from './store-test-support';

const at = (contiguous: number) => ({ contiguous, acknowledged: 0, joined: 0 });

async function opened(): Promise<AccountStore> {
  const { store } = await openTestStore();
  await store.saveGroup(groupRecord());
  await store.saveGroup(groupRecord({ group: OTHER_GROUP, wireId: OTHER_GROUP, name: 'The Others' }));
  return store;
}

const words = async (store: AccountStore, conversation: string): Promise<string[]> =>
  (await store.page(conversation, { limit: 50 })).messages.map(({ content }) =>
    'text' in content ? content.text : content.kind,
  );

const sent = (seq: number | null) => ({
  serverTime: AT + 5,
  seq,
  deviceSeqs: null,
  delivered: false,
  forwardSecret: false,
});

describe('messages of groups', () => {
  it('are kept apart from all others with the same sender, id and number', async () => {
    const store = await opened();
    const same = { messageId: 'same', sender: EVE, seq: 7 };
    await store.commitInbound([inbound('alone', { ...same, conversation: EVE })], null);
    await store.commitGroupMessages(GROUP, [spoken('in the team', same)], at(7));
    await store.commitGroupMessages(
      OTHER_GROUP,
      [spoken('elsewhere', { ...same, conversation: OTHER_GROUP })],
      null,
    );
    expect(await words(store, EVE)).toEqual(['alone']);
    expect(await words(store, GROUP)).toEqual(['in the team']);
    expect(await words(store, OTHER_GROUP)).toEqual(['elsewhere']);
    expect(await store.seqOwner(7)).toEqual({ sender: EVE, messageId: 'same' });
    expect(await store.groupSeqOwner(GROUP, 7)).toEqual({ sender: EVE, messageId: 'same' });
    expect(await store.groupSeqOwner(GROUP, 8)).toBeNull();
    expect(await store.groupSeqOwner(EVE, 7)).toBeNull();
    expect((await store.find(GROUP, 'same'))?.content).toMatchObject({ text: 'in the team' });
    expect((await store.group(GROUP))?.messages.contiguous).toBe(7);
    expect((await store.group(OTHER_GROUP))?.messages.contiguous).toBe(0);
    expect((await store.cursor()).contiguous).toBe(0);
  });

  it('are stored once, whatever number they come with, and know what is readable already', async () => {
    const store = await opened();
    const first = await store.commitGroupMessages(GROUP, [spoken('one', { messageId: 'a', seq: 1 })], at(1));
    expect(first.arrived).toHaveLength(1);
    const again = await store.commitGroupMessages(GROUP, [spoken('one', { messageId: 'a', seq: 2 })], at(2));
    expect(again.arrived).toBeUndefined();
    expect(await words(store, GROUP)).toEqual(['one']);
    expect(await store.groupSeqOwner(GROUP, 1)).toBeNull();
    expect(await store.groupSeqOwner(GROUP, 2)).toEqual({ sender: EVE, messageId: 'a' });
    const pairs = [
      { sender: EVE, messageId: 'a' },
      { sender: BOT, messageId: 'a' },
    ];
    expect(await store.known(pairs, GROUP)).toEqual([true, false]);
    expect(await store.known(pairs, OTHER_GROUP)).toEqual([false, false]);
    expect(await store.known(pairs, 'group.aun.test/nowhere')).toEqual([false, false]);
    expect(await store.known(pairs)).toEqual([false, false]);
  });

  it('of another conversation are not taken, nor any of a group nobody knows', async () => {
    const store = await opened();
    await store.commitGroupMessages(GROUP, [spoken('no', { conversation: OTHER_GROUP })], null);
    expect(await words(store, GROUP)).toEqual([]);
    await expect(store.commitGroupMessages('group.aun.test/x1234', [], at(1))).rejects.toMatchObject({
      code: 'unknown_conversation',
    });
  });

  it('free a number that another message of the group holds, and only of that group', async () => {
    const store = await opened();
    await store.commitInbound([inbound('alone', { seq: 3, messageId: 'p' })], null);
    await store.commitGroupMessages(GROUP, [spoken('old', { seq: 3, messageId: 'old' })], null);
    await store.commitGroupMessages(GROUP, [spoken('new', { seq: 3, messageId: 'new' })], null);
    expect(await store.groupSeqOwner(GROUP, 3)).toMatchObject({ messageId: 'new' });
    expect(await store.seqOwner(3)).toMatchObject({ messageId: 'p' });
    await store.forgetGroupNumbers(GROUP);
    expect(await store.groupSeqOwner(GROUP, 3)).toBeNull();
    expect(await store.seqOwner(3)).toMatchObject({ messageId: 'p' });
    expect(await words(store, GROUP)).toEqual(['old', 'new']);
  });

  it('count, notify and name the user like any other', async () => {
    const store = await opened();
    const { arrived = [] } = await store.commitGroupMessages(
      GROUP,
      [spoken('one'), spoken('you!', { links: { ...textLinks('you!'), mentionsMe: true }, sender: BOT })],
      null,
    );
    expect(arrived).toHaveLength(2);
    expect(await store.conversation(GROUP)).toMatchObject({
      unread: 2,
      mentions: 1,
      preview: 'you!',
      previewSender: BOT,
      previewOwn: false,
    });
    expect(await store.totals(AT)).toMatchObject({ unread: 2, mentions: 1 });
    await store.changeConversation(GROUP, { mutedUntil: AT + 1000 });
    expect(await store.totals(AT)).toMatchObject({ unread: 0, mentions: 1 });
    await store.markRead(GROUP, arrived[0] ?? 0);
    expect(await store.conversation(GROUP)).toMatchObject({ unread: 1, mentions: 1 });
    await store.setStanding(GROUP, 'pending');
    expect((await store.commitGroupMessages(GROUP, [spoken('three')], null)).arrived).toBeUndefined();
    expect(await store.totals(AT)).toMatchObject({ unread: 0, mentions: 0, requests: 1 });
  });

  it('that are our own come back as sent', async () => {
    const store = await opened();
    const change = await store.enqueue(outgoing('mine', { conversation: GROUP, messageId: 'mine' }));
    const id = change.messages[0]?.id ?? 0;
    expect(await store.outboxHeads()).toMatchObject([{ id, kind: 'group', conversation: GROUP }]);
    await store.markSending(id);
    const back = await store.commitGroupMessages(
      GROUP,
      [spoken('mine', { sender: OWN, own: true, messageId: 'mine', seq: 4 })],
      at(4),
    );
    expect(back.messages).toMatchObject([{ id, state: 'sent' }]);
    expect(back.arrived).toBeUndefined();
    expect(await store.outboxHeads()).toEqual([]);
    expect(await words(store, GROUP)).toEqual(['mine']);
    expect(await store.groupSeqOwner(GROUP, 4)).toEqual({ sender: OWN, messageId: 'mine' });
    // The same id to one person is another message.
    await store.enqueue(outgoing('mine too', { conversation: PEER, messageId: 'mine' }));
    expect(await store.outboxHeads()).toMatchObject([{ kind: 'direct', messageId: 'mine' }]);
  });

  it('are sent and no more than that, with the number of their group', async () => {
    const store = await opened();
    const { messages } = await store.enqueue(outgoing('mine', { conversation: GROUP, messageId: 'mine' }));
    const id = messages[0]?.id ?? 0;
    await store.commitGroupMessages(GROUP, [spoken('x', { seq: 9, messageId: 'x' })], null);
    await store.markSending(id);
    expect((await store.markSent(id, sent(9))).messages).toMatchObject([{ id, state: 'sent' }]);
    expect(await store.groupSeqOwner(GROUP, 9)).toMatchObject({ messageId: 'mine' });
    expect((await store.applyAck(GROUP, '', 100)).messages).toEqual([]);
    expect((await store.message(id))?.state).toBe('sent');
  });

  it('cannot be written to a group that is not here', async () => {
    const store = await opened();
    await expect(
      store.enqueue(outgoing('x', { conversation: 'group.aun.test/gone1' })),
    ).rejects.toMatchObject({
      code: 'unknown_conversation',
    });
  });
});

describe('recalls in groups', () => {
  it('blank only what the same person wrote in the same group', async () => {
    const store = await opened();
    const same = { messageId: 'same', sender: EVE };
    await store.commitInbound([inbound('alone', { ...same, conversation: EVE })], null);
    await store.commitGroupMessages(
      GROUP,
      [spoken('team', same), spoken('bot', { messageId: 'same', sender: BOT })],
      null,
    );
    await store.commitGroupMessages(
      OTHER_GROUP,
      [spoken('others', { ...same, conversation: OTHER_GROUP })],
      null,
    );
    const change = await store.recall(EVE, ['same', 'never'], GROUP);
    expect(change.messages).toHaveLength(1);
    expect(await words(store, GROUP)).toEqual(['recalled', 'bot']);
    expect(await words(store, OTHER_GROUP)).toEqual(['others']);
    expect(await words(store, EVE)).toEqual(['alone']);
    await store.recall(EVE, ['same']);
    expect(await words(store, EVE)).toEqual(['recalled']);
    expect((await store.recall(EVE, ['same'], 'group.aun.test/nowhere')).messages).toEqual([]);
  });

  it('come as rows in the place of the message, too', async () => {
    const store = await opened();
    await store.commitGroupMessages(GROUP, [spoken('soon gone', { messageId: 'm', seq: 1 })], at(1));
    const recalled = { content: { kind: 'recalled' as const }, links: noLinks, payloadJson: null };
    await store.commitGroupMessages(
      GROUP,
      [spoken('', { messageId: 'm', seq: 1, sender: BOT, ...recalled })],
      at(1),
    );
    expect(await words(store, GROUP)).toEqual(['soon gone', 'recalled']);
    await store.commitGroupMessages(GROUP, [spoken('', { messageId: 'm', seq: 1, ...recalled })], at(1));
    expect(await words(store, GROUP)).toEqual(['recalled', 'recalled']);
    expect(await store.search({ text: 'soon', limit: 5 })).toEqual([]);
  });
});

describe('messages of groups whose key is missing', () => {
  it('are asked for by the number of the key and healed in their place', async () => {
    const store = await opened();
    await store.commitInbound([inboundUnreadable({ messageId: 'alone' })], null);
    const change = await store.commitGroupMessages(
      GROUP,
      [sealed(2, { messageId: 'a' }), sealed(3, { messageId: 'b' }), sealed(3, { messageId: 'c' })],
      null,
    );
    const [a, b, c] = change.messages.map(({ id }) => id);
    expect((await store.groupHealing(GROUP, 3, 10)).map(({ id }) => id)).toEqual([b, c]);
    expect((await store.groupHealing(GROUP, null, 10)).map(({ id }) => id)).toEqual([a, b, c]);
    expect(await store.groupHealing(OTHER_GROUP, 3, 10)).toEqual([]);
    expect(await store.healing(null, 10)).toHaveLength(1);
    expect(await store.healing(GROUP, 10)).toEqual([]);
    await store.heal(b ?? 0, spoken('now', { messageId: 'b' }));
    expect(await words(store, GROUP)).toEqual(['undecryptable', 'now', 'undecryptable']);
    // Another reason keeps the number of the key, and goes to the end.
    await store.heal(a ?? 0, sealed(2, { messageId: 'a' }));
    expect((await store.groupHealing(GROUP, null, 10)).map(({ id }) => id)).toEqual([c, a]);
    expect((await store.groupHealing(GROUP, 2, 10)).map(({ id }) => id)).toEqual([a]);
    expect(await store.groupHealing(GROUP, 3, 1)).toHaveLength(1);
  });

  it('are replaced by a readable copy that is pulled again', async () => {
    const store = await opened();
    await store.commitGroupMessages(GROUP, [sealed(2, { messageId: 'a', seq: 5 })], null);
    await store.commitGroupMessages(GROUP, [spoken('open', { messageId: 'a', seq: 5 })], null);
    expect(await words(store, GROUP)).toEqual(['open']);
    expect(await store.groupHealing(GROUP, null, 5)).toEqual([]);
  });
});

describe('what messages of a group say about each other', () => {
  it('stays within the group: answers, votes, cards', async () => {
    const store = await opened();
    await store.commitInbound(
      [inbound('the original', { messageId: 'm', sender: BOT, conversation: BOT })],
      null,
    );
    const answer = (): Parameters<typeof spoken>[1] => ({
      links: { ...textLinks('yes'), replyTo: { messageId: 'm', text: 'the original' } },
    });
    const unknown = await store.commitGroupMessages(GROUP, [spoken('yes', answer())], null);
    expect(unknown.messages[0]?.reply).toMatchObject({ id: null, standing: 'unknown' });
    const original = await store.commitGroupMessages(
      GROUP,
      [spoken('the original', { messageId: 'm', sender: BOT })],
      null,
    );
    const told = original.messages.find(({ id }) => id === unknown.messages[0]?.id);
    expect(told?.reply).toMatchObject({ sender: BOT, standing: 'known' });
    // Everybody in a group can be answered, not only one peer.
    const third = await store.commitGroupMessages(
      GROUP,
      [spoken('yes', { ...answer(), sender: PEER })],
      null,
    );
    expect(third.messages[0]?.reply).toMatchObject({ sender: BOT, standing: 'known' });
    const poll = {
      kind: 'poll' as const,
      title: 't',
      options: [{ id: 'a', text: 'A' }],
      multiple: false,
      expiresAt: null,
    };
    const vote = (sender: string, conversation: string): ReturnType<typeof inbound> =>
      inbound('', {
        sender,
        conversation,
        content: { kind: 'vote', poll: 'poll', options: ['a'] },
        links: { ...noLinks, hidden: true, refersTo: { messageId: 'poll', as: 'vote' } },
      });
    await store.commitGroupMessages(
      GROUP,
      [spoken('', { messageId: 'poll', content: poll, links: noLinks })],
      null,
    );
    await store.commitGroupMessages(GROUP, [vote(BOT, GROUP), vote(PEER, GROUP)], null);
    await store.commitInbound([vote(BOT, BOT)], null);
    expect((await store.find(GROUP, 'poll'))?.votes).toEqual([{ option: 'a', count: 2, mine: false }]);
  });

  it('is told as gone once the original was deleted', async () => {
    const store = await opened();
    const { messages } = await store.commitGroupMessages(GROUP, [spoken('x', { messageId: 'm' })], null);
    await store.deleteMessages([messages[0]?.id ?? 0]);
    const links = { ...textLinks('re'), replyTo: { messageId: 'm', text: 'x' } };
    const answered = await store.commitGroupMessages(GROUP, [spoken('re', { links })], null);
    expect(answered.messages[0]?.reply).toMatchObject({ standing: 'gone', text: '' });
    // Deleted for good, in this group.
    await store.commitGroupMessages(GROUP, [spoken('x', { messageId: 'm' })], null);
    await store.commitGroupMessages(
      OTHER_GROUP,
      [spoken('x', { messageId: 'm', conversation: OTHER_GROUP })],
      null,
    );
    expect(await words(store, GROUP)).toEqual(['re']);
    expect(await words(store, OTHER_GROUP)).toEqual(['x']);
    expect(await store.known([{ sender: EVE, messageId: 'm' }], GROUP)).toEqual([true]);
  });
});

describe('finding in groups', () => {
  it('looks in one group, at one person wherever they wrote, and at what messages carry', async () => {
    const store = await opened();
    await store.commitInbound([inbound('apple alone', { sender: EVE, conversation: EVE })], null);
    await store.commitGroupMessages(
      GROUP,
      [
        spoken('apple of eve'),
        spoken('apple of bot', { sender: BOT }),
        spoken('pear', { links: { ...textLinks('pear'), attachments: [claim('a.png', 'image/png')] } }),
      ],
      null,
    );
    await store.enqueue(outgoing('apple of mine', { conversation: GROUP }));
    const found = async (query: Omit<Parameters<AccountStore['search']>[0], 'limit'>): Promise<string[]> =>
      (await store.search({ ...query, limit: 10 })).map(({ excerpt }) => excerpt).sort();
    expect(await found({ text: 'apple', conversation: GROUP })).toEqual([
      'apple of bot',
      'apple of eve',
      'apple of mine',
    ]);
    expect(await found({ text: 'apple', from: EVE })).toEqual(['apple alone', 'apple of eve']);
    expect(await found({ text: 'apple', from: BOT })).toEqual(['apple of bot']);
    expect(await found({ text: '', from: EVE, conversation: GROUP })).toEqual(['apple of eve', 'pear']);
    expect(await found({ text: '', has: 'image', conversation: GROUP })).toEqual(['pear']);
    expect(await found({ text: 'apple', from: OWN })).toEqual(['apple of mine']);
    expect((await store.search({ text: 'pear', limit: 1 }))[0]?.title).toBe('The Team');
    expect(await store.messagesWith(GROUP, 'media', null, 5)).toHaveLength(1);
    await store.deleteMessages([(await store.search({ text: 'pear', limit: 1 }))[0]?.message.id ?? 0]);
    expect(await found({ text: '', from: EVE, conversation: GROUP })).toEqual(['apple of eve']);
  });
});
