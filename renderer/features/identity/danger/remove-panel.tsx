import { useId, useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../../shared/model/account';
import { invoke } from '../../../stores/bridge';
import { useNoticesStore } from '../../../stores/notices-store';
import { useViewStore } from '../../../stores/view-store';
import { Button } from '../../../ui/button';
import { Panel } from '../centre/panel';
import { TaskError } from '../task-error';
import { useTask } from '../use-task';
import { isTypedAddress, TypedAddress } from './typed-address';
import './danger.css';

const choices = ['keep', 'export', 'erase'] as const;
type Removal = (typeof choices)[number];

/** Takes the identity out of this window, in one of three ways that are told apart before anything happens. */
export function RemovePanel(props: { readonly account: Account }) {
  const { t } = useTranslation();
  const { account } = props.account;
  const [choice, setChoice] = useState<Removal>('keep');
  const [typed, setTyped] = useState('');
  const task = useTask();
  const name = useId();
  const ready = choice !== 'erase' || isTypedAddress(typed, account);
  const submit = (form: SubmitEvent): void => {
    form.preventDefault();
    if (!ready) return;
    if (choice === 'export') {
      useViewStore.getState().showDialog('identity', 'backup');
      return;
    }
    task.run(
      () => invoke('account.remove', { account, data: choice, confirm: choice === 'erase' ? account : '' }),
      () =>
        useNoticesStore
          .getState()
          .showInfo(
            choice === 'erase' ? t('danger.erased', { aid: account }) : t('danger.removed', { aid: account }),
          ),
    );
  };
  const words = {
    keep: t('danger.removeKeep'),
    export: t('danger.goToBackup'),
    erase: t('danger.removeErase'),
  }[choice];
  return (
    <Panel title={t('danger.remove')} text={t('danger.removeText')} tone="danger" testId="remove-identity">
      <form className="removal" onSubmit={submit}>
        <div className="removal__choices" role="radiogroup" aria-label={t('danger.remove')}>
          {choices.map((option) => (
            <label key={option} className="removal__choice" data-chosen={option === choice}>
              <input
                type="radio"
                name={name}
                value={option}
                checked={option === choice}
                onChange={() => setChoice(option)}
                data-testid={`remove-${option}`}
              />
              <span>
                <strong>{t(`danger.${option}`)}</strong>
                <span className="removal__text">{t(`danger.${option}_text`)}</span>
              </span>
            </label>
          ))}
        </div>
        {choice === 'erase' && <TypedAddress account={account} value={typed} onText={setTyped} />}
        <TaskError error={task.error} />
        <div className="panel__actions">
          <Button
            type="submit"
            busy={task.busy}
            disabled={!ready}
            className={`button button--normal ${choice === 'erase' ? 'button--danger' : 'button--quiet'}`}
            data-testid="remove-confirm"
          >
            {words}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
