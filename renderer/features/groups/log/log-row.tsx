import {
  Ban,
  CircleDashed,
  Crown,
  DoorOpen,
  FileText,
  LogOut,
  Megaphone,
  Pause,
  Play,
  ScrollText,
  Settings2,
  Shield,
  Sparkles,
  Ticket,
  TicketX,
  Trash2,
  UserMinus,
  UserPlus,
  UserX,
  Volume2,
  type LucideIcon,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { GroupAction, GroupLogEntry } from '../../../../shared/model/group';
import { clockTime, dayName, exactTime, machineTime } from '../../../ui/time';
import { useNow } from '../../../ui/use-now';
import { eventWords } from '../../chat/group-event-words';
import { useModerationStore } from '../moderation/moderation-store';
import { usePersonTitle } from '../page/person-line';
import { SignatureMark } from '../page/signed-text';
import { eventLineOf, factsOf, knownAction } from './log-words';

const icons: Readonly<Record<GroupAction, LucideIcon>> = {
  upsert: Sparkles,
  update: Settings2,
  member_added: UserPlus,
  joined: DoorOpen,
  join_approved: UserPlus,
  invite_code_used: Ticket,
  member_left: LogOut,
  member_removed: UserMinus,
  role_changed: Shield,
  owner_transferred: Crown,
  member_banned: Ban,
  member_unbanned: Volume2,
  announcement_updated: Megaphone,
  rules_updated: ScrollText,
  join_requirements_updated: Settings2,
  join_requested: UserPlus,
  join_rejected: UserX,
  invite_code_created: Ticket,
  invite_code_revoked: TicketX,
  suspended: Pause,
  resumed: Play,
  dissolved: Trash2,
  resource_put: FileText,
  resource_updated: FileText,
  resource_deleted: Trash2,
  resource_direct_added: FileText,
  resource_request_created: FileText,
  resource_request_approved: FileText,
  resource_request_rejected: FileText,
};
const grave: ReadonlySet<string> = new Set(['member_removed', 'member_banned', 'join_rejected', 'dissolved']);

/** The line before the entries of a day. */
export function LogDay(props: { readonly at: number }) {
  const { t, i18n } = useTranslation();
  const now = useNow(60_000);
  const words = { today: t('chat.today'), yesterday: t('chat.yesterday') };
  return <h4 className="log__day">{dayName(i18n.language, props.at, now, words)}</h4>;
}

/** A person's address, behind which their profile is. */
function Address(props: { readonly account: string; readonly aid: string }) {
  const { account, aid } = props;
  return (
    <button
      type="button"
      className="log__aid"
      onClick={() => useModerationStore.getState().showPerson({ account, aid })}
    >
      {aid}
    </button>
  );
}

/** One line of the log: a sentence, its facts, the addresses, and what is known of the signature. */
export function LogRow(props: {
  readonly account: string;
  readonly entry: GroupLogEntry;
  readonly heading: ReactNode;
}) {
  const { t, i18n } = useTranslation();
  const { account, entry, heading } = props;
  const actor = usePersonTitle(account, entry.actor);
  const target = usePersonTitle(account, entry.target);
  const nameOf = (aid: string): string => (aid === entry.actor ? actor : target);
  const action = knownAction(entry.action);
  const Icon = action === null ? CircleDashed : icons[action];
  const facts = factsOf(t, entry);
  const people = [...new Set([entry.actor, entry.target])].filter((aid) => aid !== null);
  return (
    <li className="log__item" data-testid="log-entry" data-action={entry.action}>
      {heading}
      <div className="log__row" data-grave={grave.has(entry.action)}>
        <span className="log__icon">
          <Icon size={16} strokeWidth={1.75} aria-hidden />
        </span>
        <div className="log__words">
          <p className="log__sentence isolate" dir="auto">
            {eventWords(t, eventLineOf(entry), { account, language: i18n.language, nameOf })}
          </p>
          {facts.map((fact) => (
            <p key={fact} className="log__fact selectable isolate" dir="auto">
              {fact}
            </p>
          ))}
          <p className="log__people">
            {people.map((aid) => (
              <Address key={aid} account={account} aid={aid} />
            ))}
          </p>
        </div>
        <span className="log__end">
          <time
            className="tabular"
            dateTime={machineTime(entry.at)}
            title={exactTime(i18n.language, entry.at)}
          >
            {clockTime(i18n.language, entry.at)}
          </time>
          <SignatureMark signature={entry.signature} words={entry.signature === 'invalid'} />
        </span>
      </div>
    </li>
  );
}
