import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { PeopleDialogs } from '../features/contacts/people-dialogs';
import { IdentityDialogs } from '../features/identity/identity-dialogs';
import { useViewStore } from '../stores/view-store';
import { Dialog } from '../ui/dialog';

// Read from disk when somebody opens them: the window starts without.
const NewConversationDialog = lazy(async () => ({
  default: (await import('../features/contacts/new-conversation-dialog')).NewConversationDialog,
}));
const Onboarding = lazy(async () => ({
  default: (await import('../features/onboarding/onboarding')).Onboarding,
}));
const PassphraseDialog = lazy(async () => ({
  default: (await import('../features/settings/passphrase-dialog')).PassphraseDialog,
}));
const SettingsDialog = lazy(async () => ({
  default: (await import('../features/settings/settings-dialog')).SettingsDialog,
}));

function OpenDialog() {
  const { t } = useTranslation();
  const dialog = useViewStore((state) => state.dialog);
  const account = useViewStore((state) => state.account);
  const close = (): void => useViewStore.getState().showDialog(null);
  switch (dialog) {
    case 'settings':
      return <SettingsDialog onClose={close} />;
    case 'passphrase':
      return <PassphraseDialog onClose={close} />;
    case 'new-conversation':
      return account === null ? null : <NewConversationDialog account={account} onClose={close} />;
    case 'add-identity':
      return (
        <Dialog title={t('onboarding.addTitle')} onClose={close} testId="add-identity-dialog">
          <Onboarding start="network" onDone={close} />
        </Dialog>
      );
    case 'identity':
    case 'restore':
    case 'lock-settings':
      return <IdentityDialogs name={dialog} onClose={close} />;
    case 'person':
    case 'verify':
    case 'people':
    case 'share':
    case 'certificate':
    case 'open-link':
      return <PeopleDialogs name={dialog} onClose={close} />;
    case null:
      return null;
  }
}

/** The dialog that is open, if one is. */
export function Dialogs() {
  return (
    <Suspense fallback={null}>
      <OpenDialog />
    </Suspense>
  );
}
