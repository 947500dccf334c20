import { lazy, memo, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { Conversation } from '../../../shared/model/conversation';
import type { Message } from '../../../shared/model/message';
import { dayName } from '../../ui/time';
import { useNow } from '../../ui/use-now';
import { ConversationStart } from './conversation-start';
import { useMessageOverlay } from './message-overlay';
import { MessageRow } from './message-row';
import { isNotice, TimelineNotice } from './timeline-notice';
import type { TimelineRow } from './timeline-rows';

// What only groups have is read from disk when one is opened.
const GroupRow = lazy(async () => ({ default: (await import('./group-row')).GroupRow }));
const ToolSteps = lazy(async () => ({ default: (await import('./content/tool-steps')).ToolSteps }));

function DayLine(props: { readonly at: number }) {
  const { t, i18n } = useTranslation();
  const now = useNow(60_000);
  const words = { today: t('chat.today'), yesterday: t('chat.yesterday') };
  const day = dayName(i18n.language, props.at, now, words);
  return (
    <div className="day-line" role="listitem">
      <button
        type="button"
        className="day-line__button"
        aria-haspopup="dialog"
        aria-label={t('jumpDate.open', { day })}
        title={t('jumpDate.title')}
        onClick={(click) => {
          const { left, width, bottom } = click.currentTarget.getBoundingClientRect();
          useMessageOverlay
            .getState()
            .show({ kind: 'date', at: props.at, x: Math.round(left + width / 2), y: Math.round(bottom) });
        }}
        data-testid="day-line"
      >
        {day}
      </button>
    </div>
  );
}

function NewLine() {
  const { t } = useTranslation();
  return (
    <div className="new-line" role="listitem" data-testid="new-messages">
      <span>{t('chat.newMessages')}</span>
    </div>
  );
}

/** One row of the timeline, whatever it is. */
export const TimelineRowView = memo(
  function TimelineRowView(props: {
    readonly row: TimelineRow;
    readonly index: number;
    readonly account: string;
    readonly conversation: string;
    readonly kind: Conversation['kind'];
    readonly peerKind: Conversation['peerKind'];
    readonly title: string;
    readonly highlighted: boolean;
    readonly active: boolean;
    readonly onFold: (key: string, how: 'closed' | 'all') => void;
  }) {
    const { row } = props;
    if (props.kind === 'group' && row.kind !== 'day' && row.kind !== 'new')
      return (
        <Suspense fallback={<div className="group-row-waiting" />}>
          <GroupRow {...props} row={row} />
        </Suspense>
      );
    switch (row.kind) {
      case 'start':
        return (
          <ConversationStart
            conversation={props.conversation}
            kind={props.kind}
            peerKind={props.peerKind}
            title={props.title}
          />
        );
      case 'day':
        return <DayLine at={row.at} />;
      case 'new':
        return <NewLine />;
      case 'steps':
        return (
          <Suspense fallback={null}>
            <ToolSteps
              name={props.title}
              messages={row.messages}
              index={props.index}
              active={props.active}
              highlighted={props.highlighted}
            />
          </Suspense>
        );
      case 'events':
      case 'replies':
      case 'more-replies':
        return null;
      case 'message':
        if (isNotice(row.message)) {
          return (
            <TimelineNotice
              message={row.message}
              name={props.title}
              index={props.index}
              active={props.active}
            />
          );
        }
        return (
          <MessageRow
            account={props.account}
            name={props.title}
            message={row.message}
            index={props.index}
            first={row.first}
            last={row.last}
            highlighted={props.highlighted}
            active={props.active}
            peerKind={props.peerKind}
            showReply={!row.final}
          />
        );
    }
  },
  // Rows are built anew with every change of the window; most of them say the same as before.
  (before, after) =>
    sameRow(before.row, after.row) &&
    before.index === after.index &&
    before.account === after.account &&
    before.conversation === after.conversation &&
    before.kind === after.kind &&
    before.peerKind === after.peerKind &&
    before.title === after.title &&
    before.highlighted === after.highlighted &&
    before.active === after.active,
);

function sameRow(first: TimelineRow, second: TimelineRow): boolean {
  if (first.kind === 'message' && second.kind === 'message')
    return (
      first.message === second.message &&
      first.first === second.first &&
      first.last === second.last &&
      first.final === second.final &&
      first.clustered === second.clustered
    );
  if (first.kind === 'steps' && second.kind === 'steps') return sameMessages(first.messages, second.messages);
  if (first.kind === 'events' && second.kind === 'events')
    return sameMessages(first.messages, second.messages);
  if (first.kind === 'replies' && second.kind === 'replies')
    return (
      first.open === second.open &&
      first.cluster.near === second.cluster.near &&
      sameMessages(first.cluster.messages, second.cluster.messages)
    );
  if (first.kind === 'more-replies' && second.kind === 'more-replies')
    return first.shown === second.shown && first.cluster.messages.length === second.cluster.messages.length;
  if (first.kind === 'day' && second.kind === 'day') return first.at === second.at;
  return first.kind === second.kind;
}

function sameMessages(first: readonly Message[], second: readonly Message[]): boolean {
  return first.length === second.length && first.every((message, index) => message === second[index]);
}
