import { useEffect } from 'react';
import { lockApp } from '../features/settings/lock-app';
import { useAccountsStore } from '../stores/accounts-store';
import { listKey } from '../stores/conversation-lists';
import { useConversationsStore } from '../stores/conversations-store';
import { showAccount, showConversation } from '../stores/navigation';
import { useViewStore } from '../stores/view-store';

/** Opens the conversation above or below the open one. */
function step(direction: 1 | -1): void {
  const { account, conversations } = useViewStore.getState();
  if (account === null) return;
  const { listView } = useViewStore.getState();
  const rows = useConversationsStore.getState().lists[listKey(account, listView)]?.rows ?? [];
  const open = rows.findIndex((row) => row.conversation === conversations[account]);
  const next = rows[open < 0 ? 0 : open + direction];
  if (next !== undefined) showConversation(account, next.conversation);
}

/** Whether a key was pressed in the list column. */
function inList(key: KeyboardEvent): boolean {
  return key.target instanceof Element && key.target.closest('.list-pane') !== null;
}

function isLock(key: KeyboardEvent): boolean {
  return (key.ctrlKey || key.metaKey) && !key.altKey && !key.shiftKey && key.key.toLowerCase() === 'l';
}

/** Opens the search over the open conversation, or goes back into its field. */
function find(): boolean {
  const view = useViewStore.getState();
  if (view.account === null || view.conversations[view.account] == null) return false;
  if (view.finding) document.querySelector<HTMLInputElement>('[data-testid="finder-field"]')?.select();
  else view.setFinding(true);
  return true;
}

/** Carries out a shortcut; false when the key is none. */
function carryOut(key: KeyboardEvent): boolean {
  const view = useViewStore.getState();
  const command = (key.ctrlKey || key.metaKey) && !key.altKey && !key.shiftKey;
  if (command && key.key === 'n') view.showDialog('new-conversation');
  else if (command && key.key.toLowerCase() === 'f') return find();
  else if (isLock(key)) return lockApp();
  else if (command && key.key === ',') view.showDialog('settings');
  else if (command && /^[1-9]$/.test(key.key)) {
    const account = useAccountsStore.getState().accounts?.[Number(key.key) - 1];
    if (account !== undefined) showAccount(account.account);
  } else if (key.altKey && !key.ctrlKey && !key.metaKey && key.key === 'ArrowDown') step(1);
  else if (key.altKey && !key.ctrlKey && !key.metaKey && key.key === 'ArrowUp') step(-1);
  else if (key.key === 'Escape' && !key.defaultPrevented && view.detailsOpen) view.toggleDetails(false);
  else if (key.key === 'Escape' && !key.defaultPrevented && view.listView !== 'inbox' && inList(key))
    view.setListView('inbox');
  else return false;
  return true;
}

/**
 * Keys that work everywhere: Ctrl/⌘+N new conversation, Ctrl/⌘+, settings, Ctrl/⌘+L lock, Ctrl/⌘+1 to 9 an identity,
 * Ctrl/⌘+F search in the open conversation, Alt+Up and Alt+Down the neighbouring conversation, Escape closes the details. (Ctrl/⌘+K belongs to the search field.)
 */
export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (key: KeyboardEvent): void => {
      if (key.isComposing) return;
      // A dialog has the keyboard to itself; only locking is always possible.
      if (useViewStore.getState().dialog !== null && !isLock(key)) return;
      if (carryOut(key)) key.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
