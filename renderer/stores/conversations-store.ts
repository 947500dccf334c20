import { create } from 'zustand';
import type { BridgeEvent } from '../../shared/bridge/contract';
import type { Conversation } from '../../shared/model/conversation';
import { invoke, toCommandError, type CommandError } from './bridge';

/** How many rows one request asks for. */
const pageSize = 200;

/** Conversations of one identity that were loaded so far, newest activity first. */
export interface ConversationList {
  readonly rows: readonly Conversation[];
  readonly total: number;
  readonly status: 'loading' | 'ready' | 'failed';
  readonly error: CommandError | null;
}

interface ConversationsState {
  readonly lists: Readonly<Record<string, ConversationList>>;
  /** Loads the first rows of an identity unless that has happened. */
  load(account: string): Promise<void>;
  /** Loads the next rows. */
  loadMore(account: string): Promise<void>;
  /** Takes over conversations that a command returned. */
  merge(account: string, conversations: readonly Conversation[]): void;
  applyBatch(batch: readonly BridgeEvent[]): void;
}

/** Merges by id and sorts: newest activity first, the id decides between equals. */
export function mergeConversations(
  rows: readonly Conversation[],
  changes: readonly Conversation[],
): readonly Conversation[] {
  const byId = new Map(rows.map((row) => [row.conversation, row]));
  for (const change of changes) byId.set(change.conversation, change);
  return [...byId.values()].sort(
    (first, second) =>
      second.lastActivityAt - first.lastActivityAt || first.conversation.localeCompare(second.conversation),
  );
}

const empty: ConversationList = { rows: [], total: 0, status: 'loading', error: null };

function withChanges(list: ConversationList, changes: readonly Conversation[]): ConversationList {
  const rows = mergeConversations(list.rows, changes);
  return { ...list, rows, total: Math.max(list.total, rows.length) };
}

/** Conversation lists by identity. */
export const useConversationsStore = create<ConversationsState>()((set, get) => {
  const put = (account: string, change: (list: ConversationList) => ConversationList): void =>
    set((state) => ({ lists: { ...state.lists, [account]: change(state.lists[account] ?? empty) } }));

  const fetchPage = async (account: string, offset: number): Promise<void> => {
    try {
      const { conversations, total } = await invoke('conversation.list', {
        account,
        offset,
        limit: pageSize,
      });
      put(account, (list) => {
        // Rows that are here are kept current by events, so they are newer than this answer.
        const known = new Set(list.rows.map((row) => row.conversation));
        const missing = conversations.filter((row) => !known.has(row.conversation));
        return { ...withChanges(list, missing), total, status: 'ready', error: null };
      });
    } catch (reason) {
      put(account, (list) => ({ ...list, status: 'failed', error: toCommandError(reason) }));
    }
  };

  return {
    lists: {},
    load: async (account) => {
      const list = get().lists[account];
      if (list !== undefined && list.status !== 'failed') return;
      put(account, (previous) => ({ ...previous, status: 'loading', error: null }));
      await fetchPage(account, 0);
    },
    loadMore: async (account) => {
      const list = get().lists[account];
      if (list?.status !== 'ready' || list.rows.length >= list.total) return;
      put(account, (previous) => ({ ...previous, status: 'loading' }));
      await fetchPage(account, list.rows.length);
    },
    merge: (account, conversations) => put(account, (list) => withChanges(list, conversations)),
    applyBatch: (batch) => {
      const changes = new Map<string, Conversation[]>();
      for (const { event, data } of batch) {
        if (event !== 'conversation.changed') continue;
        changes.set(data.account, [...(changes.get(data.account) ?? []), ...data.conversations]);
      }
      if (changes.size === 0) return;
      set((state) => {
        const lists = { ...state.lists };
        for (const [account, conversations] of changes) {
          const list = lists[account];
          if (list !== undefined) lists[account] = withChanges(list, conversations);
        }
        return { lists };
      });
    },
  };
});

/** One conversation, or undefined while it is unknown. */
export function useConversation(
  account: string | null,
  conversation: string | null,
): Conversation | undefined {
  return useConversationsStore((state) =>
    account === null || conversation === null
      ? undefined
      : state.lists[account]?.rows.find((row) => row.conversation === conversation),
  );
}
