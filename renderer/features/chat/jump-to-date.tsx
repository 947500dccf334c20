import { ChevronLeft, ChevronRight } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNoticesStore } from '../../stores/notices-store';
import { useTimelineStore } from '../../stores/timeline-store';
import { IconButton } from '../../ui/icon-button';
import { monthWeeks, moveDay } from './month-days';

const dayKeys: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** First day of a week in a language: 1 is Monday, 7 Sunday. */
function firstWeekday(language: string): number {
  const locale: unknown = new Intl.Locale(language);
  if (typeof locale !== 'object' || locale === null) return 1;
  const info: unknown = 'weekInfo' in locale ? locale.weekInfo : null;
  if (typeof info !== 'object' || info === null || !('firstDay' in info)) return 1;
  return typeof info.firstDay === 'number' ? info.firstDay : 1;
}

function Month(props: {
  readonly shown: Date;
  readonly today: number;
  readonly onMove: (day: Date) => void;
  readonly onChoose: (day: Date) => void;
}) {
  const { i18n } = useTranslation();
  const { shown, today } = props;
  const focused = useRef<HTMLButtonElement>(null);
  const weeks = monthWeeks(shown, firstWeekday(i18n.language));
  const weekday = new Intl.DateTimeFormat(i18n.language, { weekday: 'narrow' });
  const spoken = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'full' });
  const at = shown.getTime();
  useEffect(() => focused.current?.focus(), [at]);
  const onKeyDown = (key: KeyboardEvent): void => {
    const days = dayKeys[key.key];
    const next =
      days !== undefined
        ? moveDay(shown, { days })
        : key.key === 'PageUp'
          ? moveDay(shown, { months: -1 })
          : key.key === 'PageDown'
            ? moveDay(shown, { months: 1 })
            : null;
    if (next === null) return;
    key.preventDefault();
    props.onMove(next.getTime() > today ? new Date(today) : next);
  };
  return (
    <div className="calendar__days" role="grid" onKeyDown={onKeyDown}>
      <div className="calendar__week" role="row" aria-hidden="true">
        {weeks[0]?.map((day) => (
          <span key={day.getTime()} className="calendar__weekday">
            {weekday.format(day)}
          </span>
        ))}
      </div>
      {weeks.map((week) => (
        <div key={week[0]?.getTime()} className="calendar__week" role="row">
          {week.map((day) => {
            const current = day.getTime() === at;
            return (
              <span key={day.getTime()} role="gridcell" aria-selected={current}>
                <button
                  ref={current ? focused : null}
                  type="button"
                  className="calendar__day tabular"
                  data-outside={day.getMonth() !== shown.getMonth()}
                  data-today={day.getTime() === today}
                  data-current={current}
                  tabIndex={current ? 0 : -1}
                  disabled={day.getTime() > today}
                  aria-label={spoken.format(day)}
                  onClick={() => props.onChoose(day)}
                >
                  {day.getDate()}
                </button>
              </span>
            );
          })}
        </div>
      ))}
    </div>
  );
}

/** A small calendar; choosing a day shows the first message from then on. */
export function JumpToDate(props: {
  readonly account: string;
  readonly conversation: string;
  readonly at: number;
  readonly today: number;
  readonly x: number;
  readonly y: number;
  readonly onClose: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { account, conversation, today, onClose } = props;
  const [shown, setShown] = useState(
    () => new Date(Math.min(new Date(props.at).setHours(0, 0, 0, 0), today)),
  );
  const month = new Intl.DateTimeFormat(i18n.language, { month: 'long', year: 'numeric' });
  const choose = (day: Date): void => {
    onClose();
    void useTimelineStore
      .getState()
      .openAt(account, conversation, day.getTime())
      .then((found) => {
        if (!found) useNoticesStore.getState().showInfo(t('jumpDate.none'));
      });
  };
  const move = (months: number): void => {
    const next = moveDay(shown, { months });
    setShown(next.getTime() > today ? new Date(today) : next);
  };
  return (
    <Popover.Root open onOpenChange={(open) => !open && onClose()}>
      <Popover.Anchor asChild>
        <span className="menu-anchor" style={{ left: props.x, top: props.y }} aria-hidden="true" />
      </Popover.Anchor>
      <Popover.Portal>
        <Popover.Content
          className="calendar"
          aria-label={t('jumpDate.title')}
          sideOffset={6}
          collisionPadding={8}
          onOpenAutoFocus={(opening) => opening.preventDefault()}
          data-testid="calendar"
        >
          <div className="calendar__head">
            <IconButton label={t('jumpDate.previousMonth')} size="small" onClick={() => move(-1)}>
              <ChevronLeft size={16} aria-hidden />
            </IconButton>
            <span className="calendar__month" aria-live="polite">
              {month.format(shown)}
            </span>
            <IconButton
              label={t('jumpDate.nextMonth')}
              size="small"
              onClick={() => move(1)}
              disabled={
                new Date(today).getMonth() === shown.getMonth() && today - shown.getTime() < 32 * 86_400_000
              }
            >
              <ChevronRight size={16} aria-hidden />
            </IconButton>
          </div>
          <Month shown={shown} today={today} onMove={setShown} onChoose={choose} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
