import { invoke, toCommandError } from './bridge';
import { useComposerStore } from './composer-store';
import { useConversationsStore } from './conversations-store';
import { useNoticesStore } from './notices-store';
import { useTimelineStore } from './timeline-store';
import { useViewStore } from './view-store';

function showFailure(reason: unknown): void {
  useNoticesStore.getState().showError(toCommandError(reason));
}

/** Makes sure that a conversation is in the list, wherever it stands there. */
async function ensureConversation(account: string, conversation: string) {
  const store = useConversationsStore.getState();
  const known = store.lists[account]?.rows.find((row) => row.conversation === conversation);
  if (known !== undefined) return known;
  const opened = await invoke('conversation.open', { account, peer: conversation });
  store.merge(account, [opened]);
  return opened;
}

async function openConversation(account: string, conversation: string): Promise<void> {
  const row = await ensureConversation(account, conversation);
  useComposerStore.getState().begin(account, conversation, row.draft);
  useViewStore.getState().openConversation(account, conversation);
  await useTimelineStore.getState().open(account, conversation, row.unread, row.readUpTo);
}

async function openMessage(account: string, conversation: string, id: number): Promise<void> {
  const row = await ensureConversation(account, conversation);
  useComposerStore.getState().begin(account, conversation, row.draft);
  useViewStore.getState().openConversation(account, conversation);
  await useTimelineStore.getState().openAround(account, conversation, id);
}

/** Shows a conversation; a failure is told at the edge of the window. */
export function showConversation(account: string, conversation: string): void {
  openConversation(account, conversation).catch(showFailure);
}

/** Shows a message among its neighbours. */
export function showMessage(account: string, conversation: string, id: number): void {
  openMessage(account, conversation, id).catch(showFailure);
}

/** Shows an identity with the conversation that was open there. */
export function showAccount(account: string): void {
  const view = useViewStore.getState();
  view.selectAccount(account);
  void useConversationsStore.getState().load(account);
  const conversation = view.conversations[account];
  if (conversation != null) showConversation(account, conversation);
}
