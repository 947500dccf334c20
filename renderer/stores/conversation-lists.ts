import type { Conversation, ConversationView } from '../../shared/model/conversation';
import type { CommandError } from './bridge';

/** Conversations of one identity and view that were loaded so far: pinned ones first, then newest activity first. */
export interface ConversationList {
  readonly rows: readonly Conversation[];
  readonly total: number;
  /** `idle`: some rows are known, the list itself was never asked for. */
  readonly status: 'idle' | 'loading' | 'ready' | 'failed';
  readonly error: CommandError | null;
}

/** Lists by {@link listKey}. */
export type ConversationLists = Readonly<Record<string, ConversationList>>;

export const emptyList: ConversationList = { rows: [], total: 0, status: 'idle', error: null };

const views: readonly ConversationView[] = ['inbox', 'archived', 'requests', 'blocked'];

/** Key of a list; the inbox has the identity itself. */
export function listKey(account: string, view: ConversationView): string {
  return view === 'inbox' ? account : `${account} ${view}`;
}

/** Which list a conversation belongs to. */
export function viewOf(row: Pick<Conversation, 'standing' | 'archived'>): ConversationView {
  if (row.standing === 'pending') return 'requests';
  if (row.standing === 'blocked') return 'blocked';
  return row.archived ? 'archived' : 'inbox';
}

/** Merges by id and sorts: pinned first, then newest activity; the id decides between equals. */
export function mergeConversations(
  rows: readonly Conversation[],
  changes: readonly Conversation[],
): readonly Conversation[] {
  const byId = new Map(rows.map((row) => [row.conversation, row]));
  for (const change of changes) byId.set(change.conversation, change);
  return [...byId.values()].sort(
    (first, second) =>
      Number(second.pinned) - Number(first.pinned) ||
      second.lastActivityAt - first.lastActivityAt ||
      first.conversation.localeCompare(second.conversation),
  );
}

function without(list: ConversationList, ids: ReadonlySet<string>): ConversationList {
  const rows = list.rows.filter((row) => !ids.has(row.conversation));
  if (rows.length === list.rows.length) return list;
  return { ...list, rows, total: Math.max(rows.length, list.total - (list.rows.length - rows.length)) };
}

/** Adds rows to a list; what is new to it counts once. */
export function withRows(list: ConversationList, changes: readonly Conversation[]): ConversationList {
  const rows = mergeConversations(list.rows, changes);
  return { ...list, rows, total: Math.max(list.total, rows.length) };
}

/** Puts changed conversations where they belong now, and takes them out of where they were. */
export function placeConversations(
  lists: ConversationLists,
  account: string,
  changes: readonly Conversation[],
): ConversationLists {
  const next: Record<string, ConversationList> = { ...lists };
  for (const view of views) {
    const key = listKey(account, view);
    const list = next[key];
    const coming = changes.filter((row) => viewOf(row) === view);
    const leaving = new Set(changes.filter((row) => viewOf(row) !== view).map((row) => row.conversation));
    if (list === undefined && coming.length === 0) continue;
    const kept = without(list ?? emptyList, leaving);
    next[key] = coming.length === 0 ? kept : withRows(kept, coming);
  }
  return next;
}

/** Takes conversations out of every list of an identity. */
export function dropConversations(
  lists: ConversationLists,
  account: string,
  ids: readonly string[],
): ConversationLists {
  const gone = new Set(ids);
  const next: Record<string, ConversationList> = { ...lists };
  for (const view of views) {
    const key = listKey(account, view);
    const list = next[key];
    if (list !== undefined) next[key] = without(list, gone);
  }
  return next;
}

/** A conversation, whatever list it is in. */
export function findConversation(
  lists: ConversationLists,
  account: string,
  conversation: string,
): Conversation | undefined {
  for (const view of views) {
    const found = lists[listKey(account, view)]?.rows.find((row) => row.conversation === conversation);
    if (found !== undefined) return found;
  }
  return undefined;
}
