import { verifySignature } from '../ca/keys';
import type { GatewayContext } from '../context';
import type { RotationClaim } from './texts';
import { rotationText } from './texts';

const MAX_SKEW_S = 300;
const REMEMBERED_MS = 600_000;

/** What a call says about its own signature. */
export interface GivenSignature {
  readonly signature: string | undefined;
  readonly timestamp: string | undefined;
  readonly version: string | undefined;
}

/** Checks the signature that binds a rotation to who begins it (`protocol/02 §13.2`): form v2, fresh, used once. */
export class RotationSignatures {
  readonly #gateway: GatewayContext;
  readonly #seen = new Map<string, number>();

  constructor(gateway: GatewayContext) {
    this.#gateway = gateway;
  }

  /** Why the rotation must not begin, or null. A signature that passes counts as used. */
  refusal(claim: Omit<RotationClaim, 'timestamp'>, given: GivenSignature): string | null {
    const mode = this.#gateway.config.signatures;
    if (mode === 'off') return null;
    const problem = this.#problem(claim, given);
    if (problem === null) return null;
    this.#gateway.log.warn('rotation signature', { aid: claim.aid, problem });
    return mode === 'enforce' ? problem : null;
  }

  #problem(claim: Omit<RotationClaim, 'timestamp'>, given: GivenSignature): string | null {
    const { signature, timestamp, version } = given;
    if (signature === undefined || signature === '' || timestamp === undefined) {
      return 'rotation_signature_required';
    }
    if (version !== 'v2') return 'rotation_signature_version';
    const now = this.#gateway.clock.now();
    if (!/^\d{1,12}$/.test(timestamp) || !(Math.abs(now / 1000 - Number(timestamp)) <= MAX_SKEW_S)) {
      return 'rotation_timestamp_out_of_range';
    }
    const certificate = this.#gateway.store.certificates.active(claim.aid);
    if (certificate === null) return 'rotation_signature_invalid';
    const hash = certificate.curve === 'P-384' ? 'sha384' : 'sha256';
    const text = rotationText({ ...claim, timestamp });
    if (!verifySignature(certificate.publicKey, text, signature, hash)) return 'rotation_signature_invalid';
    return this.#firstTime(signature, now) ? null : 'rotation_signature_replayed';
  }

  #firstTime(signature: string, now: number): boolean {
    for (const [known, at] of this.#seen) {
      if (now - at <= REMEMBERED_MS) break;
      this.#seen.delete(known);
    }
    if (this.#seen.has(signature)) return false;
    this.#seen.set(signature, now);
    return true;
  }
}
