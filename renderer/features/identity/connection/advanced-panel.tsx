import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { AdvancedSettings } from '../../../../shared/model/account';
import { useAccountsStore } from '../../../stores/accounts-store';
import { invoke } from '../../../stores/bridge';
import { useNoticesStore } from '../../../stores/notices-store';
import { Button } from '../../../ui/button';
import { Choice } from '../../../ui/choice';
import { TextField } from '../../../ui/text-field';
import { Panel } from '../centre/panel';
import { TaskError } from '../task-error';
import { useLoaded } from '../use-loaded';
import { useTask } from '../use-task';
import { advancedForm, advancedProblems, advancedSettings, type AdvancedForm } from './advanced-rules';

function Form(props: { readonly account: string; readonly settings: AdvancedSettings }) {
  const { t } = useTranslation();
  const [stored, setStored] = useState(() => advancedForm(props.settings));
  const [form, setForm] = useState<AdvancedForm>(stored);
  const task = useTask();
  const problems = advancedProblems(form);
  const changed = JSON.stringify(form) !== JSON.stringify(stored);
  const set = (change: Partial<AdvancedForm>): void => setForm({ ...form, ...change });
  const save = (submit: SubmitEvent): void => {
    submit.preventDefault();
    if (!changed || problems.length > 0) return;
    task.run(
      () => invoke('account.advanced.set', { account: props.account, settings: advancedSettings(form) }),
      (account) => {
        setStored(form);
        useAccountsStore.getState().merge(account);
        useNoticesStore.getState().showInfo(t('advanced.saved'));
      },
    );
  };
  return (
    <form className="panel__form" onSubmit={save}>
      <TextField
        label={t('advanced.deviceName')}
        value={form.deviceName}
        maxLength={64}
        dir="auto"
        onText={(deviceName) => set({ deviceName })}
        tone={problems.includes('deviceName') ? 'danger' : 'neutral'}
        hint={problems.includes('deviceName') ? t('advanced.deviceNameRule') : t('advanced.deviceNameText')}
        data-testid="device-name"
      />
      <TextField
        label={t('advanced.slot')}
        value={form.slotId}
        maxLength={128}
        onText={(slotId) => set({ slotId })}
        tone={problems.includes('slotId') ? 'danger' : 'neutral'}
        hint={problems.includes('slotId') ? t('advanced.slotRule') : t('advanced.slotText')}
        data-testid="slot-id"
      />
      <Choice
        label={t('advanced.mode')}
        value={form.mode}
        options={[
          { value: 'fanout', label: t('advanced.fanout') },
          { value: 'round_robin', label: t('advanced.roundRobin') },
          { value: 'sender_affinity', label: t('advanced.affinity') },
        ]}
        onChoose={(mode) => set({ mode })}
      />
      <p className="panel__note">{t(`advanced.${form.mode}_text`)}</p>
      {form.mode === 'sender_affinity' && (
        <TextField
          label={t('advanced.affinityMinutes')}
          value={form.affinityMinutes}
          inputMode="numeric"
          maxLength={4}
          onText={(affinityMinutes) => set({ affinityMinutes })}
          tone={problems.includes('affinityMinutes') ? 'danger' : 'neutral'}
          hint={problems.includes('affinityMinutes') ? t('advanced.affinityRule') : ''}
          data-testid="affinity-minutes"
        />
      )}
      <TaskError error={task.error} />
      <div className="dialog__actions">
        <Button disabled={!changed} onClick={() => setForm(stored)}>
          {t('advanced.reset')}
        </Button>
        <Button
          tone="primary"
          type="submit"
          busy={task.busy}
          disabled={!changed || problems.length > 0}
          data-testid="advanced-save"
        >
          {t('advanced.save')}
        </Button>
      </div>
    </form>
  );
}

/** Slot, delivery mode and device name: hidden until somebody asks for them. */
export function AdvancedPanel(props: { readonly account: string }) {
  const { t } = useTranslation();
  const advanced = useLoaded('account.advanced.get', { account: props.account });
  return (
    <Panel title={t('advanced.title')} testId="advanced">
      <details className="advanced">
        <summary>{t('advanced.open')}</summary>
        <p className="panel__text">{t('advanced.text')}</p>
        {advanced.value !== null && <Form account={props.account} settings={advanced.value} />}
        <TaskError error={advanced.error} />
      </details>
    </Panel>
  );
}
