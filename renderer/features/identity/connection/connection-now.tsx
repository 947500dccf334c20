import { useTranslation } from 'react-i18next';
import type { Account } from '../../../../shared/model/account';
import { useAccountsStore } from '../../../stores/accounts-store';
import { invoke } from '../../../stores/bridge';
import { Button } from '../../../ui/button';
import { useNow } from '../../../ui/use-now';
import { BlockedBar } from '../blocked-bar';
import { Panel } from '../centre/panel';
import { presenceOf } from '../connection-words';
import { recentMoment } from '../dates';
import { RetryCountdown } from '../retry-countdown';
import { TaskError } from '../task-error';
import { useTask } from '../use-task';
import '../connection.css';

/** What the connection does now, in words, and the switch for it. */
export function ConnectionNow(props: { readonly account: Account }) {
  const { t, i18n } = useTranslation();
  const { account } = props;
  const { session } = account;
  const now = useNow(60_000);
  const task = useTask();
  const change = (command: 'account.connect' | 'account.disconnect'): void =>
    task.run(
      () => invoke(command, { account: account.account }),
      (changed) => useAccountsStore.getState().merge(changed),
    );
  return (
    <Panel title={t('inspector.now')} testId="connection-now">
      <div className="connection-now">
        <span className="connection-now__dot" data-presence={presenceOf(session.state)} />
        <div className="connection-now__words">
          <p className="connection-now__state">{t(`inspector.state.${session.state}`)}</p>
          <p className="panel__note">
            {t('common.sentences', {
              first: t('inspector.since', { time: recentMoment(i18n.language, session.since, now) }),
              // What parts the sentences stands before the countdown.
              second: '',
            })}
            {session.retryAt !== null && <RetryCountdown at={session.retryAt} />}
          </p>
        </div>
        {account.wantsOnline && session.state !== 'idle' ? (
          <Button busy={task.busy} onClick={() => change('account.disconnect')} data-testid="disconnect">
            {t('inspector.disconnect')}
          </Button>
        ) : (
          <Button
            tone="primary"
            busy={task.busy}
            onClick={() => change('account.connect')}
            data-testid="connect-now"
          >
            {t('inspector.connect')}
          </Button>
        )}
      </div>
      {session.state === 'blocked' ? (
        <div className="connection-now__blocked">
          <BlockedBar account={account} />
        </div>
      ) : (
        session.problem !== null && (
          <div className="notice-bar" data-tone="warning" data-testid="last-problem">
            <div className="task-error">
              <p>{t(`errors.${session.problem.code}`)}</p>
              {session.problem.detail !== '' && (
                <details className="task-error__details">
                  <summary>{t('common.technicalDetails')}</summary>
                  <code className="selectable">{session.problem.detail}</code>
                </details>
              )}
            </div>
          </div>
        )
      )}
      <TaskError error={task.error} />
    </Panel>
  );
}
