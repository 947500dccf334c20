import { CloudOff, ShieldAlert, Clock3 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../shared/model/account';
import { useAccountsStore } from '../../stores/accounts-store';
import { invoke, toCommandError, type CommandError } from '../../stores/bridge';
import { useViewStore } from '../../stores/view-store';
import { Button } from '../../ui/button';
import { Spinner } from '../../ui/spinner';
import { duration, presenceOf, remedies, worryingSkew, type Remedy } from './connection-words';
import { RetryCountdown } from './retry-countdown';
import './connection.css';

type AccountCommand = 'account.connect' | 'account.reregister';

const remedyCommands: Readonly<Record<Remedy, AccountCommand | null>> = {
  use_here: 'account.connect',
  sign_in_again: 'account.connect',
  retry: 'account.connect',
  register_again: 'account.reregister',
  renew_certificate: 'account.reregister',
  unlock: 'account.connect',
  trouble_screen: 'account.connect',
  new_identity: null,
};

function useRemedyWords(remedy: Remedy): string {
  const { t } = useTranslation();
  const words: Record<Remedy, string> = {
    use_here: t('connection.useHere'),
    sign_in_again: t('connection.signInAgain'),
    retry: t('common.retry'),
    register_again: t('connection.registerAgain'),
    renew_certificate: t('connection.renewCertificate'),
    new_identity: t('connection.newIdentity'),
    unlock: t('connection.unlock'),
    trouble_screen: t('common.retry'),
  };
  return words[remedy];
}

function Bar(props: {
  readonly tone: 'neutral' | 'warning' | 'danger';
  readonly state: string;
  readonly icon: ReactNode;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div
      className="connection-bar"
      data-tone={props.tone}
      data-state={props.state}
      role="status"
      data-testid="connection"
    >
      {props.icon}
      <div className="connection-bar__text">{props.children}</div>
      {props.action}
    </div>
  );
}

/** The state of the connection in words, with the one thing that can be done about it. Silent while all is well. */
export function ConnectionBanner(props: { readonly account: Account }) {
  const { t } = useTranslation();
  const { account } = props;
  const { session } = account;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CommandError | null>(null);
  const remedy = session.blocked === null ? 'retry' : remedies[session.blocked];
  const remedyWords = useRemedyWords(remedy);

  const run = (command: AccountCommand): void => {
    setBusy(true);
    setError(null);
    invoke(command, { account: account.account })
      .then(
        (changed) => useAccountsStore.getState().merge(changed),
        (reason: unknown) => setError(toCommandError(reason)),
      )
      .finally(() => setBusy(false));
  };
  const connect = (words: string): ReactNode => (
    <Button size="small" busy={busy} onClick={() => run('account.connect')} data-testid="connect">
      {words}
    </Button>
  );

  if (session.state === 'blocked') {
    const command = remedyCommands[remedy];
    const act = (): void => {
      if (command === null) useViewStore.getState().showDialog('add-identity');
      else run(command);
    };
    const facts = Object.entries(session.notice ?? {});
    return (
      <Bar
        tone="danger"
        state="blocked"
        icon={<ShieldAlert size={18} aria-hidden />}
        action={
          <Button size="small" busy={busy} onClick={act} data-testid="remedy">
            {remedyWords}
          </Button>
        }
      >
        <p>{session.blocked === null ? t('errors.sign_in_failed') : t(`blocked.${session.blocked}`)}</p>
        {error !== null && <p>{t(`errors.${error.code}`)}</p>}
        {(facts.length > 0 || (session.problem?.detail ?? '') !== '') && (
          <details className="connection-bar__details">
            <summary>{t('common.technicalDetails')}</summary>
            <p className="selectable">{session.problem?.detail}</p>
            {facts.map(([name, value]) => (
              <p key={name} className="selectable">
                {name}: <bdi>{value}</bdi>
              </p>
            ))}
          </details>
        )}
      </Bar>
    );
  }

  const skew = session.clockSkewMs;
  if (skew !== null && Math.abs(skew) > worryingSkew) {
    const { unit, count } = duration(skew);
    const time = t(`connection.${unit}`, { count });
    return (
      <Bar tone="warning" state="clock-skew" icon={<Clock3 size={18} aria-hidden />}>
        {t('connection.clockSkew', { time })}
      </Bar>
    );
  }

  switch (session.state) {
    case 'online':
      if (account.catchingUp === null) return null;
      return (
        <Bar tone="neutral" state="catching-up" icon={<Spinner />}>
          <span className="tabular">{t('connection.catchingUp', { count: account.catchingUp })}</span>
        </Bar>
      );
    case 'discovering':
    case 'authenticating':
    case 'connecting':
      return (
        <Bar tone="neutral" state={presenceOf(session.state)} icon={<Spinner />}>
          {t(`connection.${session.state}`)}
        </Bar>
      );
    case 'idle':
      return (
        <Bar
          tone="neutral"
          state="idle"
          icon={<CloudOff size={18} aria-hidden />}
          action={connect(t('connection.goOnline'))}
        >
          {t('connection.idle')}
        </Bar>
      );
    case 'offline':
      return (
        <Bar
          tone="neutral"
          state="offline"
          icon={<CloudOff size={18} aria-hidden />}
          action={connect(t('connection.retryNow'))}
        >
          {t('connection.offline')}
        </Bar>
      );
    case 'backing-off':
      return (
        <Bar
          tone="neutral"
          state="backing-off"
          icon={<CloudOff size={18} aria-hidden />}
          action={connect(t('connection.retryNow'))}
        >
          {session.problem === null ? t('connection.backingOff') : t(`errors.${session.problem.code}`)}{' '}
          {session.retryAt !== null && <RetryCountdown at={session.retryAt} />}
        </Bar>
      );
  }
}
