import {
  Ban,
  ChevronRight,
  Crown,
  MessageSquare,
  MessageSquareOff,
  ShieldBan,
  ShieldCheck,
  ShieldMinus,
  ShieldPlus,
  UserMinus,
  UserRound,
  Volume2,
  type LucideIcon,
} from 'lucide-react';
import { ContextMenu, DropdownMenu } from 'radix-ui';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { GroupRefusal } from '../../../../shared/aun/group-permissions';
import type { Group, GroupMember } from '../../../../shared/model/group';
import { useGroup } from '../../../stores/groups-store';
import { showConversation } from '../../../stores/navigation';
import { useViewStore } from '../../../stores/view-store';
import { useNow } from '../../../ui/use-now';
import { useRefusals } from '../page/standing';
import { usePersonTitle } from '../page/person-line';
import { abilitiesFor, commonRefusal, type MemberAbility } from './member-abilities';
import { runQuietly, unmute } from './moderation-actions';
import { useModerationStore } from './moderation-store';
import { useMember } from './use-member';
import './moderation.css';

const menus = { dropdown: DropdownMenu, context: ContextMenu } as const;
type MenuKind = keyof typeof menus;

const icons: Readonly<Record<MemberAbility, LucideIcon>> = {
  mute: MessageSquareOff,
  unmute: Volume2,
  make_admin: ShieldPlus,
  remove_admin: ShieldMinus,
  transfer: Crown,
  kick: UserMinus,
  ban: Ban,
};

/**
 * Does it once the menu is closed and the focus is back: what opens then knows where to return it to. The menu gives the focus back
 * in a turn of its own, which begins after the one that is asked for here; so it is the turn after that.
 */
function afterMenu(work: () => void): void {
  setTimeout(() => setTimeout(work, 0), 0);
}

/** An entry that stays reachable when it may not be used, so that its reason can be read and heard. */
function Item(props: {
  readonly menu: MenuKind;
  readonly icon: LucideIcon;
  readonly label: string;
  readonly refusal?: GroupRefusal | null;
  /** The reason stands elsewhere already. */
  readonly describedBy?: string | undefined;
  readonly danger?: boolean;
  readonly testId?: string;
  readonly onChoose: () => void;
}) {
  const { t } = useTranslation();
  const { icon: Icon, refusal = null, describedBy } = props;
  const id = useId();
  const Menu = menus[props.menu];
  const refused = refusal !== null;
  return (
    <Menu.Item
      className="menu__item moderation-item"
      aria-disabled={refused ? true : undefined}
      aria-describedby={refused ? (describedBy ?? id) : undefined}
      data-refused={refused}
      data-tone={props.danger === true ? 'danger' : undefined}
      textValue={props.label}
      onSelect={(choosing) => {
        if (refused) choosing.preventDefault();
        else afterMenu(props.onChoose);
      }}
      data-testid={props.testId}
    >
      <Icon size={16} aria-hidden />
      <span className="moderation-item__words">
        <span>{props.label}</span>
        {refused && describedBy === undefined && (
          <span className="moderation-item__why" id={id}>
            {t(`moderation.refusal.${refusal}`)}
          </span>
        )}
      </span>
    </Menu.Item>
  );
}

/** Whom the entries are about. */
interface About {
  readonly account: string;
  readonly group: string;
  readonly aid: string;
  /** Which menu they stand in. */
  readonly menu: MenuKind;
}

function PersonItems(props: About) {
  const { t } = useTranslation();
  const { account, aid, menu } = props;
  const view = useViewStore.getState();
  const write = (): void => {
    view.showDialog(null);
    showConversation(account, aid);
  };
  return (
    <>
      <Item
        menu={menu}
        icon={MessageSquare}
        label={t('moderation.menu.write')}
        onChoose={write}
        testId="member-write"
      />
      <Item
        menu={menu}
        icon={UserRound}
        label={t('moderation.menu.profile')}
        onChoose={() => useModerationStore.getState().showPerson({ account, aid })}
        testId="member-profile"
      />
      <Item
        menu={menu}
        icon={ShieldCheck}
        label={t('moderation.menu.verify')}
        onChoose={() => view.showDialog('verify', aid)}
        testId="member-verify"
      />
    </>
  );
}

