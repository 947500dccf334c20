import { randomBytes, randomUUID } from 'node:crypto';

/** Wall clock of the gateway in milliseconds. Tests and the admin endpoint may move it forward. */
export class GatewayClock {
  #offsetMs = 0;
  readonly #source: () => number;

  constructor(source: () => number = () => Date.now()) {
    this.#source = source;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#source() + this.#offsetMs;
  }

  /** Seconds since the epoch with a fraction, the unit of `server_time` and `meta.ping` (`protocol/01 §4.2`). */
  seconds(): number {
    return this.now() / 1000;
  }

  /** Moves the clock by `ms` (may be negative): only for tests of expiry. */
  advance(ms: number): void {
    this.#offsetMs += ms;
  }
}

/** `bytes` random bytes as lower-case hex. */
export function randomHex(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

/** A random UUID, version 4. */
export function randomId(): string {
  return randomUUID();
}

/** An opaque 32-byte secret in URL-safe text, used for tokens. */
export function randomToken(): string {
  return randomBytes(32).toString('base64url');
}
