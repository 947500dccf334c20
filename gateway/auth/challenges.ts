import type { Curve } from '../ca/keys';
import type { GatewayClock } from '../runtime';
import { randomHex } from '../runtime';

/** A login that has passed its first step and may take its second once. */
export interface LoginChallenge {
  readonly aid: string;
  readonly requestId: string;
  readonly nonce: string;
  readonly curve: Curve;
  /** Fingerprint of the certificate the client presented. */
  readonly presented: string;
  readonly createdAt: number;
}

/** Server nonces between `auth.aid_login1` and its second step: single use, short life, memory only. */
export class LoginChallenges {
  readonly #open = new Map<string, LoginChallenge>();
  readonly #clock: GatewayClock;
  readonly #lifetimeMs: number;

  constructor(clock: GatewayClock, lifetimeMs: number) {
    this.#clock = clock;
    this.#lifetimeMs = lifetimeMs;
  }

  create(aid: string, presented: string, curve: Curve): LoginChallenge {
    const now = this.#clock.now();
    for (const [nonce, challenge] of this.#open) {
      // Insertion order is age order, so the first young one ends the sweep.
      if (now - challenge.createdAt <= this.#lifetimeMs) break;
      this.#open.delete(nonce);
    }
    const challenge: LoginChallenge = {
      aid,
      presented,
      curve,
      requestId: `req-${randomHex(6)}`,
      nonce: randomHex(16),
      createdAt: now,
    };
    this.#open.set(challenge.nonce, challenge);
    return challenge;
  }

  /** Takes the nonce off the list whether or not it fits; `null` when it does not. */
  take(aid: string, requestId: string, nonce: string): LoginChallenge | null {
    const challenge = this.#open.get(nonce);
    if (challenge === undefined) return null;
    this.#open.delete(nonce);
    const fits =
      challenge.aid === aid &&
      challenge.requestId === requestId &&
      this.#clock.now() - challenge.createdAt <= this.#lifetimeMs;
    return fits ? challenge : null;
  }
}
