import { useCallback, useSyncExternalStore } from 'react';

/** Everybody who shows times of one precision shares a timer; it runs only while somebody does. */
interface Ticker {
  readonly listeners: Set<() => void>;
  readonly timer: ReturnType<typeof setInterval>;
}

const tickers = new Map<number, Ticker>();
/** A coarse time is at most this late, in ms. */
const longestWait = 10_000;

function tick(step: number): void {
  for (const listener of tickers.get(step)?.listeners ?? []) listener();
}

function subscribe(step: number, listener: () => void): () => void {
  let ticker = tickers.get(step);
  if (ticker === undefined) {
    ticker = { listeners: new Set(), timer: setInterval(() => tick(step), Math.min(step, longestWait)) };
    tickers.set(step, ticker);
  }
  const { listeners, timer } = ticker;
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    tickers.delete(step);
  };
}

/** The time, rounded down to `step` ms: the view is drawn again only when a step has passed. */
export function useNow(step: number): number {
  const subscribeToStep = useCallback((listener: () => void) => subscribe(step, listener), [step]);
  return useSyncExternalStore(subscribeToStep, () => Math.floor(Date.now() / step) * step);
}
