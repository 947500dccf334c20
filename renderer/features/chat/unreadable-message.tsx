import { LockKeyhole } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message, UndecryptableReason } from '../../../shared/model/message';
import { invoke, toCommandError } from '../../stores/bridge';
import { useNoticesStore } from '../../stores/notices-store';
import { RawMessageDialog } from './raw-message-dialog';

/** In place of a message that could not be opened: why, what is tried, and two things to do. */
export function UnreadableMessage(props: {
  readonly account: string;
  readonly message: Message;
  readonly reason: UndecryptableReason;
  readonly retrying: boolean;
}) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const [rawOpen, setRawOpen] = useState(false);
  const { account, message } = props;

  const heal = (): void => {
    setBusy(true);
    invoke('message.heal', { account, conversation: message.conversation })
      .then(({ healed }) =>
        useNoticesStore
          .getState()
          .showInfo(healed > 0 ? t('message.healed', { count: healed }) : t('message.healedNone')),
      )
      .catch((error: unknown) => useNoticesStore.getState().showError(toCommandError(error)))
      .finally(() => setBusy(false));
  };

  return (
    <div className="unreadable" data-testid="undecryptable">
      <LockKeyhole size={16} aria-hidden />
      <div>
        <p className="unreadable__title">
          {props.retrying ? t('message.cannotRead') : t('message.cannotReadFinal')}
        </p>
        <p>
          {t('common.sentences', {
            first: t(`unreadable.${props.reason}`),
            second: props.retrying ? t('message.retrying') : t('message.notRetrying'),
          })}
        </p>
        <p className="unreadable__actions">
          {props.retrying && (
            <button type="button" className="text-button" disabled={busy} onClick={heal}>
              {t('message.heal')}
            </button>
          )}
          <button type="button" className="text-button" onClick={() => setRawOpen(true)}>
            {t('common.details')}
          </button>
        </p>
      </div>
      {rawOpen && <RawMessageDialog account={account} message={message} onClose={() => setRawOpen(false)} />}
    </div>
  );
}
