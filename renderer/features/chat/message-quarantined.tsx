import { TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../shared/model/message';
import { invoke, toCommandError } from '../../stores/bridge';
import { useNoticesStore } from '../../stores/notices-store';
import { useTimelineStore } from '../../stores/timeline-store';
import { useMessageOverlay } from './message-overlay';

/** A message that broke the view twice: one plain line that reads nothing of its content. */
export function QuarantinedMessage(props: {
  readonly account: string;
  readonly message: Message;
  readonly index: number;
  readonly active: boolean;
}) {
  const { t } = useTranslation();
  const { account, message } = props;
  const showAnyway = (): void => {
    invoke('message.quarantine', { account, id: message.id, quarantined: false })
      .then((changed) => useTimelineStore.getState().merge(account, message.conversation, [changed]))
      .catch((reason: unknown) => useNoticesStore.getState().showError(toCommandError(reason)));
  };
  return (
    <div className="message-row" data-own={message.own} data-first="true" data-last="true" role="listitem">
      <div
        className="message-row__body quarantined"
        data-row={props.index}
        data-message-id={message.id}
        data-testid="quarantined"
        tabIndex={props.active ? 0 : -1}
        role="group"
        aria-label={t('content.quarantined')}
      >
        <TriangleAlert size={15} aria-hidden />
        <span>{t('content.quarantined')}</span>
        <span className="quarantined__actions">
          <button
            type="button"
            className="text-button"
            onClick={() => useMessageOverlay.getState().show({ kind: 'raw', message })}
          >
            {t('content.raw')}
          </button>
          <button type="button" className="text-button" onClick={showAnyway} data-testid="show-anyway">
            {t('content.showAnyway')}
          </button>
        </span>
      </div>
    </div>
  );
}
