import {
  ChevronLeft,
  Info,
  LoaderCircle,
  Lock,
  LockKeyhole,
  Search,
  TriangleAlert,
  UserRoundPlus,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import type { Group } from '../../../shared/model/group';
import { useGroupOnline, useGroupPeople } from '../../stores/group-people-store';
import { useGroup } from '../../stores/groups-store';
import { useWriters } from '../../stores/typing-store';
import { useViewStore } from '../../stores/view-store';
import { GroupAvatar } from '../../ui/group-avatar';
import { IconButton } from '../../ui/icon-button';
import { openGroupPage } from '../groups/open-group-page';
import { useConversationTitle } from './conversation-title';
import { useWritingWords } from './group-writing';
import './group-header.css';

const keyIcons = {
  secured: Lock,
  securing: LoaderCircle,
  waiting: LockKeyhole,
  unsupported: TriangleAlert,
  none: LockKeyhole,
} as const;

/** What protects the group, in one sentence; a click explains it. */
function KeysLine(props: { readonly account: string; readonly group: Group }) {
  const { t } = useTranslation();
  const { account, group } = props;
  const { state } = group.keys;
  const Icon = keyIcons[state];
  return (
    <button
      type="button"
      className="security-line"
      data-security={state === 'secured' ? 'encrypted' : state === 'unsupported' ? 'keys_changed' : 'unknown'}
      data-keys={state}
      data-testid="security-line"
      onClick={() => openGroupPage(account, group.group, 'keys')}
    >
      <Icon size={13} aria-hidden />
      <span className="ellipsis">{t(`groupSecurity.${state}`)}</span>
    </button>
  );
}

/** How many are in it, how many of them are connected; or who is writing. */
function PeopleLine(props: { readonly account: string; readonly id: string; readonly group: Group }) {
  const { t } = useTranslation();
  const { account, id, group } = props;
  const inside = group.membership === 'member' && group.status !== 'dissolved';
  useGroupOnline(account, id, inside);
  const people = useGroupPeople(account, id, inside);
  const writing = useWritingWords(account, useWriters(account, id));
  if (writing !== '')
    return (
      <span
        className="chat-header__state group-header__writing"
        data-typing="true"
        role="status"
        data-testid="peer-state"
      >
        <span className="ellipsis">{writing}</span>
      </span>
    );
  const online = people?.online ?? null;
  return (
    <button
      type="button"
      className="group-header__people tabular ellipsis"
      onClick={() => openGroupPage(account, id, 'members')}
      data-testid="group-people"
    >
      {t('groups.members', { count: group.memberCount })}
      {inside && online !== null && ` · ${t('groups.online', { count: online })}`}
    </button>
  );
}

/** Requests to join that wait for an admin. */
function Requests(props: { readonly account: string; readonly group: Group }) {
  const { t } = useTranslation();
  const { account, group } = props;
  const decides = group.role === 'owner' || group.role === 'admin';
  if (!decides || group.requests === 0 || group.membership !== 'member') return null;
  return (
    <IconButton
      label={t('groups.requests', { count: group.requests })}
      className="icon-button group-header__requests"
      onClick={() => openGroupPage(account, group.group, 'requests')}
      data-testid="group-requests"
    >
      <UserRoundPlus size={18} aria-hidden />
      <span className="group-header__badge tabular" aria-hidden="true">
        {group.requests > 99 ? '99+' : group.requests}
      </span>
    </IconButton>
  );
}

/** Which group this is, who is in it, and what protects it. */
export function GroupHeader(props: { readonly account: string; readonly conversation: Conversation }) {
  const { t } = useTranslation();
  const { account, conversation } = props;
  const id = conversation.conversation;
  const finding = useViewStore((state) => state.finding);
  const name = useConversationTitle(conversation);
  const group = useGroup(account, id);
  const page = (): void => openGroupPage(account, id);
  return (
    <header className="chat-header">
      <span className="chat-header__back">
        <IconButton label={t('chat.back')} onClick={() => useViewStore.getState().closeConversation()}>
          <ChevronLeft size={20} aria-hidden />
        </IconButton>
      </span>
      <button type="button" className="group-header__picture" tabIndex={-1} aria-hidden="true" onClick={page}>
        <GroupAvatar
          group={id}
          name={name}
          picture={group?.picture ?? conversation.group?.picture ?? null}
          size={36}
        />
      </button>
      <div className="chat-header__names">
        <div className="chat-header__line">
          <h1 className="chat-header__title ellipsis isolate" dir="auto" data-testid="chat-title">
            {name}
          </h1>
          <span className="visually-hidden">{t('groups.spoken')}</span>
        </div>
        <div className="chat-header__facts">
          {group !== undefined && (
            <>
              <KeysLine account={account} group={group} />
              <PeopleLine account={account} id={id} group={group} />
            </>
          )}
        </div>
      </div>
      {group !== undefined && <Requests account={account} group={group} />}
      <IconButton
        label={t('finder.here')}
        aria-pressed={finding}
        aria-keyshortcuts="Control+F"
        onClick={() => useViewStore.getState().setFinding(!finding)}
        data-testid="find-button"
      >
        <Search size={18} aria-hidden />
      </IconButton>
      <IconButton label={t('groups.openPage')} onClick={page} data-testid="open-group-page">
        <Info size={18} aria-hidden />
      </IconButton>
    </header>
  );
}
