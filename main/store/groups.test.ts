import { describe, expect, it } from 'vitest';
import type { AccountStore } from '../ports/store';
import {
  AT,
  BOT,
  EVE,
  event,
  GROUP,
  groupKey,
  groupRecord,
  member,
  OTHER_GROUP,
  spoken,
} from './group-test-support';
import { inbound, openTestStore, outgoing, OWN, PEER } from './store-test-support';

type LogQuery = Parameters<AccountStore['groupLog']>[1];
type MemberQuery = Parameters<AccountStore['groupMembers']>[1];

const log: LogQuery = { text: '', actions: [], before: null, limit: 50 };
const everybody: MemberQuery = { text: '', only: 'all', limit: 100, offset: 0, now: AT };
const control = (messageId: string, from = EVE) => ({
  from,
  messageId,
  own: false,
  payloadJson: `{"id":"${messageId}"}`,
  at: AT,
});

async function opened(): Promise<AccountStore> {
  const { store } = await openTestStore();
  await store.saveGroup(groupRecord());
  return store;
}

async function titles(
  store: AccountStore,
  view: 'inbox' | 'requests' | 'archived' | 'blocked',
): Promise<string[]> {
  return (await store.conversations(view, 10, 0)).conversations.map(({ title }) => title);
}

describe('a group', () => {
  it('is kept as it was given and shown in the list', async () => {
    const { store } = await openTestStore();
    const record = groupRecord({ picture: 'media:1', mutedUntil: AT, duty: [BOT] });
    const change = await store.saveGroup(record);
    expect(await store.group(GROUP)).toEqual(record);
    expect(change.conversations).toMatchObject([
      {
        conversation: GROUP,
        kind: 'group',
        title: 'The Team',
        standing: 'accepted',
        previewSender: null,
        group: { membership: 'member', status: 'active', memberCount: 3, picture: 'media:1' },
      },
    ]);
    expect(await titles(store, 'inbox')).toEqual(['The Team']);
    expect((await store.findConversations('tEAm', 5)).map(({ conversation }) => conversation)).toEqual([
      GROUP,
    ]);
    await store.commitInbound([inbound('hi')], null);
    expect((await store.conversation(PEER))?.group).toBeNull();
    expect((await store.conversation(PEER))?.previewSender).toBeNull();
  });

  it('changes without moving what only stored rows move', async () => {
    const store = await opened();
    await store.commitGroupMessages(GROUP, [spoken('x', { seq: 5 })], {
      contiguous: 5,
      acknowledged: 4,
      joined: 3,
    });
    await store.setGroupCursor(GROUP, 'events', { contiguous: 9, acknowledged: 8, joined: 7 });
    const change = await store.saveGroup(
      groupRecord({ name: 'Renamed', membership: 'left', status: 'dissolved' }),
    );
    expect(change.conversations).toMatchObject([
      { title: 'Renamed', preview: 'x', group: { membership: 'left', status: 'dissolved' } },
    ]);
    expect(await store.group(GROUP)).toMatchObject({
      name: 'Renamed',
      messages: { contiguous: 5, acknowledged: 4, joined: 3 },
      events: { contiguous: 9, acknowledged: 8, joined: 7 },
    });
    await store.saveGroup(groupRecord({ group: OTHER_GROUP, name: '' }));
    expect((await store.groups()).map(({ group }) => group)).toEqual([OTHER_GROUP, GROUP]);
    expect((await store.conversation(OTHER_GROUP))?.title).toBe(OTHER_GROUP);
    expect(await store.group('group.aun.test/none')).toBeNull();
  });

  it('is a request at once, though nobody wrote, and no list has one that was only looked at', async () => {
    const { store } = await openTestStore();
    await store.saveGroup(groupRecord({ addedBy: EVE }), 'pending');
    expect(await titles(store, 'requests')).toEqual(['The Team']);
    expect((await store.totals(AT)).requests).toBe(1);
    await store.saveGroup(groupRecord({ addedBy: EVE, memberCount: 4 }));
    expect((await store.conversation(GROUP))?.standing).toBe('pending');
    await store.setStanding(GROUP, 'accepted');
    expect(await titles(store, 'inbox')).toEqual(['The Team']);
    const looked = groupRecord({ group: OTHER_GROUP, name: 'Looked at', membership: 'none', joinedAt: null });
    await store.saveGroup(looked);
    expect(await titles(store, 'inbox')).toEqual(['The Team']);
    expect(await store.findConversations('Looked', 5)).toEqual([]);
    await store.saveGroup({ ...looked, membership: 'pending', requestedAt: AT });
    expect(await titles(store, 'inbox')).toContain('Looked at');
    await store.saveGroup({ ...looked, rejection: '' });
    expect(await titles(store, 'inbox')).toContain('Looked at');
  });

  it('stays blocked whoever adds us', async () => {
    const store = await opened();
    await store.setStanding(GROUP, 'blocked');
    await store.saveGroup(groupRecord({ name: 'Again' }), 'pending');
    expect(await titles(store, 'blocked')).toEqual(['Again']);
  });

  it('can be pinned, muted, archived, marked, drafted in and kept for a time only', async () => {
    const store = await opened();
    await store.changeConversation(GROUP, { pinned: true, markedUnread: true, retention: 3600 });
    await store.setDraft(GROUP, 'half', null);
    expect(await store.conversation(GROUP)).toMatchObject({
      pinned: true,
      markedUnread: true,
      draft: 'half',
    });
    await store.changeConversation(GROUP, { archived: true });
    expect(await titles(store, 'archived')).toEqual(['The Team']);
    await store.commitGroupMessages(GROUP, [spoken('wake')], null);
    expect(await titles(store, 'inbox')).toEqual(['The Team']);
    await store.commitGroupEvents(GROUP, [event(1, 'joined')], null);
    const next = (await store.nextExpiry()) ?? 0;
    expect((await store.sweepExpired(next + 60_000, 10)).removed).toHaveLength(2);
    // The log is no message.
    expect((await store.groupLog(GROUP, log)).entries).toHaveLength(1);
  });
});

