import { KeyRound, MessageSquareOff, MoreHorizontal } from 'lucide-react';
import { ContextMenu, DropdownMenu } from 'radix-ui';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Group, GroupMember } from '../../../../shared/model/group';
import { useHue } from '../../../stores/accounts-store';
import { isGroupMuted } from '../../../stores/groups-store';
import { Avatar } from '../../../ui/avatar';
import { dateOf } from '../../../ui/time';
import { useNow } from '../../../ui/use-now';
import { isEndless } from '../moderation/durations';
import { MemberItems } from '../moderation/moderation-items';
import { useModerationStore } from '../moderation/moderation-store';
import { usePersonTitle } from '../page/person-line';
import { whenOf } from '../page/when';

/** Until when somebody is muted, or that they have no keys: marks with words. */
function Marks(props: { readonly member: GroupMember }) {
  const { t, i18n } = useTranslation();
  const { member } = props;
  const now = useNow(10_000);
  const muted = isGroupMuted(member.mutedUntil, now);
  return (
    <>
      {muted && (
        <span className="member__mark" data-tone="warning" data-testid="member-muted">
          <MessageSquareOff size={13} aria-hidden />
          {isEndless(member.mutedUntil)
            ? t('moderation.members.mutedForever')
            : t('moderation.members.mutedUntil', {
                time: whenOf(i18n.language, member.mutedUntil ?? 0, now),
              })}
        </span>
      )}
      {!member.hasKeys && (
        <span className="member__mark" data-tone="warning" data-testid="member-keyless">
          <KeyRound size={13} aria-hidden />
          {t('moderation.members.noKeys')}
        </span>
      )}
    </>
  );
}

function Chips(props: { readonly member: GroupMember }) {
  const { t } = useTranslation();
  const { role, kind, own } = props.member;
  return (
    <>
      {own && <span className="tag">{t('moderation.members.you')}</span>}
      {role !== 'member' && (
        <span className="tag" data-role={role}>
          {t(`moderation.role.${role}`)}
        </span>
      )}
      {kind === 'ai' && (
        <span className="tag" data-role="ai" title={t('moderation.members.aiText')} data-testid="member-ai">
          {t('moderation.members.ai')}
        </span>
      )}
    </>
  );
}

/** Somebody in the group: who, what role, whether connected, since when; everything else is in the menu. */
export const MemberRow = memo(function MemberRow(props: {
  readonly account: string;
  readonly group: Group;
  readonly member: GroupMember;
  readonly index: number;
  readonly total: number;
  readonly active: boolean;
}) {
  const { t, i18n } = useTranslation();
  const { account, group, member, index, active } = props;
  const { aid, online } = member;
  const ownTitle = usePersonTitle(account, account);
  const title = member.own ? ownTitle : member.title;
  const items = { account, group: group.group, aid, known: group, member } as const;
  const hue = useHue(aid);
  const label = t('moderation.members.menu', { name: title });
  return (
    <ContextMenu.Root modal={false}>
      <ContextMenu.Trigger asChild disabled={member.own}>
        <div
          className="member"
          role="listitem"
          aria-posinset={index + 1}
          aria-setsize={props.total}
          data-testid="member"
          data-aid={aid}
        >
          <button
            type="button"
            className="member__main"
            data-row={index}
            tabIndex={active ? 0 : -1}
            onClick={() => useModerationStore.getState().showPerson({ account, aid })}
          >
            <span className="member__picture">
              <Avatar name={title} hue={hue} kind={member.own ? 'human' : member.verifiedKind} size={36} />
              {online === true && <span className="member__online" />}
            </span>
            <span className="member__names">
              <span className="member__line">
                <span className="member__title isolate ellipsis" dir="auto">
                  {title}
                </span>
                <Chips member={member} />
              </span>
              <span className="member__line member__facts">
                {title !== aid && <span className="ellipsis">{aid}</span>}
                {online !== null && (
                  <span className="visually-hidden">
                    {online ? t('moderation.members.online') : t('moderation.members.offline')}
                  </span>
                )}
                <Marks member={member} />
              </span>
            </span>
            {member.joinedAt !== null && (
              <span className="member__joined tabular">
                <span className="visually-hidden">{t('moderation.overview.joined')} </span>
                {dateOf(i18n.language, member.joinedAt)}
              </span>
            )}
          </button>
          {member.own ? (
            <span className="member__menu-room" />
          ) : (
            <DropdownMenu.Root modal={false}>
              <DropdownMenu.Trigger asChild>
                <button
                  type="button"
                  className="icon-button icon-button--small member__menu"
                  aria-label={label}
                  title={label}
                  tabIndex={active ? 0 : -1}
                  data-testid="member-menu"
                >
                  <MoreHorizontal size={17} aria-hidden />
                </button>
              </DropdownMenu.Trigger>
              <DropdownMenu.Portal>
                <DropdownMenu.Content
                  className="menu"
                  align="end"
                  sideOffset={4}
                  collisionPadding={8}
                  aria-label={label}
                >
                  <MemberItems {...items} menu="dropdown" />
                </DropdownMenu.Content>
              </DropdownMenu.Portal>
            </DropdownMenu.Root>
          )}
        </div>
      </ContextMenu.Trigger>
      <ContextMenu.Portal>
        <ContextMenu.Content className="menu" collisionPadding={8} aria-label={label}>
          <MemberItems {...items} menu="context" />
        </ContextMenu.Content>
      </ContextMenu.Portal>
    </ContextMenu.Root>
  );
});
