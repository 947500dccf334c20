/**
 * A map that keeps the `limit` most recently used entries. Looking an entry up counts as use; the least recently used
 * one leaves first and is handed to `onEvict`.
 */
export class BoundedMap<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  readonly #limit: number;
  readonly #onEvict: (key: Key, value: Value) => void;

  constructor(limit: number, onEvict: (key: Key, value: Value) => void = () => undefined) {
    if (!Number.isInteger(limit) || limit < 1)
      throw new RangeError('a bounded map needs a limit of at least 1');
    this.#limit = limit;
    this.#onEvict = onEvict;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: Key): boolean {
    return this.#entries.has(key);
  }

  get(key: Key): Value | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: Key, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    for (const [oldest, old] of this.#entries) {
      if (this.#entries.size <= this.#limit) break;
      this.#entries.delete(oldest);
      this.#onEvict(oldest, old);
    }
  }

  /** The entry of `key`, made by `make` when it is not there yet. */
  ensure(key: Key, make: () => Value): Value {
    const known = this.get(key);
    if (known !== undefined) return known;
    const value = make();
    this.set(key, value);
    return value;
  }

  delete(key: Key): void {
    this.#entries.delete(key);
  }

  /** Removes every entry whose key satisfies `matches`. */
  deleteWhere(matches: (key: Key) => boolean): void {
    for (const key of [...this.#entries.keys()]) if (matches(key)) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  /** Hands every value to `wipe` and forgets all of them. */
  wipe(wipe: (value: Value) => void): void {
    for (const value of this.#entries.values()) wipe(value);
    this.#entries.clear();
  }
}
