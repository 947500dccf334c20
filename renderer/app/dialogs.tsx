import { useTranslation } from 'react-i18next';
import { NewConversationDialog } from '../features/contacts/new-conversation-dialog';
import { PeopleDialogs } from '../features/contacts/people-dialogs';
import { IdentityDialogs } from '../features/identity/identity-dialogs';
import { Onboarding } from '../features/onboarding/onboarding';
import { PassphraseDialog } from '../features/settings/passphrase-dialog';
import { SettingsDialog } from '../features/settings/settings-dialog';
import { useViewStore } from '../stores/view-store';
import { Dialog } from '../ui/dialog';

/** The dialog that is open, if one is. */
export function Dialogs() {
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
