import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { parseAid } from '../../../../shared/aun/aid';
import type { Network } from '../../../../shared/model/network';
import { invoke } from '../../../stores/bridge';
import { Button } from '../../../ui/button';
import { Spinner } from '../../../ui/spinner';
import { noPhone, PhoneCode, readyPhone } from '../backup/phone-code';
import { PassphraseField } from '../../settings/passphrase-field';
import { TaskError } from '../task-error';
import { useLoaded } from '../use-loaded';
import { useTask } from '../use-task';
import { AddressFields } from './address-fields';
import { ImportError } from './held-here';
import { readyNetwork, useNetworkFor } from './use-network-for';

function Proof(props: {
  readonly aid: string;
  readonly network: Network;
  readonly onDone: (account: string) => void;
}) {
  const { t } = useTranslation();
  const { aid, network } = props;
  const service = useLoaded('custody.find', { network: network.id, account: null });
  const [phone, setPhone] = useState(noPhone);
  const [secret, setSecret] = useState('');
  const task = useTask();
  const proof = readyPhone(phone);
  const ready = proof !== null && secret !== '';
  if (service.error !== null) return <TaskError error={service.error} />;
  if (service.value === null) return <Spinner />;
  if (!service.value.available) {
    return (
      <p className="notice-bar" data-tone="warning">
        {t('custody.none', { network: network.issuer })}
      </p>
    );
  }
  const restore = (submit: SubmitEvent): void => {
    submit.preventDefault();
    if (!ready) return;
    task.run(
      async () => invoke('custody.restore', { network: await readyNetwork(network), aid, ...proof, secret }),
      (account) => props.onDone(account.account),
    );
  };
  return (
    <form className="restore__form" onSubmit={restore}>
      <PhoneCode network={network.id} account={null} aid={aid} value={phone} onValue={setPhone} />
      {phone.codeUntil !== null && (
        <PassphraseField
          label={t('restore.secret')}
          value={secret}
          maxLength={1024}
          onText={setSecret}
          data-testid="restore-secret"
        />
      )}
      <ImportError error={task.error} aid={aid} onDone={props.onDone} />
      <div className="dialog__actions">
        <Button tone="primary" type="submit" busy={task.busy} disabled={!ready} data-testid="restore-start">
          {t('restore.start')}
        </Button>
      </div>
    </form>
  );
}

/** From the custody service of the network, by a code on the phone and the secret. */
export function FromPhone(props: { readonly onDone: (account: string) => void }) {
  const [aid, setAid] = useState('');
  const choice = useNetworkFor(aid);
  const known = parseAid(aid);
  return (
    <div className="restore__form">
      <AddressFields aid={aid} onAid={setAid} choice={choice} />
      {known !== null && choice.network !== null && (
        <Proof
          key={`${known} ${choice.network.id}`}
          aid={known}
          network={choice.network}
          onDone={props.onDone}
        />
      )}
    </div>
  );
}
