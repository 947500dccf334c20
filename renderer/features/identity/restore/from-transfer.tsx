import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { parseAid } from '../../../../shared/aun/aid';
import { invoke } from '../../../stores/bridge';
import { Button } from '../../../ui/button';
import { TextField } from '../../../ui/text-field';
import { useTask } from '../use-task';
import { AddressFields } from './address-fields';
import { ImportError } from './held-here';
import { readyNetwork, useNetworkFor } from './use-network-for';

/** From another device of the same user: the two codes it shows. */
export function FromTransfer(props: { readonly onDone: (account: string) => void }) {
  const { t } = useTranslation();
  const [aid, setAid] = useState('');
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const choice = useNetworkFor(aid);
  const { network } = choice;
  const task = useTask();
  const known = parseAid(aid);
  const ready = known !== null && network !== null && code.trim() !== '' && password.trim() !== '';
  const claim = (submit: SubmitEvent): void => {
    submit.preventDefault();
    if (!ready) return;
    task.run(
      async () =>
        invoke('custody.claimTransfer', {
          network: await readyNetwork(network),
          aid: known,
          transferCode: code.trim(),
          oneTimePassword: password.trim(),
        }),
      (account) => props.onDone(account.account),
    );
  };
  return (
    <form className="restore__form" onSubmit={claim}>
      <p className="panel__text">{t('transfer.howTo')}</p>
      <AddressFields aid={aid} onAid={setAid} choice={choice} />
      <TextField
        label={t('transfer.code')}
        value={code}
        maxLength={32}
        onText={setCode}
        data-testid="claim-code"
      />
      <TextField
        label={t('transfer.password')}
        value={password}
        maxLength={64}
        onText={setPassword}
        data-testid="claim-password"
      />
      <ImportError error={task.error} aid={aid} onDone={props.onDone} />
      <div className="dialog__actions">
        <Button tone="primary" type="submit" busy={task.busy} disabled={!ready} data-testid="claim">
          {t('transfer.claim')}
        </Button>
      </div>
    </form>
  );
}
