import type { GatewayClock } from '../runtime';

const MAX_SUBJECTS = 10_000;

/** Counts attempts of a subject within a sliding window. Always on: a custody service is there to be guessed at. */
export class AttemptWindow {
  readonly #clock: GatewayClock;
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #attempts = new Map<string, number[]>();

  constructor(clock: GatewayClock, limit: number, windowMs: number) {
    this.#clock = clock;
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /** Counts one attempt and tells whether it is still within the limit. */
  take(subject: string): boolean {
    const now = this.#clock.now();
    const recent = (this.#attempts.get(subject) ?? []).filter((at) => now - at < this.#windowMs);
    const allowed = recent.length < this.#limit;
    if (this.#attempts.size >= MAX_SUBJECTS) this.#forgetOld(now);
    this.#attempts.set(subject, allowed ? [...recent, now] : recent);
    return allowed;
  }

  /** Nobody who is being counted is let off by others who come in numbers: only what is over is dropped. */
  #forgetOld(now: number): void {
    for (const [subject, times] of this.#attempts)
      if (times.every((at) => now - at >= this.#windowMs)) this.#attempts.delete(subject);
  }
}
