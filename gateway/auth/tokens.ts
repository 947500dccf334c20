import { createHash, createHmac } from 'node:crypto';
import type { Timings } from '../config';
import type { GatewayClock } from '../runtime';
import { randomToken } from '../runtime';
import type { TokenStore } from '../store/tokens';

/** What login and refresh hand out. */
export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/** Longest chain of refreshes before a login is needed (`protocol/01 §7.4`). */
const MAX_GENERATIONS = 720;

/**
 * Access and refresh tokens. Only hashes are stored. The successor of a refresh token is derived from it with a secret
 * of this gateway, so that a token presented twice within the grace time gets the same successor, restart included.
 */
export class TokenService {
  readonly #store: TokenStore;
  readonly #secret: Buffer;
  readonly #clock: GatewayClock;
  readonly #timings: Timings;

  constructor(store: TokenStore, secret: Buffer, clock: GatewayClock, timings: Timings) {
    this.#store = store;
    this.#secret = secret;
    this.#clock = clock;
    this.#timings = timings;
  }

  /** A new pair after a login. */
  issue(aid: string): TokenPair {
    const now = this.#clock.now();
    const accessToken = randomToken();
    const refreshToken = randomToken();
    this.#store.insertAccess(hash(accessToken), aid, now + this.#timings.accessToken);
    this.#store.insertRefresh({
      hash: hash(refreshToken),
      aid,
      chainStartedAt: now,
      generation: 0,
      expiresAt: now + this.#timings.refreshToken,
      rotatedAt: null,
    });
    return { accessToken, refreshToken, expiresIn: Math.floor(this.#timings.accessToken / 1000) };
  }

  /** The AID an access token stands for, or `null` when it is unknown or expired. */
  check(token: string): string | null {
    const record = this.#store.access(hash(token));
    return record !== null && record.expiresAt > this.#clock.now() ? record.aid : null;
  }

  /** Rotates a refresh token; `null` means the client must log in again. Must run inside a transaction. */
  refresh(token: string): { aid: string; generation: number; pair: TokenPair } | null {
    const now = this.#clock.now();
    const record = this.#store.refresh(hash(token));
    if (record === null || record.expiresAt <= now) return null;
    if (record.generation >= MAX_GENERATIONS) return null;
    if (now - record.chainStartedAt >= this.#timings.refreshChain) return null;
    const accessToken = this.#derive('access', token);
    const refreshToken = this.#derive('refresh', token);
    const generation = record.generation + 1;
    if (record.rotatedAt !== null) {
      // Two processes that share a slot must not log each other out: the second one gets the same answer for a while.
      if (now - record.rotatedAt > this.#timings.refreshGrace) return null;
      const access = this.#store.access(hash(accessToken));
      if (access === null || this.#store.refresh(hash(refreshToken)) === null) return null;
      const expiresIn = Math.max(0, Math.floor((access.expiresAt - now) / 1000));
      return { aid: record.aid, generation, pair: { accessToken, refreshToken, expiresIn } };
    }
    this.#store.markRotated(record.hash, now);
    this.#store.insertAccess(hash(accessToken), record.aid, now + this.#timings.accessToken);
    this.#store.insertRefresh({
      hash: hash(refreshToken),
      aid: record.aid,
      chainStartedAt: record.chainStartedAt,
      generation,
      expiresAt: now + this.#timings.refreshToken,
      rotatedAt: null,
    });
    const expiresIn = Math.floor(this.#timings.accessToken / 1000);
    return { aid: record.aid, generation, pair: { accessToken, refreshToken, expiresIn } };
  }

  #derive(kind: 'access' | 'refresh', token: string): string {
    return createHmac('sha256', this.#secret).update(`${kind}|${token}`).digest('base64url');
  }
}

function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
