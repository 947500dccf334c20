import type { GroupKeyRecord } from '../../ports/group-store';
import { sameHex } from '../../e2ee/v1/group';
import type { Disposer } from '../../runtime/runtime';
import type { KeyStore } from './types';

/** What became of a key that was to be stored. `merged`: the same key, what is known of it was renewed. */
export type Stored = 'stored' | 'merged' | 'refused';

/** A key that nothing but its bearer's word binds to its epoch: it opens messages and is neither used nor handed on. */
export const UNBOUND = 'unbound';

/** Whether only its bearer's word binds a key to its epoch. */
export function isUnbound(record: GroupKeyRecord): boolean {
  return record.chainDoubt?.startsWith(UNBOUND) ?? false;
}

/** A key that is sealed with and handed on. */
export type SettledKey = GroupKeyRecord & { readonly pendingRotation: null };

/** Whether a key is the committed one of its epoch as far as we know: such a key never gives way to another. */
export function isSettled(record: GroupKeyRecord | null): record is SettledKey {
  return record?.pendingRotation === null && !isUnbound(record);
}

/** Whether two records hold the same key. */
export function sameSecret(left: GroupKeyRecord, right: GroupKeyRecord): boolean {
  return Buffer.from(left.secret).equals(Buffer.from(right.secret));
}

/**
 * All keys of all groups (`protocol/02 §8.7`). Every change is in the database before anybody can see it here; changes of one
 * group happen one after the other. Old keys are kept as long as the history they open.
 */
export class KeyBook {
  readonly #groups = new Map<string, Map<number, GroupKeyRecord>>();
  readonly #stamps = new Map<string, number>();
  readonly #queues = new Map<string, Promise<unknown>>();
  readonly #listeners = new Set<(group: string, epoch: number) => void>();
  #time = 0;

  constructor(private readonly store: KeyStore) {}

  /** Reads the keys of a group. */
  async load(group: string): Promise<void> {
    const records = await this.store.groupKeys(group);
    this.#groups.set(group, new Map(records.map((record) => [record.epoch, record])));
  }

  get(group: string, epoch: number): GroupKeyRecord | null {
    return this.#groups.get(group)?.get(epoch) ?? null;
  }

