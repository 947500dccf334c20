import type { NotificationRule } from '../../shared/model/account';
import type { Conversation } from '../../shared/model/conversation';
import type { Message, MessageContent } from '../../shared/model/message';

/** What the user looks at now. */
export interface Viewing {
  readonly focused: boolean;
  readonly account: string | null;
  readonly conversation: string | null;
}

/** Kinds that tell nobody: lines of this program, states that pass, and what an agent does on its way to an answer. */
const QUIET_KINDS: ReadonlySet<MessageContent['kind']> = new Set<MessageContent['kind']>([
  'control',
  'notice',
  'recalled',
  'expired',
  'status',
  'thought',
  'tool',
  'vote',
  'group_event',
]);

/** Whether the conversation is in front of the user. */
export function isInSight(viewing: Viewing, account: string, conversation: string): boolean {
  return viewing.focused && viewing.account === account && viewing.conversation === conversation;
}

/** Whether messages of this conversation may call for the user at all. `now` is Unix ms. */
export function mayCall(conversation: Conversation, rule: NotificationRule, now: number): boolean {
  if (conversation.standing !== 'accepted' || rule === 'none') return false;
  return conversation.mutedUntil === null || conversation.mutedUntil <= now;
}

/** Whether a message that has just come deserves a notification. `now` is Unix ms. */
export function deserves(
  message: Message,
  conversation: Conversation,
  rule: NotificationRule,
  now: number,
): boolean {
  if (message.own || QUIET_KINDS.has(message.content.kind) || message.id <= conversation.readUpTo)
    return false;
  return mayCall(conversation, rule, now) && (rule === 'all' || message.mentionsMe);
}
