import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { invoke } from '../../../stores/bridge';
import { useNoticesStore } from '../../../stores/notices-store';
import { Button } from '../../../ui/button';
import { dateOf } from '../../../ui/time';
import { isTypedAddress, TypedAddress } from '../danger/typed-address';
import { TaskError } from '../task-error';
import { useLoaded } from '../use-loaded';
import { useTask } from '../use-task';

function EraseForm(props: {
  readonly account: string;
  readonly onClose: () => void;
  readonly onErased: () => void;
}) {
  const { t } = useTranslation();
  const { account } = props;
  const [typed, setTyped] = useState('');
  const task = useTask();
  const erase = (submit: SubmitEvent): void => {
    submit.preventDefault();
    if (!isTypedAddress(typed, account)) return;
    task.run(
      () => invoke('account.eraseRemoved', { account, confirm: account }),
      () => {
        useNoticesStore.getState().showInfo(t('danger.erased', { aid: account }));
        props.onErased();
      },
    );
  };
  return (
    <form className="panel__form" onSubmit={erase}>
      <p>{t('danger.erase_text')}</p>
      <TypedAddress account={account} value={typed} onText={setTyped} />
      <TaskError error={task.error} />
      <div className="dialog__actions">
        <Button onClick={props.onClose}>{t('common.cancel')}</Button>
        <Button
          type="submit"
          className="button button--danger button--normal"
          busy={task.busy}
          disabled={!isTypedAddress(typed, account)}
          data-testid="erase-confirm"
        >
          {t('danger.removeErase')}
        </Button>
      </div>
    </form>
  );
}

/** Identities that were taken out of the window and whose data is still on this computer. */
export function FromRemoved(props: { readonly onDone: (account: string) => void }) {
  const { t, i18n } = useTranslation();
  const removed = useLoaded('account.listRemoved', {});
  const [erasing, setErasing] = useState<string | null>(null);
  const task = useTask();
  const putBack = (account: string): void =>
    task.run(
      () => invoke('account.putBack', { account }),
      (changed) => props.onDone(changed.account),
    );
  return (
    <>
      <TaskError error={removed.error ?? task.error} />
      {removed.value?.accounts.length === 0 && <p className="panel__note">{t('restore.noneRemoved')}</p>}
      <ul className="removed">
        {(removed.value?.accounts ?? []).map(({ account, removedAt }) => (
          <li key={account} className="removed__row" data-testid="removed-identity">
            <div className="removed__words">
              <strong className="removed__aid">{account}</strong>
              <span className="panel__note">
                {t('restore.removedAt', { day: dateOf(i18n.language, removedAt) })}
              </span>
            </div>
            <Button size="small" onClick={() => setErasing(account)} data-testid="erase-removed">
              {t('restore.erase')}
            </Button>
            <Button
              size="small"
              tone="primary"
              busy={task.busy}
              onClick={() => putBack(account)}
              data-testid="put-back"
            >
              {t('restore.putBack')}
            </Button>
            {erasing === account && (
              <EraseForm
                account={account}
                onClose={() => setErasing(null)}
                onErased={() => {
                  setErasing(null);
                  removed.reload();
                }}
              />
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
