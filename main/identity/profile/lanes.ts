/** Work that nobody waits for gives way to work that somebody does. */
export type Urgency = 'asked' | 'background';

/** Limits of {@link Lanes}. */
export interface LaneLimits {
  /** Tasks at once. */
  readonly parallel: number;
  /** Background tasks at once, a part of `parallel`. */
  readonly background: number;
  /** Background tasks that wait; more are not taken. */
  readonly waiting: number;
}

interface Waiting<Result> {
  readonly key: string;
  readonly work: () => Promise<Result>;
  readonly settle: (outcome: Promise<Result>) => void;
}

interface Entry<Result> {
  readonly promise: Promise<Result>;
  urgency: Urgency;
  waiting: Waiting<Result> | null;
}

/** Runs tasks a few at a time and never two of one key: who asks for a key that is under way gets the same answer. */
export class Lanes<Result> {
  readonly #limits: LaneLimits;
  readonly #entries = new Map<string, Entry<Result>>();
  readonly #queues: Record<Urgency, Waiting<Result>[]> = { asked: [], background: [] };
  readonly #running: Record<Urgency, number> = { asked: 0, background: 0 };
  #stopped = false;

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  /** Whether something is under way or waits for this key. */
  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** Runs `work` for `key` when there is room. Null for background work when too much of it waits, or after the end. */
  run(key: string, urgency: Urgency, work: () => Promise<Result>): Promise<Result> | null {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      if (urgency === 'asked') this.#hurry(known);
      return known.promise;
    }
    if (this.#stopped || (urgency === 'background' && this.#queues.background.length >= this.#limits.waiting))
      return null;
    let settle: Waiting<Result>['settle'] = () => undefined;
    const promise = new Promise<Result>((resolve) => {
      settle = resolve;
    });
    const waiting = { key, work, settle };
    this.#entries.set(key, { promise, urgency, waiting });
    this.#queues[urgency].push(waiting);
    this.#next();
    return promise;
  }

  /** Starts nothing more; what waits never starts. */
  stop(): void {
    this.#stopped = true;
    this.#queues.asked = [];
    this.#queues.background = [];
  }

  #hurry(entry: Entry<Result>): void {
    const { waiting } = entry;
    if (waiting === null || entry.urgency === 'asked') return;
    entry.urgency = 'asked';
    this.#queues.background = this.#queues.background.filter((other) => other !== waiting);
    this.#queues.asked.push(waiting);
    this.#next();
  }

  #next(): void {
    while (this.#running.asked + this.#running.background < this.#limits.parallel) {
      const roomBehind = this.#running.background < this.#limits.background;
      const urgency = this.#queues.asked.length > 0 ? 'asked' : 'background';
      if (urgency === 'background' && !roomBehind) return;
      const waiting = this.#queues[urgency].shift();
      if (waiting === undefined) return;
      this.#start(waiting, urgency);
    }
  }

  #start(waiting: Waiting<Result>, urgency: Urgency): void {
    this.#running[urgency] += 1;
    const entry = this.#entries.get(waiting.key);
    if (entry !== undefined) entry.waiting = null;
    const outcome = waiting.work().finally(() => {
      this.#running[urgency] -= 1;
      this.#entries.delete(waiting.key);
      this.#next();
    });
    waiting.settle(outcome);
  }
}
