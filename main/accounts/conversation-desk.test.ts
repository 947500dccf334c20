import { beforeEach, expect, it } from 'vitest';
import type { Conversation } from '../../shared/model/conversation';
import { row } from '../notifications/testing/notification-world';
import type { AccountStore, StoreChange } from '../ports/store';
import { ConversationDesk } from './conversation-desk';

const OWN = 'me.aun.test';
const BOB = 'bob.aun.test';
const nothing: StoreChange = { messages: [], conversations: [], removed: [] };

let rows: Map<string, Conversation>;
let accepted: string[];
let blocked: string[];
let published: StoreChange[];
let steps: number;
let desk: ConversationDesk;

beforeEach(() => {
  rows = new Map();
  accepted = [];
  blocked = [];
  published = [];
  steps = 3;
  const store: Partial<AccountStore> = {
    conversation: async (id) => rows.get(id) ?? null,
    openConversation: async (conversation, kind) => {
      const found = rows.get(conversation) ?? row({ conversation, kind });
      rows.set(conversation, found);
      return found;
    },
    setStanding: async (id, standing) => {
      const changed = row({ ...rows.get(id), standing });
      rows.set(id, changed);
      return { ...nothing, conversations: [changed] };
    },
    clearConversation: async (id, whole) => {
      steps -= 1;
      if (steps === 0 && whole) rows.delete(id);
      return { change: { ...nothing, removed: [{ conversation: id, id: steps }] }, done: steps === 0 };
    },
  };
  desk = new ConversationDesk({
    aid: OWN,
    store: store as AccountStore,
    now: () => 1,
    publish: (change) => published.push(change),
    accepted: (aid) => accepted.push(aid),
    blocked: async (aid) => void blocked.push(aid),
    retentionChanged: () => undefined,
  });
});

it('looks at the profile of somebody whose conversation the user opens', async () => {
  await desk.open(BOB);
  expect(accepted).toEqual([BOB]);
});

it('leaves a message request waiting when it is opened, and asks nobody about the stranger', async () => {
  rows.set(BOB, row({ conversation: BOB, standing: 'pending' }));
  expect((await desk.open(BOB)).standing).toBe('pending');
  expect(accepted).toEqual([]);
});

it('lets somebody in once', async () => {
  rows.set(BOB, row({ conversation: BOB, standing: 'pending' }));
  expect((await desk.accept(BOB)).standing).toBe('accepted');
  await desk.accept(BOB);
  expect(accepted).toEqual([BOB]);
});

it('lets somebody in by writing to them, and writes nothing to who is blocked', async () => {
  rows.set(BOB, row({ conversation: BOB, standing: 'pending' }));
  await desk.writingTo(BOB);
  expect(rows.get(BOB)?.standing).toBe('accepted');
  await desk.block(BOB);
  expect(blocked).toEqual([BOB]);
  await expect(desk.writingTo(BOB)).rejects.toMatchObject({ code: 'conversation_blocked' });
});

it('refuses to block the notes to self', async () => {
  rows.set(OWN, row({ conversation: OWN, kind: 'self' }));
  await expect(desk.block(OWN)).rejects.toMatchObject({ code: 'invalid_request' });
});

it('clears and deletes in steps and tells each of them', async () => {
  rows.set(BOB, row({ conversation: BOB }));
  await desk.delete(BOB);
  expect(published).toHaveLength(3);
  await expect(desk.get(BOB)).rejects.toMatchObject({ code: 'unknown_conversation' });
});
