import { LockedScreen } from '../features/settings/locked-screen';
import { Onboarding } from '../features/onboarding/onboarding';
import { useAccountsStore } from '../stores/accounts-store';
import { useAppStore } from '../stores/app-store';
import { Dialogs } from './dialogs';
import { Shell } from './shell';
import { useDocumentTitle } from './use-document-title';

/** Which of the three screens: locked, welcome, or the messenger. */
export function Root() {
  const locked = useAppStore((state) => state.vault?.locked === true);
  const empty = useAccountsStore((state) => (state.accounts ?? []).length === 0);
  useDocumentTitle();
  if (locked) return <LockedScreen />;
  if (empty) return <Onboarding start="welcome" onDone={() => undefined} />;
  return (
    <>
      <Shell />
      <Dialogs />
    </>
  );
}
