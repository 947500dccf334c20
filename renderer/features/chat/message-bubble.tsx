import { Clock3, LockKeyholeOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../shared/model/message';
import { clockTime, exactTime, machineTime } from '../../ui/time';
import { DeliveryIcon } from './delivery-icon';
import { DeliveryTrouble } from './delivery-trouble';
import { MessageText } from './message-text';
import { UnreadableMessage } from './unreadable-message';

interface BubbleProps {
  readonly account: string;
  readonly name: string;
  readonly message: Message;
  readonly last: boolean;
}

function Content({ account, message }: BubbleProps) {
  const { t } = useTranslation();
  const { content } = message;
  switch (content.kind) {
    case 'text':
      return <MessageText text={content.text} />;
    case 'unsupported':
      return (
        <>
          <p className="message-note">{t('chat.unsupported', { type: content.type })}</p>
          {content.text !== '' && <MessageText text={content.text} />}
        </>
      );
    case 'recalled':
      return <p className="message-note">{message.own ? t('chat.recalledOwn') : t('chat.recalled')}</p>;
    case 'notice':
      return null;
    case 'expired':
      return <p className="message-note">{t('chat.expired')}</p>;
    case 'undecryptable':
      return (
        <UnreadableMessage
          account={account}
          message={message}
          reason={content.reason}
          retrying={content.retrying}
        />
      );
  }
}

/** A bubble with its foot: time, state, and what keeps it from arriving. */
export function MessageBubble(props: BubbleProps) {
  const { t, i18n } = useTranslation();
  const { message, last } = props;
  const { state, content } = message;
  const troubled = state === 'failed' || (state === 'queued' && message.stateReason !== null);
  const showFoot = last || state === 'queued' || state === 'sending' || state === 'failed';
  const exact = exactTime(i18n.language, message.sortAt);
  return (
    <>
      <div
        className="bubble"
        data-own={message.own}
        data-content={content.kind}
        data-state={state ?? undefined}
        data-testid="bubble"
        title={exact}
      >
        <Content {...props} />
        {showFoot && (
          <span className="bubble__foot tabular">
            {message.timeDoubtful && (
              <span title={t('chat.timeDoubtful')} role="img" aria-label={t('chat.timeDoubtful')}>
                <Clock3 size={12} aria-hidden />
              </span>
            )}
            {message.own && !message.forwardSecret && message.protection !== 'none' && state !== 'queued' && (
              <span title={t('chat.notForwardSecret')} role="img" aria-label={t('chat.notForwardSecret')}>
                <LockKeyholeOpen size={12} aria-hidden />
              </span>
            )}
            <time dateTime={machineTime(message.sortAt)}>{clockTime(i18n.language, message.sortAt)}</time>
            {message.own && state !== null && <DeliveryIcon state={state} />}
          </span>
        )}
      </div>
      {troubled && <DeliveryTrouble {...props} state={state} />}
    </>
  );
}
