import { useTranslation } from 'react-i18next';
import { Dialog } from '../../../ui/dialog';
import { RestoreFlow } from './restore-flow';

/** Brings an identity here that exists already. */
export function RestoreDialog(props: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t('restore.title')} onClose={props.onClose} testId="restore-dialog">
      <RestoreFlow onDone={props.onClose} />
    </Dialog>
  );
}
