import type { Account } from '../../shared/model/account';

/** What an identity adds to the number at the program's icon. */
export function badgeOf(account: Pick<Account, 'notifications' | 'unread' | 'mentions'>): number {
  if (account.notifications === 'none') return 0;
  return account.notifications === 'mentions' ? account.mentions : account.unread;
}
