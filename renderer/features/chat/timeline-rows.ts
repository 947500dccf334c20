import type { Message } from '../../../shared/model/message';
import { dayOf } from '../../ui/time';
import { isLine } from './content/message-words';

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
      /** It is the final text of a stream and stands in the place of its announcement. */
      readonly final: boolean;
    }
  | { readonly kind: 'steps'; readonly key: string; readonly messages: readonly Message[] };

/** What stands for itself and belongs to no block. */
function isApart({ content, quarantined }: Message): boolean {
  return quarantined || content.kind === 'notice' || content.kind === 'tool' || isLine(content);
}

function joins(first: Message | undefined, second: Message): boolean {
  if (first === undefined || isApart(first) || isApart(second)) return false;
  return (
    first.sender === second.sender &&
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

/** The task a line tells the progress of; null for a line that only its sender replaces, undefined for no such line. */
function taskOf({ content }: Message): string | null | undefined {
  if (content.kind === 'status') return content.task;
  if (content.kind === 'event' && content.event.startsWith('task.') && content.task !== null)
    return content.task;
  return undefined;
}

/**
 * What is drawn at all: control messages never are, of the lines about one task only the newest is, and the announcement
 * of a stream is not once its final text is there.
 */
function drawn(messages: readonly Message[]): readonly Message[] {
  const newest = new Map<string, number>();
  const ids = new Set<number>();
  for (const message of messages) {
    ids.add(message.id);
    const task = taskOf(message);
    if (task !== undefined) newest.set(`${message.sender} ${task ?? ''}`, message.id);
  }
  return messages.filter((message) => {
    const { content } = message;
    if (content.kind === 'control') return false;
    if (content.kind === 'stream' && message.finalId !== null) return !ids.has(message.finalId);
    const task = taskOf(message);
    return task === undefined || newest.get(`${message.sender} ${task ?? ''}`) === message.id;
  });
}

/** The tool messages of one sender that follow each other from an index on, within one day. */
function stepsFrom(messages: readonly Message[], from: number, until: number): readonly Message[] {
  const first = messages[from];
  if (first === undefined) return [];
  let to = from + 1;
  for (; to < messages.length && to !== until; to += 1) {
    const next = messages[to];
    if (next?.content.kind !== 'tool' || next.sender !== first.sender || next.quarantined) break;
    if (dayOf(next.sortAt) !== dayOf(first.sortAt)) break;
  }
  return messages.slice(from, to);
}

/**
 * Rows of a timeline: day lines, the "new messages" line and messages joined to blocks. `complete` says that the first
 * message is the very first of the conversation.
 */
export function buildRows(
  all: readonly Message[],
  readUpTo: number | null,
  complete: boolean,
): readonly TimelineRow[] {
  const rows: TimelineRow[] = complete ? [{ kind: 'start', key: 'start' }] : [];
  const messages = drawn(all);
  const announced = new Map(
    all.flatMap(({ id, finalId }): [number, number][] => (finalId === null ? [] : [[finalId, id]])),
  );
  const firstNew = indexOfFirstNew(messages, readUpTo);
  for (let index = 0; index < messages.length; index += 1) {
    const message = messages[index];
    if (message === undefined) continue;
    const previous = messages[index - 1];
    const next = messages[index + 1];
    const day = dayOf(message.sortAt);
    // A wild clock gives no day.
    if (!Number.isNaN(day) && (previous === undefined || dayOf(previous.sortAt) !== day)) {
      rows.push({ kind: 'day', key: `day-${day}`, at: message.sortAt });
    }
    if (index === firstNew) rows.push({ kind: 'new', key: 'new' });
    if (message.content.kind === 'tool' && !message.quarantined) {
      const steps = stepsFrom(messages, index, firstNew);
      rows.push({ kind: 'steps', key: `steps-${message.id}`, messages: steps });
      index += steps.length - 1;
      continue;
    }
    const announcement = announced.get(message.id);
    rows.push({
      kind: 'message',
      // The final text of a stream is the same row as the stream was: nothing jumps when it comes.
      key: `message-${announcement ?? message.id}`,
      message,
      first: index === firstNew || !joins(previous, message),
      last: next === undefined || index + 1 === firstNew || !joins(message, next),
      final: announcement !== undefined,
    });
  }
  return rows;
}

/** Ids of the messages a row shows. */
export function messagesOf(row: TimelineRow): readonly Message[] {
  if (row.kind === 'message') return [row.message];
  return row.kind === 'steps' ? row.messages : [];
}