function GroupItems(
  props: About & {
    readonly known: Group;
    readonly member: GroupMember | null;
    readonly title: string;
    /** Entries of which none may be used go one step further away, where there is more to do than to moderate. */
    readonly folded?: boolean;
  },
) {
  const { t } = useTranslation();
  const { account, group, aid, menu, known, member, title } = props;
  const refusalOf = useRefusals(known);
  const now = useNow(10_000);
  const hint = useId();
  const offered = abilitiesFor(member, refusalOf, aid === account, now);
  const common = commonRefusal(offered);
  const Menu = menus[menu];
  const choose = (ability: MemberAbility): void => {
    const about = { account, group, aid, title };
    if (ability === 'unmute') {
      runQuietly(
        unmute(about, { mutedUntil: member?.mutedUntil ?? null, muteReason: member?.muteReason ?? '' }),
      );
      return;
    }
    const shape = member?.verifiedKind ?? 'unknown';
    useModerationStore.getState().ask({ ...about, kind: ability, shape });
  };
  const entries = (
    <Menu.Group aria-label={t('moderation.menu.inGroup')}>
      {common !== null && (
        <div className="menu__hint moderation-hint" id={hint}>
          {t(`moderation.refusal.${common}`)}
        </div>
      )}
      {offered.map(({ ability, refusal }) => (
        <Item
          key={ability}
          menu={menu}
          icon={icons[ability]}
          label={t(`moderation.menu.${ability}`)}
          refusal={refusal}
          describedBy={common === null ? undefined : hint}
          danger={ability === 'kick' || ability === 'ban'}
          onChoose={() => choose(ability)}
          testId={`member-${ability}`}
        />
      ))}
    </Menu.Group>
  );
  if (props.folded !== true || offered.some(({ refusal }) => refusal === null)) return entries;
  return (
    <Menu.Sub>
      <Menu.SubTrigger className="menu__item" data-testid="moderate-folded">
        <ShieldBan size={16} aria-hidden />
        <span className="menu__words">{t('moderation.menu.moderate')}</span>
        <ChevronRight size={14} aria-hidden />
      </Menu.SubTrigger>
      <Menu.Portal>
        <Menu.SubContent className="menu" sideOffset={4} collisionPadding={8}>
          {entries}
        </Menu.SubContent>
      </Menu.Portal>
    </Menu.Sub>
  );
}

/**
 * Everything that can be done with somebody in a group, as entries of a menu: first what concerns the person, then what moderates.
 * What is not allowed stands there with its reason. For members whose facts are at hand.
 */
export function MemberItems(props: About & { readonly known: Group; readonly member: GroupMember }) {
  const Menu = menus[props.menu];
  if (props.member.own) return null;
  return (
    <>
      <PersonItems {...props} />
      <Menu.Separator className="menu__line" />
      <GroupItems {...props} title={props.member.title} />
    </>
  );
}

/**
 * The moderation entries for whoever wrote a message, behind a line of their own; nothing for oneself, outside of groups and until
 * the group and the person's place in it are known.
 */
export function ModerationItems(props: About & { readonly person?: boolean }) {
  const { account, group, aid, menu } = props;
  const known = useGroup(account, group);
  const { member, known: asked } = useMember(account, group, aid);
  const title = usePersonTitle(account, aid);
  const Menu = menus[menu];
  if (aid === account || known === undefined || !asked) return null;
  return (
    <>
      <Menu.Separator className="menu__line" />
      {props.person === true && (
        <>
          <PersonItems {...props} />
          <Menu.Separator className="menu__line" />
        </>
      )}
      <GroupItems {...props} known={known} member={member} title={member?.title ?? title} folded />
    </>
  );
}
