import { Clock3, CloudOff } from 'lucide-react';
import { lazy, Suspense, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../shared/model/account';
import { useAccountsStore } from '../../stores/accounts-store';
import { invoke } from '../../stores/bridge';
import { Button } from '../../ui/button';
import { Spinner } from '../../ui/spinner';
import { AttentionBar } from './attention-bar';
import { ConnectionBar } from './connection-bar';
import { duration, presenceOf, worryingSkew } from './connection-words';
import { RetryCountdown } from './retry-countdown';
import { useTask } from './use-task';
import './connection.css';

const BlockedBar = lazy(async () => ({ default: (await import('./blocked-bar')).BlockedBar }));

/** The state of the connection in words, with the one thing that can be done about it. Silent while all is well. */
export function ConnectionBanner(props: { readonly account: Account }) {
  const { t } = useTranslation();
  const { account } = props;
  const { session } = account;
  const task = useTask();
  const connect = (words: string): ReactNode => (
    <Button
      size="small"
      busy={task.busy}
      onClick={() =>
        task.run(
          () => invoke('account.connect', { account: account.account }),
          (changed) => useAccountsStore.getState().merge(changed),
        )
      }
      data-testid="connect"
    >
      {words}
    </Button>
  );
  const failure = task.error === null ? null : <p role="alert">{t(`errors.${task.error.code}`)}</p>;
  const offline = <CloudOff size={18} aria-hidden />;

  if (session.state === 'blocked')
    return (
      <Suspense fallback={null}>
        <BlockedBar account={account} />
      </Suspense>
    );

  const skew = session.clockSkewMs;
  if (skew !== null && Math.abs(skew) > worryingSkew) {
    const { unit, count } = duration(skew);
    const time = t(`connection.${unit}`, { count });
    return (
      <ConnectionBar tone="warning" state="clock-skew" icon={<Clock3 size={18} aria-hidden />}>
        {t('connection.clockSkew', { time })}
      </ConnectionBar>
    );
  }

  switch (session.state) {
    case 'online':
      // Catching up is told in the list, quietly: here it would move what is being read.
      return <AttentionBar account={account} />;
    case 'discovering':
    case 'authenticating':
    case 'connecting':
      return (
        <ConnectionBar tone="neutral" state={presenceOf(session.state)} icon={<Spinner />}>
          {t(`connection.${session.state}`)}
        </ConnectionBar>
      );
    case 'idle':
      return (
        <ConnectionBar tone="neutral" state="idle" icon={offline} action={connect(t('connection.goOnline'))}>
          {t('connection.idle')}
          {failure}
        </ConnectionBar>
      );
    case 'offline':
      return (
        <ConnectionBar
          tone="neutral"
          state="offline"
          icon={offline}
          action={connect(t('connection.retryNow'))}
        >
          {t('connection.offline')}
          {failure}
        </ConnectionBar>
      );
    case 'backing-off':
      return (
        <ConnectionBar
          tone="neutral"
          state="backing-off"
          icon={offline}
          action={connect(t('connection.retryNow'))}
        >
          {t('common.sentences', {
            first:
              session.problem === null ? t('connection.backingOff') : t(`errors.${session.problem.code}`),
            // What parts the sentences stands before the countdown.
            second: '',
          })}
          {session.retryAt !== null && <RetryCountdown at={session.retryAt} />}
          {failure}
        </ConnectionBar>
      );
  }
}
