import type { Account } from '../../shared/model/account';

/** What the window calls an own identity: the user's name for it, the published one, else the address. */
export function accountName(account: Pick<Account, 'account' | 'displayName' | 'profileName'>): string {
  return account.displayName || account.profileName || account.account;
}
