import { useEffect } from 'react';
import { useAccountsStore } from '../stores/accounts-store';
import { showAccount } from '../stores/navigation';
import { useViewStore } from '../stores/view-store';

/** Chooses another identity when the chosen one was taken out of the window. */
export function useChosenAccount(): void {
  const account = useViewStore((state) => state.account);
  const first = useAccountsStore((state) => state.accounts?.[0]?.account);
  const known = useAccountsStore(
    (state) => state.accounts?.some((candidate) => candidate.account === account) === true,
  );
  useEffect(() => {
    if (!known && first !== undefined) showAccount(first);
  }, [known, first]);
}
