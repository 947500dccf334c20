import type { Clock } from '../runtime/runtime';
import { PROGRESS_PERIOD_MS } from './limits';

/** How far a transfer got, in bytes. */
export interface TransferProgress {
  readonly attachment: number;
  readonly done: number;
  readonly total: number;
}

/** Tells at most ten times a second how far each transfer got; the end is always told. */
export class ProgressReporter {
  private readonly last = new Map<number, number>();

  constructor(
    private readonly clock: Clock,
    private readonly emit: (progress: TransferProgress) => void,
  ) {}

  report(attachment: number, done: number, total: number): void {
    const now = this.clock.monotonic();
    const before = this.last.get(attachment);
    if (done < total && before !== undefined && now - before < PROGRESS_PERIOD_MS) return;
    if (done >= total) this.last.delete(attachment);
    else this.last.set(attachment, now);
    this.emit({ attachment, done: Math.min(done, total), total });
  }

  forget(attachment: number): void {
    this.last.delete(attachment);
  }
}