describe('deleting the conversation of a group', () => {
  it('takes its group, members, log and keys along, in portions', async () => {
    const store = await opened();
    await store.saveGroup(groupRecord({ group: OTHER_GROUP }));
    for (const group of [GROUP, OTHER_GROUP]) {
      await store.replaceMembers(group, [member(EVE), member(OWN)]);
      await store.commitGroupMessages(group, [spoken('x', { conversation: group })], null);
      await store.commitGroupEvents(
        group,
        [1, 2, 3, 4, 5].map((seq) => event(seq, 'joined')),
        null,
      );
      await store.saveGroupKey(group, groupKey(1));
    }
    await store.enqueue(outgoing('waits', { conversation: GROUP }));
    let portions = 0;
    for (let done = false; !done; portions += 1) done = (await store.clearConversation(GROUP, true, 3)).done;
    expect(portions).toBeGreaterThan(3);
    expect(await store.conversation(GROUP)).toBeNull();
    expect(await store.group(GROUP)).toBeNull();
    expect((await store.groupMembers(GROUP, everybody)).total).toBe(0);
    expect((await store.groupLog(GROUP, log)).entries).toEqual([]);
    expect(await store.groupKeys(GROUP)).toEqual([]);
    expect(await store.outboxHeads()).toEqual([]);
    expect(await store.groupKeys(OTHER_GROUP)).toHaveLength(1);
    expect((await store.groupLog(OTHER_GROUP, log)).entries).toHaveLength(5);
    // Joined again, nothing deleted comes back.
    await store.saveGroup(groupRecord());
    await store.commitGroupMessages(GROUP, [spoken('x', { messageId: 'later' })], null);
    expect((await store.page(GROUP, { limit: 9 })).messages).toHaveLength(1);
  });

  it('leaves the block of a blocked one, and clearing leaves the group', async () => {
    const store = await opened();
    await store.saveGroupKey(GROUP, groupKey(1));
    await store.commitGroupMessages(GROUP, [spoken('x')], null);
    expect((await store.clearConversation(GROUP, false, 10)).done).toBe(true);
    expect(await store.group(GROUP)).not.toBeNull();
    expect(await store.groupKeys(GROUP)).toHaveLength(1);
    await store.setStanding(GROUP, 'blocked');
    await store.clearConversation(GROUP, true, 10);
    expect(await store.conversation(GROUP)).toMatchObject({ standing: 'blocked', group: null });
    expect(await store.groupKeys(GROUP)).toEqual([]);
  });
});

