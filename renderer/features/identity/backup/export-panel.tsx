import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { invoke } from '../../../stores/bridge';
import { useNoticesStore } from '../../../stores/notices-store';
import { Button } from '../../../ui/button';
import { Panel } from '../centre/panel';
import { TaskError } from '../task-error';
import { useTask } from '../use-task';
import { noSecret, readySecret } from './new-secret';
import { SecretFields } from './secret-fields';

type Kind = 'pem' | 'sdk';

function write(kind: Kind, account: string, secret: string): Promise<{ readonly saved: boolean }> {
  return kind === 'pem'
    ? invoke('identity.exportPem', { account, secret })
    : invoke('sdk.export', { account, password: secret });
}

function ExportForm(props: { readonly kind: Kind; readonly account: string; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { kind, account, onClose } = props;
  const [secret, setSecret] = useState(noSecret);
  const task = useTask();
  const ready = readySecret(secret);
  const save = (submit: SubmitEvent): void => {
    submit.preventDefault();
    if (ready === null) return;
    task.run(
      () => write(kind, account, ready),
      ({ saved }) => {
        if (!saved) return;
        useNoticesStore.getState().showInfo(kind === 'pem' ? t('export.pemSaved') : t('export.sdkSaved'));
        onClose();
      },
    );
  };
  return (
    <form className="panel__form" onSubmit={save} data-testid={`export-${kind}`}>
      <p>{kind === 'pem' ? t('export.pemText') : t('export.sdkText')}</p>
      <SecretFields
        secret={secret}
        onSecret={setSecret}
        passphraseOnly
        label={kind === 'pem' ? t('secret.passphrase') : t('export.seedPassword')}
      />
      <TaskError error={task.error} />
      <div className="dialog__actions">
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button tone="primary" type="submit" busy={task.busy} disabled={ready === null}>
          {t('backup.chooseAndSave')}
        </Button>
      </div>
    </form>
  );
}

/** The key for other programs: as an encrypted PEM file, or as a data folder that the SDKs load. */
export function ExportPanel(props: { readonly account: string }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<Kind | null>(null);
  return (
    <Panel title={t('export.title')} text={t('export.text')} testId="export">
      {kind !== null && (
        <ExportForm key={kind} kind={kind} account={props.account} onClose={() => setKind(null)} />
      )}
      <div className="panel__actions">
        {kind !== 'pem' && (
          <Button onClick={() => setKind('pem')} data-testid="export-pem-open">
            {t('export.pem')}
          </Button>
        )}
        {kind !== 'sdk' && (
          <Button onClick={() => setKind('sdk')} data-testid="export-sdk-open">
            {t('export.sdk')}
          </Button>
        )}
      </div>
    </Panel>
  );
}
