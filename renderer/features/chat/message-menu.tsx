import {
  AtSign,
  Copy,
  CopyCheck,
  FileCode2,
  Forward,
  Info,
  Link,
  MessageCircle,
  Reply,
  Save,
  Trash2,
  Undo2,
  UserRound,
  type LucideIcon,
} from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { isGroupId } from '../../../shared/aun/group-id';
import type { Message } from '../../../shared/model/message';
import { emptyDraft, useComposerStore } from '../../stores/composer-store';
import { useGroupPeopleStore } from '../../stores/group-people-store';
import { groupKey } from '../../stores/groups-store';
import { showConversation } from '../../stores/navigation';
import { timelineKey } from '../../stores/timeline-store';
import { useViewStore } from '../../stores/view-store';
import { isWritten } from './content/message-words';
import { abilitiesOf, useMessageActions } from './message-actions';
import { useTitle } from './use-sender';

const ModerationItems = lazy(async () => ({
  default: (await import('../groups/moderation/moderation-items')).ModerationItems,
}));

function Item(props: {
  readonly icon: LucideIcon;
  readonly label: string;
  readonly shortcut?: string;
  readonly disabled?: boolean;
  readonly onSelect: () => void;
  readonly testId?: string;
}) {
  const Icon = props.icon;
  return (
    <DropdownMenu.Item
      className="menu__item"
      disabled={props.disabled === true}
      onSelect={props.onSelect}
      data-testid={props.testId}
    >
      <Icon size={16} aria-hidden />
      <span className="menu__text">{props.label}</span>
      {props.shortcut !== undefined && (
        <kbd className="menu__key" aria-hidden="true">
          {props.shortcut}
        </kbd>
      )}
    </DropdownMenu.Item>
  );
}

/** Back to the message, unless what was chosen has taken the focus. */
function returnFocus(closing: Event, id: number): void {
  closing.preventDefault();
  const { activeElement } = document;
  if (activeElement !== null && activeElement !== document.body && activeElement.closest('.menu') === null)
    return;
  document.querySelector<HTMLElement>(`[data-message-id="${id}"]`)?.focus({ preventScroll: true });
}

/** Puts the name of whoever wrote a message behind what is typed. */
function mentionSender(account: string, { conversation, sender }: Message, name: string): void {
  const { drafts, type } = useComposerStore.getState();
  const { text } = drafts[timelineKey(account, conversation)] ?? emptyDraft;
  const twice = sameName(account, conversation, sender, name);
  const gap = text === '' || /\s$/.test(text) ? '' : ' ';
  type(account, conversation, `${text}${gap}@${twice ? sender : name} `);
  // The menu gives the focus back first.
  setTimeout(() => document.querySelector<HTMLElement>('[data-testid="composer"]')?.focus(), 0);
}

/** Whether somebody else in the group has the same name: then only the address says who is meant. */
function sameName(account: string, group: string, aid: string, name: string): boolean {
  const members = useGroupPeopleStore.getState().people[groupKey(account, group)]?.members ?? [];
  return members.some((member) => member.aid !== aid && member.title === name);
}

/** Everything that can be done with a message, at the pointer or at the message. */
export function MessageMenu(props: {
  readonly account: string;
  readonly message: Message;
  readonly x: number;
  readonly y: number;
  readonly link: string | null;
  readonly now: number;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const { account, message, link } = props;
  const actions = useMessageActions(account);
  const can = abilitiesOf(message, props.now);
  const isGroup = isGroupId(message.conversation);
  const sender = useTitle(account, isGroup && !message.own ? message.sender : null);
  return (
    <DropdownMenu.Root open modal={false} onOpenChange={(open) => !open && props.onClose()}>
      <DropdownMenu.Trigger asChild>
        <span
          className="menu-anchor"
          style={{ left: props.x, top: props.y }}
          aria-hidden="true"
          tabIndex={-1}
        />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          aria-label={t('messageMenu.label')}
          align="start"
          sideOffset={2}
          collisionPadding={8}
          loop
          onCloseAutoFocus={(closing) => returnFocus(closing, message.id)}
          data-testid="message-menu"
        >
          {can.reply && (
            <Item
              icon={Reply}
              label={t('messageMenu.reply')}
              shortcut="R"
              onSelect={() => actions.reply(message)}
            />
          )}
          {can.copy && (
            <Item
              icon={Copy}
              label={t('messageMenu.copy')}
              shortcut="Ctrl C"
              onSelect={() => actions.copy(message)}
            />
          )}
          {isGroup && !message.own && (
            <>
              <Item
                icon={AtSign}
                label={t('groupMention.mention', { name: sender })}
                onSelect={() => mentionSender(account, message, sender)}
                testId="menu-mention"
              />
              <Item
                icon={MessageCircle}
                label={t('groupMention.privately', { name: sender })}
                onSelect={() => showConversation(account, message.sender)}
                testId="menu-privately"
              />
              <Item
                icon={UserRound}
                label={t('groupMention.profile', { name: sender })}
                onSelect={() => useViewStore.getState().showDialog('person', message.sender)}
                testId="menu-person"
              />
            </>
          )}
          {link !== null && (
            <Item icon={Link} label={t('messageMenu.copyLink')} onSelect={() => actions.copyLink(link)} />
          )}
          {can.forward && (
            <Item
              icon={Forward}
              label={t('messageMenu.forward')}
              shortcut="F"
              onSelect={() => actions.forward(message)}
            />
          )}
          {can.save && (
            <Item
              icon={Save}
              label={t('messageMenu.save')}
              shortcut="S"
              onSelect={() => actions.save(message)}
            />
          )}
          {isWritten(message.content) && (
            <Item
              icon={CopyCheck}
              label={t('messageMenu.select')}
              shortcut="X"
              onSelect={() => actions.select(message)}
              testId="menu-select"
            />
          )}
          <DropdownMenu.Separator className="menu__line" />
          <Item
            icon={Info}
            label={t('messageMenu.details')}
            shortcut="I"
            onSelect={() => actions.details(message)}
          />
          <Item icon={FileCode2} label={t('message.raw')} onSelect={() => actions.raw(message)} />
          <DropdownMenu.Separator className="menu__line" />
          {can.recall !== 'no' && (
            <Item
              icon={Undo2}
              label={can.recall === 'late' ? t('messageMenu.recallLate') : t('messageMenu.recall')}
              disabled={can.recall === 'late'}
              onSelect={() => actions.recall(message)}
              testId="menu-recall"
            />
          )}
          <Item
            icon={Trash2}
            label={t('messageMenu.delete')}
            shortcut="Del"
            onSelect={() => actions.remove(message)}
            testId="menu-delete"
          />
          {isGroup && !message.own && (
            <Suspense fallback={null}>
              <ModerationItems
                account={account}
                group={message.conversation}
                aid={message.sender}
                menu="dropdown"
              />
            </Suspense>
          )}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