describe('members', () => {
  it('stand in their order, in pages and by what is asked for', async () => {
    const store = await opened();
    await store.replaceMembers(GROUP, [
      member('zoe.aun.test'),
      member(BOT, { kind: 'ai' }),
      member('amy.aun.test', { mutedUntil: AT + 1, muteReason: 'loud' }),
      member(EVE, { role: 'owner' }),
      member('bot2.aun.test', {
        role: 'admin',
        kind: 'ai',
        mutedUntil: AT - 1,
        hasKeys: false,
        joinedAt: null,
      }),
    ]);
    const names = async (query: Partial<MemberQuery>) => {
      const { members, total } = await store.groupMembers(GROUP, { ...everybody, ...query });
      return [members.map(({ aid }) => aid.split('.')[0]).join(' '), total];
    };
    expect(await names({})).toEqual(['eve bot2 amy zoe bot', 5]);
    expect(await names({ limit: 2, offset: 1 })).toEqual(['bot2 amy', 5]);
    expect(await names({ only: 'admins' })).toEqual(['eve bot2', 2]);
    expect(await names({ only: 'agents' })).toEqual(['bot2 bot', 2]);
    expect(await names({ only: 'muted' })).toEqual(['amy', 1]);
    await store.openConversation('zoe.aun.test', 'direct', 'Zoë Ång', AT);
    expect(await names({ text: 'ÅNG' })).toEqual(['zoe', 1]);
    expect(await names({ text: 'bot', limit: 1 })).toEqual(['bot2', 2]);
    expect(await store.groupMember(GROUP, 'amy.aun.test')).toEqual(
      member('amy.aun.test', { mutedUntil: AT + 1, muteReason: 'loud' }),
    );
    await store.saveMember(GROUP, member('amy.aun.test', { role: 'admin' }));
    await store.removeMember(GROUP, EVE);
    expect(await names({})).toEqual(['amy bot2 zoe bot', 4]);
    expect(await store.groupMember(GROUP, EVE)).toBeNull();
    await expect(store.saveMember(OTHER_GROUP, member(EVE))).rejects.toMatchObject({
      code: 'unknown_conversation',
    });
  });
});