  /** Newest epoch first. */
  epochs(group: string): readonly GroupKeyRecord[] {
    return [...(this.#groups.get(group)?.values() ?? [])].sort((left, right) => right.epoch - left.epoch);
  }

  current(group: string): GroupKeyRecord | null {
    return this.epochs(group)[0] ?? null;
  }

  /** Highest epoch whose key is known to be committed; 0: none. */
  committed(group: string): number {
    return this.epochs(group).find(isSettled)?.epoch ?? 0;
  }

  pending(group: string): readonly GroupKeyRecord[] {
    return this.epochs(group).filter((record) => record.pendingRotation !== null);
  }

  /** A moment in the order of changes: what was asked of the gateway before a change says nothing about it. */
  moment(): number {
    return this.#time;
  }

  /** Whether an epoch was last changed before a moment. */
  unchangedSince(group: string, epoch: number, moment: number): boolean {
    return (this.#stamps.get(`${group} ${epoch}`) ?? 0) <= moment;
  }

  /** Stores a key that came by creation, rotation or distribution. */
  async transition(group: string, record: GroupKeyRecord): Promise<Stored> {
    return this.#alone(group, async () => {
      const current = this.current(group);
      if (current !== null && record.epoch < current.epoch) return 'refused';
      return this.#put(group, record);
    });
  }

  /** Stores a key of any epoch, as answers and the server give them. */
  async epoch(group: string, record: GroupKeyRecord): Promise<Stored> {
    return this.#alone(group, () => this.#put(group, record));
  }

  /** Replaces what is known of a key that is there; the key itself stays. */
  async amend(
    group: string,
    epoch: number,
    patch: Partial<Omit<GroupKeyRecord, 'secret' | 'epoch'>>,
  ): Promise<void> {
    await this.#alone(group, async () => {
      const held = this.get(group, epoch);
      if (held !== null) await this.#write(group, { ...held, ...patch });
    });
  }

  /** Takes back a key whose rotation came to nothing; `former` is put in its place if it may be. */
  async discard(
    group: string,
    epoch: number,
    rotation: string,
    former: GroupKeyRecord | null = null,
  ): Promise<boolean> {
    return this.#alone(group, async () => {
      if (this.get(group, epoch)?.pendingRotation !== rotation) return false;
      if (former !== null) {
        await this.#write(group, former);
        return true;
      }
      await this.#drop(group, epoch);
      return true;
    });
  }

  /** Takes away a key that turned out to be a wrong one. Only one that nothing proves can. */
  async dropDoubtful(group: string, epoch: number): Promise<void> {
    await this.#alone(group, async () => {
      const held = this.get(group, epoch);
      if (held !== null && !isSettled(held)) await this.#drop(group, epoch);
    });
  }

  /** Deletes every key of a group. */
  async wipe(group: string): Promise<void> {
    await this.#alone(group, async () => {
      await this.store.removeGroupKeys(group);
      for (const { secret } of this.epochs(group)) secret.fill(0);
      this.#groups.delete(group);
    });
  }

  /** Called after a key came that was not there. */
  onKey(listener: (group: string, epoch: number) => void): Disposer {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #put(group: string, record: GroupKeyRecord): Promise<Stored> {
    const held = this.get(group, record.epoch);
    if (held === null) {
      await this.#write(group, record);
      this.#tell(group, record.epoch);
      return 'stored';
    }
    if (sameSecret(held, record)) {
      await this.#write(group, mergeRecords(held, record));
      return 'merged';
    }
    if (isSettled(held) || (isUnbound(record) && !isUnbound(held))) return 'refused';
    await this.#write(group, record);
    this.#tell(group, record.epoch);
    return 'stored';
  }

  async #drop(group: string, epoch: number): Promise<void> {
    await this.store.removeGroupKey(group, epoch);
    this.#groups.get(group)?.delete(epoch);
    this.#stamp(group, epoch);
  }

  async #write(group: string, record: GroupKeyRecord): Promise<void> {
    const own = { ...record, secret: Uint8Array.from(record.secret) };
    await this.store.saveGroupKey(group, own);
    const records = this.#groups.get(group) ?? new Map<number, GroupKeyRecord>();
    records.set(record.epoch, own);
    this.#groups.set(group, records);
    this.#stamp(group, record.epoch);
  }

  #stamp(group: string, epoch: number): void {
    this.#time += 1;
    this.#stamps.set(`${group} ${epoch}`, this.#time);
  }

  #tell(group: string, epoch: number): void {
    for (const listener of [...this.#listeners]) listener(group, epoch);
  }

  async #alone<Result>(group: string, task: () => Promise<Result>): Promise<Result> {
    const before = this.#queues.get(group) ?? Promise.resolve();
    const mine = before.then(task, task);
    this.#queues.set(group, mine);
    try {
      return await mine;
    } finally {
      if (this.#queues.get(group) === mine) this.#queues.delete(group);
    }
  }
}

/** What is known of the same key from two sides. A chain that was checked is not replaced by one that was not. */
function mergeRecords(held: GroupKeyRecord, next: GroupKeyRecord): GroupKeyRecord {
  const keepChain = held.chain !== null && held.chainDoubt === null && next.chainDoubt !== null;
  const known = keepChain || next.chain === null ? held : next;
  // A key that was committed does not become doubtful because somebody tells of it as of one that is not.
  const settled = isSettled(held);
  return {
    ...next,
    chain: known.chain,
    chainDoubt:
      (isUnbound(held) && !isUnbound(next)) || known.chain === null ? next.chainDoubt : known.chainDoubt,
    pendingRotation: settled ? null : next.pendingRotation,
    commitment: settled && !sameHex(held.commitment, next.commitment) ? held.commitment : next.commitment,
    members: settled ? held.members : next.members,
    origin: held.origin,
  };
}
