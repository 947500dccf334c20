import {
  Ban,
  FolderOpen,
  Info,
  KeyRound,
  LogOut,
  Megaphone,
  ScrollText,
  Settings2,
  Ticket,
  UserPlus,
  Users,
} from 'lucide-react';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Group } from '../../../../shared/model/group';
import { groupSections, type GroupSection } from '../open-group-page';

const icons = {
  overview: Info,
  members: Users,
  texts: Megaphone,
  files: FolderOpen,
  requests: UserPlus,
  invites: Ticket,
  bans: Ban,
  log: ScrollText,
  settings: Settings2,
  keys: KeyRound,
  danger: LogOut,
} as const satisfies Record<GroupSection, unknown>;

/** Sections before which the list has a line: what moderates, and what belongs to the group as a whole. */
const begins: ReadonlySet<GroupSection> = new Set(['requests', 'settings']);
const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/** Whether a section has something that deserves a look. */
function wantsLook(group: Group, section: GroupSection): boolean {
  if (section === 'texts')
    return (
      (group.announcement !== null && !group.announcementSeen) || (group.rules !== null && !group.rulesSeen)
    );
  if (section === 'keys')
    return (
      group.keys.refreshPending || group.keys.withoutKeys.length > 0 || group.keys.state === 'unsupported'
    );
  return false;
}

/**
 * Brings a tab into sight: narrow windows show the sections in one row that scrolls, low ones a column that does. Only these are
 * moved: `scrollIntoView` would also push what is around them out of the window.
 */
function reveal(list: HTMLElement, tab: Element): void {
  const place = tab.getBoundingClientRect();
  const row = list.getBoundingClientRect();
  list.scrollLeft += place.left + place.width / 2 - row.left - row.width / 2;
  const column = list.parentElement;
  if (column === null) return;
  const { top, bottom } = column.getBoundingClientRect();
  if (place.top < top) column.scrollTop += place.top - top;
  else if (place.bottom > bottom) column.scrollTop += place.bottom - bottom;
}

/** The list of sections: tabs, of which the arrow keys, Home and End choose. */
export function GroupNav(props: {
  readonly group: Group;
  readonly section: GroupSection;
  readonly onSection: (section: GroupSection) => void;
}) {
  const { t } = useTranslation();
  const { group, section: shown } = props;
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const tab = list.current?.querySelector('[aria-selected="true"]');
    if (list.current !== null && tab != null) reveal(list.current, tab);
  }, [shown]);
  const choose = (section: GroupSection | undefined): void => {
    if (section === undefined) return;
    props.onSection(section);
    document.getElementById(`group-tab-${section}`)?.focus({ preventScroll: true });
  };
  const onKeyDown = (key: KeyboardEvent<HTMLElement>): void => {
    const step = steps[key.key];
    const count = groupSections.length;
    if (key.key === 'Home') choose(groupSections[0]);
    else if (key.key === 'End') choose(groupSections[count - 1]);
    else if (step === undefined) return;
    else choose(groupSections[(groupSections.indexOf(shown) + step + count) % count]);
    key.preventDefault();
  };
  return (
    <div
      ref={list}
      className="centre__nav group-nav"
      role="tablist"
      aria-orientation="vertical"
      aria-label={t('moderation.page.sections')}
      onKeyDown={onKeyDown}
    >
      {groupSections.map((section) => {
        const Icon = icons[section];
        const chosen = section === shown;
        const count = section === 'requests' ? group.requests : 0;
        return (
          <button
            key={section}
            type="button"
            role="tab"
            id={`group-tab-${section}`}
            aria-selected={chosen}
            aria-controls="group-panel"
            tabIndex={chosen ? 0 : -1}
            className="centre__tab"
            data-begins={begins.has(section)}
            onClick={() => props.onSection(section)}
            data-testid={`group-tab-${section}`}
          >
            <Icon size={17} strokeWidth={1.75} aria-hidden />
            <span className="centre__tab-words">{t(`moderation.section.${section}`)}</span>
            {count > 0 && (
              <span className="group-nav__count tabular">
                <span aria-hidden="true">{count > 99 ? '99+' : count}</span>
                <span className="visually-hidden">{t('moderation.page.waiting', { count })}</span>
              </span>
            )}
            {wantsLook(group, section) && (
              <span className="centre__badge">
                <span className="visually-hidden">{t('identity.wantsLook')}</span>
              </span>
            )}
          </button>
        );
      })}
    </div>
  );
}
