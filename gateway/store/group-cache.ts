import type { SqlDatabase } from './database';

/** Groups that are kept at the same time; those not asked for longest go first. */
const MOST_GROUPS = 64;

/**
 * What was read about groups, kept until it changes. The store that writes the table says so with {@link drop}; what was read
 * inside a transaction that is rolled back is forgotten with everything else. The gateway is the only one who writes its database.
 */
export class GroupCache<Value> {
  readonly #kept = new Map<number, Value>();

  constructor(sql: SqlDatabase) {
    sql.onRollback(() => this.#kept.clear());
  }

  /** What is kept of a group, read first where nothing is. */
  of(group: number, load: () => Value): Value {
    const known = this.#kept.get(group);
    const value = known ?? load();
    this.#kept.delete(group);
    this.#kept.set(group, value);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_GROUPS) break;
      this.#kept.delete(oldest);
    }
    return value;
  }

  /** What is kept of a group; nothing is read. */
  known(group: number): Value | undefined {
    return this.#kept.get(group);
  }

  /** Forgets a group: it was changed. */
  drop(group: number): void {
    this.#kept.delete(group);
  }
}
