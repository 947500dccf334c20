import { TriangleAlert } from 'lucide-react';
import { useId, useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommandParams, CommandResult } from '../../../../shared/bridge/contract';
import { useGroupEntry } from '../../../stores/groups-store';
import { Button } from '../../../ui/button';
import { Spinner } from '../../../ui/spinner';
import { Panel } from '../../identity/centre/panel';
import { TaskError } from '../../identity/task-error';
import { useLoaded, type Loaded } from '../../identity/use-loaded';
import { useTask } from '../../identity/use-task';
import { changeGroup, offerUndo } from '../moderation/moderation-actions';
import { AutoApprove } from './auto-approve';
import type { SettingsProps } from './settings-props';

type Mode = CommandParams<'group.setJoin'>['mode'];
const modes: readonly Mode[] = ['open', 'approval', 'invite_only', 'closed'];
const longestQuestion = 500;

function samePatterns(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((pattern, at) => pattern === other[at]);
}

type Rules = Loaded<CommandResult<'group.joinRules'>>;

/** Who is let in without a decision, once that is known; who may not change it is not asked about. */
function Patterns(props: {
  readonly rules: Rules;
  readonly patterns: readonly string[] | null;
  readonly onChange: (patterns: readonly string[]) => void;
}) {
  const { t } = useTranslation();
  const { rules, patterns, onChange } = props;
  if (patterns !== null) return <AutoApprove patterns={patterns} locked={false} onChange={onChange} />;
  if (rules.error === null)
    return rules.value === null ? (
      <Spinner />
    ) : (
      <p className="panel__note">{t('moderation.settings.autoApproveUnknown')}</p>
    );
  return (
    <>
      <TaskError error={rules.error} />
      <div className="panel__actions">
        <Button size="small" onClick={rules.reload}>
          {t('common.retry')}
        </Button>
      </div>
    </>
  );
}

/** How one gets in, for those who may change it, with what only they are told. */
function OpenJoinPanel(props: SettingsProps) {
  const about = { account: props.account, group: props.group.group };
  const rules = useLoaded('group.joinRules', about, useGroupEntry(about.account, about.group).log);
  return <JoinForm {...props} rules={rules} />;
}

/** How one gets in. Whoever may only look at it sees how it is. */
export function JoinPanel(props: SettingsProps) {
  return props.locked ? <JoinForm {...props} rules={null} /> : <OpenJoinPanel {...props} />;
}

/** How one gets in. Letting everybody in changes who may renew the keys, which is said before it is done. */
function JoinForm({ account, group, locked, rules }: SettingsProps & { readonly rules: Rules | null }) {
  const { t } = useTranslation();
  const known = group.joinMode === 'unknown' ? null : group.joinMode;
  const [mode, setMode] = useState<Mode | null>(known);
  const [question, setQuestion] = useState(group.joinQuestion);
  const [begun, setBegun] = useState(group);
  const [edited, setEdited] = useState<readonly string[] | null>(null);
  const task = useTask();
  const name = useId();
  const stored = rules?.value?.autoApprove ?? null;
  const patterns = edited ?? stored;
  const patternsChanged = patterns !== null && !samePatterns(patterns, stored ?? []);
  // Somebody else changed it meanwhile: their choice is what stands here now.
  if (begun.joinMode !== group.joinMode || begun.joinQuestion !== group.joinQuestion) {
    setBegun(group);
    setMode(known);
    setQuestion(group.joinQuestion);
  }
  const changed = mode !== known || question.trim() !== group.joinQuestion || patternsChanged;
  const opens = mode === 'open' && known !== 'open';
  const submit = (form: SubmitEvent): void => {
    form.preventDefault();
    if (mode === null || !changed) return;
    const about = { account, group: group.group };
    const before = known;
    const chosen = { ...about, mode, question: question.trim() };
    const former = { ...about, mode: before, question: group.joinQuestion };
    // What is left out stays as it is on the network.
    const withPatterns = (list: readonly string[] | null) =>
      patternsChanged && list !== null ? { autoApprove: [...list] } : {};
    task.run(
      () => changeGroup('group.setJoin', { ...chosen, ...withPatterns(patterns) }),
      () => {
        rules?.replace({ autoApprove: patterns === null ? null : [...patterns] });
        setEdited(null);
        if (former.mode === null) return;
        const { mode: formerMode } = former;
        offerUndo(
          t('moderation.settings.joinSaved'),
          () => changeGroup('group.setJoin', { ...former, mode: formerMode, ...withPatterns(stored) }),
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
        {mode === 'approval' && rules !== null && (
          <Patterns rules={rules} patterns={patterns} onChange={setEdited} />
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
