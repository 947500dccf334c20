import { useAppStore } from '../../stores/app-store';
import { invoke, toCommandError } from '../../stores/bridge';
import { useComposerStore } from '../../stores/composer-store';
import { useNoticesStore } from '../../stores/notices-store';
import { useViewStore } from '../../stores/view-store';

/** Stores what is being typed; afterwards the identities are closed. */
export function storeOpenDraft(): void {
  const { account, conversations } = useViewStore.getState();
  const conversation = account === null ? null : conversations[account];
  if (account !== null && conversation != null) useComposerStore.getState().flush(account, conversation);
}

/** Locks at once where there is a passphrase; false where there is none, so that nothing could be opened again. */
export function lockApp(): boolean {
  if (useAppStore.getState().vault?.passphraseSet !== true) return false;
  storeOpenDraft();
  invoke('vault.lock', {}).then(
    (vault) => useAppStore.setState({ vault }),
    (reason: unknown) => useNoticesStore.getState().showError(toCommandError(reason)),
  );
  return true;
}
