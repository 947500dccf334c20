import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { ModerationPlace } from '../features/groups/moderation/moderation-place';
import { useOpenConversation, useViewStore } from '../stores/view-store';
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

const GroupPageDialog = lazy(async () => ({
  default: (await import('../features/groups/page/group-page-dialog')).GroupPageDialog,
}));
const PeopleDialogs = lazy(async () => ({
  default: (await import('../features/contacts/people-dialogs')).PeopleDialogs,
}));
const GroupDialogs = lazy(async () => ({
  default: (await import('../features/groups/group-dialogs')).GroupDialogs,
}));
const IdentityDialogs = lazy(async () => ({
  default: (await import('../features/identity/identity-dialogs')).IdentityDialogs,
}));
const ConfirmDialog = lazy(async () => ({
  default: (await import('../features/requests/confirm-dialog')).ConfirmDialog,
}));
const ObjectDialogs = lazy(async () => ({
  default: (await import('../features/compose/object-dialogs')).ObjectDialogs,
}));

function OpenDialog() {
  const { t } = useTranslation();
  const dialog = useViewStore((state) => state.dialog);
  const account = useViewStore((state) => state.account);
  const about = useViewStore((state) => state.dialogAbout);
  const conversation = useOpenConversation();
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
    case 'create-group':
    case 'discover-groups':
    case 'join-group':
      return account === null ? null : (
        <GroupDialogs name={dialog} account={account} about={about} onClose={close} />
      );
    case 'group-page':
      return account === null ? null : <GroupPageDialog account={account} about={about} onClose={close} />;
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
    case 'block':
    case 'clear-history':
    case 'delete-conversation':
    case 'leave-group':
      if (account === null || about === null) return null;
      return <ConfirmDialog name={dialog} account={account} conversation={about} onClose={close} />;
    case 'send-place':
    case 'send-person':
    case 'send-poll':
    case 'send-link':
      if (account === null || conversation === null) return null;
      return <ObjectDialogs name={dialog} account={account} conversation={conversation} onClose={close} />;
    case null:
      return null;
  }
}

/** The dialog that is open, if one is. */
export function Dialogs() {
  return (
    <>
      <Suspense fallback={null}>
        <OpenDialog />
      </Suspense>
      <ModerationPlace />
    </>
  );
}
