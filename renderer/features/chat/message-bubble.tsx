import { Clock3, LockKeyholeOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { isGroupId } from '../../../shared/aun/group-id';
import type { Message } from '../../../shared/model/message';
import { clockTime, exactTime, machineTime } from '../../ui/time';
import { MessageContentView } from './content/message-content';
import type { ContentProps } from './content/parts';
import { ReplyBar } from './content/reply-bar';
import { DeliveryIcon } from './delivery-icon';
import { DeliveryTrouble } from './delivery-trouble';

/** Kinds whose bubble is nothing but a picture: the foot lies on it. */
function isBare({ content, reply, attachments }: Message): boolean {
  return (
    content.kind === 'media' &&
    (content.media === 'image' || content.media === 'video') &&
    content.text === '' &&
    reply === null &&
    attachments.length > 0 &&
    attachments.every(({ encrypted }) => encrypted)
  );
}

function Foot({ message }: { readonly message: Message }) {
  const { t, i18n } = useTranslation();
  const { state, own } = message;
  const open = message.protection === 'none' && message.content.kind !== 'recalled';
  return (
    <span className="bubble__foot tabular">
      {message.timeDoubtful && (
        <span title={t('chat.timeDoubtful')} role="img" aria-label={t('chat.timeDoubtful')}>
          <Clock3 size={12} aria-hidden />
        </span>
      )}
      {own &&
        !message.forwardSecret &&
        !isGroupId(message.conversation) &&
        message.protection !== 'none' &&
        state !== 'queued' && (
          <span title={t('chat.notForwardSecret')} role="img" aria-label={t('chat.notForwardSecret')}>
            <LockKeyholeOpen size={12} aria-hidden />
          </span>
        )}
      {!own && open && (
        <span
          title={t('messageDetails.notEncrypted')}
          role="img"
          aria-label={t('messageDetails.notEncrypted')}
        >
          <LockKeyholeOpen size={12} aria-hidden />
        </span>
      )}
      <time dateTime={machineTime(message.sortAt)}>{clockTime(i18n.language, message.sortAt)}</time>
      {own && state !== null && <DeliveryIcon state={state} />}
    </span>
  );
}

/** A bubble with its foot: time, state, and what keeps it from arriving. */
export function MessageBubble(props: ContentProps & { readonly last: boolean; readonly showReply: boolean }) {
  const { i18n } = useTranslation();
  const { message, last, account, name } = props;
  const { state, content, reply } = message;
  const troubled = state === 'failed' || (state === 'queued' && message.stateReason !== null);
  const showFoot = last || state === 'queued' || state === 'sending' || state === 'failed';
  return (
    <>
      <div
        className="bubble"
        data-own={message.own}
        data-content={content.kind}
        data-bare={isBare(message)}
        data-state={state ?? undefined}
        data-testid="bubble"
        title={exactTime(i18n.language, message.sortAt)}
      >
        {reply !== null && props.showReply && (
          <ReplyBar account={account} name={name} message={message} reply={reply} />
        )}
        <MessageContentView account={account} name={name} message={message} />
        {showFoot && <Foot message={message} />}
      </div>
      {troubled && <DeliveryTrouble account={account} name={name} message={message} state={state} />}
    </>
  );
}
