import { AunError } from '../runtime/errors';
import type { HostTarget, HttpResponse, NetworkEdge } from './edge';
import { isLoopback, portalProbeTarget } from './targets';

const PROBE_TIMEOUT_MS = 5_000;
const MAX_BYTES = 64 * 1024;
const HTML = /^\uFEFF?\s*<(!doctype\s+html|html|head|body|meta|script|title)\b/i;
/** Network Authentication Required. */
const SIGN_IN_STATUS = 511;

function isHtml(body: Buffer): boolean {
  return HTML.test(body.subarray(0, 512).toString('utf8'));
}

/** Whether an answer is the sign-in page of a network, where a document of a gateway was expected. */
export function isPortalAnswer(answer: HttpResponse): boolean {
  if (answer.status === SIGN_IN_STATUS) return true;
  if (answer.status >= 300 && answer.status <= 399) return answer.headers['location'] !== undefined;
  return answer.status >= 200 && answer.status <= 299 && isHtml(answer.body);
}

/** The error for it. It heals by itself once somebody has signed in to that network. */
export function portalError(host: string, cause?: unknown): AunError {
  return new AunError('captive_portal', 'this network shows a page of its own instead of the gateway', {
    retryable: true,
    detail: { host },
    cause,
  });
}

/** @throws AunError `captive_portal` */
export function refusePortal(answer: HttpResponse, target: HostTarget): void {
  if (isPortalAnswer(answer)) throw portalError(target.host ?? target.address);
}

/** Whether a redirect only leads to the same host, such as from `http` to `https`. */
function staysAtHost(location: string, host: string): boolean {
  try {
    return new URL(location, `http://${host}/`).hostname === host;
  } catch {
    return false;
  }
}

/**
 * Finds out why TLS failed: a network that wants its users to sign in first shows its own certificate, and says so to anybody
 * who asks in plain text. The question carries nothing, and nothing is believed but that.
 * @returns the failure, or `captive_portal`
 */
export async function explainTlsFailure(
  edge: NetworkEdge,
  target: HostTarget,
  failure: AunError,
): Promise<AunError> {
  if (failure.code !== 'tls_failed' || isLoopback(target.address)) return failure;
  const host = target.host ?? target.address;
  try {
    const answer = await edge.request({
      method: 'GET',
      target: portalProbeTarget(target),
      path: '/.well-known/aun-gateway',
      timeoutMs: PROBE_TIMEOUT_MS,
      maxBytes: MAX_BYTES,
    });
    const location = answer.headers['location'];
    if (location !== undefined && staysAtHost(location, host)) return failure;
    return isPortalAnswer(answer) ? portalError(host, failure) : failure;
  } catch {
    // Nobody answers in plain text either: the first failure stands.
    return failure;
  }
}
