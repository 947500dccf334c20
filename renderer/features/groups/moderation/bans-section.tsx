import { Ban, Volume2 } from 'lucide-react';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { parsePeerAid } from '../../../../shared/aun/aid';
import type { Group, GroupBan } from '../../../../shared/model/group';
import { invoke } from '../../../stores/bridge';
import { useGroupEntry } from '../../../stores/groups-store';
import { Button } from '../../../ui/button';
import { EmptyState } from '../../../ui/empty-state';
import { Spinner } from '../../../ui/spinner';
import { TextField } from '../../../ui/text-field';
import { dateOf } from '../../../ui/time';
import { Panel } from '../../identity/centre/panel';
import { TaskError } from '../../identity/task-error';
import { useTask } from '../../identity/use-task';
import { MoreButton } from '../page/more-button';
import { PersonLine, usePersonTitle } from '../page/person-line';
import { GatedButton, RefusalNote } from '../page/refusal';
import { useRefusals } from '../page/standing';
import { usePages } from '../page/use-pages';
import { isEndless } from './durations';
import { changeGroup, offerUndo, unban, unmute } from './moderation-actions';
import { whenOf } from '../page/when';

function BanRow(props: {
  readonly account: string;
  readonly group: Group;
  readonly ban: GroupBan;
  readonly onLifted: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { account, group, ban } = props;
  const task = useTask();
  const refusal = useRefusals(group)('mute');
  const by = usePersonTitle(account, ban.by);
  const about = { account, group: group.group, aid: ban.aid, title: ban.title };
  const lift = (): Promise<void> =>
    ban.member ? unmute(about, { mutedUntil: ban.until, muteReason: ban.reason }) : unban(about, ban.reason);
  const end = isEndless(ban.until)
    ? t('moderation.bans.forGood')
    : t('moderation.bans.until', { time: whenOf(i18n.language, ban.until ?? 0) });
  const facts = [
    ban.member ? t('moderation.bans.muted') : t('moderation.bans.keptOut'),
    end,
    ban.by === null ? '' : t('moderation.bans.by', { name: by }),
    ban.at === null ? '' : dateOf(i18n.language, ban.at),
  ];
  return (
    <li className="ban" data-testid="ban" data-aid={ban.aid}>
      <PersonLine aid={ban.aid} title={ban.title} kind="unknown">
        <span className="ban__facts tabular">{facts.filter((fact) => fact !== '').join(' · ')}</span>
        {ban.reason !== '' && (
          <span className="ban__reason selectable isolate" dir="auto">
            {ban.reason}
          </span>
        )}
        <TaskError error={task.error} />
      </PersonLine>
      <GatedButton
        refusal={refusal}
        size="small"
        busy={task.busy}
        onPress={() => task.run(lift, props.onLifted)}
        testId="ban-lift"
      >
        <Volume2 size={15} aria-hidden />
        {ban.member ? t('moderation.menu.unmute') : t('moderation.bans.lift')}
      </GatedButton>
    </li>
  );
}

/** Keeps somebody out who never was here. */
function BanAhead(props: { readonly account: string; readonly group: Group; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const { account, group, onDone } = props;
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const task = useTask();
  const address = parsePeerAid(typed);
  const submit = (form: SubmitEvent): void => {
    form.preventDefault();
    if (address === null) return;
    const about = { account, group: group.group, aid: address };
    task.run(
      () => changeGroup('group.mute', { ...about, seconds: 0, reason: reason.trim() }),
      () => {
        offerUndo(t('moderation.undo.keptOut', { name: address }), () => changeGroup('group.unmute', about));
        onDone();
      },
    );
  };
  return (
    <form className="panel__form" onSubmit={submit}>
      <p className="panel__note">{t('moderation.bans.aheadText')}</p>
      <TextField
        label={t('moderation.bans.address')}
        value={typed}
        maxLength={320}
        autoFocus
        onText={setTyped}
        data-testid="ban-address"
      />
      <TextField label={t('moderation.ask.reason')} value={reason} maxLength={255} onText={setReason} />
      <TaskError error={task.error} />
      <div className="panel__actions">
        <Button
          type="submit"
          className="button button--normal button--danger"
          busy={task.busy}
          disabled={address === null}
          data-testid="ban-ahead-confirm"
        >
          {t('moderation.bans.keepOut')}
        </Button>
        <Button onClick={onDone}>{t('common.cancel')}</Button>
      </div>
    </form>
  );
}

function List(props: { readonly account: string; readonly group: Group }) {
  const { t } = useTranslation();
  const { account, group } = props;
  const [ahead, setAhead] = useState(false);
  const entry = useGroupEntry(account, group.group);
  const pages = usePages(
    async (place) => {
      const found = await invoke('group.bans', { account, group: group.group, ...place });
      return { rows: found.bans, total: found.total };
    },
    ({ aid }) => aid,
    `${entry.log} ${entry.members}`,
  );
  const { rows: bans, error } = pages;
  if (bans === null)
    return error === null ? (
      <Spinner />
    ) : (
      <EmptyState title={t(`errors.${error.code}`)}>
        <Button onClick={pages.reload}>{t('common.retry')}</Button>
      </EmptyState>
    );
  return (
    <>
      {ahead ? (
        <BanAhead
          account={account}
          group={group}
          onDone={() => {
            setAhead(false);
            pages.reload();
          }}
        />
      ) : (
        <div className="panel__actions">
          <Button size="small" onClick={() => setAhead(true)} data-testid="ban-ahead">
            <Ban size={15} aria-hidden />
            {t('moderation.bans.ahead')}
          </Button>
        </div>
      )}
      {bans.length === 0 ? (
        <EmptyState
          picture={<Ban size={28} strokeWidth={1.5} aria-hidden />}
          title={t('moderation.bans.none')}
          text={t('moderation.bans.noneText')}
          testId="no-bans"
        />
      ) : (
        <ul className="bans" aria-label={t('moderation.section.bans')} data-testid="bans">
          {bans.map((ban) => (
            <BanRow key={ban.aid} account={account} group={group} ban={ban} onLifted={pages.reload} />
          ))}
        </ul>
      )}
      <MoreButton pages={pages} />
    </>
  );
}

/** Who may not write, and who may not come in. */
export function GroupBans(props: { readonly account: string; readonly group: Group }) {
  const { t } = useTranslation();
  const refusal = useRefusals(props.group)('mute');
  return (
    <Panel title={t('moderation.section.bans')} text={t('moderation.bans.about')}>
      {refusal === null ? <List {...props} /> : <RefusalNote refusal={refusal} />}
    </Panel>
  );
}
