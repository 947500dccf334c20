import { beforeEach, describe, expect, it } from 'vitest';
import type { Conversation } from '../../shared/model/conversation';
import { findConversation, listKey, mergeConversations, viewOf } from './conversation-lists';
import { useConversationsStore } from './conversations-store';
import { fakeInvoke } from './fake-invoke';
import { sampleConversation } from './samples';

const me = 'me.aun.test';
let bridge: ReturnType<typeof fakeInvoke>;

function row(id: string, more: Partial<Conversation> = {}): Conversation {
  return sampleConversation({ conversation: id, ...more });
}

function store() {
  return useConversationsStore.getState();
}

function ids(view: 'inbox' | 'archived' | 'requests' | 'blocked'): readonly string[] {
  return (store().lists[listKey(me, view)]?.rows ?? []).map(({ conversation }) => conversation);
}

function change(...conversations: Conversation[]): void {
  store().applyBatch([{ event: 'conversation.changed', data: { account: me, conversations } }]);
}

async function load(view: 'inbox' | 'archived' | 'requests', rows: Conversation[]): Promise<void> {
  const loading = store().load(me, view);
  await bridge.next('conversation.list').answer({ conversations: rows, total: rows.length });
  await loading;
}

beforeEach(() => {
  bridge = fakeInvoke();
  useConversationsStore.setState({ lists: {} });
});

describe('views of conversations', () => {
  it('put pinned conversations first, whatever is newer', () => {
    const rows = [row('old', { pinned: true, lastActivityAt: 1 }), row('new', { lastActivityAt: 9 })];
    expect(mergeConversations([], rows).map(({ conversation }) => conversation)).toEqual(['old', 'new']);
  });

  it('follow what the user decided before where a conversation was put', () => {
    expect(viewOf(row('a', { standing: 'pending', archived: true }))).toBe('requests');
    expect(viewOf(row('a', { standing: 'blocked', archived: true }))).toBe('blocked');
    expect(viewOf(row('a', { archived: true }))).toBe('archived');
  });

  it('move a conversation from one list to the other, in both counts', async () => {
    await load('inbox', [row('a'), row('b')]);
    await load('archived', [row('c', { archived: true })]);
    change(row('a', { archived: true }), row('c'));
    expect(ids('inbox')).toEqual(['b', 'c']);
    expect(ids('archived')).toEqual(['a']);
    expect(store().lists[me]?.total).toBe(2);
    expect(store().lists[listKey(me, 'archived')]?.total).toBe(1);
  });

  it('bring an accepted request into the inbox', async () => {
    await load('inbox', []);
    await load('requests', [row('stranger', { standing: 'pending' })]);
    change(row('stranger'));
    expect(ids('requests')).toEqual([]);
    expect(ids('inbox')).toEqual(['stranger']);
  });

  it('are read whole at the first look, although one row of them was known before', async () => {
    store().merge(me, [row('a', { archived: true })]);
    await load('archived', [row('a', { archived: true }), row('b', { archived: true })]);
    expect(ids('archived')).toEqual(['a', 'b']);
  });

  it('forget a conversation that is gone', async () => {
    await load('inbox', [row('a'), row('b')]);
    store().applyBatch([{ event: 'conversation.removed', data: { account: me, conversation: 'a' } }]);
    expect(ids('inbox')).toEqual(['b']);
    expect(findConversation(store().lists, me, 'a')).toBeUndefined();
    expect(store().lists[me]?.total).toBe(1);
  });

  it('leave out what was removed or moved while the list was on its way', async () => {
    const loading = store().load(me);
    store().applyBatch([{ event: 'conversation.removed', data: { account: me, conversation: 'a' } }]);
    store().remove(me, 'b');
    change(row('c', { archived: true }));
    const rows = [row('a'), row('b'), row('c'), row('d')];
    await bridge.next('conversation.list').answer({ conversations: rows, total: 4 });
    await loading;
    expect(ids('inbox')).toEqual(['d']);
  });

  it('take no row from an event into a list that nobody has looked at', async () => {
    await load('inbox', [row('a')]);
    change(row('stranger', { standing: 'pending' }));
    expect(store().lists[listKey(me, 'requests')]).toBeUndefined();
  });
});
