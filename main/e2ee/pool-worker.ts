import { Worker } from 'node:worker_threads';
import type { Disposer, Scheduler } from '../runtime/runtime';
import { BoundedMap } from '../runtime/bounded-map';
import { workerReplySchema } from './pool-protocol';
import type { OpenOutcome, WorkerKey, WorkerRequest } from './pool-protocol';
import type { CheckedEnvelope } from './v1/incoming';
import { OPENER_LIMITS, senderId } from './v1/opener';

/** Where the pool takes an account's keys from. The bytes are handed over: every call returns a fresh copy. */
export interface PoolKeys {
  /** Distinguishes the accounts of this process. */
  readonly account: number;
  /** PKCS#8 DER of the identity keys, those of before among them, with the fingerprints of their SPKI. */
  identities(): readonly { readonly key: string; readonly pkcs8: Uint8Array }[];
  /** PKCS#8 DER of a prekey, or null when it does not exist. */
  prekey(id: string): Uint8Array | null;
  /** SPKI DER of a sender's verified certificate, or null. */
  sender(aid: string, fingerprint: string): Uint8Array | null;
}

/** A run of envelopes of one account. */
export interface PoolJob {
  readonly id: number;
  readonly keys: PoolKeys;
  readonly envelopes: readonly CheckedEnvelope[];
  attempts: number;
  readonly resolve: (outcomes: OpenOutcome[] | null) => void;
}

/** Silence after which a worker with work is taken for stuck, ms; a job takes a few milliseconds. */
export const ANSWER_TIME = 30_000;
/** How long a worker may take to wipe its keys before it is ended anyway, ms. */
const STOP_TIME = 2_000;

interface Listener {
  onReady(): void;
  onDone(): void;
  /** Called once, with the jobs that got no answer, oldest first; not after an orderly end without any. */
  onDeath(unfinished: PoolJob[], wasReady: boolean, reason: string): void;
}

/**
 * What a worker still holds of an account. The limits are those of the worker, and both sides touch the same keys in
 * the same order; half the limit leaves room for doubt, and a key sent twice does no harm.
 */
interface Held {
  readonly prekeys: BoundedMap<string, true>;
  readonly senders: BoundedMap<string, true>;
}

/** One worker thread: sends each key once, answers jobs in order, tells when it dies. */
export class PoolWorker {
  readonly #worker: Worker;
  readonly #listener: Listener;
  readonly #jobs = new Map<number, PoolJob>();
  readonly #held = new Map<number, Held>();
  readonly #ended: Promise<void>;
  readonly #scheduler: Scheduler;
  #watchdog: Disposer | null = null;
  #onStopped: () => void = () => undefined;
  #ready = false;
  #dead = false;
  #stopping = false;
  #reason = 'exit';

  constructor(path: string, scheduler: Scheduler, listener: Listener) {
    this.#scheduler = scheduler;
    this.#listener = listener;
    this.#worker = new Worker(path, { name: 'parley-crypto' });
    this.#worker.unref();
    this.#worker.on('message', (message: unknown) => this.#receive(message));
    this.#worker.on('error', (error: unknown) => {
      this.#reason = error instanceof Error ? error.message : String(error);
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#die();
        resolve();
      });
    });
  }

  /** Jobs without an answer. */
  get load(): number {
    return this.#jobs.size;
  }

  run(job: PoolJob): void {
    this.#jobs.set(job.id, job);
    // The event loop stays alive while an answer is due, even when nothing else keeps it.
    this.#worker.ref();
    this.#give(job);
    this.#post({ kind: 'open', account: job.keys.account, job: job.id, envelopes: [...job.envelopes] });
    this.#watch();
  }

  forget(account: number): void {
    if (this.#held.delete(account)) this.#post({ kind: 'forget', account });
  }

  /** Lets the worker wipe its keys and ends it; jobs without an answer are reported as unfinished. */
  async stop(): Promise<void> {
    if (this.#dead) return;
    this.#stopping = true;
    this.#worker.ref();
    let cancel: Disposer = () => undefined;
    const wiped = new Promise<void>((resolve) => {
      this.#onStopped = resolve;
      cancel = this.#scheduler.after(STOP_TIME, resolve);
    });
    this.#post({ kind: 'stop' });
    await Promise.race([wiped, this.#ended]);
    cancel();
    await this.#worker.terminate();
    await this.#ended;
  }

  /** Ends a worker that stays silent although it has work; its jobs are reported as unfinished. */
  #watch(): void {
    this.#watchdog?.();
    this.#watchdog = null;
    if (this.#jobs.size === 0 || this.#dead) return;
    this.#watchdog = this.#scheduler.after(ANSWER_TIME, () => {
      this.#reason = 'no answer';
      void this.#worker.terminate();
    });
  }

  #give(job: PoolJob): void {
    const { account } = job.keys;
    let held = this.#held.get(account);
    if (held === undefined) {
      held = {
        prekeys: new BoundedMap(OPENER_LIMITS.prekeys / 2),
        senders: new BoundedMap(OPENER_LIMITS.senders / 2),
      };
      this.#held.set(account, held);
      const identities = job.keys.identities().map(({ key, pkcs8 }) => {
        const own = Uint8Array.from(pkcs8);
        pkcs8.fill(0);
        return { key, pkcs8: own };
      });
      this.#post(
        { kind: 'account', account, identities },
        identities.map(({ pkcs8 }) => pkcs8),
      );
    }
    const keys: WorkerKey[] = [];
    for (const { prekeyId, from, senderFingerprint } of job.envelopes) {
      if (prekeyId !== null && held.prekeys.get(prekeyId) === undefined) {
        const pkcs8 = job.keys.prekey(prekeyId);
        if (pkcs8 !== null) {
          held.prekeys.set(prekeyId, true);
          keys.push({ kind: 'prekey', id: prekeyId, pkcs8 });
        }
      }
      const sender = senderId(from, senderFingerprint);
      if (held.senders.get(sender) === undefined) {
        const spki = job.keys.sender(from, senderFingerprint);
        if (spki !== null) {
          held.senders.set(sender, true);
          keys.push({ kind: 'sender', aid: from, fingerprint: senderFingerprint, spki });
        }
      }
    }
    if (keys.length === 0) return;
    const buffers = keys.map((key) => (key.kind === 'prekey' ? key.pkcs8 : key.spki));
    this.#post({ kind: 'keys', account, keys }, buffers);
  }

  #post(request: WorkerRequest, handOver: readonly Uint8Array[] = []): void {
    if (this.#dead) return;
    const buffers: ArrayBuffer[] = [];
    for (const { buffer } of handOver) if (buffer instanceof ArrayBuffer) buffers.push(buffer);
    this.#worker.postMessage(request, buffers);
  }

  #receive(message: unknown): void {
    const reply = workerReplySchema.parse(message);
    if (reply.kind === 'ready') {
      this.#ready = true;
      this.#listener.onReady();
      return;
    }
    if (reply.kind === 'stopped') {
      this.#onStopped();
      return;
    }
    const job = this.#jobs.get(reply.job);
    this.#jobs.delete(reply.job);
    this.#watch();
    if (this.#jobs.size === 0 && !this.#stopping) this.#worker.unref();
    job?.resolve(reply.outcomes);
    this.#listener.onDone();
  }

  #die(): void {
    this.#dead = true;
    this.#held.clear();
    const unfinished = [...this.#jobs.values()];
    this.#jobs.clear();
    this.#watch();
    if (this.#stopping && unfinished.length === 0) return;
    this.#listener.onDeath(unfinished, this.#ready, this.#reason);
  }
}
