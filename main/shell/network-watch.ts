import { networkInterfaces } from 'node:os';
import { powerMonitor } from 'electron';
import type { Disposer, Scheduler } from '../runtime/runtime';

/** How often the addresses of this computer are compared, in ms. */
const PERIOD_MS = 5_000;

function addresses(): string {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all
    .filter((each) => !each.internal)
    .map((each) => each.address)
    .sort()
    .join(' ');
}

/**
 * Calls `changed` when the computer wakes up, is unlocked, or has other network addresses than before: then waiting
 * for the next attempt makes no sense. Electron tells main nothing of the network, so the addresses are compared.
 */
export function watchNetwork(scheduler: Scheduler, changed: () => void): Disposer {
  let before = addresses();
  const stopTimer = scheduler.every(PERIOD_MS, () => {
    const now = addresses();
    const different = now !== before && now !== '';
    before = now;
    if (different) changed();
  });
  powerMonitor.on('resume', changed);
  powerMonitor.on('unlock-screen', changed);
  return () => {
    stopTimer();
    powerMonitor.off('resume', changed);
    powerMonitor.off('unlock-screen', changed);
  };
}
