import { useTranslation } from 'react-i18next';
import { invoke } from '../../../stores/bridge';
import { useNoticesStore } from '../../../stores/notices-store';
import { Button } from '../../../ui/button';
import { Panel } from '../centre/panel';
import { TaskError } from '../task-error';
import { useTask } from '../use-task';

async function copyReport(account: string): Promise<void> {
  const { text } = await invoke('session.report', { account });
  await navigator.clipboard.writeText(text);
}

/** A report to give to somebody who helps. */
export function ReportPanel(props: { readonly account: string }) {
  const { t } = useTranslation();
  const task = useTask();
  const copy = (): void =>
    task.run(
      () => copyReport(props.account),
      () => useNoticesStore.getState().showInfo(t('inspector.reportCopied')),
    );
  return (
    <Panel title={t('inspector.report')} text={t('inspector.reportText')}>
      <TaskError error={task.error} />
      <div className="panel__actions">
        <Button busy={task.busy} onClick={copy} data-testid="copy-report">
          {t('inspector.copyReport')}
        </Button>
      </div>
    </Panel>
  );
}
