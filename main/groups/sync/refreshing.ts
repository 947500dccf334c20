import type { AunError } from '../../runtime/errors';
import { toAunError } from '../../runtime/errors';
import type { Disposer, Runtime } from '../../runtime/runtime';
import { createSerialQueue } from '../../runtime/serial-queue';
import { isPassing } from '../keys/failures';
import { GROUP_RETRY_MS, REFRESH_DELAY_MS } from './limits';
import type { Stale } from './port';

/**
 * Gathers wishes to read groups anew and fulfils them one group after the other. A wish that fails on the way to the gateway stays:
 * nothing else would tell what it was about.
 */
export class Refreshing {
  private readonly queue = createSerialQueue(() => undefined);
  private readonly waiting = new Map<string, Stale>();
  private timer: Disposer | null = null;
  private retryTimer: Disposer | null = null;
  private stopped = false;

  constructor(
    private readonly parts: {
      readonly runtime: Runtime;
      readonly isOnline: () => boolean;
      readonly read: (group: string, stale: Stale) => Promise<unknown>;
      readonly failed: (group: string, error: AunError) => void;
    },
  ) {}

  /** Reads these parts soon; while offline with the next connection. */
  soon(group: string, stale: Stale): void {
    if (this.stopped) return;
    this.waiting.set(group, { ...this.waiting.get(group), ...stale });
    this.timer ??= this.parts.runtime.scheduler.after(REFRESH_DELAY_MS, () => this.run());
  }

  online(): void {
    if (this.waiting.size > 0) this.run();
  }

  offline(): void {
    this.timer?.();
    this.timer = null;
    this.retryTimer?.();
    this.retryTimer = null;
  }

  stop(): Promise<void> {
    this.stopped = true;
    this.offline();
    return this.queue.idle();
  }

  private run(): void {
    this.offline();
    if (!this.parts.isOnline()) return;
    const wishes = [...this.waiting];
    this.waiting.clear();
    for (const [group, stale] of wishes)
      this.queue.add(async () => {
        if (this.stopped) return;
        if (!this.parts.isOnline()) {
          this.putBack(group, stale);
          return;
        }
        await this.parts.read(group, stale).catch((thrown: unknown) => {
          const error = toAunError(thrown);
          this.parts.failed(group, error);
          if (isPassing(error)) this.putBack(group, stale);
        });
      });
  }

  /** Keeps a wish for the next connection, or for later on this one. */
  private putBack(group: string, stale: Stale): void {
    if (this.stopped) return;
    this.waiting.set(group, { ...this.waiting.get(group), ...stale });
    if (!this.parts.isOnline()) return;
    this.retryTimer ??= this.parts.runtime.scheduler.after(GROUP_RETRY_MS, () => this.run());
  }
}
