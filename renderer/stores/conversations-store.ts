import { create } from 'zustand';
import type { BridgeEvent } from '../../shared/bridge/contract';
import type { Conversation, ConversationView } from '../../shared/model/conversation';
import { invoke, toCommandError } from './bridge';
import {
  dropConversations,
  emptyList,
  findConversation,
  listKey,
  mergeConversations,
  placeConversations,
  viewOf,
  withRows,
  type ConversationList,
  type ConversationLists,
} from './conversation-lists';

export { mergeConversations, type ConversationList };

/** How many rows one request asks for. */
const pageSize = 200;

/** Answers on their way, each with what events said meanwhile: a newer row, or null for a conversation that is gone. */
const reading = new Set<{ readonly account: string; readonly meanwhile: Map<string, Conversation | null> }>();

function overtake(account: string, conversation: string, row: Conversation | null): void {
  for (const request of reading) if (request.account === account) request.meanwhile.set(conversation, row);
}

interface ConversationsState {
  /** By `listKey`: the inbox of an identity has the identity itself as its key. */
  readonly lists: ConversationLists;
  /** Loads the first rows of an identity unless that has happened. */
  load(account: string, view?: ConversationView): Promise<void>;
  /** Loads the next rows. */
  loadMore(account: string, view?: ConversationView): Promise<void>;
  /** Takes over conversations that a command returned. */
  merge(account: string, conversations: readonly Conversation[]): void;
  /** Forgets a conversation that is gone. */
  remove(account: string, conversation: string): void;
  applyBatch(batch: readonly BridgeEvent[]): void;
}

/** Conversation lists by identity and view. */
export const useConversationsStore = create<ConversationsState>()((set, get) => {
  const put = (key: string, change: (list: ConversationList) => ConversationList): void =>
    set((state) => ({ lists: { ...state.lists, [key]: change(state.lists[key] ?? emptyList) } }));

  const fetchPage = async (account: string, view: ConversationView, offset: number): Promise<void> => {
    const key = listKey(account, view);
    const request = { account, meanwhile: new Map<string, Conversation | null>() };
    reading.add(request);
    try {
      const { conversations, total } = await invoke('conversation.list', {
        account,
        offset,
        limit: pageSize,
        ...(view === 'inbox' ? {} : { view }),
      });
      put(key, (list) => {
        // Rows that are here are kept current by events, so they are newer than this answer; so is what events took
        // away or moved to a list that nobody has looked at yet.
        const missing = conversations.filter((row) => {
          const newer = request.meanwhile.get(row.conversation);
          if (newer === null || (newer !== undefined && viewOf(newer) !== view)) return false;
          return findConversation(get().lists, account, row.conversation) === undefined;
        });
        const filled = withRows(list, missing);
        return { ...filled, total: Math.max(total, filled.rows.length), status: 'ready', error: null };
      });
    } catch (reason) {
      put(key, (list) => ({ ...list, status: 'failed', error: toCommandError(reason) }));
    } finally {
      reading.delete(request);
    }
  };

  return {
    lists: {},
    load: async (account, view = 'inbox') => {
      const key = listKey(account, view);
      const status = get().lists[key]?.status ?? 'idle';
      if (status === 'loading' || status === 'ready') return;
      put(key, (previous) => ({ ...previous, status: 'loading', error: null }));
      await fetchPage(account, view, 0);
    },
    loadMore: async (account, view = 'inbox') => {
      const key = listKey(account, view);
      const list = get().lists[key];
      if (list?.status !== 'ready' || list.rows.length >= list.total) return;
      put(key, (previous) => ({ ...previous, status: 'loading' }));
      await fetchPage(account, view, list.rows.length);
    },
    merge: (account, conversations) =>
      set((state) => ({ lists: placeConversations(state.lists, account, conversations) })),
    remove: (account, conversation) => {
      overtake(account, conversation, null);
      set((state) => ({ lists: dropConversations(state.lists, account, [conversation]) }));
    },
    applyBatch: (batch) => {
      const relevant = batch.some(
        ({ event }) => event === 'conversation.changed' || event === 'conversation.removed',
      );
      if (!relevant) return;
      for (const { event, data } of batch) {
        if (event === 'conversation.changed')
          for (const row of data.conversations) overtake(data.account, row.conversation, row);
        else if (event === 'conversation.removed') overtake(data.account, data.conversation, null);
      }
      set((state) => {
        let { lists } = state;
        for (const { event, data } of batch) {
          if (event === 'conversation.changed') lists = placeKnown(lists, data.account, data.conversations);
          else if (event === 'conversation.removed')
            lists = dropConversations(lists, data.account, [data.conversation]);
        }
        return { lists };
      });
    },
  };
});

/** Events about lists that nobody looked at yet are left to the first look, which reads everything. */
function placeKnown(
  lists: ConversationLists,
  account: string,
  changes: readonly Conversation[],
): ConversationLists {
  const wanted = changes.filter(
    (row) =>
      lists[listKey(account, viewOf(row))] !== undefined ||
      findConversation(lists, account, row.conversation) !== undefined,
  );
  return wanted.length === 0 ? lists : placeConversations(lists, account, wanted);
}

/** One conversation, or undefined while it is unknown. */
export function useConversation(
  account: string | null,
  conversation: string | null,
): Conversation | undefined {
  return useConversationsStore((state) =>
    account === null || conversation === null
      ? undefined
      : findConversation(state.lists, account, conversation),
  );
}
