import { lazy, Suspense, useEffect, useState } from 'react';
import { LockedScreen } from '../features/settings/locked-screen';
import { useAccountsStore } from '../stores/accounts-store';
import { useAppStore } from '../stores/app-store';
import { toCommandError } from '../stores/bridge';
import { useNoticesStore } from '../stores/notices-store';
import { loadAccounts } from '../stores/start';
import { Dialogs } from './dialogs';
import { Shell } from './shell';
import { useChosenAccount } from './use-chosen-account';
import { useForgetWhenLocked } from './use-forget-when-locked';
import { useDocumentTitle } from './use-document-title';

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
  const loaded = useAccountsStore((state) => state.accounts !== null);
  useEffect(() => {
    if (locked || loaded) return;
    loadAccounts().catch((reason: unknown) => useNoticesStore.getState().showError(toCommandError(reason)));
  }, [locked, loaded]);
  if (locked) return <LockedScreen />;
  return loaded ? <Unlocked /> : null;
}
