import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/button';
import { bytesOf } from '../dates';
import type { Job } from './use-job';
import './backup.css';

/** How far a job is: a bar, the phase in words, what was written so far, and the way out. */
export function JobProgress(props: { readonly job: Job }) {
  const { t, i18n } = useTranslation();
  const { progress, cancelling } = props.job;
  const phase = progress?.phase ?? 'key';
  const number = new Intl.NumberFormat(i18n.language);
  const counted =
    progress?.total == null
      ? ''
      : t('job.records', { done: number.format(progress.done), total: number.format(progress.total) });
  return (
    <div className="job" data-testid="job">
      <div className="job__line">
        <span role="status">{cancelling ? t('job.cancelling') : t(`job.${phase}`)}</span>
        <span className="job__numbers tabular">
          {[counted, progress === null || progress.bytes === 0 ? '' : bytesOf(i18n.language, progress.bytes)]
            .filter((text) => text !== '')
            .join(' · ')}
        </span>
      </div>
      <progress
        className="job__bar"
        aria-label={t('job.label')}
        {...(progress?.total == null ? {} : { max: Math.max(1, progress.total), value: progress.done })}
      />
      <div className="panel__actions">
        <Button
          size="small"
          disabled={cancelling}
          onClick={() => props.job.cancel()}
          data-testid="job-cancel"
        >
          {t('common.cancel')}
        </Button>
        <span className="panel__note">{t('job.goesOn')}</span>
      </div>
    </div>
  );
}

/** How a job ended that was begun before this view was opened; nothing for any other. */
export function JobEnd(props: { readonly job: Job }) {
  const { t } = useTranslation();
  const { ended } = props.job;
  if (ended === null) return null;
  const words = ended === 'failed' ? t('job.failedText') : t(`job.${ended}`);
  return (
    <p className="panel__note" role="status" data-testid="job-end">
      {words}
    </p>
  );
}
