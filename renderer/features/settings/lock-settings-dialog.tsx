import { useTranslation } from 'react-i18next';
import { Dialog } from '../../ui/dialog';
import '../identity/centre/centre.css';
import { LockPanel } from './lock-panel';
import { VaultPanel } from './vault-panel';
import './settings.css';

/** Protection of the keys and locking of the window. */
export function LockSettingsDialog(props: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog
      title={t('lock.dialogTitle')}
      text={t('lock.forAll')}
      onClose={props.onClose}
      testId="lock-settings-dialog"
    >
      <VaultPanel />
      <LockPanel />
    </Dialog>
  );
}
