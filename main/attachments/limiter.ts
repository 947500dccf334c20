import { cancelled } from './transfer-errors';

/** Runs at most so many tasks at a time; the others wait in order. */
export class Limiter {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(most: number) {
    this.free = most;
  }

  /**
   * Runs a task as soon as there is a place for it.
   * @throws AunError `cancelled` when `signal` is aborted before that
   */
  async run<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    await this.place(signal);
    try {
      return await task();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }

  private place(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(cancelled());
    if (this.free > 0) {
      this.free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.waiting.splice(this.waiting.indexOf(go), 1);
        reject(cancelled());
      };
      this.waiting.push(go);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }
}
