import { Check, RefreshCw, RotateCw, TriangleAlert, UserMinus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Group } from '../../../../shared/model/group';
import { Button } from '../../../ui/button';

import { Fact, Facts, Panel } from '../../identity/centre/panel';
import { TaskError } from '../../identity/task-error';
import { useLoaded } from '../../identity/use-loaded';
import { useTask } from '../../identity/use-task';
import { changeGroup } from '../moderation/moderation-actions';
import { useModerationStore } from '../moderation/moderation-store';
import { PersonLine, usePersonTitle } from '../page/person-line';
import { GatedButton } from '../page/refusal';
import { useRefusals } from '../page/standing';
import { DevicesPanel } from './devices-panel';
import './keys.css';
import { whenOf } from '../page/when';

/** Somebody who cannot be given the key: asked again, or removed by who may. */
function Keyless(props: { readonly account: string; readonly group: Group; readonly aid: string }) {
  const { t } = useTranslation();
  const { account, group, aid } = props;
  const title = usePersonTitle(account, aid);
  const refusal = useRefusals(group)('kick', { own: aid === account, role: 'member' });
  return (
    <li className="keyless" data-testid="keyless">
      <PersonLine aid={aid} title={title} kind="unknown" size={32} />
      <GatedButton
        refusal={refusal}
        size="small"
        onPress={() =>
          useModerationStore
            .getState()
            .ask({ kind: 'kick', account, group: group.group, aid, title, shape: 'unknown' })
        }
        testId="keyless-remove"
      >
        <UserMinus size={15} aria-hidden />
        {t('moderation.menu.kick')}
      </GatedButton>
    </li>
  );
}

function StatePanel(props: { readonly account: string; readonly group: Group }) {
  const { t } = useTranslation();
  const { account, group } = props;
  const { keys } = group;
  const task = useTask();
  const repair = (): void =>
    task.run(
      () => changeGroup('group.repairKeys', { account, group: group.group }),
      () => undefined,
    );
  const wanted = keys.state === 'securing' || keys.state === 'waiting' || keys.refreshPending;
  return (
    <Panel
      title={t('moderation.keys.title')}
      text={t(`moderation.keys.state_${keys.state}_text`)}
      testId="keys-state"
    >
      <p
        className="keys-state"
        data-tone={keys.state === 'secured' ? 'success' : keys.state === 'none' ? 'neutral' : 'warning'}
      >
        {t(`moderation.keys.state_${keys.state}`)}
        {keys.epoch > 0 && (
          <span className="tabular"> · {t('moderation.keys.number', { number: keys.epoch })}</span>
        )}
      </p>
      {keys.refreshPending && (
        <div className="notice-bar" data-tone="warning" data-testid="refresh-pending">
          <TriangleAlert size={16} aria-hidden />
          <p>{t('moderation.keys.refreshPendingText')}</p>
        </div>
      )}
      {keys.state === 'secured' && !keys.refreshPending && keys.withoutKeys.length === 0 && (
        <p className="keys-agree" data-testid="keys-agree">
          <Check size={16} aria-hidden />
          {t('moderation.keys.agree')}
        </p>
      )}
      {keys.withoutKeys.length > 0 && (
        <div className="keyless-box">
          <strong className="keyless-box__title">
            {t('moderation.keys.keyless', { count: keys.withoutKeys.length })}
          </strong>
          <p>{t('moderation.keys.keylessText')}</p>
          <ul aria-label={t('moderation.keys.keyless', { count: keys.withoutKeys.length })}>
            {keys.withoutKeys.map((aid) => (
              <Keyless key={aid} account={account} group={group} aid={aid} />
            ))}
          </ul>
        </div>
      )}
      <TaskError error={task.error} />
      {(wanted || keys.withoutKeys.length > 0) && (
        <div className="panel__actions">
          <Button size="small" busy={task.busy} onClick={repair} data-testid="keys-repair">
            {!task.busy && <RotateCw size={15} aria-hidden />}
            {t('moderation.keys.repair')}
          </Button>
        </div>
      )}
    </Panel>
  );
}

/** What the keys protect and what they do not, without varnish. */
function HonestPanel(props: { readonly group: Group }) {
  const { t } = useTranslation();
  const { serverHolds } = props.group.keys;
  const facts = ['members', 'leavers', 'oldKeys', 'newcomers', 'copies'] as const;
  return (
    <Panel title={t('moderation.keys.honest')}>
      <ul className="keys-facts">
        {facts.map((fact) => (
          <li key={fact}>{t(`moderation.keys.fact_${fact}`)}</li>
        ))}
        <li data-testid="server-holds">
          {serverHolds ? t('moderation.keys.fact_serverHolds') : t('moderation.keys.fact_serverNot')}
        </li>
      </ul>
    </Panel>
  );
}

function EpochsPanel(props: { readonly account: string; readonly group: Group }) {
  const { t, i18n } = useTranslation();
  const { account, group } = props;
  const { value, error, reload } = useLoaded(
    'group.keys',
    { account, group: group.group },
    `${group.keys.epoch} ${group.keys.state}`,
  );
  const epochs = value?.epochs ?? [];
  return (
    <Panel title={t('moderation.keys.epochs')} text={t('moderation.keys.epochsText')}>
      <TaskError error={error} />
      {error !== null && (
        <div className="panel__actions">
          <Button size="small" onClick={reload}>
            <RefreshCw size={15} aria-hidden />
            {t('common.retry')}
          </Button>
        </div>
      )}
      {value !== null && epochs.length === 0 && (
        <p className="panel__note">{t('moderation.keys.noEpochs')}</p>
      )}
      {epochs.length > 0 && (
        <div className="epochs" tabIndex={0} role="region" aria-label={t('moderation.keys.epochs')}>
          <Facts>
            {epochs.map(({ epoch, at, origin, doubt }) => (
              <Fact key={epoch} name={t('moderation.keys.number', { number: epoch })} testId="epoch">
                {whenOf(i18n.language, at)} · {t(`moderation.keys.origin_${origin}`)}
                {doubt !== null && (
                  <span className="epochs__doubt" title={doubt}>
                    <TriangleAlert size={13} aria-hidden /> {t('moderation.keys.doubt')}
                  </span>
                )}
              </Fact>
            ))}
          </Facts>
        </div>
      )}
    </Panel>
  );
}

/** How the group is encrypted: where the keys stand, what that means, which there are, and on which own devices. */
export function GroupKeys(props: { readonly account: string; readonly group: Group }) {
  return (
    <>
      <StatePanel {...props} />
      <HonestPanel group={props.group} />
      <EpochsPanel {...props} />
      {props.group.membership === 'member' && <DevicesPanel {...props} />}
    </>
  );
}
