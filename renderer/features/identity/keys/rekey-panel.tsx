import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useAccountsStore } from '../../../stores/accounts-store';
import { invoke } from '../../../stores/bridge';
import { useNoticesStore } from '../../../stores/notices-store';
import { Button } from '../../../ui/button';
import { Panel } from '../centre/panel';
import { isTypedAddress, TypedAddress } from '../danger/typed-address';
import { TaskError } from '../task-error';
import { useTask } from '../use-task';

/** A new key for the identity: what it means first, then the typed address. */
export function RekeyPanel(props: { readonly account: string }) {
  const { t } = useTranslation();
  const { account } = props;
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const task = useTask();
  const close = (): void => {
    setOpen(false);
    setTyped('');
    task.clear();
  };
  const submit = (form: SubmitEvent): void => {
    form.preventDefault();
    if (!isTypedAddress(typed, account)) return;
    task.run(
      () => invoke('certificate.rekey', { account, confirm: account }),
      (changed) => {
        useAccountsStore.getState().merge(changed);
        useNoticesStore.getState().showInfo(t('keys.rekeyed'));
        close();
      },
    );
  };
  return (
    <Panel title={t('keys.rekey')} text={t('keys.rekeyText')} tone="danger" testId="rekey">
      {open ? (
        <form className="panel__form" onSubmit={submit}>
          <ul className="panel__list">
            <li>{t('keys.rekeyPeople')}</li>
            <li>{t('keys.rekeyDevices')}</li>
            <li>{t('keys.rekeyBackups')}</li>
          </ul>
          <TypedAddress account={account} value={typed} onText={setTyped} />
          <TaskError error={task.error} />
          <div className="dialog__actions">
            <Button onClick={close}>{t('common.cancel')}</Button>
            <Button
              type="submit"
              className="button button--danger button--normal"
              busy={task.busy}
              disabled={!isTypedAddress(typed, account)}
              data-testid="rekey-confirm"
            >
              {task.busy ? t('keys.rekeying') : t('keys.rekeyConfirm')}
            </Button>
          </div>
        </form>
      ) : (
        <div className="panel__actions">
          <Button onClick={() => setOpen(true)} data-testid="rekey-open">
            {t('keys.rekeyOpen')}
          </Button>
        </div>
      )}
    </Panel>
  );
}
