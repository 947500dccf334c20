import { useEffect, useState } from 'react';
import { Onboarding } from '../features/onboarding/onboarding';
import { LockedScreen } from '../features/settings/locked-screen';
import { useAccountsStore } from '../stores/accounts-store';
import { useAppStore } from '../stores/app-store';
import { toCommandError } from '../stores/bridge';
import { useNoticesStore } from '../stores/notices-store';
import { loadAccounts } from '../stores/start';
import { Dialogs } from './dialogs';
import { Shell } from './shell';
import { useDocumentTitle } from './use-document-title';

/** Welcome for a newcomer, the messenger for everybody else. */
function Unlocked() {
  // A newcomer stays in the welcome until it says that it is done: the identity appears in the list a little earlier.
  const [welcome, setWelcome] = useState(() => useAccountsStore.getState().accounts?.length === 0);
  useDocumentTitle();
  if (welcome) return <Onboarding start="welcome" onDone={() => setWelcome(false)} />;
  return (
    <>
      <Shell />
      <Dialogs />
    </>
  );
}

/** Which screen: locked, welcome, or the messenger. */
export function Root() {
  const locked = useAppStore((state) => state.vault?.locked === true);
  const loaded = useAccountsStore((state) => state.accounts !== null);
  useEffect(() => {
    if (locked || loaded) return;
    loadAccounts().catch((reason: unknown) => useNoticesStore.getState().showError(toCommandError(reason)));
  }, [locked, loaded]);
  if (locked) return <LockedScreen />;
  return loaded ? <Unlocked /> : null;
}
