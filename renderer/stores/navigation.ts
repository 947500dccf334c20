import { isGroupId } from '../../shared/aun/group-id';
import type { BridgeEvent } from '../../shared/bridge/contract';
import type { Conversation } from '../../shared/model/conversation';
import { invoke, toCommandError } from './bridge';
import { beginDraft } from './composer-store';
import { findConversation } from './conversation-lists';
import { useConversationsStore } from './conversations-store';
import { useDraftFilesStore } from './draft-files-store';
import { useNoticesStore } from './notices-store';
import { timelineKey, useTimelineStore } from './timeline-store';
import { useViewStore } from './view-store';

/** Counts what the user asked to see. An answer that comes after a later wish moves nothing under their hands. */
let wish = 0;
useViewStore.subscribe((state, before) => {
  if (state.account !== before.account || state.conversations !== before.conversations) wish += 1;
});

function showFailure(reason: unknown): void {
  useNoticesStore.getState().showError(toCommandError(reason));
}

/** Makes sure that a conversation is in the list, wherever it stands there. */
async function ensureConversation(account: string, conversation: string) {
  const store = useConversationsStore.getState();
  const known = findConversation(store.lists, account, conversation);
  if (known !== undefined) return known;
  const opened = isGroupId(conversation)
    ? await invoke('conversation.get', { account, conversation })
    : await invoke('conversation.open', { account, peer: conversation });
  store.merge(account, [opened]);
  return opened;
}

function showDraft(account: string, row: Conversation): void {
  beginDraft(account, row);
  if (row.draftAttachments > 0) void useDraftFilesStore.getState().load(account, row.conversation);
}

async function openConversation(account: string, conversation: string): Promise<void> {
  const mine = ++wish;
  const row = await ensureConversation(account, conversation);
  if (mine !== wish) return;
  showDraft(account, row);
  useViewStore.getState().openConversation(account, conversation);
  await useTimelineStore.getState().open(account, conversation, row.unread, row.readUpTo);
}

async function openMessage(account: string, conversation: string, id: number): Promise<void> {
  const mine = ++wish;
  const row = await ensureConversation(account, conversation);
  if (mine !== wish) return;
  showDraft(account, row);
  useViewStore.getState().openConversation(account, conversation);
  await useTimelineStore.getState().openAround(account, conversation, id);
}

/** Whether a conversation is on the screen with its newest messages. */
function isShown(account: string, conversation: string): boolean {
  const view = useViewStore.getState();
  const window = useTimelineStore.getState().timelines[timelineKey(account, conversation)]?.window;
  return (
    view.account === account && view.conversations[account] === conversation && window?.hasNewer === false
  );
}

/** Shows a conversation, unless it is shown already; a failure is told at the edge of the window. */
export function showConversation(account: string, conversation: string): void {
  if (isShown(account, conversation)) wish += 1;
  else openConversation(account, conversation).catch(showFailure);
}

/** Shows a message among its neighbours. */
export function showMessage(account: string, conversation: string, id: number): void {
  openMessage(account, conversation, id).catch(showFailure);
}

/** Shows an identity with the conversation that was open there. */
export function showAccount(account: string): void {
  const view = useViewStore.getState();
  if (view.account === account) return;
  view.selectAccount(account);
  void useConversationsStore.getState().load(account);
  const conversation = view.conversations[account];
  if (conversation != null) openConversation(account, conversation).catch(showFailure);
}

/** A conversation that is gone does not stay on the screen. */
function closeRemoved(batch: readonly BridgeEvent[]): void {
  for (const { event, data } of batch) {
    if (event !== 'conversation.removed') continue;
    const view = useViewStore.getState();
    if (view.account === data.account && view.conversations[data.account] === data.conversation)
      view.closeConversation();
  }
}

/** Goes where a notification that was clicked points to: the newest such wish of a batch. */
export function applyNavigation(batch: readonly BridgeEvent[]): void {
  closeRemoved(batch);
  const wishes = batch.flatMap(({ event, data }) => (event === 'app.navigate' ? [data] : []));
  const last = wishes.at(-1);
  if (last === undefined) return;
  useViewStore.getState().showDialog(null);
  void useConversationsStore.getState().load(last.account);
  if (last.message === null) showConversation(last.account, last.conversation);
  else showMessage(last.account, last.conversation, last.message);
}
