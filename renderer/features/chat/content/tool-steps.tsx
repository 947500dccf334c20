import { Check, ChevronRight, CircleAlert, LoaderCircle, Wrench } from 'lucide-react';
import { memo, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../../shared/model/message';
import { clockTime, exactTime } from '../../../ui/time';
import { label } from './format';

/** One use of a tool: its call and what came of it, joined by their id. */
export interface ToolStep {
  readonly key: string;
  readonly name: string;
  readonly asked: string;
  readonly result: string;
  /** null while no result is there. */
  readonly ok: boolean | null;
}

/** Joins calls and results of one sender by their id; a result without its call is a step of its own. */
export function toSteps(messages: readonly Message[]): readonly ToolStep[] {
  const steps: ToolStep[] = [];
  const open = new Map<string, number>();
  for (const { id, content } of messages) {
    if (content.kind !== 'tool') continue;
    const { call, name, detail, ok } = content;
    if (content.phase === 'call') {
      open.set(call, steps.length);
      steps.push({ key: String(id), name, asked: detail, result: '', ok: null });
      continue;
    }
    const at = open.get(call);
    const step = at === undefined ? undefined : steps[at];
    if (at === undefined || step === undefined)
      steps.push({ key: String(id), name, asked: '', result: detail, ok: ok ?? true });
    else {
      steps[at] = { ...step, name: step.name || name, result: detail, ok: ok ?? true };
      open.delete(call);
    }
  }
  return steps;
}

function Detail(props: { readonly title: string; readonly text: string }) {
  if (props.text === '') return null;
  return (
    <div className="step__detail">
      <p>{props.title}</p>
      <pre className="data__json selectable" tabIndex={0}>
        {props.text}
      </pre>
    </div>
  );
}

function Step({ step }: { readonly step: ToolStep }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const state = step.ok === null ? 'running' : step.ok ? 'done' : 'failed';
  const words = {
    running: 'content.stepsRunning',
    done: 'content.stepDone',
    failed: 'content.stepFailed',
  } as const;
  const Icon = { running: LoaderCircle, done: Check, failed: CircleAlert }[state];
  return (
    <li className="step" data-state={state}>
      <button type="button" className="step__line" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon size={14} aria-hidden />
        <code className="step__name ellipsis">{label(step.name, 80)}</code>
        <span className="step__state">{t(words[state])}</span>
      </button>
      {open && (
        <>
          <Detail title={t('content.stepArguments')} text={step.asked} />
          <Detail title={t('content.stepResult')} text={step.result} />
        </>
      )}
    </li>
  );
}

/** What an agent did with its tools, one after the other: one line, to unfold. Nothing of it is ever carried out here. */
export const ToolSteps = memo(function ToolSteps(props: {
  readonly name: string;
  readonly messages: readonly Message[];
  readonly index: number;
  readonly active: boolean;
  readonly highlighted: boolean;
}) {
  const { t, i18n } = useTranslation();
  const { messages, name } = props;
  const [open, setOpen] = useState(false);
  const steps = useMemo(() => toSteps(messages), [messages]);
  const newest = messages.at(-1);
  const failed = steps.filter(({ ok }) => ok === false).length;
  const running = steps.some(({ ok }) => ok === null);
  const at = newest?.sortAt ?? 0;
  const words = [
    t('content.steps', { count: steps.length }),
    failed > 0 ? t('content.stepsFailed', { count: failed }) : '',
    running ? t('content.stepsRunning') : '',
  ].filter((part) => part !== '');
  const text = words.join(', ');
  const time = clockTime(i18n.language, at);
  return (
    <div
      className="message-row"
      data-own={newest?.own ?? false}
      data-first="true"
      data-last="true"
      role="listitem"
    >
      <div
        className="message-row__body steps"
        data-row={props.index}
        data-message-id={newest?.id}
        data-highlighted={props.highlighted}
        data-testid="tool-steps"
        tabIndex={props.active ? 0 : -1}
        role="group"
        aria-label={
          newest?.own === true
            ? t('chat.messageOwn', { time, state: '', text })
            : t('chat.messageFrom', { name, time, text })
        }
        title={exactTime(i18n.language, at)}
      >
        <button
          type="button"
          className="steps__line tabular"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          data-failed={failed > 0}
        >
          <Wrench size={14} aria-hidden />
          <span>{text}</span>
          <ChevronRight className="steps__mark" size={14} aria-hidden />
        </button>
        {open && (
          <ol className="steps__list">
            {steps.map((step) => (
              <Step key={step.key} step={step} />
            ))}
          </ol>
        )}
      </div>
    </div>
  );
});
