import type { Account } from '../../shared/model/account';
import { useAccountsStore } from './accounts-store';
import { useAppStore } from './app-store';
import { invoke, onEvents } from './bridge';
import { storeDrafts } from './composer-store';
import { useConversationsStore } from './conversations-store';
import { useGroupPeopleStore } from './group-people-store';
import { useGroupsStore } from './groups-store';
import { startLinks, useLinksStore } from './links-store';
import { applyNavigation, showAccount } from './navigation';
import { useNoticesStore } from './notices-store';
import { usePeopleStore } from './people-store';
import { usePresenceStore } from './presence-store';
import { useStreamsStore } from './streams-store';
import { useSelectionStore } from './timeline-selection';
import { useTimelineStore } from './timeline-store';
import { useTransfersStore } from './transfers-store';
import { useTypingStore } from './typing-store';
import { useViewStore } from './view-store';

/** Chooses an identity when none is chosen yet: the preferred one where it is there, else the first. */
function chooseAccount(preferred: string | null): void {
  if (useViewStore.getState().account !== null) return;
  const accounts = useAccountsStore.getState().accounts ?? [];
  const chosen = accounts.find((each) => each.account === preferred) ?? accounts[0];
  if (chosen !== undefined) showAccount(chosen.account);
}

/** Reads the identities, at the start and after unlocking; `preferred` is shown where nothing is shown yet. */
export async function loadAccounts(preferred: string | null = null): Promise<void> {
  const { accounts } = await invoke('account.list', {});
  takeAccounts(accounts, preferred);
}

function takeAccounts(accounts: readonly Account[], preferred: string | null): void {
  useAccountsStore.getState().replaceAll(accounts);
  chooseAccount(preferred);
}

/** Hands over what is kept only here before the window is closed. */
async function settle(): Promise<void> {
  await storeDrafts();
  await invoke('app.settled', {});
}

/**
 * Connects the stores with the main process and reads the first snapshots. Events are heard before anything is read,
 * so that no change is missed. Returns a disposer.
 * @throws CommandError when the application does not answer
 */
export async function startStores(): Promise<() => void> {
  const dispose = onEvents((batch) => {
    useAppStore.getState().applyBatch(batch);
    useAccountsStore.getState().applyBatch(batch);
    useConversationsStore.getState().applyBatch(batch);
    useTimelineStore.getState().applyBatch(batch);
    useSelectionStore.getState().applyBatch(batch);
    usePeopleStore.getState().applyBatch(batch);
    useGroupsStore.getState().applyBatch(batch);
    useGroupPeopleStore.getState().applyBatch(batch);
    useStreamsStore.getState().applyBatch(batch);
    useTransfersStore.getState().applyBatch(batch);
    useTypingStore.getState().applyBatch(batch);
    usePresenceStore.getState().applyBatch(batch);
    useNoticesStore.getState().applyBatch(batch);
    useLinksStore.getState().applyBatch(batch);
    applyNavigation(batch);
    if (batch.some(({ event }) => event === 'app.closing')) void settle();
  });
  const [info, settings, { networks }, { accounts }] = await Promise.all([
    invoke('app.info', {}),
    invoke('app.settings.get', {}),
    invoke('network.list', {}),
    invoke('account.list', {}),
  ]);
  useAppStore.setState({ info, settings, networks, vault: info.vault });
  // Behind a passphrase the identities are read again after it was given.
  if (!info.vault.locked) takeAccounts(accounts, null);
  const stopLinks = startLinks();
  return () => {
    dispose();
    stopLinks();
  };
}
