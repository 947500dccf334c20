import type { Message } from '../../../shared/model/message';
import { dayOf } from '../../ui/time';
import { isLine } from './content/message-words';
import { clusterFrom, shownReplies, type FoldedReplies, type ReplyCluster } from './timeline-replies';

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
      /** It stands in a cluster of answers under one head. */
      readonly clustered: boolean;
    }
  | { readonly kind: 'steps'; readonly key: string; readonly messages: readonly Message[] }
  /** What happened in a group, one thing after the other. */
  | { readonly kind: 'events'; readonly key: string; readonly messages: readonly Message[] }
  /** Head of a cluster of answers. */
  | { readonly kind: 'replies'; readonly key: string; readonly cluster: ReplyCluster; readonly open: boolean }
  /** The answers of a cluster that are not drawn yet. */
  | {
      readonly kind: 'more-replies';
      readonly key: string;
      readonly cluster: ReplyCluster;
      readonly shown: number;
    };

/** What the rows of a group need besides its messages. */
export interface GroupRows {
  readonly folded: FoldedReplies;
}

/** What stands for itself and belongs to no block. */
function isApart({ content, quarantined }: Message): boolean {
  return (
    quarantined ||
    content.kind === 'notice' ||
    content.kind === 'group_event' ||
    content.kind === 'tool' ||
    isLine(content)
  );
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
      index > read &&
      !message.own &&
      message.content.kind !== 'notice' &&
      message.content.kind !== 'group_event' &&
      message.id > readUpTo,
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

/** The messages that follow each other from an index on, within one day, and belong together. */
function runFrom(
  messages: readonly Message[],
  from: number,
  until: number,
  belongs: (message: Message) => boolean,
): readonly Message[] {
  const first = messages[from];
  if (first === undefined) return [];
  let to = from + 1;
  for (; to < messages.length && to !== until; to += 1) {
    const next = messages[to];
    if (next === undefined || next.quarantined || !belongs(next)) break;
    if (dayOf(next.sortAt) !== dayOf(first.sortAt)) break;
  }
  return messages.slice(from, to);
}

/**
 * Rows of a timeline: day lines, the "new messages" line and messages joined to blocks. `complete` says that the first
 * message is the very first of the conversation. In groups answers to one message stand together.
 */
export function buildRows(
  all: readonly Message[],
  readUpTo: number | null,
  complete: boolean,
  group: GroupRows | null = null,
): readonly TimelineRow[] {
  const rows: TimelineRow[] = complete ? [{ kind: 'start', key: 'start' }] : [];
  const messages = drawn(all);
  const announced = new Map(
    all.flatMap(({ id, finalId }): [number, number][] => (finalId === null ? [] : [[finalId, id]])),
  );
  const firstNew = indexOfFirstNew(messages, readUpTo);
  /** One message as a row; `from` and `to` bound the cluster it stands in. */
  const messageRow = (index: number, message: Message, clustered: boolean, from = 0, to = Infinity): void => {
    const previous = index > from ? messages[index - 1] : undefined;
    const next = index + 1 < to ? messages[index + 1] : undefined;
    const announcement = announced.get(message.id);
    rows.push({
      kind: 'message',
      // The final text of a stream is the same row as the stream was: nothing jumps when it comes.
      key: `message-${announcement ?? message.id}`,
      message,
      first: index === firstNew || !joins(previous, message),
      last: next === undefined || index + 1 === firstNew || !joins(message, next),
      final: announcement !== undefined,
      clustered,
    });
  };
  const clusterRows = (cluster: ReplyCluster, from: number, folded: FoldedReplies): void => {
    const shown = shownReplies(cluster, folded);
    rows.push({ kind: 'replies', key: cluster.key, cluster, open: shown > 0 });
    const to = from + shown;
    cluster.messages
      .slice(0, shown)
      .forEach((message, offset) => messageRow(from + offset, message, true, from, to));
    if (shown > 0 && shown < cluster.messages.length)
      rows.push({ kind: 'more-replies', key: `more-${cluster.key}`, cluster, shown });
  };
  for (let index = 0; index < messages.length; index += 1) {
    const message = messages[index];
    if (message === undefined) continue;
    const previous = messages[index - 1];
    const day = dayOf(message.sortAt);
    // A wild clock gives no day.
    if (!Number.isNaN(day) && (previous === undefined || dayOf(previous.sortAt) !== day)) {
      rows.push({ kind: 'day', key: `day-${day}`, at: message.sortAt });
    }
    if (index === firstNew) rows.push({ kind: 'new', key: 'new' });
    const { kind } = message.content;
    if ((kind === 'tool' || kind === 'group_event') && !message.quarantined) {
      const run = runFrom(
        messages,
        index,
        firstNew,
        ({ content, sender }) =>
          content.kind === kind && (kind === 'group_event' || sender === message.sender),
      );
      if (kind === 'tool') rows.push({ kind: 'steps', key: `steps-${message.id}`, messages: run });
      else rows.push({ kind: 'events', key: `events-${message.id}`, messages: run });
      index += run.length - 1;
      continue;
    }
    const cluster =
      group === null
        ? null
        : clusterFrom(
            messages,
            index,
            firstNew,
            (candidate) => !isApart(candidate) && dayOf(candidate.sortAt) === day,
          );
    if (cluster !== null && group !== null) {
      clusterRows(cluster, index, group.folded);
      index += cluster.messages.length - 1;
      continue;
    }
    messageRow(index, message, false);
  }
  return rows;
}

/** The messages a row shows, or stands for while they are folded. */
export function messagesOf(row: TimelineRow): readonly Message[] {
  switch (row.kind) {
    case 'message':
      return [row.message];
    case 'steps':
    case 'events':
      return row.messages;
    case 'replies':
      return row.open ? [] : row.cluster.messages;
    case 'more-replies':
      return row.cluster.messages.slice(row.shown);
    default:
      return [];
  }
}
