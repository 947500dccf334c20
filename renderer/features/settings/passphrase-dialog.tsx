import { useTranslation } from 'react-i18next';
import { Dialog } from '../../ui/dialog';
import { PassphraseForm } from './passphrase-form';

/** Puts every key under a passphrase. */
export function PassphraseDialog(props: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog
      title={t('vault.setTitle')}
      text={t('vault.setText')}
      onClose={props.onClose}
      testId="passphrase-dialog"
    >
      <PassphraseForm mode="set" onDone={props.onClose} />
    </Dialog>
  );
}
