import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandResult } from '../../../../shared/bridge/contract';
import { invoke } from '../../../stores/bridge';
import { Button } from '../../../ui/button';
import { CopyButton } from '../../../ui/copy-button';
import { useNow } from '../../../ui/use-now';
import { Panel } from '../centre/panel';
import { TaskError } from '../task-error';
import { useTask } from '../use-task';
import { Countdown } from './countdown';

type Offer = CommandResult<'custody.offerTransfer'>;

function Code(props: { readonly label: string; readonly code: string; readonly testId: string }) {
  return (
    <div className="transfer-code">
      <span className="field__label">{props.label}</span>
      <div className="recovery-key">
        <output className="recovery-key__text selectable" data-testid={props.testId}>
          {props.code}
        </output>
        <CopyButton text={props.code} />
      </div>
    </div>
  );
}

function Codes(props: { readonly offer: Offer; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { offer } = props;
  const over = useNow(1000) >= offer.expiresAt;
  return (
    <div className="panel__form" data-testid="transfer">
      {!over && (
        <>
          <p>{t('transfer.typeThere')}</p>
          <Code label={t('transfer.code')} code={offer.transferCode} testId="transfer-code" />
          <Code label={t('transfer.password')} code={offer.oneTimePassword} testId="transfer-password" />
        </>
      )}
      <p className="panel__note">
        <Countdown until={offer.expiresAt} expired={t('transfer.expired')} />
      </p>
      <div className="dialog__actions">
        <Button onClick={props.onClose}>{t('common.done')}</Button>
      </div>
    </div>
  );
}

/** Hands the key to another device of the same user: two codes that are good for a short while. */
export function TransferOffer(props: { readonly account: string }) {
  const { t } = useTranslation();
  const [offer, setOffer] = useState<Offer | null>(null);
  const task = useTask();
  const begin = (): void =>
    task.run(() => invoke('custody.offerTransfer', { account: props.account }), setOffer);
  return (
    <Panel title={t('transfer.title')} text={t('transfer.text')}>
      {offer !== null && <Codes offer={offer} onClose={() => setOffer(null)} />}
      <TaskError error={task.error} />
      {offer === null && (
        <div className="panel__actions">
          <Button busy={task.busy} onClick={begin} data-testid="transfer-open">
            {t('transfer.begin')}
          </Button>
        </div>
      )}
    </Panel>
  );
}