describe('events', () => {
  it('are logged once and put into the timeline as lines that nothing counts', async () => {
    const store = await opened();
    await store.commitGroupMessages(GROUP, [spoken('newest', { serverTime: AT })], null);
    const before = await store.conversation(GROUP);
    const events = [
      event(1, 'member_added', { target: PEER }),
      { ...event(2, 'update'), line: false },
      event(3, 'member_banned', {
        target: BOT,
        values: { reason: 'Spam', until: '5' },
        signature: 'invalid',
      }),
    ];
    const cursor = { contiguous: 3, acknowledged: 0, joined: 0 };
    const { change, fresh } = await store.commitGroupEvents(GROUP, events, cursor);
    expect(fresh).toEqual([1, 2, 3]);
    expect(change.messages.map(({ content }) => content)).toEqual([
      {
        kind: 'group_event',
        action: 'member_added',
        actor: EVE,
        target: PEER,
        values: {},
        signature: 'verified',
      },
      {
        kind: 'group_event',
        action: 'member_banned',
        actor: EVE,
        target: BOT,
        values: { reason: 'Spam', until: '5' },
        signature: 'invalid',
      },
    ]);
    expect(change.arrived).toBeUndefined();
    expect(await store.conversation(GROUP)).toEqual(before);
    const again = await store.commitGroupEvents(GROUP, [...events, event(4, 'joined')], null);
    expect(again.fresh).toEqual([4]);
    expect((await store.page(GROUP, { limit: 9 })).messages).toHaveLength(4);
    expect((await store.group(GROUP))?.events).toEqual(cursor);
    expect(await store.search({ text: '', conversation: GROUP, since: 0, limit: 9 })).toHaveLength(1);
    expect(await store.groupAuthors(GROUP, 9)).toEqual([
      { sender: EVE, at: AT, id: expect.any(Number) as number },
    ]);
  });

  it('are found by who, whom, what, why and the names this user knows', async () => {
    const store = await opened();
    await store.openConversation(PEER, 'direct', 'Robert 罗', AT);
    await store.commitGroupEvents(
      GROUP,
      [
        event(1, 'joined', { actor: PEER }),
        event(2, 'member_banned', { target: BOT, values: { reason: 'Werbung 广告' } }),
        event(3, 'role_changed', { target: PEER, values: { role: 'admin' } }),
        event(4, 'dissolved'),
      ],
      null,
    );
    const found = async (query: Partial<LogQuery>): Promise<number[]> =>
      (await store.groupLog(GROUP, { ...log, ...query })).entries.map(({ seq }) => seq);
    expect(await found({})).toEqual([4, 3, 2, 1]);
    expect(await found({ text: 'robert' })).toEqual([3, 1]);
    expect(await found({ text: '罗' })).toEqual([3, 1]);
    expect(await found({ text: '广告' })).toEqual([2]);
    expect(await found({ text: 'WERB' })).toEqual([2]);
    expect(await found({ text: 'bot.aun' })).toEqual([2]);
    expect(await found({ text: 'admin' })).toEqual([3]);
    expect(await found({ actions: ['joined', 'dissolved'] })).toEqual([4, 1]);
    expect(await found({ actions: ['joined'], text: 'role' })).toEqual([]);
    expect(await store.groupLog(GROUP, { ...log, before: 4, limit: 2 })).toMatchObject({
      entries: [{ seq: 3 }, { seq: 2 }],
      more: true,
    });
    expect((await store.groupLog(GROUP, { ...log, before: 3, limit: 2 })).more).toBe(false);
  });

  it('keep their order when the numbers begin again, and come no second time', async () => {
    const store = await opened();
    const old = [1, 2, 3].map((seq) => event(seq, `old ${seq}`));
    await store.commitGroupEvents(GROUP, old, { contiguous: 3, acknowledged: 3, joined: 0 });
    for (let round = 0; round < 3; round += 1) {
      await store.forgetGroupNumbers(GROUP);
      const { entry, ...rest } = event(1, 'old 2', { at: AT + 2 });
      // What is the same event comes with another number.
      const { fresh } = await store.commitGroupEvents(
        GROUP,
        [{ ...rest, entry }, event(2, `new ${round}`, { at: AT + 100 })],
        null,
      );
      expect(fresh).toEqual([2]);
    }
    const { entries } = await store.groupLog(GROUP, log);
    expect(entries.map(({ action }) => action)).toEqual([
      'new 2',
      'old 2',
      'new 1',
      'new 0',
      'old 3',
      'old 1',
    ]);
    expect(new Set(entries.map(({ seq }) => seq)).size).toBe(6);
    expect((await store.page(GROUP, { limit: 20 })).messages).toHaveLength(6);
    await store.forgetGroupNumbers(GROUP);
    await store.forgetGroupNumbers(GROUP);
    expect((await store.group(GROUP))?.events).toEqual({ contiguous: 0, acknowledged: 0, joined: 0 });
  });
});

