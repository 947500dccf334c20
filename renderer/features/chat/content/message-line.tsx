import { CircleAlert, CircleCheck, Info, LoaderCircle, TriangleAlert, Vote } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '../../../../shared/model/message';
import { useTimelineStore } from '../../../stores/timeline-store';
import { durationWords, label } from './format';
import { eventWords, messageWords, statusWords } from './message-words';
import type { ContentProps, Of } from './parts';

function Line(props: {
  readonly icon: ReactNode;
  readonly tone?: string;
  readonly words: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className="message-line" data-tone={props.tone} data-testid="message-line">
      {props.icon}
      <span className="message-line__text" dir="auto">
        {label(props.words, 400)}
      </span>
      {props.children}
    </div>
  );
}

/** A way to what a line is about, where it is known. */
function ShowOriginal(props: { readonly account: string; readonly message: Message; readonly of: string }) {
  const { t } = useTranslation();
  const { account, message, of } = props;
  const store = useTimelineStore.getState();
  const id = message.reply?.id ?? store.find(account, message.conversation, of)?.id ?? null;
  if (id === null) return null;
  return (
    <button
      type="button"
      className="text-button"
      onClick={() => void store.openAround(account, message.conversation, id)}
    >
      {t('content.showOriginal')}
    </button>
  );
}

function VoteLine(props: ContentProps & { readonly content: Of<'vote'> }) {
  const { t } = useTranslation();
  const { account, message, name, content } = props;
  const poll = useTimelineStore.getState().find(account, message.conversation, content.poll);
  const options = poll?.content.kind === 'poll' ? poll.content.options : [];
  const chosen = content.options.flatMap((id) => options.find((option) => option.id === id)?.text ?? []);
  const facts = { name, options: chosen.map((text) => label(text, 60)).join(', ') };
  const words =
    chosen.length === 0
      ? messageWords(t, message, name)
      : message.own
        ? t('content.voteOwn', facts)
        : t('content.vote', facts);
  return (
    <Line icon={<Vote size={14} aria-hidden />} words={words}>
      <ShowOriginal account={account} message={message} of={content.poll} />
    </Line>
  );
}

function EventLine({ content }: { readonly content: Of<'event'> }) {
  const { t } = useTranslation();
  const facts = [
    content.durationMs === null ? '' : durationWords(content.durationMs),
    content.toolCalls === null ? '' : t('content.taskTools', { count: content.toolCalls }),
    label(content.errorCode, 60),
  ].filter((part) => part !== '');
  const done = content.event === 'task.completed';
  const Icon = { info: done ? CircleCheck : Info, warning: TriangleAlert, error: CircleAlert }[
    content.severity
  ];
  return (
    <Line
      icon={<Icon size={14} aria-hidden />}
      tone={content.severity}
      words={[eventWords(t, content), ...facts].join(' · ')}
    />
  );
}

function StatusLine({ content }: { readonly content: Of<'status'> }) {
  const { t } = useTranslation();
  const over = content.state === 'completed' || content.state === 'error' || content.state === 'online';
  const percent = content.progress === null ? null : Math.round(content.progress * 100);
  return (
    <Line
      icon={
        over ? (
          <CircleCheck size={14} aria-hidden />
        ) : (
          <LoaderCircle className="message-line__turning" size={14} aria-hidden />
        )
      }
      tone={content.state === 'error' ? 'error' : 'info'}
      words={statusWords(t, content)}
    >
      {percent !== null && !over && (
        <progress
          className="message-line__progress"
          max={100}
          value={percent}
          aria-label={t('content.statusProgress', { percent })}
        />
      )}
    </Line>
  );
}

/** What stands between the bubbles as one small line: choices, votes, progress, events. */
export function MessageLine(props: ContentProps) {
  const { t } = useTranslation();
  const { account, message, name } = props;
  const { content } = message;
  switch (content.kind) {
    case 'choice':
      return (
        <Line icon={<CircleCheck size={14} aria-hidden />} words={messageWords(t, message, name)}>
          <ShowOriginal account={account} message={message} of={content.card} />
        </Line>
      );
    case 'vote':
      return <VoteLine {...props} content={content} />;
    case 'event':
      return <EventLine content={content} />;
    case 'status':
      return <StatusLine content={content} />;
    default:
      return null;
  }
}
