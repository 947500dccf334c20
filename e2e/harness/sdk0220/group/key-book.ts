import type { DataDir } from '../data-dir';
import type { EpochKey, GroupKeyRing } from './key-ring';

export type { EpochKey, GroupKeyRing } from './key-ring';

/** Old secrets are forgotten after a week. */
const RETENTION_MS = 604_800_000;

/** Secrets of groups with the SDK's rules of what may replace what. */
export class KeyBook {
  readonly #data: DataDir;
  readonly #aid: string;
  readonly #now: () => number;

  constructor(data: DataDir, aid: string, now: () => number) {
    this.#data = data;
    this.#aid = aid;
    this.#now = now;
  }

  ring(group: string): GroupKeyRing {
    return this.#data.load(this.#aid).groupKeys[group] ?? { current: null, old: [] };
  }

  /** Groups with a secret. */
  groups(): string[] {
    return Object.keys(this.#data.load(this.#aid).groupKeys);
  }

  current(group: string): EpochKey | null {
    return this.ring(group).current;
  }

  record(group: string, epoch: number): EpochKey | null {
    const { current, old } = this.ring(group);
    return current?.epoch === epoch ? current : (old.find((each) => each.epoch === epoch) ?? null);
  }

  secret(group: string, epoch: number): Buffer | null {
    const found = this.record(group, epoch);
    return found === null ? null : Buffer.from(found.secret, 'base64');
  }

  /** Creation, rotation, distribution: never goes back. False when refused. */
  store(group: string, key: Omit<EpochKey, 'updatedAt'>): boolean {
    return this.#change(group, (ring) => {
      const fresh = { ...key, updatedAt: this.#now() };
      const { current } = ring;
      if (current !== null && key.epoch < current.epoch) return false;
      if (current === null || key.epoch > current.epoch) {
        if (current !== null) ring.old.push(current);
        ring.current = fresh;
        return true;
      }
      if (current.secret !== key.secret && current.pendingRotationId === '') return false;
      ring.current = fresh;
      return true;
    });
  }

  /** Key responses and the server's copies: an epoch below the current one is kept among the old. */
  storeEpoch(group: string, key: Omit<EpochKey, 'updatedAt'>): boolean {
    const { current } = this.ring(group);
    if (current === null || key.epoch >= current.epoch) return this.store(group, key);
    return this.#change(group, (ring) => {
      const known = ring.old.find((each) => each.epoch === key.epoch);
      if (known !== undefined && known.secret !== key.secret) return false;
      ring.old = [...ring.old.filter((each) => each !== known), { ...key, updatedAt: this.#now() }];
      return true;
    });
  }

  /** The rotation came to nothing: the newest older epoch is current again. */
  discardPending(group: string, epoch: number, rotationId: string): void {
    this.#change(group, (ring) => {
      if (ring.current?.epoch !== epoch || ring.current.pendingRotationId !== rotationId) return false;
      const older = [...ring.old].sort((a, b) => b.epoch - a.epoch)[0] ?? null;
      ring.current = older;
      ring.old = ring.old.filter((each) => each !== older);
      return true;
    });
  }

  /** The rotation was committed. */
  settle(group: string, epoch: number, rotationId: string, chain = ''): void {
    this.#change(group, (ring) => {
      if (ring.current?.epoch !== epoch || ring.current.pendingRotationId !== rotationId) return false;
      ring.current = {
        ...ring.current,
        pendingRotationId: '',
        epochChain: ring.current.epochChain === '' ? chain : ring.current.epochChain,
      };
      return true;
    });
  }

  forget(group: string): void {
    this.#data.update(this.#aid, (record) => {
      record.groupKeys = Object.fromEntries(
        Object.entries(record.groupKeys).filter(([name]) => name !== group),
      );
    });
  }

  #change(group: string, change: (ring: GroupKeyRing) => boolean): boolean {
    let done = false;
    this.#data.update(this.#aid, (record) => {
      const ring = record.groupKeys[group] ?? { current: null, old: [] };
      done = change(ring);
      const oldest = this.#now() - RETENTION_MS;
      ring.old = ring.old.filter((each) => each.updatedAt > oldest);
      if (done) record.groupKeys[group] = ring;
    });
    return done;
  }
}
