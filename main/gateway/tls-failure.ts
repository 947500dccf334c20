import type { AunError } from '../runtime/errors';
import type { Clock } from '../runtime/runtime';
import { askInPlainText, betraysPortal, portalError } from './captive-portal';
import { CLOCK_OFF_MS, clockError } from './clock-errors';
import type { HostTarget, HttpResponse, NetworkEdge } from './edge';
import { isLoopback } from './targets';

const NOT_YET_VALID = 'CERT_NOT_YET_VALID';
const HAS_EXPIRED = 'CERT_HAS_EXPIRED';

/** How far our clock is off by the `Date` of an answer, in ms, or null. */
function skewBy(answer: HttpResponse | null, clock: Clock): number | null {
  const date = Date.parse(answer?.headers['date'] ?? '');
  return Number.isNaN(date) ? null : date - clock.now();
}

/**
 * Finds out why TLS failed: because the network wants its users to sign in on a page of its own and shows its own certificate,
 * or because our clock is wrong (a certificate from the future, or one that ran out while others say it is another day).
 * Either only chooses what the user reads; nothing is trusted for it.
 * @returns the failure itself, `captive_portal` or `clock_skew`
 */
export async function explainTlsFailure(
  edge: NetworkEdge,
  clock: Clock,
  target: HostTarget,
  failure: AunError,
): Promise<AunError> {
  if (failure.code !== 'tls_failed') return failure;
  const answer = isLoopback(target.address) ? null : await askInPlainText(edge, target);
  if (answer !== null && betraysPortal(answer, target)) return portalError(target, failure);
  const cause = failure.detail['cause'];
  const skewMs = skewBy(answer, clock);
  const provenOff = skewMs !== null && Math.abs(skewMs) > CLOCK_OFF_MS;
  if (cause === NOT_YET_VALID || (cause === HAS_EXPIRED && provenOff))
    return clockError(failure.message, { skewMs, cause: failure });
  return failure;
}
