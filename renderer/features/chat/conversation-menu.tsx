import {
  Archive,
  ArchiveRestore,
  Ban,
  Bell,
  BellOff,
  ChevronRight,
  Circle,
  CircleDot,
  Info,
  LogOut,
  Pin,
  PinOff,
  Trash2,
} from 'lucide-react';
import { ContextMenu } from 'radix-ui';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import { useViewStore } from '../../stores/view-store';
import { openGroupPage } from '../groups/open-group-page';
import {
  acceptConversation,
  changeConversation,
  markConversationRead,
  muteConversation,
} from './conversation-actions';
import { isMuted, muteChoices } from './conversation-mute';
import { useConversationTitle } from './conversation-title';
import { useNow } from '../../ui/use-now';

function Item(props: {
  readonly icon: ReactNode;
  readonly onSelect: () => void;
  readonly children: ReactNode;
}) {
  return (
    <ContextMenu.Item className="menu__item" onSelect={props.onSelect}>
      {props.icon}
      {props.children}
    </ContextMenu.Item>
  );
}

function MuteItems(props: { readonly account: string; readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  const id = conversation.conversation;
  const now = useNow(60_000);
  if (isMuted(conversation.mutedUntil, now)) {
    return (
      <Item icon={<Bell size={16} aria-hidden />} onSelect={() => muteConversation(account, id, null)}>
        {t('rowMenu.unmute')}
      </Item>
    );
  }
  return (
    <ContextMenu.Sub>
      <ContextMenu.SubTrigger className="menu__item">
        <BellOff size={16} aria-hidden />
        <span className="menu__words">{t('rowMenu.mute')}</span>
        <ChevronRight size={14} aria-hidden />
      </ContextMenu.SubTrigger>
      <ContextMenu.Portal>
        <ContextMenu.SubContent className="menu" sideOffset={4} collisionPadding={8}>
          {muteChoices.map((choice) => (
            <ContextMenu.Item
              key={choice}
              className="menu__item"
              onSelect={() => muteConversation(account, id, choice)}
            >
              {t(`rowMenu.${choice}`)}
            </ContextMenu.Item>
          ))}
        </ContextMenu.SubContent>
      </ContextMenu.Portal>
    </ContextMenu.Sub>
  );
}

function AcceptedItems(props: { readonly account: string; readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  const id = conversation.conversation;
  const { pinned, archived, unread, markedUnread } = conversation;
  const isUnread = unread > 0 || markedUnread;
  return (
    <>
      <Item
        icon={isUnread ? <Circle size={16} aria-hidden /> : <CircleDot size={16} aria-hidden />}
        onSelect={() => {
          if (isUnread) markConversationRead(account, conversation);
          else changeConversation(account, id, { markedUnread: true });
        }}
      >
        {isUnread ? t('rowMenu.markRead') : t('rowMenu.markUnread')}
      </Item>
      {!archived && (
        <Item
          icon={pinned ? <PinOff size={16} aria-hidden /> : <Pin size={16} aria-hidden />}
          onSelect={() => changeConversation(account, id, { pinned: !pinned })}
        >
          {pinned ? t('rowMenu.unpin') : t('rowMenu.pin')}
        </Item>
      )}
      <MuteItems account={account} conversation={conversation} />
      <Item
        icon={archived ? <ArchiveRestore size={16} aria-hidden /> : <Archive size={16} aria-hidden />}
        onSelect={() => changeConversation(account, id, { archived: !archived })}
      >
        {archived ? t('rowMenu.unarchive') : t('rowMenu.archive')}
      </Item>
      <ContextMenu.Separator className="menu__separator" />
    </>
  );
}

/** What can be done with a conversation from its row: by right click, long press, or the menu key. */
export function ConversationMenu(props: {
  readonly account: string;
  readonly conversation: Conversation;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  const name = useConversationTitle(conversation);
  const { showDialog } = useViewStore.getState();
  const id = conversation.conversation;
  return (
    <ContextMenu.Root modal={false}>
      <ContextMenu.Trigger asChild>{props.children}</ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content className="menu" aria-label={t('rowMenu.label', { name })} collisionPadding={8}>
          {conversation.standing === 'accepted' && (
            <AcceptedItems account={account} conversation={conversation} />
          )}
          {conversation.standing === 'pending' && (
            <Item icon={<CircleDot size={16} aria-hidden />} onSelect={() => acceptConversation(account, id)}>
              {t('request.accept')}
            </Item>
          )}
          {conversation.kind === 'group' && (
            <Item icon={<Info size={16} aria-hidden />} onSelect={() => openGroupPage(account, id)}>
              {t('groups.openPage')}
            </Item>
          )}
          {conversation.group?.membership === 'member' && conversation.group.status !== 'dissolved' && (
            <Item icon={<LogOut size={16} aria-hidden />} onSelect={() => showDialog('leave-group', id)}>
              {t('groups.leave')}
            </Item>
          )}
          {conversation.kind === 'direct' && conversation.standing !== 'blocked' && (
            <Item icon={<Ban size={16} aria-hidden />} onSelect={() => showDialog('block', id)}>
              {t('rowMenu.block')}
            </Item>
          )}
          {conversation.standing === 'blocked' && (
            <Item icon={<Ban size={16} aria-hidden />} onSelect={() => acceptConversation(account, id)}>
              {t('rowMenu.unblock')}
            </Item>
          )}
          <Item
            icon={<Trash2 size={16} aria-hidden />}
            onSelect={() => showDialog('delete-conversation', id)}
          >
            {t('rowMenu.delete')}
          </Item>
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
}
