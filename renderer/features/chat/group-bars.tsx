import { Bot, KeyRound, Megaphone, X } from 'lucide-react';
import { useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Group, GroupText } from '../../../shared/model/group';
import { invoke, toCommandError } from '../../stores/bridge';
import { useGroup, useGroupsStore } from '../../stores/groups-store';
import { useNoticesStore } from '../../stores/notices-store';
import { Button } from '../../ui/button';
import { IconButton } from '../../ui/icon-button';
import { momentOf } from '../../ui/time';
import { openGroupPage } from '../groups/open-group-page';
import { namesTogether } from './group-event-words';
import { useTitle, useTitles } from './use-sender';

interface BarProps {
  readonly account: string;
  readonly group: Group;
}

/** Runs a command that answers with the group, and shows the group as it is then. */
export function changeGroup(account: string, answer: Promise<Group>): Promise<void> {
  return answer.then(
    (group) => useGroupsStore.getState().merge(account, group),
    (reason: unknown) => useNoticesStore.getState().showError(toCommandError(reason)),
  );
}

/** That the signature under a text was not found to be good. */
export function TextDoubt({ text }: { readonly text: GroupText }) {
  const { t } = useTranslation();
  if (text.signature === 'verified') return null;
  return (
    <span
      className="group-bar__doubt"
      title={text.signature === 'invalid' ? t('groupText.invalidHint') : t('groupText.unverifiedHint')}
      data-testid="text-unverified"
    >
      {t('groupText.unverified')}
    </span>
  );
}

function Announcement(props: BarProps & { readonly text: GroupText }) {
  const { t, i18n } = useTranslation();
  const { account, group, text } = props;
  const author = useTitle(account, text.updatedBy);
  const [open, setOpen] = useState(false);
  const [long, setLong] = useState(false);
  const words = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(() => {
    const element = words.current;
    if (element !== null && !open) setLong(element.scrollHeight > element.clientHeight + 2);
  }, [text.content, open]);
  const time = text.updatedAt === null ? '' : momentOf(i18n.language, text.updatedAt);
  return (
    <section className="group-bar" aria-label={t('groupAnnouncement.title')} data-testid="announcement">
      <Megaphone size={16} aria-hidden />
      <div className="group-bar__words">
        <p ref={words} className="group-bar__text isolate selectable" dir="auto" data-folded={!open}>
          {text.content}
        </p>
        <p className="group-bar__facts">
          <span>
            {author === '' || time === ''
              ? t('groupAnnouncement.byUnknown')
              : t('groupAnnouncement.by', { name: author, time })}
          </span>
          <TextDoubt text={text} />
          {(long || open) && (
            <button type="button" className="text-button" aria-expanded={open} onClick={() => setOpen(!open)}>
              {open ? t('chat.showLess') : t('groupAnnouncement.more')}
            </button>
          )}
        </p>
      </div>
      <IconButton
        label={t('groupAnnouncement.dismiss')}
        size="small"
        onClick={() =>
          void changeGroup(
            account,
            invoke('group.seen', { account, group: group.group, what: 'announcement' }),
          )
        }
        data-testid="announcement-dismiss"
      >
        <X size={15} aria-hidden />
      </IconButton>
    </section>
  );
}

function LoopBar(props: BarProps & { readonly loop: NonNullable<Group['loop']> }) {
  const { t, i18n } = useTranslation();
  const { account, group, loop } = props;
  const [busy, setBusy] = useState<string | null>(null);
  const nameOf = useTitles(account, loop.agents);
  const leads = group.role === 'owner' || group.role === 'admin';
  const calm = (how: 'mention_mode' | 'mute' | 'ignore') => (): void => {
    setBusy(how);
    void changeGroup(account, invoke('group.calmLoop', { account, group: group.group, how })).finally(() =>
      setBusy(null),
    );
  };
  return (
    <section
      className="group-bar group-bar--wrap"
      data-tone="warning"
      role="status"
      aria-label={t('groupLoop.label')}
      data-testid="loop-bar"
    >
      <Bot size={17} aria-hidden />
      <div className="group-bar__words">
        <p>
          {t('common.sentences', {
            first: t('groupLoop.words', {
              names: namesTogether(t, i18n.language, loop.agents.map(nameOf)),
              count: loop.turns,
            }),
            second: leads ? t('groupLoop.ask') : t('groupLoop.tellAdmin'),
          })}
        </p>
      </div>
      <div className="group-bar__actions">
        {leads && (
          <>
            <Button
              size="small"
              tone="primary"
              busy={busy === 'mention_mode'}
              disabled={busy !== null}
              onClick={calm('mention_mode')}
              data-testid="loop-mention"
            >
              {t('groupLoop.onlyMentioned')}
            </Button>
            <Button
              size="small"
              busy={busy === 'mute'}
              disabled={busy !== null}
              onClick={calm('mute')}
              data-testid="loop-mute"
            >
              {t('groupLoop.mute')}
            </Button>
          </>
        )}
        <Button
          size="small"
          busy={busy === 'ignore'}
          disabled={busy !== null}
          onClick={calm('ignore')}
          data-testid="loop-ignore"
        >
          {t('groupLoop.ignore')}
        </Button>
      </div>
    </section>
  );
}

function KeysBar({ account, group }: BarProps) {
  const { t, i18n } = useTranslation();
  const [busy, setBusy] = useState(false);
  const { withoutKeys } = group.keys;
  const nameOf = useTitles(account, withoutKeys.slice(0, 4));
  const retry = (): void => {
    setBusy(true);
    void changeGroup(account, invoke('group.repairKeys', { account, group: group.group })).finally(() =>
      setBusy(false),
    );
  };
  return (
    <section
      className="group-bar group-bar--wrap"
      data-tone="warning"
      role="status"
      aria-label={t('groupKeysBar.label')}
      data-testid="keys-bar"
    >
      <KeyRound size={16} aria-hidden />
      <div className="group-bar__words">
        <p>
          {withoutKeys.length > 0
            ? t('groupKeysBar.withoutKeys', {
                names: namesTogether(t, i18n.language, withoutKeys.map(nameOf)),
              })
            : t('groupKeysBar.refreshPending')}
        </p>
      </div>
      <div className="group-bar__actions">
        <Button size="small" busy={busy} onClick={retry} data-testid="keys-retry">
          {t('groupKeysBar.retry')}
        </Button>
        <Button size="small" onClick={() => openGroupPage(account, group.group, 'keys')}>
          {t('groupKeysBar.show')}
        </Button>
      </div>
    </section>
  );
}

/** Under the header of a group: the announcement nobody has put away, agents in a loop, keys that need somebody. */
export function GroupBars(props: { readonly account: string; readonly conversation: string }) {
  const { account } = props;
  const group = useGroup(account, props.conversation);
  if (group?.membership !== 'member' || group.status === 'dissolved') return null;
  const { announcement, announcementSeen, loop, keys, role } = group;
  const news = announcementSeen || announcement?.content === '' ? null : announcement;
  const leads = role === 'owner' || role === 'admin';
  return (
    <>
      {news !== null && (
        <Announcement key={`${news.updatedAt} ${news.content}`} account={account} group={group} text={news} />
      )}
      {loop !== null && <LoopBar account={account} group={group} loop={loop} />}
      {leads && (keys.withoutKeys.length > 0 || keys.refreshPending) && (
        <KeysBar account={account} group={group} />
      )}
    </>
  );
}
