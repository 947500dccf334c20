import { beforeEach, expect, it } from 'vitest';
import type { Conversation } from '../../shared/model/conversation';
import { row } from '../notifications/testing/notification-world';
import type { AccountStore, StoreChange } from '../ports/store';
import { AunError } from '../runtime/errors';
import { ConversationDesk } from './conversation-desk';

const OWN = 'me.aun.test';
const BOB = 'bob.aun.test';
const GROUP = 'group.aun.test/g-readers';
const nothing: StoreChange = { messages: [], conversations: [], removed: [] };

let rows: Map<string, Conversation>;
let accepted: string[];
let blocked: string[];
let published: StoreChange[];
let steps: number;
/** Groups we are in, those of them that are ours, and those that were forgotten. */
let members: Set<string>;
let owned: Set<string>;
let forgotten: string[];
let desk: ConversationDesk;

beforeEach(() => {
  rows = new Map();
  accepted = [];
  blocked = [];
  published = [];
  steps = 3;
  members = new Set();
  owned = new Set();
  forgotten = [];
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
    groups: {
      isIn: (group) => members.has(group),
      leave: async (group) => {
        if (owned.has(group)) throw new AunError('group_owner_leaves', 'owned');
        members.delete(group);
      },
      accepted: (group) => void accepted.push(group),
      forget: async (group) => {
        // Deleted first, it could be made anew by what still comes of it.
        expect(rows.has(group)).toBe(true);
        forgotten.push(group);
      },
    },
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

it('accepts a group without asking for the profile of anybody, and opens it only where it is kept', async () => {
  rows.set(GROUP, row({ conversation: GROUP, kind: 'group', standing: 'pending' }));
  expect((await desk.accept(GROUP)).standing).toBe('accepted');
  expect(accepted).toEqual([GROUP]);
  expect((await desk.open(GROUP)).kind).toBe('group');
  await expect(desk.open('group.aun.test/g-others')).rejects.toMatchObject({ code: 'unknown_conversation' });
});

it('leaves a group that is blocked or deleted, and forgets the deleted one', async () => {
  rows.set(GROUP, row({ conversation: GROUP, kind: 'group' }));
  members.add(GROUP);
  expect((await desk.block(GROUP)).standing).toBe('blocked');
  expect(members.size).toBe(0);
  members.add(GROUP);
  await desk.delete(GROUP);
  expect([members.size, forgotten, rows.has(GROUP)]).toEqual([0, [GROUP], false]);
});

it('deletes nothing of a group that its owner cannot leave', async () => {
  rows.set(GROUP, row({ conversation: GROUP, kind: 'group' }));
  members.add(GROUP);
  owned.add(GROUP);
  await expect(desk.delete(GROUP)).rejects.toMatchObject({ code: 'group_owner_leaves' });
  await expect(desk.block(GROUP)).rejects.toMatchObject({ code: 'group_owner_leaves' });
  expect([rows.get(GROUP)?.standing, forgotten]).toEqual(['accepted', []]);
});
