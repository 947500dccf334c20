const BACKOFF_MS = [1000, 3000, 10_000, 30_000, 60_000];
const RECEIVED_LIMIT = 5000;

interface Gap {
  start: number;
  end: number;
  lastProbeAt: number;
  probeCount: number;
  resolved: boolean;
}

/** Sequence state of one namespace, written after protocol/04 §5.2 line by line. */
export class SeqTracker {
  contiguous = 0;
  maxSeen = 0;
  readonly #received = new Set<number>();
  readonly #gaps = new Map<string, Gap>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes a pushed number; true when a pull is due. */
  onMessageSeq(seq: number): boolean {
    if (seq <= 0 || seq <= this.contiguous) return false;
    if (this.contiguous === 0 && this.maxSeen === 0) {
      if (seq === 1) {
        this.contiguous = 1;
        this.maxSeen = 1;
        return false;
      }
      this.maxSeen = seq;
      this.#received.add(seq);
      this.#addGap(1, seq - 1);
      return true;
    }
    this.#received.add(seq);
    this.maxSeen = Math.max(this.maxSeen, seq);
    if (this.#received.size > RECEIVED_LIMIT) this.#compact();
    if (seq === this.contiguous + 1) {
      this.contiguous = seq;
      this.#received.delete(seq);
      this.#advance();
      return false;
    }
    const key = `${String(this.contiguous + 1)}:${String(seq - 1)}`;
    const gap = this.#gaps.get(key);
    if (gap?.resolved) {
      this.contiguous = Math.max(this.contiguous, gap.end);
      this.#gaps.delete(key);
      this.#advance();
      return false;
    }
    if (gap) return this.#now() - gap.lastProbeAt >= (BACKOFF_MS[Math.min(gap.probeCount, 4)] ?? 0);
    this.#addGap(this.contiguous + 1, seq - 1);
    return true;
  }

  /** Notes the numbers of a pulled page. */
  onPullResult(seqs: number[]): void {
    const page = new Set(seqs.filter((seq) => seq > 0));
    for (const gap of this.#gaps.values()) {
      if (gap.resolved) continue;
      gap.lastProbeAt = this.#now();
      gap.probeCount += 1;
      let covered = true;
      for (let seq = gap.start; seq <= gap.end && covered; seq += 1) covered = page.has(seq);
      if (covered) gap.resolved = true;
    }
    for (const seq of page) {
      if (seq > this.contiguous) this.#received.add(seq);
      this.maxSeen = Math.max(this.maxSeen, seq);
    }
    this.#advance();
  }

  /** Jumps forward to a cursor the server named. */
  force(seq: number): void {
    if (seq <= this.contiguous) return;
    for (const [key, gap] of this.#gaps) if (gap.end <= seq) this.#gaps.delete(key);
    for (const held of this.#received) if (held <= seq) this.#received.delete(held);
    this.contiguous = seq;
    this.maxSeen = Math.max(this.maxSeen, seq);
    this.#advance();
  }

  /** Takes a persisted cursor; never goes back. */
  restore(seq: number): void {
    this.contiguous = Math.max(this.contiguous, seq);
    this.maxSeen = Math.max(this.maxSeen, this.contiguous);
  }

  #addGap(start: number, end: number): void {
    this.#gaps.set(`${String(start)}:${String(end)}`, {
      start,
      end,
      lastProbeAt: this.#now(),
      probeCount: 0,
      resolved: false,
    });
  }

  #compact(): void {
    // The TypeScript SDK jumps onto the smallest held number and gives up what lies before it.
    const lowest = Math.min(...this.#received);
    this.contiguous = Math.max(this.contiguous, lowest);
    for (const [key, gap] of this.#gaps) if (gap.end <= this.contiguous) this.#gaps.delete(key);
    this.#advance();
  }

  #advance(): void {
    let moved = true;
    while (moved) {
      moved = false;
      for (const [key, gap] of this.#gaps) {
        if (gap.resolved && gap.start <= this.contiguous + 1) {
          this.contiguous = Math.max(this.contiguous, gap.end);
          this.#gaps.delete(key);
          moved = true;
        }
      }
      while (this.#received.delete(this.contiguous + 1)) {
        this.contiguous += 1;
        moved = true;
      }
    }
    for (const held of this.#received) if (held <= this.contiguous) this.#received.delete(held);
  }
}
