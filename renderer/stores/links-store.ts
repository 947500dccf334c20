import { create } from 'zustand';
import type { BridgeEvent } from '../../shared/bridge/contract';
import { useAccountsStore } from './accounts-store';
import { useAppStore } from './app-store';
import { invoke, reportError } from './bridge';
import { useViewStore } from './view-store';

interface LinksState {
  /** Addresses, or links of groups, that were handed over and not looked at yet, oldest first. */
  readonly waiting: readonly string[];
  /** Those the user is done with, until the main process has heard so: they are not offered again. */
  readonly settled: readonly string[];
  /** Fetches links that the operating system handed over. */
  take(): Promise<void>;
  /** The first link was opened or ignored. */
  settle(): void;
  applyBatch(batch: readonly BridgeEvent[]): void;
}

/** Links from outside: they wait until the user can look at them, and open nothing by themselves. */
export const useLinksStore = create<LinksState>()((set, get) => ({
  waiting: [],
  settled: [],
  take: async () => {
    const told = get().settled;
    try {
      const { links } = await invoke('link.take', { settled: [...told] });
      set((state) => {
        const come = links.map((link) => link.invitation ?? link.aid);
        // An answer to an earlier question still has what was settled since.
        const fresh = come.filter((link) => !state.settled.includes(link));
        return {
          waiting: [...new Set([...state.waiting, ...fresh])],
          settled: state.settled.filter((link) => !told.includes(link)),
        };
      });
      offerLinks();
    } catch (reason) {
      reportError(reason);
    }
  },
  settle: () => {
    set(({ waiting, settled }) => ({
      waiting: waiting.slice(1),
      settled: [...settled, ...waiting.slice(0, 1)],
    }));
    void get().take();
  },
  applyBatch: (batch) => {
    if (batch.some(({ event }) => event === 'link.opened')) void get().take();
  },
}));

/** Shows the first waiting link, unless the user is doing something else, is locked out or has no identity yet. */
export function offerLinks(): void {
  const [aid] = useLinksStore.getState().waiting;
  const view = useViewStore.getState();
  const locked = useAppStore.getState().vault?.locked === true;
  const identities = useAccountsStore.getState().accounts?.length ?? 0;
  if (aid === undefined || view.dialog !== null || locked || identities === 0 || view.account === null)
    return;
  view.showDialog('open-link', aid);
}

/** Takes links that waited for this window, and offers them whenever the way is clear. Returns a disposer. */
export function startLinks(): () => void {
  const disposers = [
    useViewStore.subscribe((state, before) => {
      if (state.dialog === null && (before.dialog !== null || before.account === null)) offerLinks();
    }),
    useAppStore.subscribe((state, before) => {
      if (state.vault !== before.vault) offerLinks();
    }),
    useAccountsStore.subscribe((state, before) => {
      if (state.accounts !== before.accounts) offerLinks();
    }),
  ];
  void useLinksStore.getState().take();
  return () => {
    for (const dispose of disposers) dispose();
  };
}
