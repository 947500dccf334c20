/** Which way bytes go. */
export type Verb = 'PUT' | 'GET';

/** What happens to one transfer instead of succeeding. */
export type TransferFault =
  /** The socket is cut when that many bytes have passed. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** The answer is this status. */
  | { readonly kind: 'status'; readonly status: number };

interface Planned {
  readonly verb: Verb;
  readonly fault: TransferFault;
  left: number;
}

/** Misbehaviour of storage, switched on from outside. All off by default. */
export class StorageFaults {
  /** `false`: calls answer −32002, transfers 503. */
  available = true;
  /** Bytes per second of every transfer; null for as fast as it goes. */
  bytesPerSecond: number | null = null;
  readonly #planned: Planned[] = [];

  /** The next `times` transfers of this kind go wrong. */
  plan(verb: Verb, fault: TransferFault, times = 1): void {
    this.#planned.push({ verb, fault, left: times });
  }

  /** What the transfer that begins now has to suffer. */
  take(verb: Verb): TransferFault | null {
    const index = this.#planned.findIndex((planned) => planned.verb === verb);
    const planned = this.#planned[index];
    if (planned === undefined) return null;
    planned.left -= 1;
    if (planned.left <= 0) this.#planned.splice(index, 1);
    return planned.fault;
  }

  /** Forgets what was planned and lets transfers run freely. */
  clear(): void {
    this.#planned.length = 0;
    this.bytesPerSecond = null;
    this.available = true;
  }
}
