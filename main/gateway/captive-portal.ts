import { AunError } from '../runtime/errors';
import type { HostTarget, HttpResponse, NetworkEdge } from './edge';
import { portalProbeTarget } from './targets';

const PROBE_TIMEOUT_MS = 5_000;
const MAX_BYTES = 64 * 1024;
const HTML = /^\uFEFF?\s*<(!doctype\s+html|html|head|body|meta|script|title)\b/i;
/** Network Authentication Required. */
const SIGN_IN_STATUS = 511;

function nameOf(target: HostTarget): string {
  return target.host ?? target.address;
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
 * Whether an answer is the sign-in page of a network, where a document of a gateway was expected. A redirect within the same
 * host is none where TLS vouched for that host: that is a gateway set up wrongly.
 */
export function isPortalAnswer(answer: HttpResponse, target: HostTarget): boolean {
  if (answer.status === SIGN_IN_STATUS) return true;
  if (answer.status >= 300 && answer.status <= 399) {
    const location = answer.headers['location'];
    return location !== undefined && !(target.secure && staysAtHost(location, nameOf(target)));
  }
  if (answer.status < 200 || answer.status > 299) return false;
  return HTML.test(answer.body.subarray(0, 512).toString('utf8'));
}

/** The error for it. It heals by itself once somebody has signed in to that network. */
export function portalError(target: HostTarget, cause?: unknown): AunError {
  return new AunError('captive_portal', 'this network shows a page of its own instead of the gateway', {
    retryable: true,
    detail: { host: nameOf(target) },
    cause,
  });
}

/** @throws AunError `captive_portal` */
export function refusePortal(answer: HttpResponse, target: HostTarget): void {
  if (isPortalAnswer(answer, target)) throw portalError(target);
}

/**
 * Asks in plain text, for want of a better way, what stands between us and a host whose TLS failed. The question carries
 * nothing, and the answer decides only which text the user reads; null when nobody answers.
 */
export async function askInPlainText(edge: NetworkEdge, target: HostTarget): Promise<HttpResponse | null> {
  try {
    return await edge.request({
      method: 'GET',
      target: portalProbeTarget(target),
      path: '/.well-known/aun-gateway',
      timeoutMs: PROBE_TIMEOUT_MS,
      maxBytes: MAX_BYTES,
    });
  } catch {
    // No answer is an answer too: there is nothing to learn.
    return null;
  }
}

/** Whether a plain-text answer betrays a portal: a redirect to the host itself is the usual way to `https`. */
export function betraysPortal(answer: HttpResponse, target: HostTarget): boolean {
  const location = answer.headers['location'];
  if (location !== undefined && staysAtHost(location, nameOf(target))) return false;
  return isPortalAnswer(answer, portalProbeTarget(target));
}
