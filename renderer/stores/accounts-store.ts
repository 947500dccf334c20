import { create } from 'zustand';
import type { BridgeEvent } from '../../shared/bridge/contract';
import type { Account } from '../../shared/model/account';

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

/** The identities of this installation. */
export const useAccountsStore = create<AccountsState>()((set) => ({
  accounts: null,
  replaceAll: (accounts) => set({ accounts }),
  merge: (account) =>
    set((state) => ({
      accounts: mergeAccounts(state.accounts ?? [], new Map([[account.account, account]])),
    })),
  applyBatch: (batch) => {
    const changes = new Map<string, Account>();
    for (const { event, data } of batch) {
      if (event === 'account.changed') changes.set(data.account, data.snapshot);
    }
    if (changes.size > 0) set((state) => ({ accounts: mergeAccounts(state.accounts ?? [], changes) }));
  },
}));

/** One identity, or undefined while it is unknown. */
export function useAccount(account: string | null): Account | undefined {
  return useAccountsStore((state) => state.accounts?.find((candidate) => candidate.account === account));
}
