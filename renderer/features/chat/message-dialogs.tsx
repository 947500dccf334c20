import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Attachment } from '../../../shared/model/attachment';
import type { Message } from '../../../shared/model/message';
import { invoke, toCommandError } from '../../stores/bridge';
import { useNoticesStore } from '../../stores/notices-store';
import { useSelectionStore } from '../../stores/timeline-selection';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { label } from './content/format';
import { saveAttachment } from './content/use-attachment';

/** Asks once before messages go, and says that they go only here. */
export function DeleteMessagesDialog(props: {
  readonly account: string;
  readonly messages: readonly Message[];
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const { account, messages, onClose } = props;
  const remove = (): void => {
    setBusy(true);
    invoke('message.delete', { account, ids: messages.map(({ id }) => id) }).then(
      () => {
        useSelectionStore.getState().clear();
        onClose();
      },
      (reason: unknown) => {
        setBusy(false);
        useNoticesStore.getState().showError(toCommandError(reason));
      },
    );
  };
  return (
    <Dialog
      title={t('deleteMessages.title', { count: messages.length })}
      text={t('deleteMessages.text')}
      onClose={onClose}
      testId="delete-dialog"
    >
      <div className="dialog__actions">
        <Button onClick={onClose} autoFocus>
          {t('common.cancel')}
        </Button>
        <Button tone="primary" busy={busy} onClick={remove} data-tone="danger" data-testid="delete-confirm">
          {t('deleteMessages.confirm')}
        </Button>
      </div>
    </Dialog>
  );
}

/** Before a file that can run is written where somebody could open it. */
export function DangerousFileDialog(props: {
  readonly account: string;
  readonly message: Message;
  readonly attachment: Attachment;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const { account, message, attachment, onClose } = props;
  const save = (): void => {
    onClose();
    saveAttachment(account, attachment).then(
      (saved) => saved && useNoticesStore.getState().showInfo(t('content.saved')),
      (reason: unknown) => {
        const error = toCommandError(reason);
        if (error.code !== 'cancelled') useNoticesStore.getState().showError(error);
      },
    );
  };
  return (
    <Dialog
      title={t('content.dangerousTitle')}
      text={t('content.dangerousText', { name: label(attachment.name, 120), sender: message.sender })}
      onClose={onClose}
      testId="dangerous-dialog"
    >
      <div className="dialog__actions">
        <Button onClick={onClose} autoFocus>
          {t('common.cancel')}
        </Button>
        <Button onClick={save} data-tone="danger" data-testid="dangerous-save">
          {t('content.saveAnyway')}
        </Button>
      </div>
    </Dialog>
  );
}
