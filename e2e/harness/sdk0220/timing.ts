/** Clock, chance and waiting, injectable so that a test need not wait for the SDK's long pauses. */
export interface Timing {
  /** Milliseconds since the epoch. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** Resolves after `ms` or as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Runs `action` once after `ms`; returns what cancels it. */
  after(ms: number, action: () => void): () => void;
}

/** Real time; pauses are divided by `speed` (1 = as documented). */
export function realTiming(speed = 1, random: () => number = Math.random): Timing {
  return {
    now: () => Date.now(),
    random,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) {
          resolve();
          return;
        }
        const finish = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', finish);
          resolve();
        };
        const timer = setTimeout(finish, ms / speed);
        signal.addEventListener('abort', finish);
      }),
    after: (ms, action) => {
      const timer = setTimeout(action, ms / speed);
      return () => {
        clearTimeout(timer);
      };
    },
  };
}
