import type { Disposer, Runtime } from '../runtime/runtime';

/** Least time between two updates of one message, in ms: at most thirty a second (`design §4`). */
export const UPDATE_MS = 34;

/** Calls `flush` soon after news came, the first time at once, and never more often than every {@link UPDATE_MS}. */
export class Ticker {
  #cancel: Disposer | null = null;
  #news = false;
  #stopped = false;

  constructor(
    private readonly runtime: Pick<Runtime, 'scheduler'>,
    private readonly flush: () => void,
  ) {}

  touch(): void {
    if (this.#stopped) return;
    if (this.#cancel !== null) {
      this.#news = true;
      return;
    }
    this.#rest();
    this.flush();
  }

  /** Nothing is told any more. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = null;
    this.#news = false;
  }

  #rest(): void {
    this.#news = false;
    this.#cancel = this.runtime.scheduler.after(UPDATE_MS, () => {
      this.#cancel = null;
      if (!this.#news) return;
      this.#rest();
      this.flush();
    });
  }
}