describe('very many numbers', () => {
  it('are forgotten a part at a time, in order, also by somebody who goes on', async () => {
    const file = await openTestStore();
    const { store } = file;
    await store.saveGroup(groupRecord());
    const entries = (from: number, count: number, action: string) =>
      Array.from({ length: count }, (_unused, index) => event(from + index, action, { at: AT + index }));
    const cursor = { contiguous: 5, acknowledged: 5, joined: 0 };
    await store.commitGroupEvents(GROUP, entries(1, 4_500, 'first'), cursor);
    await store.forgetGroupNumbers(GROUP);
    await store.commitGroupEvents(GROUP, entries(2 ** 50, 2_500, 'second'), cursor);
    await store.forgetGroupNumbers(GROUP);
    await store.commitGroupEvents(GROUP, entries(1, 2, 'third'), cursor);
    const actions: string[] = [];
    const times: number[] = [];
    let before: number | null = null;
    for (;;) {
      const page = await store.groupLog(GROUP, { ...log, before, limit: 1_000 });
      for (const { action, at } of page.entries) {
        if (actions.at(-1) !== action) actions.push(action);
        times.push(at);
      }
      before = page.entries.at(-1)?.seq ?? null;
      if (!page.more) break;
    }
    const down = (count: number) => Array.from({ length: count }, (_unused, index) => AT + count - 1 - index);
    expect(actions).toEqual(['third', 'second', 'first']);
    expect(times).toEqual([...down(2), ...down(2_500), ...down(4_500)]);
    expect((await store.group(GROUP))?.events).toEqual(cursor);
    await store.forgetGroupNumbers(GROUP);
    expect((await store.group(GROUP))?.events).toEqual({ contiguous: 0, acknowledged: 0, joined: 0 });
  });

  it('of before this version keep their place', async () => {
    const { store } = await openTestStore();
    await store.saveGroup(groupRecord());
    await store.commitGroupEvents(GROUP, [event(-3, 'oldest'), event(-2, 'old'), event(4, 'new')], null);
    await store.forgetGroupNumbers(GROUP);
    await store.commitGroupEvents(GROUP, [event(1, 'newest')], null);
    const { entries } = await store.groupLog(GROUP, log);
    expect(entries.map(({ action }) => action)).toEqual(['newest', 'new', 'old', 'oldest']);
  });
});

describe('keys of groups', () => {
  it('are kept by epoch, replaced and forgotten, also of a group that is not here yet', async () => {
    const { store, reopen } = await openTestStore();
    await store.saveGroupKey(GROUP, groupKey(1));
    await store.saveGroupKey(
      GROUP,
      groupKey(2, { pendingRotation: 'rot-1', origin: 'made_here', chain: null }),
    );
    await store.saveGroupKey(OTHER_GROUP, groupKey(1));
    await store.saveGroupKey(GROUP, groupKey(2, { chainDoubt: 'no predecessor' }));
    const again = await reopen();
    expect(await again.groupKeys(GROUP)).toEqual([
      groupKey(2, { chainDoubt: 'no predecessor' }),
      groupKey(1),
    ]);
    await again.removeGroupKey(GROUP, 2);
    expect((await again.groupKeys(GROUP)).map(({ epoch }) => epoch)).toEqual([1]);
    await again.removeGroupKeys(GROUP);
    expect(await again.groupKeys(GROUP)).toEqual([]);
    expect(await again.groupKeys(OTHER_GROUP)).toHaveLength(1);
  });

  it('come in messages that wait until they are handled, once', async () => {
    const { store } = await openTestStore();
    const cursor = { contiguous: 2, acknowledged: 0 };
    await store.commitInbound([inbound('x')], cursor, [control('a'), control('b'), control('a', BOT)]);
    await store.commitInbound([], null, [control('a'), control('c')]);
    expect(await store.cursor()).toEqual(cursor);
    const waiting = await store.groupControls(10);
    expect(waiting.map(({ from, messageId }) => `${from} ${messageId}`)).toEqual([
      `${EVE} a`,
      `${EVE} b`,
      `${BOT} a`,
      `${EVE} c`,
    ]);
    expect(waiting[0]).toEqual({ id: waiting[0]?.id, ...control('a') });
    expect(await store.groupControls(1)).toHaveLength(1);
    await store.removeGroupControl(waiting[0]?.id ?? 0);
    // It is pulled again: it is known, waits no second time, and makes no message.
    const pair = { sender: EVE, messageId: 'a' };
    expect(await store.known([pair, { sender: EVE, messageId: 'z' }])).toEqual([true, false]);
    expect(await store.known([pair], GROUP)).toEqual([false]);
    await store.commitInbound([inbound('', { ...pair, conversation: EVE })], null, [control('a')]);
    expect((await store.groupControls(10)).map(({ messageId }) => messageId)).toEqual(['b', 'a', 'c']);
    expect(await store.conversation(EVE)).toBeNull();
  });
});
