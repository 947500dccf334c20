import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../shared/model/message';
import { invoke, toCommandError } from '../../stores/bridge';
import { useComposerStore } from '../../stores/composer-store';
import { useNoticesStore } from '../../stores/notices-store';
import { useTimelineStore } from '../../stores/timeline-store';
import { readStateReason } from './state-reason';

/** Under an own message that waits or failed: why, and what can be done. */
export function DeliveryTrouble(props: {
  readonly account: string;
  readonly name: string;
  readonly message: Message;
  readonly state: 'queued' | 'failed';
}) {
  const { t } = useTranslation();
  const [busy, setBusy] = useState(false);
  const { account, message, state, name } = props;
  const reason = readStateReason(state, message.stateReason);
  const words = reason.kind === 'wait' ? t(`wait.${reason.reason}`, { name }) : t(`errors.${reason.code}`);

  const run = (work: () => Promise<void>): void => {
    setBusy(true);
    work()
      .catch((error: unknown) => useNoticesStore.getState().showError(toCommandError(error)))
      .finally(() => setBusy(false));
  };
  const retry = (): void =>
    run(async () => {
      const changed = await invoke('message.retry', { account, id: message.id });
      useTimelineStore.getState().merge(account, message.conversation, [changed]);
    });
  const edit = (): void =>
    run(async () => {
      const { text } = await invoke('message.cancel', { account, id: message.id });
      useComposerStore.getState().putBack(account, message.conversation, text, null);
    });

  return (
    <div className="delivery-trouble" data-state={state} data-testid="delivery-trouble">
      <span className="delivery-trouble__text">
        {state === 'failed' && <strong>{t('state.failed')}. </strong>}
        {words}
      </span>
      <span className="delivery-trouble__actions">
        <button
          type="button"
          className="text-button"
          disabled={busy}
          onClick={retry}
          data-testid="message-retry"
        >
          {state === 'failed' ? t('message.retry') : t('message.sendNow')}
        </button>
        <button
          type="button"
          className="text-button"
          disabled={busy}
          onClick={edit}
          data-testid="message-edit"
        >
          {t('message.editAgain')}
        </button>
      </span>
    </div>
  );
}
