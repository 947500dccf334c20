import type { AccountStore, StoreChange } from '../ports/store';
import type { Clock, Disposer, Scheduler } from '../runtime/runtime';

/** Messages deleted in one step: short enough for the writes of the user to get in between. */
export const SWEEP_MESSAGES = 500;
/** Longest time until the next look, in ms: clocks are set and computers sleep. */
const LONGEST_WAIT_MS = 6 * 60 * 60_000;
/** Shortest time until the next look, in ms. */
const SHORTEST_WAIT_MS = 1_000;
/** Time until the next look after the database refused, or while the time is not sure, in ms. */
const RETRY_MS = 60_000;

/** What the sweep of an account works with. */
export interface RetentionParts {
  readonly store: Pick<AccountStore, 'nextExpiry' | 'sweepExpired'>;
  /** The gateway's clock as far as we know it: messages carry its times. */
  readonly now: Clock['now'];
  /** Whether the gateway has confirmed the time since the start: a computer whose clock is far ahead must delete nothing. */
  readonly timeIsSure: () => boolean;
  readonly scheduler: Scheduler;
  readonly publish: (change: StoreChange) => void;
  readonly failed: (thrown: unknown) => void;
}

/** Deletes what was kept as long as the user wanted, when it is due and not before. */
export class RetentionSweep {
  private timer: Disposer | null = null;
  private working: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly parts: RetentionParts) {}

  /** Sweeps now, then whenever something falls due. Also called when a rule or the clock changed. */
  look(): void {
    if (this.stopped) return;
    this.timer?.();
    this.timer = null;
    this.working = this.working
      .then(() => this.run())
      .catch((thrown: unknown) => {
        this.parts.failed(thrown);
        this.lookIn(RETRY_MS);
      });
  }

  /** Resolves when nothing of it is on its way to the database any more. */
  stop(): Promise<void> {
    this.stopped = true;
    this.timer?.();
    this.timer = null;
    return this.working;
  }

  private async run(): Promise<void> {
    const { store, now, publish } = this.parts;
    for (;;) {
      if (this.stopped) return;
      const next = await store.nextExpiry();
      if (next === null) return;
      if (!this.parts.timeIsSure()) return this.lookIn(RETRY_MS);
      const due = next - now();
      if (due > 0) return this.lookIn(Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, due)));
      const change = await store.sweepExpired(now(), SWEEP_MESSAGES);
      publish(change);
      // Nothing went although something is due: what is due is not swept by this rule; ask later instead of spinning.
      if (change.removed.length === 0) return this.lookIn(RETRY_MS);
    }
  }

  private lookIn(delayMs: number): void {
    if (this.stopped || this.timer !== null) return;
    this.timer = this.parts.scheduler.after(delayMs, () => {
      this.timer = null;
      this.look();
    });
  }
}
