/** What happens to a pushed event instead of arriving once, at once. */
export type PushFault =
  /** It is never written; its row stays in the inbox. */
  | 'drop'
  /** It is written twice. */
  | 'duplicate'
  /** It is written later. */
  | 'delay'
  /** It is written after the next event of the same name on that socket. */
  | 'reorder'
  /** It names another device than the one it is sent to. */
  | 'misaddress';

const FAULTS: readonly PushFault[] = ['drop', 'duplicate', 'delay', 'reorder', 'misaddress'];

/** Which pushes are meant; absent members match all. */
export interface PushFilter {
  readonly aid?: string | undefined;
  readonly deviceId?: string | undefined;
  /** Name without `event/`; `message.received` when absent. */
  readonly event?: string | undefined;
}

/** How often each fault happens, from 0 to 1, and how long delays may be. The same seed gives the same course. */
export interface PushChaos extends PushFilter {
  readonly rates: Readonly<Partial<Record<PushFault, number | undefined>>>;
  readonly maxDelayMs: number;
  readonly seed: number;
}

/** Who is pushed to. */
export interface PushTarget {
  readonly aid: string;
  readonly deviceId: string;
}

interface Planned {
  readonly filter: PushFilter;
  readonly fault: PushFault;
  readonly ms: number;
  left: number;
}

type Write = (params: string) => boolean;

/** A held event waits at most this long for one that it can come after, in ms. */
const HOLD_MS = 2000;
const OTHER_DEVICE = 'device-of-somebody-else';

/** Faults of pushes, planned one by one or by chance. Rows and replies are never touched. */
export class PushFaults {
  readonly #planned: Planned[] = [];
  readonly #held = new WeakMap<PushTarget, Map<string, (() => void)[]>>();
  #chaos: PushChaos | null = null;
  #state = 0;

  /** The next `times` pushes that match suffer a fault; `ms` is how long a delay takes. */
  plan(filter: PushFilter, fault: PushFault, options: { times: number; ms: number }): void {
    this.#planned.push({ filter, fault, ms: options.ms, left: options.times });
  }

  /** Lets chance decide from now on; null ends it. */
  setChaos(chaos: PushChaos | null): void {
    this.#chaos = chaos;
    this.#state = chaos?.seed ?? 0;
  }

  /** Forgets everything planned. */
  clear(): void {
    this.#planned.length = 0;
    this.setChaos(null);
  }

  /** Writes an event as planned. What is lost on purpose counts as written: the gateway would not know either. */
  pass(target: PushTarget | null, event: string, params: string, write: Write): boolean {
    if (target === null) return write(params);
    const decided = this.#decide(target, event);
    if (decided?.fault === 'drop') return true;
    if (decided?.fault === 'reorder') {
      this.#hold(target, event, () => void write(params));
      return true;
    }
    if (decided?.fault === 'delay') {
      setTimeout(() => void write(params), decided.ms).unref();
      return true;
    }
    const text = decided?.fault === 'misaddress' ? misaddressed(params) : params;
    const written = write(text);
    if (decided?.fault === 'duplicate') write(text);
    this.#release(target, event);
    return written;
  }

  #decide(target: PushTarget, event: string): { fault: PushFault; ms: number } | null {
    const index = this.#planned.findIndex((each) => matches(each.filter, target, event));
    const planned = this.#planned[index];
    if (planned !== undefined) {
      planned.left -= 1;
      if (planned.left <= 0) this.#planned.splice(index, 1);
      return planned;
    }
    const chaos = this.#chaos;
    if (chaos === null || !matches(chaos, target, event)) return null;
    let chance = this.#random();
    for (const fault of FAULTS) {
      chance -= chaos.rates[fault] ?? 0;
      if (chance < 0) return { fault, ms: Math.floor(this.#random() * chaos.maxDelayMs) };
    }
    return null;
  }

  #hold(target: PushTarget, event: string, write: () => void): void {
    const ofTarget = this.#held.get(target) ?? new Map<string, (() => void)[]>();
    this.#held.set(target, ofTarget);
    ofTarget.set(event, [...(ofTarget.get(event) ?? []), write]);
    setTimeout(() => this.#release(target, event), HOLD_MS).unref();
  }

  #release(target: PushTarget, event: string): void {
    const waiting = this.#held.get(target)?.get(event);
    if (waiting === undefined) return;
    this.#held.get(target)?.delete(event);
    for (const write of waiting) write();
  }

  /** Mulberry32: small, and the same everywhere. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
}

function matches(filter: PushFilter, target: PushTarget, event: string): boolean {
  return (
    (filter.event ?? 'message.received') === event &&
    (filter.aid === undefined || filter.aid === target.aid) &&
    (filter.deviceId === undefined || filter.deviceId === target.deviceId)
  );
}

function misaddressed(params: string): string {
  const value: unknown = JSON.parse(params);
  return JSON.stringify(typeof value === 'object' ? { ...value, device_id: OTHER_DEVICE } : value);
}
