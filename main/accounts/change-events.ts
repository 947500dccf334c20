import type { Message } from '../../shared/model/message';
import type { Emit } from '../ports/events';
import type { StoreChange } from '../ports/store';

/** Whether a change holds nothing to be told. */
export function isEmpty(change: StoreChange): boolean {
  const { messages, conversations, removed, removedConversations = [] } = change;
  return messages.length + conversations.length + removed.length + removedConversations.length === 0;
}

/** Tells the window what a committed write changed of what it shows. */
export function tellChange(account: string, change: StoreChange, emit: Emit): void {
  const hidden = new Set(change.hidden);
  const shown = change.messages.filter(({ id }) => !hidden.has(id));
  for (const [conversation, messages] of byConversation(shown, (message) => message)) {
    emit({ event: 'message.changed', data: { account, conversation, messages } });
  }
  for (const [conversation, ids] of byConversation(change.removed, ({ id }) => id)) {
    emit({ event: 'message.removed', data: { account, conversation, ids } });
  }
  if (change.conversations.length > 0) {
    emit({ event: 'conversation.changed', data: { account, conversations: [...change.conversations] } });
  }
  for (const conversation of change.removedConversations ?? []) {
    emit({ event: 'conversation.removed', data: { account, conversation } });
  }
}

function byConversation<T extends Pick<Message, 'conversation'>, R>(
  items: readonly T[],
  pick: (item: T) => R,
): Map<string, R[]> {
  const groups = new Map<string, R[]>();
  for (const item of items) {
    const group = groups.get(item.conversation);
    if (group === undefined) groups.set(item.conversation, [pick(item)]);
    else group.push(pick(item));
  }
  return groups;
}
