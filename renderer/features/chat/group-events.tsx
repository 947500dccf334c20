import {
  ArrowRightLeft,
  Info,
  KeyRound,
  LogIn,
  LogOut,
  Megaphone,
  MicOff,
  Pause,
  Play,
  ShieldUser,
  UserMinus,
  UserPlus,
  type LucideIcon,
} from 'lucide-react';
import { memo, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../shared/model/message';
import { clockTime, exactTime } from '../../ui/time';
import { eventLines, eventWords, isDoubtful, type EventLine } from './group-event-words';
import { useTitles } from './use-sender';

const icons: Readonly<Record<string, LucideIcon>> = {
  member_added: UserPlus,
  joined: LogIn,
  join_approved: LogIn,
  invite_code_used: LogIn,
  member_left: LogOut,
  member_removed: UserMinus,
  member_banned: MicOff,
  role_changed: ShieldUser,
  owner_transferred: ArrowRightLeft,
  announcement_updated: Megaphone,
  suspended: Pause,
  resumed: Play,
  invite_code_created: KeyRound,
};

/** More lines than this are folded into one. */
const mostLines = 4;

function Line(props: { readonly line: EventLine; readonly words: string; readonly at: string }) {
  const { t } = useTranslation();
  const { line, words } = props;
  const Icon = icons[line.content.action] ?? Info;
  return (
    <li
      className="group-event"
      title={props.at}
      data-action={line.content.action}
      data-signature={line.content.signature}
      data-testid="group-event"
    >
      <Icon size={14} aria-hidden />
      <span className="group-event__text" dir="auto">
        {words}
        {isDoubtful(line.content) && (
          <span className="group-event__doubt" title={t('groupTimeline.unverifiedHint')}>
            {t('groupTimeline.unverified')}
          </span>
        )}
      </span>
    </li>
  );
}

/** What happened in a group, as small centred lines; many that follow each other are folded into one. */
export const GroupEvents = memo(function GroupEvents(props: {
  readonly account: string;
  readonly messages: readonly Message[];
  readonly index: number;
  readonly active: boolean;
}) {
  const { t, i18n } = useTranslation();
  const { account, messages } = props;
  const [open, setOpen] = useState(false);
  const lines = useMemo(() => eventLines(messages), [messages]);
  const aids = useMemo(
    () => [
      ...new Set(
        lines.flatMap(({ actor, targets }) => [
          ...(actor === null ? [] : [actor]),
          // Names beyond these are counted, not named.
          ...targets.slice(0, 4),
        ]),
      ),
    ],
    [lines],
  );
  const nameOf = useTitles(account, aids);
  const names = { account, language: i18n.language, nameOf };
  const folds = lines.length > mostLines;
  const first = messages[0];
  if (first === undefined) return null;
  const shown = folds && !open ? [] : lines;
  const spoken = (folds && !open ? lines.slice(-1) : lines)
    .map((line) => eventWords(t, line, names))
    .join('. ');
  const time = clockTime(i18n.language, first.sortAt);
  return (
    <div className="group-events" role="listitem">
      <div
        className="group-events__box"
        role="group"
        aria-label={t('groupEvent.spoken', { time, text: spoken })}
        data-row={props.index}
        data-message-id={first.id}
        tabIndex={props.active ? 0 : -1}
        data-testid="group-events"
      >
        {folds && (
          <button
            type="button"
            className="group-events__fold"
            aria-expanded={open}
            tabIndex={-1}
            onClick={() => setOpen(!open)}
            data-testid="group-events-fold"
          >
            {open ? t('groupTimeline.fewer') : t('groupTimeline.changes', { count: lines.length })}
          </button>
        )}
        {shown.length > 0 && (
          <ul className="group-events__lines">
            {shown.map((line) => (
              <Line
                key={line.key}
                line={line}
                words={eventWords(t, line, names)}
                at={exactTime(i18n.language, line.at)}
              />
            ))}
          </ul>
        )}
      </div>
    </div>
  );
});
