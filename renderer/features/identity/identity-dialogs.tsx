import { lazy, Suspense, useEffect } from 'react';
import { useAccount } from '../../stores/accounts-store';
import { useViewStore, type IdentityDialogName } from '../../stores/view-store';

// Read from disk when somebody opens them: the window starts without.
const IdentityCentre = lazy(async () => ({
  default: (await import('./centre/identity-centre')).IdentityCentre,
}));
const RestoreDialog = lazy(async () => ({
  default: (await import('./restore/restore-dialog')).RestoreDialog,
}));
const LockSettingsDialog = lazy(async () => ({
  default: (await import('../settings/lock-settings-dialog')).LockSettingsDialog,
}));

/** The centre of the chosen identity; it closes when the identity is taken out of the window. */
function Centre(props: { readonly onClose: () => void }) {
  const account = useAccount(useViewStore((state) => state.account));
  const { onClose } = props;
  const gone = account === undefined;
  useEffect(() => {
    if (gone) onClose();
  }, [gone, onClose]);
  if (account === undefined) return null;
  return <IdentityCentre key={account.account} account={account} onClose={onClose} />;
}

function Named(props: { readonly name: IdentityDialogName; readonly onClose: () => void }) {
  switch (props.name) {
    case 'identity':
      return <Centre onClose={props.onClose} />;
    case 'restore':
      return <RestoreDialog onClose={props.onClose} />;
    case 'lock-settings':
      return <LockSettingsDialog onClose={props.onClose} />;
  }
}

/** The dialogs about the identities of this installation. */
export function IdentityDialogs(props: { readonly name: IdentityDialogName; readonly onClose: () => void }) {
  return (
    <Suspense fallback={null}>
      <Named {...props} />
    </Suspense>
  );
}
