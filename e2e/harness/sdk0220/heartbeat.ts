import { isDict, numberOf } from './json';
import type { Timing } from './timing';

const DEFAULT_SECONDS = 30;

/** `meta.ping` at the interval the gateway names; two failures in a row mean the connection is lost (protocol/01 §5.6). */
export class Heartbeat {
  readonly #timing: Timing;
  readonly #ping: () => Promise<unknown>;
  readonly #onDead: () => void;
  #seconds = DEFAULT_SECONDS;
  #failures = 0;
  #cancel: (() => void) | null = null;

  constructor(timing: Timing, ping: () => Promise<unknown>, onDead: () => void) {
    this.#timing = timing;
    this.#ping = ping;
    this.#onDead = onDead;
  }

  /** Interval in seconds, 0 when switched off. */
  get seconds(): number {
    return this.#seconds;
  }

  /** Takes `heartbeat_interval` out of the hello or a pong, if it is there. */
  adopt(source: unknown): void {
    if (!isDict(source) || !('heartbeat_interval' in source)) return;
    const wanted = numberOf(source['heartbeat_interval']);
    this.#seconds = wanted <= 0 ? 0 : Math.min(600, Math.max(10, wanted));
  }

  start(): void {
    this.stop();
    this.#failures = 0;
    this.#schedule();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #schedule(): void {
    if (this.#seconds === 0) return;
    this.#cancel = this.#timing.after(this.#seconds * 1000, () => {
      void this.#beat();
    });
  }

  async #beat(): Promise<void> {
    const mine = this.#cancel;
    try {
      this.adopt(await this.#ping());
      this.#failures = 0;
    } catch {
      this.#failures += 1;
    }
    if (this.#cancel !== mine) return;
    if (this.#failures >= 2) {
      this.stop();
      this.#onDead();
      return;
    }
    this.#schedule();
  }
}
