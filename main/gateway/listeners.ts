import { toAunError } from '../runtime/errors';
import type { Logger } from '../runtime/logger';
import type { Disposer } from '../runtime/runtime';

/** Subscribers of one kind of news. One that throws is logged and does not keep the news from the others. */
export class Listeners<Args extends readonly unknown[]> {
  readonly #logger: Logger;
  readonly #what: string;
  readonly #all = new Set<{ readonly hear: (...args: Args) => void }>();

  constructor(logger: Logger, what: string) {
    this.#logger = logger;
    this.#what = what;
  }

  add(hear: (...args: Args) => void): Disposer {
    const entry = { hear };
    this.#all.add(entry);
    return () => {
      this.#all.delete(entry);
    };
  }

  tell(...args: Args): void {
    for (const entry of [...this.#all]) {
      try {
        entry.hear(...args);
      } catch (thrown) {
        this.#logger.log('error', 'listener.threw', { what: this.#what, cause: toAunError(thrown).message });
      }
    }
  }
}
