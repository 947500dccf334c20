import { MUTED_HOURS, type MuteChoice } from './conversation-mute';
import type { Conversation } from '../../../shared/model/conversation';
import { invoke, toCommandError } from '../../stores/bridge';
import type { CommandParams } from '../../../shared/bridge/contract';
import { useConversationsStore } from '../../stores/conversations-store';
import { useGroupsStore } from '../../stores/groups-store';
import { useNoticesStore } from '../../stores/notices-store';
import { useViewStore } from '../../stores/view-store';

function tell(reason: unknown): void {
  useNoticesStore.getState().showError(toCommandError(reason));
}

function take(account: string, answer: Promise<Conversation>): void {
  answer.then((changed) => useConversationsStore.getState().merge(account, [changed]), tell);
}

type Changes = Omit<CommandParams<'conversation.change'>, 'account' | 'conversation'>;

/** Pins, archives, mutes, marks, or sets how long messages are kept; a failure is told at the edge of the window. */
export function changeConversation(account: string, conversation: string, changes: Changes): void {
  take(account, invoke('conversation.change', { account, conversation, ...changes }));
}

/** Mutes for some time, or ends it. */
export function muteConversation(account: string, conversation: string, choice: MuteChoice | null): void {
  const hours = choice === null ? null : MUTED_HOURS[choice];
  const mutedUntil =
    hours === null ? null : hours === Infinity ? mutedForever : Date.now() + hours * 3_600_000;
  changeConversation(account, conversation, { mutedUntil });
}

/** Accepts a request, or lets a blocked address in again. */
export function acceptConversation(account: string, conversation: string): void {
  take(account, invoke('conversation.accept', { account, conversation }));
}

/** Blocks an address. */
export function blockConversation(account: string, conversation: string): void {
  leave(account, conversation);
  take(account, invoke('conversation.block', { account, conversation }));
}

/** Leaves a group; what was written stays. The group is shown as it is then. */
export function leaveGroup(account: string, group: string): Promise<void> {
  return invoke('group.leave', { account, group }).then(
    (left) => useGroupsStore.getState().merge(account, left),
    tell,
  );
}

/** Deletes every message of a conversation on this computer. */
export function clearConversation(account: string, conversation: string): void {
  take(account, invoke('conversation.clear', { account, conversation }));
}

/** Deletes a conversation on this computer. */
export function deleteConversation(account: string, conversation: string): void {
  leave(account, conversation);
  invoke('conversation.delete', { account, conversation }).then(
    () => useConversationsStore.getState().remove(account, conversation),
    tell,
  );
}

/** What is being closed must not stay on the screen. */
function leave(account: string, conversation: string): void {
  const view = useViewStore.getState();
  if (view.account === account && view.conversations[account] === conversation) view.closeConversation();
}

/** Marks everything that has arrived as read, without opening the conversation. */
export function markConversationRead(account: string, row: Conversation): void {
  const { conversation } = row;
  if (row.unread === 0) {
    changeConversation(account, conversation, { markedUnread: false });
    return;
  }
  const read = async (): Promise<Conversation> => {
    const { messages } = await invoke('message.page', { account, conversation, limit: 60 });
    const upTo = messages.reduce((newest, message) => Math.max(newest, message.id), row.readUpTo);
    return invoke('conversation.markRead', { account, conversation, upTo });
  };
  take(account, read());
}

/** `MUTED_FOREVER` of the contract; by hand, because the contract brings the schema library along. */
export const mutedForever = 8_640_000_000_000_000;
