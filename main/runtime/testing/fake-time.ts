import type { Clock, Disposer, Scheduler } from '../runtime';

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly task: () => void;
}

/** Clock and timers that move only when a test says so. */
export class FakeTime implements Clock, Scheduler {
  private time: number;
  private order = 0;
  private readonly timers = new Set<Timer>();

  /** `start` is the first wall-clock time, Unix ms. */
  constructor(start = 1_767_225_600_000) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time;
  }

  after(delayMs: number, task: () => void): Disposer {
    const timer: Timer = { at: this.time + Math.max(0, delayMs), order: (this.order += 1), task };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  every(periodMs: number, task: () => void): Disposer {
    let cancel: Disposer = () => undefined;
    const again = (): void => {
      cancel = this.after(periodMs, again);
      task();
    };
    cancel = this.after(periodMs, again);
    return () => cancel();
  }

  /** Moves on by `ms`, running every timer that falls due, in order. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const [next] = [...this.timers]
        .filter((timer) => timer.at <= end)
        .sort((one, other) => one.at - other.at || one.order - other.order);
      if (next === undefined) break;
      this.timers.delete(next);
      this.time = Math.max(this.time, next.at);
      next.task();
    }
    this.time = end;
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.timers.size;
  }
}
