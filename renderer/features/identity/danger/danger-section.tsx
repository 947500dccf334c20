import { useTranslation } from 'react-i18next';
import type { Account } from '../../../../shared/model/account';
import { useAccountsStore } from '../../../stores/accounts-store';
import { invoke } from '../../../stores/bridge';
import { Button } from '../../../ui/button';
import { Panel } from '../centre/panel';
import { TaskError } from '../task-error';
import { useTask } from '../use-task';
import { RemovePanel } from './remove-panel';

/** Signing out, and taking the identity out of this window. */
export function DangerSection(props: { readonly account: Account }) {
  const { t } = useTranslation();
  const { account } = props;
  const task = useTask();
  const change = (command: 'account.connect' | 'account.disconnect'): void =>
    task.run(
      () => invoke(command, { account: account.account }),
      (changed) => useAccountsStore.getState().merge(changed),
    );
  return (
    <>
      <Panel
        title={account.wantsOnline ? t('danger.signOut') : t('danger.signedOut')}
        text={account.wantsOnline ? t('danger.signOutText') : t('danger.signedOutText')}
      >
        <TaskError error={task.error} />
        <div className="panel__actions">
          {account.wantsOnline ? (
            <Button busy={task.busy} onClick={() => change('account.disconnect')} data-testid="sign-out">
              {t('switcher.signOut')}
            </Button>
          ) : (
            <Button busy={task.busy} onClick={() => change('account.connect')} data-testid="sign-in">
              {t('switcher.signIn')}
            </Button>
          )}
        </div>
      </Panel>
      <RemovePanel account={account} />
    </>
  );
}
