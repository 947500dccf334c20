import { create } from 'zustand';
import type { BridgeEvent } from '../../shared/bridge/contract';
import type { Account } from '../../shared/model/account';
import { hueOf } from '../ui/avatar-text';

interface AccountsState {
  /** Identities in their order; null before the first answer. */
  readonly accounts: readonly Account[] | null;
  replaceAll(accounts: readonly Account[]): void;
  merge(account: Account): void;
  applyBatch(batch: readonly BridgeEvent[]): void;
}

/** Puts changed snapshots in the place of the old ones; new identities go to the end. */
export function mergeAccounts(
  accounts: readonly Account[],
  changes: ReadonlyMap<string, Account>,
): readonly Account[] {
  if (changes.size === 0) return accounts;
  const known = new Set(accounts.map((account) => account.account));
  const added = [...changes.values()].filter((account) => !known.has(account.account));
  return [...accounts.map((account) => changes.get(account.account) ?? account), ...added];
}

/** Puts identities into an order; those it does not name keep theirs behind them. */
export function orderAccounts(accounts: readonly Account[], order: readonly string[]): readonly Account[] {
  const place = new Map(order.map((account, index) => [account, index]));
  const placeOf = (account: Account): number => place.get(account.account) ?? order.length;
  return [...accounts].sort((first, second) => placeOf(first) - placeOf(second));
}

/** Carries out what a batch says about identities, in its order: one may be taken out and put back in one batch. */
function applyEvent(accounts: readonly Account[], { event, data }: BridgeEvent): readonly Account[] {
  switch (event) {
    case 'account.changed':
      return mergeAccounts(accounts, new Map([[data.account, data.snapshot]]));
    case 'account.removed':
      return accounts.filter((account) => account.account !== data.account);
    case 'account.order':
      return orderAccounts(accounts, data.accounts);
    default:
      return accounts;
  }
}

/** The identities of this installation. */
export const useAccountsStore = create<AccountsState>()((set) => ({
  accounts: null,
  replaceAll: (accounts) => set({ accounts }),
  merge: (account) =>
    set((state) => ({
      accounts: mergeAccounts(state.accounts ?? [], new Map([[account.account, account]])),
    })),
  applyBatch: (batch) =>
    set((state) => {
      const before = state.accounts ?? [];
      const accounts = batch.reduce(applyEvent, before);
      return accounts === before ? state : { accounts };
    }),
}));

/** One identity, or undefined while it is unknown. */
export function useAccount(account: string | null): Account | undefined {
  return useAccountsStore((state) => state.accounts?.find((candidate) => candidate.account === account));
}

/** The colour of somebody: the one an identity of ours has chosen, for everybody else what their address gives. */
export function useHue(aid: string): number {
  return useAccount(aid)?.hue ?? hueOf(aid);
}
