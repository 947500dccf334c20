import { isDict, numberOf, textOf } from './json';
import type { Dict } from './json';

const SEEN_LIMIT = 50_000;

/** Time window and seen set of the push path (protocol/02 §5.5). Kept in memory only, as the generation does. */
export class ReplayGuard {
  readonly #seen = new Set<string>();
  readonly #windowMs: number;
  readonly #now: () => number;

  constructor(options: { windowSeconds: number; now: () => number }) {
    this.#windowMs = options.windowSeconds * 1000;
    this.#now = options.now;
  }

  /** Why the row must be refused, or `null`. */
  refusal(message: Dict): string | null {
    const payload = isDict(message['payload']) ? message['payload'] : {};
    const aad = isDict(payload['aad']) ? payload['aad'] : {};
    const stamp = numberOf(message['timestamp'], numberOf(aad['timestamp']));
    if (this.#windowMs > 0 && stamp > 0 && Math.abs(this.#now() - stamp) > this.#windowMs) {
      return 'message timestamp outside the replay window';
    }
    return this.#seen.has(keyOf(message)) ? 'replayed message' : null;
  }

  /** Remembers a row that was opened; the oldest fifth is forgotten at the limit. */
  record(message: Dict): void {
    this.#seen.add(keyOf(message));
    if (this.#seen.size <= SEEN_LIMIT) return;
    const keep = Math.floor(SEEN_LIMIT * 0.8);
    for (const key of [...this.#seen].slice(0, this.#seen.size - keep)) this.#seen.delete(key);
  }
}

function keyOf(message: Dict): string {
  return `${textOf(message['from'])}:${textOf(message['message_id'])}`;
}
