import type { Account as AccountSnapshot } from '../../shared/model/account';
import type { AccountEntry } from './account-list';

/** What the window shows of an identity from the list of accounts alone. */
export function shownFacts(
  entry: AccountEntry,
): Pick<
  AccountSnapshot,
  'account' | 'network' | 'displayName' | 'hue' | 'hueChosen' | 'notifications' | 'wantsOnline'
> {
  return {
    account: entry.aid,
    network: entry.network,
    displayName: entry.displayName,
    hue: entry.chosenHue ?? entry.hue,
    hueChosen: entry.chosenHue !== null,
    notifications: entry.notifications,
    wantsOnline: entry.online && !entry.archived,
  };
}
