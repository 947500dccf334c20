import type { GatewayClock } from '../runtime';
import type { Direction } from '../store/inbox';

/** Mail of queue mode: one payload for anybody, or one for each device. */
export interface EphemeralEntry {
  readonly message: number;
  readonly sender: string;
  readonly recipient: string;
  readonly messageId: string;
  readonly timestamp: number;
  readonly direction: Direction;
  readonly type: string | null;
  readonly encrypted: boolean;
  readonly extras: string | null;
  readonly payloads: ReadonlyMap<string, string> | string;
}

interface Held {
  readonly entry: EphemeralEntry;
  assigned: { readonly device: number; readonly seq: number; readonly payload: string } | null;
}

/** Messages kept for one AID. */
const CAPACITY = 200;

/** The in-memory ring of queue mode: bounded by number and age, gone after a restart (`protocol/04 §1.4`). */
export class EphemeralMail {
  readonly #rings = new Map<string, Held[]>();
  readonly #dropped = new Map<string, number>();
  readonly #clock: GatewayClock;
  readonly #lifetimeMs: number;

  constructor(clock: GatewayClock, lifetimeMs: number) {
    this.#clock = clock;
    this.#lifetimeMs = lifetimeMs;
  }

  /** Keeps an entry that has been given a place in an inbox, or that waits for one. */
  put(
    aid: string,
    entry: EphemeralEntry,
    assigned: { device: number; seq: number; payload: string } | null,
  ): void {
    const ring = this.#ring(aid);
    ring.push({ entry, assigned });
    while (ring.length > CAPACITY) {
      ring.shift();
      this.#count(aid, 1);
    }
  }

  /** Payload of a row, or `null` when it has been evicted. */
  payload(aid: string, device: number, seq: number): string | null {
    const held = this.#ring(aid).find(
      (item) => item.assigned?.device === device && item.assigned.seq === seq,
    );
    return held?.assigned?.payload ?? null;
  }

  /** Entries that wait for a device and that this one can read; `assign` gives each its sequence number. */
  claim(
    aid: string,
    deviceId: string,
    assign: (entry: EphemeralEntry, payload: string) => { device: number; seq: number },
  ): void {
    for (const held of this.#ring(aid)) {
      if (held.assigned !== null) continue;
      const { payloads } = held.entry;
      const payload = typeof payloads === 'string' ? payloads : payloads.get(deviceId);
      if (payload === undefined) continue;
      held.assigned = { ...assign(held.entry, payload), payload };
    }
  }

  /** Smallest sequence number of an inbox that the ring still holds. */
  earliest(aid: string, device: number): number | null {
    const seqs = this.#ring(aid).flatMap((item) =>
      item.assigned?.device === device ? [item.assigned.seq] : [],
    );
    return seqs.length === 0 ? null : Math.min(...seqs);
  }

  /** How many entries of an AID have been evicted. */
  dropped(aid: string): number {
    this.#ring(aid);
    return this.#dropped.get(aid) ?? 0;
  }

  #count(aid: string, number: number): void {
    this.#dropped.set(aid, (this.#dropped.get(aid) ?? 0) + number);
  }

  #ring(aid: string): Held[] {
    const ring = this.#rings.get(aid) ?? [];
    const oldest = this.#clock.now() - this.#lifetimeMs;
    const alive = ring.findIndex((item) => item.entry.timestamp > oldest);
    const expired = alive < 0 ? ring.length : alive;
    if (expired > 0) {
      ring.splice(0, expired);
      this.#count(aid, expired);
    }
    this.#rings.set(aid, ring);
    return ring;
  }
}
