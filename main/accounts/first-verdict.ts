import type { SessionSnapshot } from '../../shared/model/account';
import type { Scheduler } from '../runtime/runtime';
import type { Account } from './account';

/** Longest wait for a network to say something, in ms. */
const PATIENCE_MS = 20_000;
const UNDECIDED: readonly SessionSnapshot['state'][] = [
  'idle',
  'discovering',
  'authenticating',
  'connecting',
];

/** Resolves when the session of an account is online, blocked or cannot get on for now, at the latest after 20 s. */
export function firstVerdict(account: Account, scheduler: Scheduler): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!UNDECIDED.includes(account.session.snapshot().state)) finish();
    };
    const finish = (): void => {
      stopListening();
      stopTimer();
      resolve();
    };
    const stopListening = account.session.onChange(look);
    const stopTimer = scheduler.after(PATIENCE_MS, finish);
    look();
  });
}
