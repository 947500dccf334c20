import type { Disposer, Scheduler } from '../runtime/runtime';

/** Rings when nothing moved for a while; it stands still while nobody waits for anything. */
export class IdleTimer {
  #cancel: Disposer | null = null;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly limitMs: number,
    private readonly ring: () => void,
  ) {}

  /** Something moved, or waiting begins: the time starts anew. */
  touch(): void {
    this.rest();
    this.#cancel = this.scheduler.after(this.limitMs, this.ring);
  }

  /** Nobody waits. */
  rest(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}
