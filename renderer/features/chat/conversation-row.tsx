import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import { Avatar } from '../../ui/avatar';
import { hueOf } from '../../ui/avatar-text';
import { listTime } from '../../ui/time';
import { useNow } from '../../ui/use-now';
import { ConversationPreview } from './conversation-preview';
import { SecurityMark } from './security-mark';
import { useConversationTitle } from './conversation-title';

/** One line of the conversation list. */
export const ConversationRow = memo(function ConversationRow(props: {
  readonly conversation: Conversation;
  readonly index: number;
  readonly chosen: boolean;
  readonly active: boolean;
  readonly onOpen: (conversation: string) => void;
}) {
  const { t, i18n } = useTranslation();
  const { conversation, chosen } = props;
  const now = useNow(60_000);
  const title = useConversationTitle(conversation);
  const time = conversation.lastActivityAt;
  const draft = chosen ? '' : conversation.draft;
  return (
    <div role="listitem" className="conversation-row__item">
      <button
        type="button"
        className="conversation-row"
        data-row={props.index}
        data-conversation={conversation.conversation}
        data-testid="conversation-row"
        data-unread={conversation.unread > 0}
        aria-current={chosen ? 'true' : undefined}
        tabIndex={props.active ? 0 : -1}
        onClick={() => props.onOpen(conversation.conversation)}
      >
        <Avatar
          name={title}
          hue={hueOf(conversation.conversation)}
          kind={conversation.kind === 'self' ? 'self' : conversation.peerKind}
          size={42}
        />
        <span className="conversation-row__body">
          <span className="conversation-row__line">
            <span className="conversation-row__title ellipsis isolate" dir="auto">
              {title}
            </span>
            {conversation.peerKind === 'agent' && (
              <span className="conversation-row__tag">{t('list.agent')}</span>
            )}
            {conversation.kind !== 'self' && conversation.peerKind === 'unknown' && (
              <span className="visually-hidden">{t('kind.spokenUnknown')}</span>
            )}
            <SecurityMark security={conversation.security} />
            {time > 0 && (
              <span className="conversation-row__time tabular">
                {listTime(i18n.language, time, now, t('chat.yesterday'))}
              </span>
            )}
          </span>
          <span className="conversation-row__line conversation-row__preview">
            <ConversationPreview conversation={conversation} draft={draft} />
            {conversation.unread > 0 && (
              <span className="conversation-row__unread tabular">
                <span aria-hidden="true">{conversation.unread > 999 ? '999+' : conversation.unread}</span>
                <span className="visually-hidden">{t('list.unread', { count: conversation.unread })}</span>
              </span>
            )}
          </span>
        </span>
      </button>
    </div>
  );
});
