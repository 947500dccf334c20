import { BellOff, Pin } from 'lucide-react';
import { lazy, memo, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import { useAccount } from '../../stores/accounts-store';
import { useIsOnline } from '../../stores/presence-store';
import type { TintStyle } from '../../ui/avatar';
import { listTime } from '../../ui/time';
import { useNow } from '../../ui/use-now';
import { ConversationMenu } from './conversation-menu';
import { isMuted } from './conversation-mute';
import { ConversationPicture } from './conversation-picture';
import { ConversationPreview } from './conversation-preview';
import { GroupMark } from './group-mark';
import { SecurityMark } from './security-mark';
import { useConversationTitle } from './conversation-title';

// Strangers are rare.
const GroupRequestActions = lazy(async () => ({
  default: (await import('../requests/group-request-bar')).GroupRequestActions,
}));

/** How many messages wait, whether one names the user, and whether somebody marked the row. */
function Counts(props: { readonly conversation: Conversation; readonly muted: boolean }) {
  const { t } = useTranslation();
  const { unread, mentions, markedUnread } = props.conversation;
  return (
    <>
      {mentions > 0 && (
        <span className="conversation-row__mention tabular">
          <span aria-hidden="true">@{mentions > 99 ? '99+' : mentions}</span>
          <span className="visually-hidden">{t('daily.mentions', { count: mentions })}</span>
        </span>
      )}
      {unread > 0 ? (
        <span className="conversation-row__unread tabular" data-muted={props.muted}>
          <span aria-hidden="true">{unread > 999 ? '999+' : unread}</span>
          <span className="visually-hidden">{t('list.unread', { count: unread })}</span>
        </span>
      ) : (
        markedUnread && (
          <span className="conversation-row__unread conversation-row__marked" data-muted={props.muted}>
            <span className="visually-hidden">{t('daily.markedUnread')}</span>
          </span>
        )
      )}
    </>
  );
}

function RowOwner(props: { readonly account: string }) {
  const hue = useAccount(props.account)?.hue ?? 0;
  const style: TintStyle = { '--hue': hue };
  return (
    <span className="conversation-row__owner ellipsis" style={style}>
      {props.account}
    </span>
  );
}

/** One line of the conversation list. */
export const ConversationRow = memo(function ConversationRow(props: {
  readonly account: string;
  readonly conversation: Conversation;
  readonly index: number;
  /** Identity the conversation belongs to, where it is not the one on the screen. */
  readonly owner?: string;
  readonly chosen: boolean;
  readonly active: boolean;
  readonly onOpen: (conversation: string) => void;
}) {
  const { t, i18n } = useTranslation();
  const { account, conversation, chosen } = props;
  const now = useNow(60_000);
  const title = useConversationTitle(conversation);
  const online = useIsOnline(account, conversation.conversation) === true;
  const muted = isMuted(conversation.mutedUntil, now);
  const time = conversation.lastActivityAt;
  return (
    <div role="listitem" className="conversation-row__item">
      <ConversationMenu account={account} conversation={conversation}>
        <button
          type="button"
          className="conversation-row"
          data-row={props.index}
          data-conversation={conversation.conversation}
          data-testid="conversation-row"
          data-unread={conversation.unread > 0 || conversation.markedUnread}
          aria-current={chosen ? 'true' : undefined}
          tabIndex={props.active ? 0 : -1}
          onClick={() => props.onOpen(conversation.conversation)}
        >
          <span className="conversation-row__who">
            <ConversationPicture conversation={conversation} title={title} size={42} />
            {online && conversation.kind === 'direct' && (
              <span className="presence-dot">
                <span className="visually-hidden">{t('daily.connected')}</span>
              </span>
            )}
          </span>
          <span className="conversation-row__body">
            <span className="conversation-row__line">
              <span className="conversation-row__title ellipsis isolate" dir="auto">
                {title}
              </span>
              {conversation.peerKind === 'agent' && (
                <span className="conversation-row__tag">{t('list.agent')}</span>
              )}
              <GroupMark conversation={conversation} />
              {conversation.kind === 'direct' && conversation.peerKind === 'unknown' && (
                <span className="visually-hidden">{t('kind.spokenUnknown')}</span>
              )}
              <SecurityMark security={conversation.security} />
              {muted && (
                <span className="conversation-row__mark" role="img" aria-label={t('daily.muted')}>
                  <BellOff size={13} aria-hidden />
                </span>
              )}
              {time > 0 && (
                <span className="conversation-row__time tabular">
                  {listTime(i18n.language, time, now, t('chat.yesterday'))}
                </span>
              )}
            </span>
            <span className="conversation-row__line conversation-row__preview">
              <ConversationPreview account={account} conversation={conversation} open={chosen} />
              <Counts conversation={conversation} muted={muted} />
              {conversation.pinned && (
                <span className="conversation-row__mark" role="img" aria-label={t('daily.pinned')}>
                  <Pin size={13} aria-hidden />
                </span>
              )}
            </span>
            {props.owner !== undefined && <RowOwner account={props.owner} />}
          </span>
        </button>
      </ConversationMenu>
      {conversation.kind === 'group' && conversation.standing === 'pending' && (
        <Suspense fallback={null}>
          <GroupRequestActions account={account} conversation={conversation} />
        </Suspense>
      )}
    </div>
  );
});
