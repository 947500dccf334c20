import type { RateLimit, RateLimits } from './config';
import type { RpcError } from './errors';
import { rateLimited } from './errors';
import type { GatewayClock } from './runtime';

interface Bucket {
  tokens: number;
  filledAt: number;
}

const MAX_BUCKETS = 10_000;

/** Token buckets by kind and subject (`protocol/04 §7.1`). Off unless the gateway was started with rate limits. */
export class RateLimiter {
  readonly #clock: GatewayClock;
  readonly #buckets = new Map<string, Bucket>();
  #limits: RateLimits | null;

  constructor(limits: RateLimits | null, clock: GatewayClock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Changes the numbers; `null` switches limiting off. */
  configure(limits: RateLimits | null): void {
    this.#limits = limits;
    this.#buckets.clear();
  }

  /**
   * Takes one token. @throws RpcError −32029 with `data.retry_after` in whole seconds when there is none; `refusal` words it.
   */
  take(
    kind: keyof RateLimits,
    subject: string,
    refusal: (retryAfterS: number) => RpcError = rateLimited,
  ): void {
    const limit = this.#limits?.[kind];
    if (limit === undefined) return;
    const key = `${kind}|${subject}`;
    const now = this.#clock.now();
    const bucket = this.#refill(key, limit, now);
    if (bucket.tokens < 1) {
      throw refusal(Math.max(1, Math.ceil((1 - bucket.tokens) / limit.perSecond)));
    }
    bucket.tokens -= 1;
  }

  #refill(key: string, limit: RateLimit, now: number): Bucket {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      if (this.#buckets.size >= MAX_BUCKETS) this.#buckets.clear();
      const fresh: Bucket = { tokens: limit.burst, filledAt: now };
      this.#buckets.set(key, fresh);
      return fresh;
    }
    const seconds = Math.max(0, now - bucket.filledAt) / 1000;
    bucket.tokens = Math.min(limit.burst, bucket.tokens + seconds * limit.perSecond);
    bucket.filledAt = now;
    return bucket;
  }
}
