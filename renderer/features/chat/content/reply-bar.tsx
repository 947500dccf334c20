import { useTranslation } from 'react-i18next';
import { isGroupId } from '../../../../shared/aun/group-id';
import type { Message, Reply } from '../../../../shared/model/message';
import { useTimelineStore } from '../../../stores/timeline-store';
import { useTitle } from '../use-sender';
import { label } from './format';

/** What a message answers: two lines of the original, and a way to it. What nobody can check is said to be so. */
export function ReplyBar(props: {
  readonly account: string;
  readonly name: string;
  readonly message: Message;
  readonly reply: Reply;
}) {
  const { t } = useTranslation();
  const { account, message, reply, name } = props;
  // In a group the original may be anybody's.
  const other = reply.sender === account || reply.sender === message.conversation ? null : reply.sender;
  const title = useTitle(account, isGroupId(message.conversation) ? other : null);
  const sender =
    reply.sender === null
      ? t('reply.unknownSender')
      : reply.sender === account
        ? t('common.you')
        : reply.sender === message.conversation
          ? name
          : title === ''
            ? reply.sender
            : title;
  const note = {
    known: null,
    gone: t('reply.gone'),
    differs: t('reply.differs'),
    unknown: t('reply.unverified'),
  }[reply.standing];
  const { id } = reply;
  const inside = (
    <>
      <span className="reply-bar__sender isolate" dir="auto">
        {sender}
      </span>
      {reply.text !== '' && (
        <span className="reply-bar__text" dir="auto">
          {label(reply.text, 300)}
        </span>
      )}
      {note !== null && <span className="reply-bar__note">{note}</span>}
    </>
  );
  if (id === null || reply.standing === 'gone')
    return (
      <div className="reply-bar" data-standing={reply.standing} data-testid="reply-bar">
        {inside}
      </div>
    );
  return (
    <button
      type="button"
      className="reply-bar"
      data-standing={reply.standing}
      title={t('reply.jump')}
      onClick={() => void useTimelineStore.getState().openAround(account, message.conversation, id)}
      data-testid="reply-bar"
    >
      {inside}
    </button>
  );
}
