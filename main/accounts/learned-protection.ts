import type { Conversation } from '../../shared/model/conversation';
import type { StoreChange } from '../ports/store';

/** What is known about the keys of a conversation's peer. */
export type Protection = Extract<
  Conversation['security'],
  'unknown' | 'encrypted' | 'no_keys' | 'certificate_unusable'
>;

/** Waiting reasons that end when the peer sends something encrypted: their keys are there now. */
const ENDED_BY_MESSAGE: readonly (string | null)[] = [
  'recipient_without_keys',
  'recipient_keys_invalid',
  'certificate_unusable',
];

/** What a change tells about the protection of the next message in its conversations. */
export function learnedProtection(change: StoreChange): Map<string, Protection> {
  const learned = new Map<string, Protection>();
  for (const message of change.messages) {
    if (message.stateReason === 'recipient_without_keys') learned.set(message.conversation, 'no_keys');
    else if (message.stateReason === 'certificate_unusable')
      learned.set(message.conversation, 'certificate_unusable');
    else if (message.protection !== 'none' && (message.state === 'sent' || message.state === 'delivered')) {
      learned.set(message.conversation, 'encrypted');
    } else if (isOpened(message)) learned.set(message.conversation, 'encrypted');
  }
  return learned;
}

/** Conversations whose messages wait for keys and whose peer has just sent something encrypted. */
export function nowReachable(change: StoreChange): string[] {
  const heardFrom = new Set(change.messages.filter(isOpened).map((message) => message.conversation));
  return change.conversations
    .filter((each) => heardFrom.has(each.conversation) && ENDED_BY_MESSAGE.includes(each.waiting))
    .map((each) => each.conversation);
}

/** A message of somebody else that was encrypted and could be opened. */
function isOpened(message: StoreChange['messages'][number]): boolean {
  const { kind } = message.content;
  return !message.own && message.protection !== 'none' && kind !== 'undecryptable' && kind !== 'notice';
}
