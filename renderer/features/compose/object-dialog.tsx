import { useState, type SyntheticEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandParams } from '../../../shared/bridge/contract';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';
import { useTimelineStore } from '../../stores/timeline-store';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';

type Composed = CommandParams<'message.sendObject'>['object'];

/** The frame of everything that is composed in a dialog: fields, the reason of a failure, and the way out. */
export function ObjectDialog(props: {
  readonly account: string;
  readonly conversation: string;
  readonly title: string;
  readonly text?: string;
  readonly testId: string;
  /** What would be sent; null while it is not complete. */
  readonly object: Composed | null;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation();
  const { account, conversation, object, onClose } = props;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  // One for the whole dialog: pressing the button again after a failure must not send twice.
  const [requestId] = useState(() => crypto.randomUUID());

  const send = (submit: SyntheticEvent): void => {
    submit.preventDefault();
    if (object === null || busy) return;
    setBusy(true);
    setError(null);
    invoke('message.sendObject', { account, conversation, object, requestId }).then(
      (message) => {
        const timeline = useTimelineStore.getState();
        void timeline.toEnd(account, conversation);
        timeline.merge(account, conversation, [message]);
        onClose();
      },
      (reason: unknown) => {
        setBusy(false);
        setError(toCommandError(reason));
      },
    );
  };
  return (
    <Dialog
      title={props.title}
      {...(props.text === undefined ? {} : { text: props.text })}
      onClose={onClose}
      testId={props.testId}
    >
      <form className="dialog__form" onSubmit={send} noValidate>
        {props.children}
        {error !== null && (
          <p className="notice-bar" data-tone="danger" role="alert">
            {t(`errors.${error.code}`)}
          </p>
        )}
        <div className="dialog__actions">
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            type="submit"
            tone="primary"
            busy={busy}
            disabled={object === null}
            data-testid="send-object"
          >
            {t('objects.send')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
