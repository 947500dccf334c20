/**
 * Work that waits until the call that caused it has been answered: events come after the reply (`protocol/05 §12`
 * item 12). One queue for the whole gateway keeps everything in the order in which it was committed.
 */
export class AfterReply {
  #waiting: (() => void)[] = [];

  post(work: () => void): void {
    this.#waiting.push(work);
  }

  /** How much waits; see {@link drop}. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Forgets what was posted after there were `size`: the transaction it belonged to was rolled back. */
  drop(size: number): void {
    this.#waiting.length = Math.min(size, this.#waiting.length);
  }

  /** Does everything that waits. */
  flush(): void {
    while (this.#waiting.length > 0) {
      const work = this.#waiting;
      this.#waiting = [];
      for (const each of work) each();
    }
  }
}
