import { networkInterfaces } from 'node:os';
import { AunError } from '../runtime/errors';
import { isLoopback } from './targets';
import type { HostTarget } from './edge';

const NO_NETWORK = new Set(['ENETUNREACH', 'ENETDOWN', 'EAI_AGAIN']);
const CERTIFICATE_PROBLEM =
  /^(CERT_|ERR_TLS_CERT_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_(VERIFY|GET|DECRYPT|DECODE)|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH_EXCEEDED|INVALID_PURPOSE)/;
const TLS_PROBLEM = /^(EPROTO|ERR_SSL_|ERR_TLS_)/;

function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string')
    return error.code;
  return '';
}

/** Whether this computer has any network interface besides loopback. */
function hasNetworkInterface(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some((each) => !each.internal));
}

/** Translates what Node's sockets throw into the error family of the engine. */
export function fromSocketError(thrown: unknown, target: HostTarget): AunError {
  if (thrown instanceof AunError) return thrown;
  const code = codeOf(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const detail = { host: target.host ?? target.address, port: target.port, cause: code || message };
  if (CERTIFICATE_PROBLEM.test(code) || TLS_PROBLEM.test(code))
    return new AunError('tls_failed', `TLS with ${detail.host} failed: ${message}`, {
      detail,
      cause: thrown,
    });
  if (NO_NETWORK.has(code) || (!isLoopback(target.address) && !hasNetworkInterface()))
    return new AunError('network_unreachable', `no network: ${message}`, {
      detail,
      retryable: true,
      cause: thrown,
    });
  return new AunError('gateway_unreachable', `cannot reach ${detail.host}: ${message}`, {
    detail,
    retryable: true,
    cause: thrown,
  });
}
