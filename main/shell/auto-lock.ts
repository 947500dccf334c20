import type { Settings, VaultStatus } from '../../shared/model/settings';
import type { Logger } from '../runtime/logger';
import type { Disposer, Scheduler } from '../runtime/runtime';

/** How often the idle time is looked at, in ms. */
const PERIOD_MS = 5_000;

/** What locking by itself depends on. */
export interface AutoLockParts {
  readonly scheduler: Scheduler;
  readonly logger: Logger;
  readonly settings: () => Pick<Settings, 'autoLockMinutes' | 'lockOnSuspend'>;
  readonly vault: () => Pick<VaultStatus, 'locked' | 'passphraseSet'>;
  /** Seconds since the last key or pointer input anywhere on this computer. */
  readonly idleSeconds: () => number;
  readonly lock: () => Promise<void>;
}

/** Locks after a time without input, and when the computer sleeps or its screen is locked, as the settings say. */
export interface AutoLock {
  /** The computer goes to sleep, or its screen was locked. */
  away(): void;
  readonly dispose: Disposer;
}

/** Starts watching. Without a passphrase nothing is ever locked. */
export function watchForAutoLock(parts: AutoLockParts): AutoLock {
  const { scheduler, logger, settings, vault, idleSeconds } = parts;
  let locking = false;

  function lock(why: string): void {
    const { locked, passphraseSet } = vault();
    if (locked || locking || !passphraseSet) return;
    locking = true;
    logger.log('info', 'vault.locking', { why });
    parts
      .lock()
      .catch((error: unknown) => logger.log('error', 'vault.lock_failed', { error }))
      .finally(() => {
        locking = false;
      });
  }

  const dispose = scheduler.every(PERIOD_MS, () => {
    const { autoLockMinutes } = settings();
    if (autoLockMinutes > 0 && idleSeconds() >= autoLockMinutes * 60) lock('idle');
  });
  return {
    away() {
      if (settings().lockOnSuspend) lock('away');
    },
    dispose,
  };
}
