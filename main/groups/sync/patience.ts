import type { GroupRecord } from '../../ports/group-store';
import type { Clock } from '../../runtime/runtime';
import { KEY_PATIENCE_MS } from './limits';

/**
 * How long a key is waited for before its messages are said to stay closed. Members are asked for an old key a number of times on
 * each connection and no more; the one in force is looked for without end. A key that comes later opens them all the same.
 */
export class KeyPatience {
  private readonly since = new Map<string, number>();

  constructor(
    private readonly parts: {
      readonly clock: Clock;
      readonly record: (group: string) => GroupRecord | null;
      /** Number of the key in force. */
      readonly inForce: (group: string) => number;
    },
  ) {}

  /** A new connection: everybody is asked again. */
  restart(): void {
    this.since.clear();
  }

  /** Whether nobody is expected to give this key any more; the first question starts the waiting. */
  isOver(group: string, epoch: number): boolean {
    const record = this.parts.record(group);
    // Nobody gives keys to those who are out.
    if (record?.membership !== 'member' || record.status === 'dissolved') return true;
    if (epoch === this.parts.inForce(group)) return false;
    const key = `${group} ${String(epoch)}`;
    const now = this.parts.clock.monotonic();
    const since = this.since.get(key) ?? now;
    // Numbers of keys are anybody's to make up: those of a flood are all thought of as new.
    if (this.since.size < MOST_KEYS) this.since.set(key, since);
    return now - since >= KEY_PATIENCE_MS;
  }
}

const MOST_KEYS = 10_000;
