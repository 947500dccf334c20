import { MessageSquare } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { showConversation } from '../../stores/navigation';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { PersonCard } from './person-card';

/** Somebody, also where no conversation with them is open. */
export function PersonDialog(props: {
  readonly account: string;
  readonly aid: string;
  readonly onClose: () => void;
  /** Closes this dialog and those it was reached through. */
  readonly onLeave: () => void;
}) {
  const { t } = useTranslation();
  const { account, aid, onClose } = props;
  const write = (): void => {
    props.onLeave();
    showConversation(account, aid);
  };
  return (
    <Dialog title={t('person.title')} onClose={onClose} testId="person-dialog">
      <PersonCard key={aid} account={account} aid={aid} />
      <div className="dialog__actions person-dialog__actions">
        <Button tone="primary" onClick={write} data-testid="person-write">
          <MessageSquare size={16} aria-hidden />
          {aid === account ? t('person.openNotes') : t('person.write')}
        </Button>
      </div>
    </Dialog>
  );
}
