import { Crown, LogOut, Pause, Play } from 'lucide-react';
import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandResult } from '../../../../shared/bridge/contract';
import type { Group } from '../../../../shared/model/group';
import { useNoticesStore } from '../../../stores/notices-store';
import { useViewStore } from '../../../stores/view-store';
import { Button } from '../../../ui/button';
import { TextField } from '../../../ui/text-field';
import { Panel } from '../../identity/centre/panel';
import { TaskError } from '../../identity/task-error';
import { useTask } from '../../identity/use-task';
import { changeGroup, offerUndo } from '../moderation/moderation-actions';
import { openGroupPage } from '../open-group-page';
import { GatedButton } from '../page/refusal';
import { useRefusals } from '../page/standing';
import { TransferPanel } from './transfer-panel';
import '../../identity/danger/danger.css';
import './settings.css';

type Changed = CommandResult<'group.get'>;

interface DangerProps {
  readonly account: string;
  readonly group: Group;
}

/** What was typed, as it is compared: neither case nor the way it is composed matters. */
function plainly(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}

function LeavePanel({ account, group }: DangerProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const task = useTask();
  const refusal = useRefusals(group)('leave');
  const leave = (): void =>
    task.run(
      (): Promise<Changed> => changeGroup('group.leave', { account, group: group.group }),
      () => {
        useViewStore.getState().showDialog(null);
        useNoticesStore.getState().showInfo(t('moderation.danger.leftDone', { name: group.name }));
      },
    );
  return (
    <Panel title={t('moderation.danger.leave')} text={t('groups.leaveText')} testId="leave-panel">
      <TaskError error={task.error} />
      {asking && refusal === null ? (
        <div
          className="panel__actions"
          role="group"
          aria-label={t('groups.leaveTitle', { name: group.name })}
        >
          <Button
            className="button button--normal button--danger"
            busy={task.busy}
            autoFocus
            onClick={leave}
            data-testid="leave-confirm"
          >
            {t('moderation.danger.leaveDo', { id: group.group })}
          </Button>
          <Button onClick={() => setAsking(false)}>{t('common.cancel')}</Button>
        </div>
      ) : (
        <GatedButton refusal={refusal} onPress={() => setAsking(true)} testId="leave">
          <LogOut size={16} aria-hidden />
          {t('groups.leave')}
        </GatedButton>
      )}
    </Panel>
  );
}

function SuspendPanel({ account, group }: DangerProps) {
  const { t } = useTranslation();
  const task = useTask();
  const suspended = group.status === 'suspended';
  const refusal = useRefusals(group)(suspended ? 'resume' : 'suspend');
  const about = { account, group: group.group };
  const toggle = (): void =>
    task.run(
      (): Promise<Changed> => changeGroup(suspended ? 'group.resume' : 'group.suspend', about),
      () =>
        offerUndo(suspended ? t('moderation.danger.resumed') : t('moderation.danger.suspended'), () =>
          changeGroup(suspended ? 'group.suspend' : 'group.resume', about),
        ),
    );
  return (
    <Panel
      title={suspended ? t('moderation.danger.isSuspended') : t('moderation.danger.suspend')}
      text={suspended ? t('moderation.danger.isSuspendedText') : t('moderation.danger.suspendText')}
      testId="suspend-panel"
    >
      <TaskError error={task.error} />
      <GatedButton refusal={refusal} busy={task.busy} onPress={toggle} testId="suspend">
        {suspended ? <Play size={16} aria-hidden /> : <Pause size={16} aria-hidden />}
        {suspended ? t('groupState.resume') : t('moderation.danger.suspendDo')}
      </GatedButton>
    </Panel>
  );
}

function DissolvePanel({ account, group }: DangerProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState('');
  const task = useTask();
  const refusal = useRefusals(group)('dissolve');
  const words = plainly(typed);
  const ready =
    refusal === null && (words === group.group || (words !== '' && words === plainly(group.name)));
  const submit = (form: SubmitEvent): void => {
    form.preventDefault();
    if (!ready) return;
    task.run(
      () => changeGroup('group.dissolve', { account, group: group.group }),
      () => openGroupPage(account, group.group, 'overview'),
    );
  };
  return (
    <Panel
      title={t('moderation.danger.dissolve')}
      text={t('moderation.danger.dissolveText')}
      tone="danger"
      testId="dissolve-panel"
    >
      {asking ? (
        <form className="panel__form" onSubmit={submit}>
          <TextField
            label={t('moderation.danger.typeId', { name: group.name, id: group.group })}
            value={typed}
            maxLength={512}
            autoFocus
            onText={setTyped}
            data-testid="dissolve-typed"
          />
          <p className="panel__note">{t('moderation.danger.dissolveReads')}</p>
          <TaskError error={task.error} />
          <div className="panel__actions">
            <Button
              type="submit"
              className="button button--normal button--danger"
              busy={task.busy}
              disabled={!ready}
              data-testid="dissolve-confirm"
            >
              {t('moderation.danger.dissolveDo')}
            </Button>
            <Button onClick={() => setAsking(false)}>{t('common.cancel')}</Button>
          </div>
        </form>
      ) : (
        <GatedButton refusal={refusal} onPress={() => setAsking(true)} testId="dissolve">
          {t('moderation.danger.dissolveBegin')}
        </GatedButton>
      )}
    </Panel>
  );
}

function TransferBox({ account, group }: DangerProps) {
  const { t } = useTranslation();
  const [choosing, setChoosing] = useState(false);
  const refusal = useRefusals(group)('transfer');
  return (
    <Panel
      title={t('moderation.danger.transfer')}
      text={
        group.aid === null ? t('moderation.danger.transferText') : t('moderation.danger.transferNamedText')
      }
      testId="transfer-panel"
    >
      {choosing && refusal === null ? (
        <TransferPanel account={account} group={group} onDone={() => setChoosing(false)} />
      ) : (
        <GatedButton refusal={refusal} onPress={() => setChoosing(true)} testId="transfer">
          <Crown size={16} aria-hidden />
          {t('moderation.danger.transferBegin')}
        </GatedButton>
      )}
    </Panel>
  );
}

/** Leaving, handing over, suspending and ending: what is hard or impossible to take back. */
export function GroupDanger(props: DangerProps) {
  return (
    <>
      <LeavePanel {...props} />
      <TransferBox {...props} />
      <SuspendPanel {...props} />
      <DissolvePanel {...props} />
    </>
  );
}
