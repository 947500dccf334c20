import type { Message } from '../../../shared/model/message';
import { dayOf } from '../../ui/time';

/** Messages of one sender closer than this (ms) form one block. */
const blockGap = 5 * 60_000;

/** One row of the virtual list. */
export type TimelineRow =
  | { readonly kind: 'start'; readonly key: 'start' }
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'new'; readonly key: 'new' }
  | {
      readonly kind: 'message';
      readonly key: string;
      readonly message: Message;
      /** First and last of a block of one sender. */
      readonly first: boolean;
      readonly last: boolean;
    };

function joins(first: Message | undefined, second: Message): boolean {
  // A notice belongs to nobody's block and ends the one before it.
  if (first?.content.kind === 'notice' || second.content.kind === 'notice') return false;
  return (
    first?.sender === second.sender &&
    first.own === second.own &&
    second.sortAt - first.sortAt < blockGap &&
    dayOf(first.sortAt) === dayOf(second.sortAt)
  );
}

/** Where the "new messages" line stands: before the first message of others after the last one read. */
function indexOfFirstNew(messages: readonly Message[], readUpTo: number | null): number {
  if (readUpTo === null) return -1;
  const read = messages.findIndex((message) => message.id === readUpTo);
  return messages.findIndex(
    (message, index) =>
      index > read && !message.own && message.content.kind !== 'notice' && message.id > readUpTo,
  );
}

/**
 * Rows of a timeline: day lines, the "new messages" line and messages joined to blocks. `complete` says that the first
 * message is the very first of the conversation.
 */
export function buildRows(
  messages: readonly Message[],
  readUpTo: number | null,
  complete: boolean,
): readonly TimelineRow[] {
  const rows: TimelineRow[] = complete ? [{ kind: 'start', key: 'start' }] : [];
  const firstNew = indexOfFirstNew(messages, readUpTo);
  messages.forEach((message, index) => {
    const previous = messages[index - 1];
    const next = messages[index + 1];
    const day = dayOf(message.sortAt);
    // A wild clock gives no day.
    if (!Number.isNaN(day) && (previous === undefined || dayOf(previous.sortAt) !== day)) {
      rows.push({ kind: 'day', key: `day-${day}`, at: message.sortAt });
    }
    if (index === firstNew) rows.push({ kind: 'new', key: 'new' });
    rows.push({
      kind: 'message',
      key: `message-${message.id}`,
      message,
      first: index === firstNew || !joins(previous, message),
      last: next === undefined || index + 1 === firstNew || !joins(message, next),
    });
  });
  return rows;
}
