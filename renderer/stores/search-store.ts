import { create } from 'zustand';
import type { CommandResult } from '../../shared/bridge/contract';
import { invoke, toCommandError, type CommandError } from './bridge';

export type SearchHit = CommandResult<'message.search'>['hits'][number];

interface SearchState {
  /** The query the hits belong to. */
  readonly query: string;
  readonly hits: readonly SearchHit[];
  readonly searching: boolean;
  readonly error: CommandError | null;
  /** Searches; only the newest call counts. */
  search(accounts: readonly string[], query: string, conversation: string | null): Promise<void>;
  clear(): void;
}

let newest = 0;

/** Results of the search field. */
export const useSearchStore = create<SearchState>()((set) => ({
  query: '',
  hits: [],
  searching: false,
  error: null,
  search: async (accounts, query, conversation) => {
    const turn = ++newest;
    set({ searching: true, error: null });
    try {
      const place = conversation === null ? {} : { conversation };
      const { hits } = await invoke('message.search', {
        accounts: accounts.slice(0, 100),
        query: query.slice(0, 256),
        limit: 100,
        ...place,
      });
      if (turn === newest) set({ query, hits, searching: false });
    } catch (reason) {
      if (turn === newest) set({ query, hits: [], searching: false, error: toCommandError(reason) });
    }
  },
  clear: () => {
    newest += 1;
    set({ query: '', hits: [], searching: false, error: null });
  },
}));
