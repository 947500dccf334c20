import type { Message, Reply } from '../../../shared/model/message';

/** Answers of one message that follow each other in a group: one cluster under one head. */
export interface ReplyCluster {
  /** Of the first answer that is here; the key of what the reader folded. */
  readonly key: string;
  readonly reply: Reply;
  readonly messages: readonly Message[];
  /** The original stands right above: its words need no repeating. */
  readonly near: boolean;
}

/** What the reader did with clusters, by their key; missing: nothing yet. */
export type FoldedReplies = ReadonlyMap<string, 'closed' | 'all'>;

/** Fewer answers than this are no cluster. */
const fewest = 2;
/** More answers than this begin folded after {@link shownFirst}. */
const mostOpen = 5;
/** Answers shown of a long cluster that nobody has unfolded. */
const shownFirst = 3;

/** How many answers of a cluster are drawn. */
export function shownReplies(cluster: ReplyCluster, folded: FoldedReplies): number {
  const count = cluster.messages.length;
  const chosen = folded.get(cluster.key);
  if (chosen === 'closed') return 0;
  return chosen === 'all' || count <= mostOpen ? count : shownFirst;
}

/**
 * The cluster that begins at an index, or null when none does. `joins` says whether a message can stand in a block with
 * others; `until` is an index the cluster must not cross (the "new messages" line).
 */
export function clusterFrom(
  messages: readonly Message[],
  from: number,
  until: number,
  belongs: (message: Message) => boolean,
): ReplyCluster | null {
  const first = messages[from];
  const reply = first?.reply ?? null;
  if (first === undefined || reply === null || !belongs(first)) return null;
  let to = from + 1;
  for (; to < messages.length && to !== until; to += 1) {
    const next = messages[to];
    if (next?.reply?.messageId !== reply.messageId || !belongs(next)) break;
  }
  if (to - from < fewest) return null;
  return {
    key: `replies-${first.id}`,
    reply,
    messages: messages.slice(from, to),
    near: messages[from - 1]?.messageId === reply.messageId,
  };
}
