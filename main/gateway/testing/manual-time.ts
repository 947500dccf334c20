import type { Clock, Disposer, Scheduler } from '../../runtime/runtime';

interface Timer {
  at: number;
  readonly order: number;
  readonly period: number | null;
  readonly task: () => void;
}

/** A clock and timers that move only when told; between two timers all promises settle. */
export class ManualTime implements Clock, Scheduler {
  #now = 1_760_000_000_000;
  #order = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(delayMs: number, task: () => void): Disposer {
    return this.#add(delayMs, null, task);
  }

  every(periodMs: number, task: () => void): Disposer {
    return this.#add(periodMs, periodMs, task);
  }

  /** Milliseconds until the next timer, or null when none is set. */
  untilNext(): number | null {
    const next = this.#next();
    return next === null ? null : Math.max(0, next.at - this.#now);
  }

  /** Moves on by `ms`, running what falls due on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#next(); next !== null && next.at <= end; next = this.#next()) {
      this.#now = Math.max(this.#now, next.at);
      if (next.period === null) this.#timers.delete(next);
      else next.at += next.period;
      next.task();
      await settle();
    }
    this.#now = end;
  }

  #add(delayMs: number, period: number | null, task: () => void): Disposer {
    this.#order += 1;
    const timer: Timer = { at: this.#now + delayMs, order: this.#order, period, task };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  #next(): Timer | null {
    let next: Timer | null = null;
    for (const timer of this.#timers)
      if (next === null || timer.at < next.at || (timer.at === next.at && timer.order < next.order))
        next = timer;
    return next;
  }
}

/** Lets every promise that can settle without a timer do so. */
async function settle(): Promise<void> {
  for (let round = 0; round < 4; round += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
