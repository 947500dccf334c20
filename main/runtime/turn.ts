import { setImmediate as nextTurn } from 'node:timers/promises';

/** Lets the event loop serve everybody else once, then goes on. No time passes, so no clock is involved. */
export async function letOthersRun(): Promise<void> {
  await nextTurn();
}
