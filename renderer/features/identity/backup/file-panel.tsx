import { Check } from 'lucide-react';
import { useEffect, useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandResult } from '../../../../shared/bridge/contract';
import { invoke } from '../../../stores/bridge';
import { useNoticesStore } from '../../../stores/notices-store';
import { Button } from '../../../ui/button';
import { Choice } from '../../../ui/choice';
import { Panel } from '../centre/panel';
import { bytesOf } from '../dates';
import { TaskError } from '../task-error';
import { JobEnd, JobProgress } from './job-progress';
import { noSecret, readySecret } from './new-secret';
import { SecretFields } from './secret-fields';
import { useJob } from './use-job';

type Saved = CommandResult<'backup.create'>;

/** Saves an identity into one encrypted file: everything, or only what is needed to be this identity again. */
export function FilePanel(props: { readonly account: string; readonly onSaved: () => void }) {
  const { t, i18n } = useTranslation();
  const { account, onSaved } = props;
  const [open, setOpen] = useState(false);
  const [contents, setContents] = useState<'full' | 'recovery'>('full');
  const [secret, setSecret] = useState(noSecret);
  const [saved, setSaved] = useState<Saved | null>(null);
  const job = useJob({ kind: 'create', aid: account });
  const ready = readySecret(secret);
  useEffect(() => {
    if (job.ended === 'done') onSaved();
  }, [job.ended, onSaved]);
  const close = (): void => {
    setSecret(noSecret);
    setOpen(false);
  };
  const create = (submit: SubmitEvent): void => {
    submit.preventDefault();
    if (ready === null) return;
    job.run(
      (id) => invoke('backup.create', { account, contents, secret: ready, job: id }),
      (result) => {
        // The file was not chosen: what is typed stays for another try.
        if (!result.saved) return;
        close();
        setSaved(result);
        useNoticesStore.getState().showInfo(t('backup.saved', { name: result.name }));
        onSaved();
      },
    );
  };
  return (
    <Panel title={t('backup.file')} text={t('backup.fileText')} testId="backup-file">
      {saved !== null && !open && (
        <p className="notice-bar" data-testid="backup-saved">
          <Check size={16} aria-hidden />
          {t('backup.savedFacts', {
            name: saved.name,
            size: bytesOf(i18n.language, saved.bytes),
            records: new Intl.NumberFormat(i18n.language).format(saved.records),
          })}
        </p>
      )}
      {job.busy ? (
        <JobProgress job={job} />
      ) : open ? (
        <form className="panel__form" onSubmit={create}>
          <Choice
            label={t('backup.contents')}
            value={contents}
            options={[
              { value: 'full', label: t('backup.full') },
              { value: 'recovery', label: t('backup.recovery') },
            ]}
            onChoose={setContents}
          />
          <p className="panel__note">
            {contents === 'full' ? t('backup.fullText') : t('backup.recoveryText')}
          </p>
          <SecretFields secret={secret} onSecret={setSecret} />
          <p className="panel__note">{t('secret.noWayBack')}</p>
          <TaskError error={job.error} />
          {job.error?.code === 'cancelled' && <p className="panel__note">{t('backup.cancelled')}</p>}
          <div className="dialog__actions">
            <Button onClick={close}>{t('common.cancel')}</Button>
            <Button tone="primary" type="submit" disabled={ready === null} data-testid="backup-create">
              {t('backup.chooseAndSave')}
            </Button>
          </div>
        </form>
      ) : (
        <>
          <JobEnd job={job} />
          <div className="panel__actions">
            <Button tone="primary" onClick={() => setOpen(true)} data-testid="backup-open">
              {t('backup.start')}
            </Button>
          </div>
        </>
      )}
    </Panel>
  );
}
