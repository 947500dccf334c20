import type { Clock, Disposer, Scheduler } from '../../runtime/runtime';

interface Timer {
  at: number;
  readonly order: number;
  readonly period: number | null;
  readonly task: () => void;
}

/** A clock and timers that move only when told; between two timers all promises settle. */
export class ManualTime implements Clock, Scheduler {
  #now: number;
  #order = 0;
  #slept = 0;
  #jumped = 0;
  readonly #timers = new Set<Timer>();
  readonly #rounds: number;

  /** `rounds`: how often the event loop turns after each timer; one is enough where nothing real is waited for. */
  constructor(options: { start?: number; rounds?: number } = {}) {
    this.#now = options.start ?? 1_760_000_000_000;
    this.#rounds = options.rounds ?? 4;
  }

  /** The clock of the computer, as wrong as {@link jump} made it. */
  now(): number {
    return this.world() + this.#jumped;
  }

  /** The right time, which gateways have. */
  world(): number {
    return this.#now + this.#slept;
  }

  /** Sets the clock of the computer, by so much off the right time. */
  setClockOff(ms: number): void {
    this.#jumped = ms;
  }

  /** The computer sleeps: the world goes on, timers and the monotonic clock do not. */
  sleep(ms: number): void {
    this.#slept += ms;
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
    await settle(this.#rounds);
    for (let next = this.#next(); next !== null && next.at <= end; next = this.#next()) {
      this.#now = Math.max(this.#now, next.at);
      if (next.period === null) this.#timers.delete(next);
      else next.at += next.period;
      next.task();
      await settle(this.#rounds);
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
async function settle(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
