const LIMIT = 50_000;

/** Hands rows to the application in sequence order (protocol/04 §5.3, `publishOrdered`). */
export class OrderedPublisher<Row> {
  readonly #published = new Set<number>();
  readonly #pending = new Map<number, Row>();
  readonly #emit: (row: Row) => void;

  constructor(emit: (row: Row) => void) {
    this.#emit = emit;
  }

  /** Publishes now, keeps for later (beyond a hole) or drops (already published). */
  publish(seq: number, row: Row, contiguous: () => number): void {
    if (this.#published.has(seq)) return;
    if (seq > contiguous()) {
      this.#pending.set(seq, row);
      if (this.#pending.size > LIMIT) this.#pending.delete(Math.min(...this.#pending.keys()));
      return;
    }
    this.#flush((held) => held < seq);
    this.#pending.delete(seq);
    this.#mark(seq);
    this.#emit(row);
    this.#flush((held) => held <= contiguous());
  }

  /** Publishes what a risen cursor has released. */
  drain(contiguous: number): void {
    this.#flush((held) => held <= contiguous);
  }

  /** After each gap fill the SDK forgets what it published at or below the cursor, so a late repeat is shown again. */
  prune(contiguous: number): void {
    for (const seq of this.#published) if (seq <= contiguous) this.#published.delete(seq);
  }

  #flush(due: (seq: number) => boolean): void {
    for (const seq of [...this.#pending.keys()].filter(due).sort((a, b) => a - b)) {
      const row = this.#pending.get(seq);
      this.#pending.delete(seq);
      if (row === undefined || this.#published.has(seq)) continue;
      this.#mark(seq);
      this.#emit(row);
    }
  }

  #mark(seq: number): void {
    this.#published.add(seq);
    if (this.#published.size > LIMIT) this.#published.delete(Math.min(...this.#published));
  }
}
