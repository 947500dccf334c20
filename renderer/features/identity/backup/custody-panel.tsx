import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { splitAid } from '../../../../shared/aun/aid';
import type { Account } from '../../../../shared/model/account';
import { invoke } from '../../../stores/bridge';
import { useNoticesStore } from '../../../stores/notices-store';
import { Button } from '../../../ui/button';
import { dateOf } from '../../../ui/time';
import { Panel } from '../centre/panel';
import { TaskError } from '../task-error';
import { useLoaded } from '../use-loaded';
import { useTask } from '../use-task';
import { noSecret, readySecret } from './new-secret';
import { noPhone, PhoneCode, readyPhone } from './phone-code';
import { SecretFields } from './secret-fields';
import { TransferOffer } from './transfer-offer';

function CustodyForm(props: {
  readonly account: Account;
  readonly onClose: () => void;
  readonly onStored: () => void;
}) {
  const { t } = useTranslation();
  const { account, network } = props.account;
  const [phone, setPhone] = useState(noPhone);
  const [secret, setSecret] = useState(noSecret);
  const task = useTask();
  const proof = readyPhone(phone);
  const ready = readySecret(secret);
  const store = (submit: SubmitEvent): void => {
    submit.preventDefault();
    if (proof === null || ready === null) return;
    task.run(
      () => invoke('custody.backup', { account, ...proof, secret: ready }),
      () => {
        useNoticesStore.getState().showInfo(t('custody.stored'));
        props.onStored();
      },
    );
  };
  return (
    <form className="panel__form" onSubmit={store}>
      <PhoneCode network={network} account={account} aid={null} value={phone} onValue={setPhone} />
      {phone.codeUntil !== null && (
        <>
          <SecretFields secret={secret} onSecret={setSecret} />
          <p className="panel__note">{t('custody.secretText')}</p>
        </>
      )}
      <TaskError error={task.error} />
      <div className="dialog__actions">
        <Button onClick={props.onClose}>{t('common.cancel')}</Button>
        <Button
          tone="primary"
          type="submit"
          busy={task.busy}
          disabled={proof === null || ready === null}
          data-testid="custody-store"
        >
          {t('custody.store')}
        </Button>
      </div>
    </form>
  );
}

/** The key in the care of the network's custody service, and moving to another device through it. */
export function CustodyPanel(props: {
  readonly account: Account;
  readonly storedAt: number | null;
  readonly onStored: () => void;
}) {
  const { t, i18n } = useTranslation();
  const { account } = props;
  const service = useLoaded('custody.find', { network: account.network, account: account.account });
  const [open, setOpen] = useState(false);
  const { issuer } = splitAid(account.account);
  const available = service.value?.available === true;
  return (
    <>
      <Panel title={t('custody.title')} text={t('custody.text')} testId="custody">
        <TaskError error={service.error} />
        {service.value !== null && !available && (
          <p className="panel__note">{t('custody.none', { network: issuer })}</p>
        )}
        {available && (
          <p className="panel__note">
            {props.storedAt === null
              ? t('custody.host', { host: service.value.host ?? issuer })
              : t('common.sentences', {
                  first: t('custody.host', { host: service.value.host ?? issuer }),
                  second: t('custody.storedAt', { day: dateOf(i18n.language, props.storedAt) }),
                })}
          </p>
        )}
        {open ? (
          <CustodyForm
            account={account}
            onClose={() => setOpen(false)}
            onStored={() => {
              setOpen(false);
              props.onStored();
            }}
          />
        ) : (
          <div className="panel__actions">
            <Button disabled={!available} onClick={() => setOpen(true)} data-testid="custody-open">
              {t('custody.open')}
            </Button>
          </div>
        )}
      </Panel>
      {available && <TransferOffer account={account.account} />}
    </>
  );
}
