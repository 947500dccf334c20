import { lazy, Suspense, useEffect, useState } from 'react';
import { useAccountsStore } from '../stores/accounts-store';
import { useAppStore } from '../stores/app-store';
import { toCommandError } from '../stores/bridge';
import { useNoticesStore } from '../stores/notices-store';
import { loadAccounts } from '../stores/start';
import { Dialogs } from './dialogs';
import { Shell } from './shell';
import { useChosenAccount } from './use-chosen-account';
import { shownBeforeLock, useForgetWhenLocked } from './use-forget-when-locked';
import { useDocumentTitle } from './use-document-title';

const LockedScreen = lazy(async () => ({
  default: (await import('../features/settings/locked-screen')).LockedScreen,
}));
// Most starts have no newcomer.
const Onboarding = lazy(async () => ({
  default: (await import('../features/onboarding/onboarding')).Onboarding,
}));

/** Welcome for a newcomer, the messenger for everybody else. */
function Unlocked() {
  // A newcomer stays in the welcome until it says that it is done: the identity appears in the list a little earlier.
  const none = useAccountsStore((state) => state.accounts?.length === 0);
  const [welcome, setWelcome] = useState(none);
  // The last identity was taken out: the beginning again.
  if (none && !welcome) setWelcome(true);
  useChosenAccount();
  useDocumentTitle();
  if (welcome)
    return (
      <Suspense fallback={null}>
        <Onboarding start="welcome" onDone={() => setWelcome(false)} />
      </Suspense>
    );
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
  useForgetWhenLocked(locked);
  // Events may tell of one identity before the list tells of all: without the whole list nobody is chosen.
  const [listed, setListed] = useState(() => useAccountsStore.getState().accounts !== null);
  if (locked && listed) setListed(false);
  useEffect(() => {
    if (locked || listed) return;
    loadAccounts(shownBeforeLock()).then(
      () => setListed(true),
      (reason: unknown) => useNoticesStore.getState().showError(toCommandError(reason)),
    );
  }, [locked, listed]);
  if (locked)
    return (
      <Suspense fallback={null}>
        <LockedScreen />
      </Suspense>
    );
  return listed ? <Unlocked /> : null;
}
