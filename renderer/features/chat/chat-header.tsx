import { ChevronLeft, PanelRight, Search } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import { useIsOnline, usePresenceStore } from '../../stores/presence-store';
import { useIsTyping } from '../../stores/typing-store';
import { useViewStore } from '../../stores/view-store';
import { Avatar } from '../../ui/avatar';
import { hueOf } from '../../ui/avatar-text';
import { IconButton } from '../../ui/icon-button';
import { KindWords } from '../contacts/kind-words';
import { useConversationTitle } from './conversation-title';
import { SecurityLine } from './security-line';

/** Whether the other side writes, or has a program connected: never more than is known. */
function PeerState(props: { readonly account: string; readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  const aid = conversation.conversation;
  const asks = conversation.kind === 'direct' && conversation.standing === 'accepted';
  const online = useIsOnline(account, aid);
  const typing = useIsTyping(account, aid);
  useEffect(() => {
    const { showOpen } = usePresenceStore.getState();
    showOpen(account, asks ? aid : null);
    return () => showOpen(account, null);
  }, [account, aid, asks]);
  if (typing)
    return (
      <span className="chat-header__state" data-typing="true" role="status" data-testid="peer-state">
        {t('daily.writing')}
      </span>
    );
  if (!asks || online === undefined) return null;
  return (
    <span
      className="chat-header__state"
      title={t('daily.connectedHint')}
      data-online={online}
      data-testid="peer-state"
    >
      {online ? t('daily.connected') : t('daily.notConnected')}
    </span>
  );
}

/** Who this conversation is with and what protects it. */
export function ChatHeader(props: { readonly account: string; readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { conversation } = props;
  const detailsOpen = useViewStore((state) => state.detailsOpen);
  const finding = useViewStore((state) => state.finding);
  const name = useConversationTitle(conversation);
  const self = conversation.kind === 'self';
  return (
    <header className="chat-header">
      <span className="chat-header__back">
        <IconButton label={t('chat.back')} onClick={() => useViewStore.getState().closeConversation()}>
          <ChevronLeft size={20} aria-hidden />
        </IconButton>
      </span>
      <Avatar
        name={name}
        hue={hueOf(conversation.conversation)}
        kind={self ? 'self' : conversation.peerKind}
        size={36}
      />
      <div className="chat-header__names">
        <div className="chat-header__line">
          <h1 className="chat-header__title ellipsis isolate" dir="auto" data-testid="chat-title">
            {name}
          </h1>
          <KindWords {...conversation} />
          {!self && conversation.title !== conversation.conversation && (
            <span className="chat-header__aid ellipsis selectable">{conversation.conversation}</span>
          )}
        </div>
        <div className="chat-header__facts">
          <SecurityLine account={props.account} conversation={conversation} />
          <PeerState account={props.account} conversation={conversation} />
        </div>
      </div>
      <IconButton
        label={t('finder.here')}
        aria-pressed={finding}
        aria-keyshortcuts="Control+F"
        onClick={() => useViewStore.getState().setFinding(!finding)}
        data-testid="find-button"
      >
        <Search size={18} aria-hidden />
      </IconButton>
      <IconButton
        label={t('chat.details')}
        aria-pressed={detailsOpen}
        onClick={() => useViewStore.getState().toggleDetails()}
        data-testid="details-button"
      >
        <PanelRight size={18} aria-hidden />
      </IconButton>
    </header>
  );
}
