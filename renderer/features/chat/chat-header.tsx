import { ChevronLeft, PanelRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import { useViewStore } from '../../stores/view-store';
import { Avatar } from '../../ui/avatar';
import { hueOf } from '../../ui/avatar-text';
import { IconButton } from '../../ui/icon-button';
import { KindWords } from '../contacts/kind-words';
import { useConversationTitle } from './conversation-title';
import { SecurityLine } from './security-line';

/** Who this conversation is with and what protects it. */
export function ChatHeader(props: { readonly account: string; readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { conversation } = props;
  const detailsOpen = useViewStore((state) => state.detailsOpen);
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
        <SecurityLine account={props.account} conversation={conversation} />
      </div>
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
