import { isIP } from 'node:net';
import { createSecureContext, rootCertificates } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { AunError } from '../runtime/errors';
import type { HostTarget } from './edge';

/** Building a context parses every public root, which takes milliseconds: one is kept for each pinned root. */
const contexts = new Map<string, SecureContext>();

function contextFor(extraRoot: string): SecureContext {
  const known = contexts.get(extraRoot);
  if (known !== undefined) return known;
  let context: SecureContext;
  try {
    context = createSecureContext({ ca: [extraRoot, ...rootCertificates] });
  } catch (cause) {
    throw new AunError('gateway_not_trusted', 'the trust root of this network cannot be read', { cause });
  }
  contexts.set(extraRoot, context);
  return context;
}

/**
 * TLS settings for a target. Verification is on, unless nothing is trusted yet or the environment relaxed it for this
 * computer (`protocol/01 §3.4`).
 * @throws AunError `gateway_not_trusted` when the network's root is not a certificate
 */
export function tlsOptions(
  target: HostTarget,
  withoutTrust = false,
): { rejectUnauthorized: boolean; servername: string; secureContext?: SecureContext } {
  const name = target.tlsName ?? target.address;
  return {
    rejectUnauthorized: !withoutTrust && !target.unverified,
    servername: isIP(name) === 0 ? name : '',
    ...(target.extraRoot === null ? {} : { secureContext: contextFor(target.extraRoot) }),
  };
}
