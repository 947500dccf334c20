import { randomBytes, randomUUID } from 'node:crypto';
import type { Logger } from './logger';

/** Undoes a subscription or a timer; calling it twice is harmless. */
export type Disposer = () => void;

/** The clocks. */
export interface Clock {
  /** Wall clock, Unix ms. */
  now(): number;
  /** Monotonic clock in ms, for measuring spans. */
  monotonic(): number;
}

/** Randomness; the default is the operating system's. */
export interface Random {
  bytes(length: number): Buffer;
  uuid(): string;
  /** Uniform in [0, 1), for jitter only. */
  unit(): number;
}

/** Timers. */
export interface Scheduler {
  /** Runs `task` once after `delayMs` ms. */
  after(delayMs: number, task: () => void): Disposer;
  /** Runs `task` every `periodMs` ms, first after one period. */
  every(periodMs: number, task: () => void): Disposer;
}

/** Everything the engine takes from the outside world, injected so that tests are deterministic. */
export interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly logger: Logger;
}

/** Clock of this computer. */
export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** Randomness of this computer. */
export const systemRandom: Random = {
  bytes: (length) => randomBytes(length),
  uuid: () => randomUUID(),
  unit: () => randomBytes(4).readUInt32BE(0) / 0x1_0000_0000,
};

/** Timers of this process; they never keep the process alive by themselves. */
export const systemScheduler: Scheduler = {
  after(delayMs, task) {
    const timer = setTimeout(task, Math.min(delayMs, 0x7fff_ffff));
    timer.unref();
    return () => clearTimeout(timer);
  },
  every(periodMs, task) {
    const timer = setInterval(task, periodMs);
    timer.unref();
    return () => clearInterval(timer);
  },
};
