import { useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { BackupFile, RestoreResult } from '../../../../shared/model/backup';
import { invoke } from '../../../stores/bridge';
import { Button } from '../../../ui/button';
import { dateOf } from '../../../ui/time';
import { JobEnd, JobProgress } from '../backup/job-progress';
import { useJob } from '../backup/use-job';
import { PassphraseField } from '../../settings/passphrase-field';
import { Fact, Facts } from '../centre/panel';
import { bytesOf } from '../dates';
import { TaskError } from '../task-error';
import { useTask } from '../use-task';
import { HeldHere, ImportError } from './held-here';
import { NetworkFor } from './network-for';
import { RestoreDone } from './restore-done';
import { readyNetwork, useNetworkFor } from './use-network-for';

const knownContents = ['identity', 'contacts', 'settings', 'history', 'attachments'] as const;

function FileFacts(props: { readonly file: BackupFile }) {
  const { t, i18n } = useTranslation();
  const { file } = props;
  const contents = file.contents.map((part) => {
    const known = knownContents.find((candidate) => candidate === part);
    return known === undefined ? part : t(`restore.contents_${known}`);
  });
  return (
    <Facts>
      <Fact name={t('restore.fileName')}>
        <bdi>{file.name}</bdi>
      </Fact>
      <Fact name={t('restore.identity')} testId="found-aid">
        <bdi>{file.aid}</bdi>
      </Fact>
      {file.createdAt !== null && (
        <Fact name={t('restore.createdAt')}>{dateOf(i18n.language, file.createdAt)}</Fact>
      )}
      <Fact name={t('restore.size')}>{bytesOf(i18n.language, file.bytes)}</Fact>
      {contents.length > 0 && <Fact name={t('restore.contents')}>{contents.join(t('switcher.comma'))}</Fact>}
      <Fact name={t('restore.version')}>{file.version === 1 ? t('backup.recovery') : t('backup.full')}</Fact>
    </Facts>
  );
}

function OpenFile(props: {
  readonly file: BackupFile;
  readonly onOther: () => void;
  readonly onRestored: (result: RestoreResult) => void;
  /** It was put back instead. */
  readonly onDone: (account: string) => void;
}) {
  const { t } = useTranslation();
  const { file } = props;
  const held = file.held === 'window' || file.held === 'removed' ? file.held : null;
  const [secret, setSecret] = useState('');
  const choice = useNetworkFor(file.aid);
  const job = useJob({ kind: 'restore', aid: file.aid });
  const { network } = choice;
  const ready = secret !== '' && network !== null && held === null;
  const restore = (submit: SubmitEvent): void => {
    submit.preventDefault();
    if (!ready) return;
    job.run(
      async (id) =>
        invoke('backup.restore', { file: file.file, secret, network: await readyNetwork(network), job: id }),
      props.onRestored,
    );
  };
  return (
    <form className="restore__form" onSubmit={restore}>
      <FileFacts file={file} />
      {held !== null ? (
        <HeldHere aid={file.aid} where={held} onDone={props.onDone} />
      ) : job.busy ? (
        <JobProgress job={job} />
      ) : (
        <>
          <p className="panel__note">{t('restore.unproven')}</p>
          <NetworkFor choice={choice} />
          <PassphraseField
            label={t('restore.secret')}
            value={secret}
            autoFocus
            maxLength={1024}
            onText={setSecret}
            data-testid="restore-secret"
          />
          {file.held === 'replaceable' && (
            <p className="panel__note" data-testid="replaces">
              {t('restore.replaces')}
            </p>
          )}
          <ImportError error={job.error} aid={file.aid} onDone={props.onDone} />
          {job.error?.code === 'cancelled' && <p className="panel__note">{t('restore.cancelled')}</p>}
        </>
      )}
      {!job.busy && (
        <div className="dialog__actions">
          <Button onClick={props.onOther}>{t('restore.otherFile')}</Button>
          {held === null && (
            <Button tone="primary" type="submit" disabled={!ready} data-testid="restore-start">
              {t('restore.start')}
            </Button>
          )}
        </div>
      )}
    </form>
  );
}

/** A restore that another view had begun. */
function Elsewhere() {
  const { t } = useTranslation();
  const job = useJob({ kind: 'restore', aid: null });
  if (!job.busy) return <JobEnd job={job} />;
  return (
    <>
      {job.progress !== null && (
        <p className="panel__note" dir="auto">
          {t('restore.running', { aid: job.progress.aid })}
        </p>
      )}
      <JobProgress job={job} />
    </>
  );
}

/** From a backup file: what it says of itself, the secret, progress, what came back. */
export function FromFile(props: { readonly onDone: (account: string) => void }) {
  const { t } = useTranslation();
  const [file, setFile] = useState<BackupFile | null>(null);
  const [result, setResult] = useState<RestoreResult | null>(null);
  const task = useTask();
  const choose = (): void =>
    task.run(
      () => invoke('backup.choose', {}),
      ({ found }) => found !== null && setFile(found),
    );
  if (result !== null) {
    const replaced = file?.held === 'replaceable';
    const show = (): void => props.onDone(result.account);
    return <RestoreDone result={result} replaced={replaced} onDone={show} />;
  }
  if (file !== null) {
    return (
      <OpenFile key={file.file} file={file} onOther={choose} onRestored={setResult} onDone={props.onDone} />
    );
  }
  return (
    <>
      <p className="panel__text">{t('restore.fileText')}</p>
      <Elsewhere />
      <TaskError error={task.error} />
      <div className="panel__actions">
        <Button tone="primary" busy={task.busy} onClick={choose} data-testid="choose-backup">
          {t('restore.chooseFile')}
        </Button>
      </div>
    </>
  );
}
