import { create } from 'zustand';
import type { CommandParams, CommandResult } from '../../shared/bridge/contract';
import { meansMe, readDate, readSearch, readThing, type TypedFilter } from './search-words';
import { invoke, toCommandError, type CommandError } from './bridge';

export type SearchHit = CommandResult<'message.search'>['hits'][number];
export type FoundConversation = CommandResult<'conversation.find'>['found'][number];

/** A filter of the query as it was understood. */
export interface ReadFilter {
  readonly filter: TypedFilter;
  /** Name of what it means; null where it means nothing that is known. */
  readonly name: string | null;
}

interface SearchState {
  /** The query the results belong to. */
  readonly query: string;
  /** Its words without the filters. */
  readonly text: string;
  readonly filters: readonly ReadFilter[];
  /** Conversations whose name or address fits. */
  readonly found: readonly FoundConversation[];
  readonly hits: readonly SearchHit[];
  readonly searching: boolean;
  readonly error: CommandError | null;
  /** Identities the user wants to search in; null for all of them. It stays until it is changed. */
  readonly identities: readonly string[] | null;
  chooseIdentities(identities: readonly string[] | null): void;
  /** Searches these identities; `own` is the one on the screen. Only the newest call counts. */
  search(accounts: readonly string[], own: string, query: string): Promise<void>;
  clear(): void;
}

/** Hits that are asked for. */
const mostHits = 100;
/** Conversations that are listed above the messages. */
const mostFound = 6;

let newest = 0;

/** The identities to search in: the chosen ones that are still here; all where none of them is. */
export function identitiesInScope(
  accounts: readonly string[],
  chosen: readonly string[] | null,
): readonly string[] {
  const left = chosen === null ? [] : accounts.filter((account) => chosen.includes(account));
  return left.length === 0 ? accounts : left;
}

type Params = CommandParams<'message.search'>;

interface Understood {
  readonly filters: readonly ReadFilter[];
  /** Null where a filter means nothing: then nothing can be found. */
  readonly params: Params | null;
}

/** The conversation a typed name means: the address itself, or the best of those whose name contains it. */
async function resolve(accounts: readonly string[], value: string): Promise<FoundConversation | null> {
  const { found } = await invoke('conversation.find', { accounts: [...accounts], query: value, limit: 20 });
  const wanted = value.toLowerCase();
  const exact = found.find(
    ({ conversation }) =>
      conversation.conversation.toLowerCase() === wanted || conversation.title.toLowerCase() === wanted,
  );
  return exact ?? found[0] ?? null;
}

function titleOf({ conversation }: FoundConversation): string {
  return conversation.title === '' ? conversation.conversation : conversation.title;
}

async function understand(
  accounts: readonly string[],
  own: string,
  text: string,
  typed: readonly TypedFilter[],
): Promise<Understood> {
  const filters: ReadFilter[] = [];
  let params: Params | null = { accounts: [...accounts], query: text, limit: mostHits };
  const add = (filter: TypedFilter, name: string | null, more: Partial<Params>): void => {
    filters.push({ filter, name });
    params = name === null || params === null ? null : { ...params, ...more };
  };
  for (const filter of typed) {
    const { kind, value } = filter;
    if (kind === 'has') {
      const has = readThing(value);
      add(filter, has, has === null ? {} : { has });
    } else if (kind === 'before' || kind === 'after') {
      const at = readDate(value, Date.now());
      const more = at === null ? {} : kind === 'before' ? { until: at } : { since: at };
      add(filter, at === null ? null : value, more);
    } else if (kind === 'from' && meansMe(value)) {
      // Searching elsewhere, the user means whom they are there.
      const me = accounts.includes(own) ? own : (accounts[0] ?? own);
      add(filter, me, { from: me, accounts: [me] });
    } else {
      const place = await resolve(accounts, value);
      const id = place?.conversation.conversation;
      if (place !== null && id !== undefined) {
        const here = { conversation: id, accounts: [place.account] };
        add(filter, titleOf(place), kind === 'in' ? here : { from: id });
      }
      // An own address has no conversation of its own everywhere, and still wrote messages.
      else if (kind === 'from' && value.includes('.')) add(filter, value, { from: value.toLowerCase() });
      else add(filter, null, {});
    }
  }
  return { filters, params };
}

const nothing = { query: '', text: '', filters: [], found: [], hits: [], searching: false, error: null };

/** Results of the search field. */
export const useSearchStore = create<SearchState>()((set) => ({
  ...nothing,
  identities: null,
  chooseIdentities: (identities) => set({ identities }),
  search: async (everywhere, own, query) => {
    const turn = ++newest;
    const accounts = everywhere.slice(0, 100);
    const { text: typed, filters: typedFilters } = readSearch(query);
    const text = typed.slice(0, 256);
    set({ searching: true, error: null });
    try {
      const { filters, params } = await understand(accounts, own, text, typedFilters);
      const people =
        text === '' || typedFilters.length > 0
          ? { found: [] }
          : invoke('conversation.find', { accounts, query: text, limit: mostFound });
      const messages =
        params === null || (text === '' && filters.length === 0)
          ? { hits: [] }
          : invoke('message.search', params);
      const [{ found }, { hits }] = await Promise.all([people, messages]);
      if (turn === newest) set({ query, text, filters, found, hits, searching: false });
    } catch (reason) {
      const error = toCommandError(reason);
      if (turn === newest) set({ ...nothing, query, text, error });
    }
  },
  clear: () => {
    newest += 1;
    set(nothing);
  },
}));
