import { useTranslation } from 'react-i18next';
import type { Account } from '../../../../shared/model/account';
import { invoke } from '../../../stores/bridge';
import { Button } from '../../../ui/button';
import { dateOf } from '../../../ui/time';
import { Panel } from '../centre/panel';
import { TaskError } from '../task-error';
import { useLoaded } from '../use-loaded';
import { useTask } from '../use-task';
import { CustodyPanel } from './custody-panel';
import { ExportPanel } from './export-panel';
import { FilePanel } from './file-panel';
import './backup.css';

/** When the identity was saved last, and every way to save it or to take it elsewhere. */
export function BackupSection(props: { readonly account: Account }) {
  const { t, i18n } = useTranslation();
  const { account } = props;
  const status = useLoaded('backup.status', { account: account.account });
  const task = useTask();
  const { value } = status;
  const words = (() => {
    if (value === null) return '';
    if (value.lastAt === null) return t('backup.never');
    const day = dateOf(i18n.language, value.lastAt);
    return value.lastVersion === 1 ? t('backup.lastRecovery', { day }) : t('backup.lastFull', { day });
  })();
  const later = (): void =>
    task.run(() => invoke('backup.dismissReminder', { account: account.account }), status.replace);
  return (
    <>
      <Panel title={t('backup.last')} testId="backup-status">
        <p>{words}</p>
        {value?.reminder === true && (
          <div className="notice-bar" data-tone="warning" data-testid="backup-reminder">
            <div className="backup-reminder">
              <p>{t('backup.reminder')}</p>
              <Button size="small" busy={task.busy} onClick={later}>
                {t('backup.remindLater')}
              </Button>
            </div>
          </div>
        )}
        <TaskError error={status.error ?? task.error} />
      </Panel>
      <FilePanel key={account.account} account={account.account} onSaved={status.reload} />
      <CustodyPanel account={account} storedAt={value?.custodyAt ?? null} onStored={status.reload} />
      <ExportPanel account={account.account} />
    </>
  );
}
