import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandParams } from '../../../../shared/bridge/contract';
import { Button } from '../../../ui/button';
import { TextField } from '../../../ui/text-field';
import { Panel } from '../../identity/centre/panel';
import { TaskError } from '../../identity/task-error';
import { useTask } from '../../identity/use-task';
import { CheckRow } from '../../settings/check-row';
import { changeGroup, offerUndo } from '../moderation/moderation-actions';
import type { SettingsProps } from './settings-props';

type Rules = Omit<CommandParams<'group.setRules'>, 'account' | 'group'>;
/** Most members a group can have (the contract's limit). */
const most = 500;

/** Who may bring others in, and how many there is room for. */
export function RoomPanel({ account, group, locked }: SettingsProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(String(group.maxMembers ?? most));
  const task = useTask();
  const change = (rules: Rules, before: Rules, words: string): void => {
    const about = { account, group: group.group };
    task.run(
      () => changeGroup('group.setRules', { ...about, ...rules }),
      () =>
        offerUndo(
          words,
          () => changeGroup('group.setRules', { ...about, ...before }),
          t('moderation.undo.putBack'),
        ),
    );
  };
  const count = /^\d{1,3}$/.test(typed.trim()) ? Number(typed) : null;
  const fits = count !== null && count >= Math.max(1, group.memberCount) && count <= most;
  const submit = (form: SubmitEvent): void => {
    form.preventDefault();
    if (!fits) return;
    change(
      { maxMembers: count },
      { maxMembers: group.maxMembers ?? most },
      t('moderation.settings.maxSaved', { count }),
    );
  };
  return (
    <Panel title={t('moderation.settings.room')}>
      <CheckRow
        label={t('moderation.settings.memberInvite')}
        text={t('moderation.settings.memberInviteText')}
        checked={group.allowMemberInvite}
        disabled={locked || task.busy}
        onChange={(allowMemberInvite) =>
          change(
            { allowMemberInvite },
            { allowMemberInvite: group.allowMemberInvite },
            allowMemberInvite
              ? t('moderation.settings.memberInviteOn')
              : t('moderation.settings.memberInviteOff'),
          )
        }
        testId="member-invite"
      />
      <form className="max-members" onSubmit={submit}>
        <TextField
          label={t('moderation.settings.maxMembers')}
          value={typed}
          inputMode="numeric"
          maxLength={3}
          disabled={locked}
          tone={fits ? 'neutral' : 'danger'}
          hint={fits ? '' : t('moderation.settings.maxRule', { least: Math.max(1, group.memberCount), most })}
          onText={setTyped}
          data-testid="max-members"
        />
        <Button
          type="submit"
          busy={task.busy}
          disabled={locked || !fits || count === group.maxMembers}
          data-testid="max-save"
        >
          {t('moderation.settings.save')}
        </Button>
      </form>
      <TaskError error={task.error} />
    </Panel>
  );
}
