import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { GroupMember } from '../../../../shared/model/group';
import { invoke, reportError } from '../../../stores/bridge';
import { useGroupEntry } from '../../../stores/groups-store';
import { Choice } from '../../../ui/choice';
import { Panel } from '../../identity/centre/panel';
import { TaskError } from '../../identity/task-error';
import { PersonLine } from '../page/person-line';
import type { SettingsProps } from './settings-props';
import { useUpdate } from './use-change';

const modes = ['broadcast', 'mention'] as const;
/** Most agents that can be on duty (the contract's limit). */
const mostOnDuty = 20;

/** The agents of a group; only they can be on duty. */
function useAgents(account: string, group: string): readonly GroupMember[] {
  const [agents, setAgents] = useState<readonly GroupMember[]>([]);
  const revision = useGroupEntry(account, group).members;
  useEffect(() => {
    let current = true;
    invoke('group.members', { account, group, only: 'agents' }).then(
      ({ members }) => current && setAgents(members),
      reportError,
    );
    return () => {
      current = false;
    };
  }, [account, group, revision]);
  return agents;
}

/** Which messages agents take up, and who of them answers first. */
export function HearingPanel({ account, group, locked }: SettingsProps) {
  const { t } = useTranslation();
  const { task, update } = useUpdate(account, group);
  const agents = useAgents(account, group.group);
  const { dispatchMode, duty } = group;
  const setDuty = (aid: string, on: boolean): void => {
    const next = on ? [...duty, aid].slice(0, mostOnDuty) : duty.filter((one) => one !== aid);
    update({ duty: next }, { duty: [...duty] }, t('moderation.settings.dutySaved'));
  };
  return (
    <Panel title={t('moderation.settings.hears')} text={t('moderation.settings.hearsText')} testId="hearing">
      <Choice
        label={t('moderation.settings.hears')}
        value={dispatchMode}
        options={modes.map((value) => ({ value, label: t(`groupDispatch.${value}`) }))}
        onChoose={(mode) =>
          update({ dispatchMode: mode }, { dispatchMode }, t('moderation.settings.hearsSaved'))
        }
      />
      <p className="panel__note">
        {dispatchMode === 'broadcast' ? t('groupDispatch.broadcastText') : t('groupDispatch.mentionText')}
      </p>
      <fieldset className="duty">
        <legend className="field__label">{t('moderation.settings.duty')}</legend>
        {agents.length === 0 && <p className="panel__note">{t('moderation.settings.noAgents')}</p>}
        {agents.map(({ aid, title, verifiedKind }) => (
          <label key={aid} className="duty__agent">
            <input
              type="checkbox"
              checked={duty.includes(aid)}
              disabled={locked || task.busy || (!duty.includes(aid) && duty.length >= mostOnDuty)}
              onChange={(change) => setDuty(aid, change.target.checked)}
              data-testid="duty-agent"
            />
            <PersonLine aid={aid} title={title} kind={verifiedKind} size={28} />
          </label>
        ))}
      </fieldset>
      <TaskError error={task.error} />
    </Panel>
  );
}
