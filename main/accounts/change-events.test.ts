import { expect, it } from 'vitest';
import type { BridgeEvent } from '../../shared/bridge/contract';
import { BOB, ME, message, row } from '../notifications/testing/notification-world';
import type { StoreChange } from '../ports/store';
import { isEmpty, tellChange } from './change-events';

const EVE = 'eve.aun.test';
const nothing: StoreChange = { messages: [], conversations: [], removed: [] };

function told(change: Partial<StoreChange>): BridgeEvent[] {
  const events: BridgeEvent[] = [];
  tellChange(ME, { ...nothing, ...change }, (event) => events.push(event));
  return events;
}

it('tells messages and what is gone by conversation, the rows of the list afterwards', () => {
  const messages = [message(1, 'a'), message(2, 'b', { conversation: EVE }), message(3, 'c')];
  const removed = [4, 5].map((id) => ({ conversation: BOB, id }));
  expect(told({ messages, removed, conversations: [row()] })).toEqual([
    {
      event: 'message.changed',
      data: { account: ME, conversation: BOB, messages: [messages[0], messages[2]] },
    },
    { event: 'message.changed', data: { account: ME, conversation: EVE, messages: [messages[1]] } },
    { event: 'message.removed', data: { account: ME, conversation: BOB, ids: [4, 5] } },
    { event: 'conversation.changed', data: { account: ME, conversations: [row()] } },
  ]);
});

it('does not tell the window of messages that no timeline shows', () => {
  expect(told({ messages: [message(1, 'a vote')], hidden: [1] })).toEqual([]);
});

it('tells that a conversation is gone after everything that was in it', () => {
  const change = { removed: [{ conversation: BOB, id: 1 }], removedConversations: [BOB] };
  expect(told(change).map(({ event }) => event)).toEqual(['message.removed', 'conversation.removed']);
  expect(isEmpty({ ...nothing, ...change })).toBe(false);
  expect(isEmpty({ ...nothing, removedConversations: [BOB] })).toBe(false);
  expect(isEmpty({ ...nothing, files: ['a'] })).toBe(true);
});
