import type { Logger } from '../runtime/logger';
import { systemScheduler } from '../runtime/runtime';
import type { Disposer, Scheduler } from '../runtime/runtime';
import type { OpenOutcome } from './pool-protocol';
import { PoolWorker } from './pool-worker';
import type { PoolJob, PoolKeys } from './pool-worker';
import { refuse } from './refusal';
import type { CheckedEnvelope } from './v1/incoming';

export type { PoolKeys } from './pool-worker';

/** Envelopes in one job: a few milliseconds of work, so that accounts take turns and both workers stay busy. */
export const JOB_SIZE = 32;
/** Jobs a worker holds at a time: the one it works on and the next, so that it never waits for the main process. */
const JOBS_IN_FLIGHT = 2;
/** Deaths before the first word after which the pool gives up starting workers. */
const START_ATTEMPTS = 3;
/** Deaths of a worker under one job after which the job's rows are given up. */
const JOB_ATTEMPTS = 2;
/** Time without work after which the workers are stopped, ms. */
const IDLE = 60_000;

/** Worker threads that open envelopes, shared by all accounts. */
export interface CryptoPool {
  /**
   * Whether the pool works; false without a worker file and after workers failed to start. Then callers open in
   * their own thread.
   */
  isAvailable(): boolean;
  /**
   * Opens in order. `null` means that no worker could be started: the caller opens in its own thread.
   * Never rejects: rows that killed two workers are refused as `decryption_failed` and may heal.
   */
  open(keys: PoolKeys, envelopes: readonly CheckedEnvelope[]): Promise<OpenOutcome[] | null>;
  /** Makes the workers forget an account's keys. */
  forget(account: number): void;
  /** Wipes the workers' keys and ends them; unfinished jobs resolve to `null`. */
  stop(): Promise<void>;
}

/**
 * A pool of `size` workers (1 or 2), started with the first job. Without a worker path nothing is started. The workers
 * end after a minute without work, and with them the keys they hold; one that stays silent is replaced.
 */
export function createCryptoPool(options: {
  workerPath: string | null;
  size: number;
  logger: Logger;
  scheduler?: Scheduler;
}): CryptoPool {
  const size = Math.max(1, Math.min(2, Math.trunc(options.size)));
  const { workerPath, logger, scheduler = systemScheduler } = options;
  const workers = new Set<PoolWorker>();
  const waiting: PoolJob[] = [];
  const endings = new Set<Promise<void>>();
  let failedStarts = 0;
  let stopped = workerPath === null;
  let idle: Disposer | null = null;
  let nextJob = 1;

  function start(path: string): void {
    const worker: PoolWorker = new PoolWorker(path, scheduler, {
      onReady: () => {
        failedStarts = 0;
      },
      onDone: pump,
      onDeath: (unfinished, wasReady, reason) => {
        workers.delete(worker);
        if (!wasReady) failedStarts += 1;
        if (!stopped) logger.log('warn', 'crypto_worker_died', { reason, wasReady, jobs: unfinished.length });
        for (const job of unfinished.reverse()) retry(job, wasReady);
        pump();
      },
    });
    workers.add(worker);
  }

  function retry(job: PoolJob, wasReady: boolean): void {
    if (stopped) return job.resolve(null);
    job.attempts += wasReady ? 1 : 0;
    if (job.attempts < JOB_ATTEMPTS) waiting.unshift(job);
    else
      job.resolve(job.envelopes.map(() => refuse('decryption_failed', 'opening it ended the worker', true)));
  }

  function pump(): void {
    if (stopped || failedStarts >= START_ATTEMPTS || workerPath === null) {
      for (const job of waiting.splice(0)) job.resolve(null);
      return;
    }
    while (waiting.length > 0) {
      if (workers.size < size && waiting.length > freeSlots()) start(workerPath);
      const free = [...workers].sort((a, b) => a.load - b.load)[0];
      const job = waiting[0];
      if (free === undefined || job === undefined || free.load >= JOBS_IN_FLIGHT) break;
      waiting.shift();
      free.run(job);
    }
    watchIdle();
  }

  function freeSlots(): number {
    let slots = 0;
    for (const worker of workers) slots += JOBS_IN_FLIGHT - worker.load;
    return slots;
  }

  function watchIdle(): void {
    idle?.();
    idle = null;
    const busy = waiting.length > 0 || [...workers].some((worker) => worker.load > 0);
    if (busy || workers.size === 0) return;
    idle = scheduler.after(IDLE, endAll);
  }

  function endAll(): void {
    for (const worker of workers) {
      const ending = worker.stop();
      endings.add(ending);
      void ending.finally(() => endings.delete(ending));
    }
    workers.clear();
  }

  return {
    isAvailable: () => !stopped && failedStarts < START_ATTEMPTS,
    async open(keys, envelopes) {
      const jobs: Promise<OpenOutcome[] | null>[] = [];
      for (let first = 0; first < envelopes.length; first += JOB_SIZE) {
        const part = envelopes.slice(first, first + JOB_SIZE);
        jobs.push(
          new Promise((resolve) => {
            waiting.push({ id: nextJob, keys, envelopes: part, attempts: 0, resolve });
          }),
        );
        nextJob += 1;
      }
      pump();
      const outcomes: OpenOutcome[] = [];
      for (const part of await Promise.all(jobs)) {
        if (part === null) return null;
        outcomes.push(...part);
      }
      return outcomes;
    },
    forget(account) {
      for (const worker of workers) worker.forget(account);
    },
    async stop() {
      stopped = true;
      idle?.();
      idle = null;
      pump();
      endAll();
      await Promise.all(endings);
    },
  };
}
