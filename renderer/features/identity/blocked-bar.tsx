import { ShieldAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { splitAid } from '../../../shared/aun/aid';
import type { Account } from '../../../shared/model/account';
import { useAccountsStore } from '../../stores/accounts-store';
import { invoke } from '../../stores/bridge';
import { useViewStore } from '../../stores/view-store';
import { Button } from '../../ui/button';
import { ConnectionBar } from './connection-bar';
import { otherRemedies, remedies, type Remedy } from './connection-words';
import { readDisplacement } from './displacement';
import { DisplacementWords } from './displacement-words';
import { openIdentity } from './open-identity';
import { useTask, type Task } from './use-task';

function useRemedyWords(): Readonly<Record<Remedy, string>> {
  const { t } = useTranslation();
  return {
    use_here: t('connection.useHere'),
    sign_in_again: t('connection.signInAgain'),
    retry: t('common.retry'),
    register_again: t('connection.registerAgain'),
    renew_certificate: t('connection.renewCertificate'),
    new_identity: t('connection.newIdentity'),
    unlock: t('connection.unlock'),
    trouble_screen: t('common.retry'),
    open_portal: t('remedy.openPortal'),
    restore: t('remedy.restoreNewer'),
    change_delivery: t('remedy.changeDelivery'),
  };
}

/** A certificate that ended long ago is not renewed any more; then the network certifies the same key anew. */
async function renewCertificate(account: string): Promise<Account> {
  try {
    await invoke('certificate.renew', { account });
  } catch {
    return invoke('account.reregister', { account });
  }
  return invoke('account.connect', { account });
}

function carryOut(remedy: Remedy, account: Account, task: Task): void {
  const change = (command: 'account.connect' | 'account.reregister'): void =>
    task.run(
      () => invoke(command, { account: account.account }),
      (changed) => useAccountsStore.getState().merge(changed),
    );
  switch (remedy) {
    case 'new_identity':
      useViewStore.getState().showDialog('add-identity');
      return;
    case 'restore':
      useViewStore.getState().showDialog('restore');
      return;
    case 'change_delivery':
      openIdentity(account.account, 'connection');
      return;
    case 'open_portal':
      // A page without encryption is what a portal can answer in the place of; the user is asked before it opens.
      task.run(
        () => invoke('app.openLink', { url: `http://${splitAid(account.account).issuer}/` }),
        () => undefined,
      );
      return;
    case 'register_again':
      change('account.reregister');
      return;
    case 'renew_certificate':
      task.run(
        () => renewCertificate(account.account),
        (changed) => useAccountsStore.getState().merge(changed),
      );
      return;
    case 'use_here':
    case 'sign_in_again':
    case 'retry':
    case 'unlock':
    case 'trouble_screen':
      change('account.connect');
  }
}

/** Why an identity waits for the user, who took its place, and what to do about it. */
export function BlockedBar(props: { readonly account: Account }) {
  const { t } = useTranslation();
  const { account } = props;
  const { session } = account;
  const task = useTask();
  const remedy = session.blocked === null ? 'retry' : remedies[session.blocked];
  const other = session.blocked === null ? undefined : otherRemedies[session.blocked];
  const otherTask = useTask();
  const words = useRemedyWords();
  const displacement = readDisplacement(session.notice);
  const facts = Object.entries(session.notice ?? {});
  const error = task.error ?? otherTask.error;
  return (
    <ConnectionBar
      tone="danger"
      state="blocked"
      icon={<ShieldAlert size={18} aria-hidden />}
      action={
        <>
          {other !== undefined && (
            <Button
              size="small"
              tone="plain"
              busy={otherTask.busy}
              onClick={() => carryOut(other, account, otherTask)}
              data-testid="remedy-other"
            >
              {words[other]}
            </Button>
          )}
          <Button
            size="small"
            busy={task.busy}
            onClick={() => carryOut(remedy, account, task)}
            data-testid="remedy"
          >
            {words[remedy]}
          </Button>
        </>
      }
    >
      <p>{session.blocked === null ? t('errors.sign_in_failed') : t(`blocked.${session.blocked}`)}</p>
      {displacement !== null && <DisplacementWords displacement={displacement} />}
      {error !== null && <p role="alert">{t(`errors.${error.code}`)}</p>}
      <details className="connection-bar__details">
        <summary>{t('common.technicalDetails')}</summary>
        {(session.problem?.detail ?? '') !== '' && <p className="selectable">{session.problem?.detail}</p>}
        {facts.map(([name, value]) => (
          <p key={name} className="selectable">
            {name}: <bdi>{value}</bdi>
          </p>
        ))}
        <button
          type="button"
          className="text-button"
          onClick={() => openIdentity(account.account, 'connection')}
        >
          {t('remedy.inspect')}
        </button>
      </details>
    </ConnectionBar>
  );
}
