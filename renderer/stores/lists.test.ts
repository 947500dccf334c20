import { beforeEach, describe, expect, it } from 'vitest';
import type { Conversation } from '../../shared/model/conversation';
import { mergeAccounts } from './accounts-store';
import { mergeConversations, useConversationsStore } from './conversations-store';
import { fakeInvoke } from './fake-invoke';
import { sampleAccount, sampleConversation } from './samples';

function conversation(id: string, lastActivityAt: number, more: Partial<Conversation> = {}): Conversation {
  return sampleConversation({ conversation: id, lastActivityAt, ...more });
}

const me = 'me.aun.test';
let bridge: ReturnType<typeof fakeInvoke>;

function list() {
  return useConversationsStore.getState().lists[me];
}

beforeEach(() => {
  bridge = fakeInvoke();
  useConversationsStore.setState({ lists: {} });
});

describe('conversation list', () => {
  it('puts the newest activity first and never lists a conversation twice', () => {
    const rows = mergeConversations([conversation('a', 1), conversation('b', 2)], [conversation('a', 3)]);
    expect(rows.map((row) => row.conversation)).toEqual(['a', 'b']);
  });

  it('keeps what an event brought while the first page was on its way', async () => {
    const { load, applyBatch } = useConversationsStore.getState();
    void load(me);
    applyBatch([
      {
        event: 'conversation.changed',
        data: { account: me, conversations: [conversation('a', 5, { unread: 7 })] },
      },
    ]);
    await bridge
      .next('conversation.list')
      .answer({ conversations: [conversation('a', 1), conversation('b', 2)], total: 2 });
    expect(list()?.rows.map((row) => [row.conversation, row.unread])).toEqual([
      ['a', 7],
      ['b', 0],
    ]);
  });

  it('loads further rows behind those it has', async () => {
    const { load, loadMore } = useConversationsStore.getState();
    void load(me);
    await bridge.next('conversation.list').answer({ conversations: [conversation('a', 2)], total: 2 });
    void loadMore(me);
    const call = bridge.next('conversation.list');
    expect(call.params).toMatchObject({ offset: 1 });
    await call.answer({ conversations: [conversation('b', 1)], total: 2 });
    void loadMore(me);
    expect(bridge.calls).toHaveLength(0);
    expect(list()?.rows).toHaveLength(2);
  });

  it('says when it cannot be read and reads again on request', async () => {
    const { load } = useConversationsStore.getState();
    void load(me);
    await bridge.next('conversation.list').fail('vault_locked');
    expect(list()).toMatchObject({ status: 'failed', error: { code: 'vault_locked' } });
    void load(me);
    await bridge.next('conversation.list').answer({ conversations: [], total: 0 });
    expect(list()?.status).toBe('ready');
  });
});

describe('accounts', () => {
  it('keep their order when one changes; a new one goes to the end', () => {
    const account = (id: string, unread = 0) => ({ ...sampleAccount(), account: id, unread });
    const changes = new Map([
      ['b', account('b', 3)],
      ['c', account('c')],
    ]);
    const merged = mergeAccounts([account('a'), account('b')], changes);
    expect(merged.map(({ account: id, unread }) => [id, unread])).toEqual([
      ['a', 0],
      ['b', 3],
      ['c', 0],
    ]);
  });
});
