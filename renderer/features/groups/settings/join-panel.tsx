import { TriangleAlert } from 'lucide-react';
import { useId, useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandParams } from '../../../../shared/bridge/contract';
import { Button } from '../../../ui/button';
import { Panel } from '../../identity/centre/panel';
import { TaskError } from '../../identity/task-error';
import { useTask } from '../../identity/use-task';
import { changeGroup, offerUndo } from '../moderation/moderation-actions';
import type { SettingsProps } from './settings-props';

type Mode = CommandParams<'group.setJoin'>['mode'];
const modes: readonly Mode[] = ['open', 'approval', 'invite_only', 'closed'];
const longestQuestion = 500;

/** How one gets in. Letting everybody in changes who may renew the keys, which is said before it is done. */
export function JoinPanel({ account, group, locked }: SettingsProps) {
  const { t } = useTranslation();
  const known = group.joinMode === 'unknown' ? null : group.joinMode;
  const [mode, setMode] = useState<Mode | null>(known);
  const [question, setQuestion] = useState(group.joinQuestion);
  const [begun, setBegun] = useState(group);
  const task = useTask();
  const name = useId();
  // Somebody else changed it meanwhile: their choice is what stands here now.
  if (begun.joinMode !== group.joinMode || begun.joinQuestion !== group.joinQuestion) {
    setBegun(group);
    setMode(known);
    setQuestion(group.joinQuestion);
  }
  const changed = mode !== known || question.trim() !== group.joinQuestion;
  const opens = mode === 'open' && known !== 'open';
  const submit = (form: SubmitEvent): void => {
    form.preventDefault();
    if (mode === null || !changed) return;
    const about = { account, group: group.group };
    const before = known;
    task.run(
      () => changeGroup('group.setJoin', { ...about, mode, question: question.trim() }),
      () => {
        if (before !== null)
          offerUndo(
            t('moderation.settings.joinSaved'),
            () => changeGroup('group.setJoin', { ...about, mode: before, question: group.joinQuestion }),
            t('moderation.undo.putBack'),
          );
      },
    );
  };
  return (
    <Panel title={t('moderation.settings.joinMode')} testId="join-mode">
      <form className="panel__fields" onSubmit={submit}>
        {known === null && <p className="panel__note">{t('moderation.settings.joinUnknownText')}</p>}
        <div className="removal__choices" role="radiogroup" aria-label={t('moderation.settings.joinMode')}>
          {modes.map((option) => (
            <label key={option} className="removal__choice" data-chosen={option === mode}>
              <input
                type="radio"
                name={name}
                value={option}
                checked={option === mode}
                onChange={() => setMode(option)}
                data-testid={`join-${option}`}
              />
              <span>
                <strong>{t(`groupCreate.${option}`)}</strong>
                <span className="removal__text">{t(`groupCreate.${option}Text`)}</span>
              </span>
            </label>
          ))}
        </div>
        {opens && (
          <div className="notice-bar" data-tone="warning" role="alert" data-testid="open-warning">
            <TriangleAlert size={16} aria-hidden />
            <p>{t('moderation.settings.openWarning')}</p>
          </div>
        )}
        {mode === 'approval' && (
          <div className="field">
            <label className="field__label" htmlFor={`${name}-question`}>
              {t('groupCreate.question')}
            </label>
            <textarea
              id={`${name}-question`}
              className="text-area"
              rows={2}
              dir="auto"
              value={question}
              maxLength={longestQuestion}
              placeholder={t('groupCreate.questionPlaceholder')}
              onChange={(change) => setQuestion(change.target.value)}
              data-testid="join-question"
            />
          </div>
        )}
        <TaskError error={task.error} />
        <div className="panel__actions">
          <Button
            type="submit"
            tone="primary"
            busy={task.busy}
            disabled={locked || !changed || mode === null}
            data-testid="join-save"
          >
            {opens ? t('moderation.settings.openDo') : t('moderation.settings.save')}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
