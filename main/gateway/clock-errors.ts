import { AunError } from '../runtime/errors';

/** A clock this far off explains why a certificate seems not to be valid, in ms. */
export const CLOCK_OFF_MS = 120_000;

/** Faults of certificates that a wrong clock makes up. */
const CLOCK_FAULTS: readonly unknown[] = ['not_yet_valid', 'expired'];

/** Whether a judgement about certificates would be another one at another time. */
export function dependsOnClock(error: AunError): boolean {
  return error.code === 'revocation_list_invalid' || CLOCK_FAULTS.includes(error.detail['reason']);
}

/**
 * The clock of this computer stands in the way. It is named, never corrected: a gateway that could move our clock could make
 * old certificates good again.
 */
export function clockError(
  message: string,
  facts: { readonly skewMs: number | null; readonly cause: AunError },
): AunError {
  return new AunError('clock_skew', `the clock of this computer is off: ${message}`, {
    detail: { skewMs: facts.skewMs, cause: facts.cause.message },
    cause: facts.cause,
  });
}
