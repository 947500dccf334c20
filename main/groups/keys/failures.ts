import type { ErrorCode } from '../../../shared/bridge/errors';
import { toAunError } from '../../runtime/errors';
import type { AunError } from '../../runtime/errors';
import { groupError } from '../errors';

const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'connection_closed',
  'request_timeout',
  'network_unknown',
  'network_unreachable',
  'gateway_unreachable',
  'gateway_unhealthy',
  'rate_limited',
  'server_busy',
  'unreachable_issuer',
  'token_expired',
  'captive_portal',
  'tls_failed',
]);
const OUTSIDE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'group_not_member',
  'group_not_found',
  'group_dissolved',
]);
/** Failures of sealing that are about one recipient: the others still get the key. */
const RECIPIENT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'recipient_unknown',
  'recipient_without_keys',
  'recipient_keys_invalid',
  'recipient_certificate_revoked',
  'recipient_identity_changed',
  'certificate_invalid',
  'certificate_revoked',
  'certificate_mismatch',
  'conversation_blocked',
  'invalid_aid',
  'permission_denied',
  'not_found',
]);

/** What was thrown, in the terms of groups. */
export function failureOf(thrown: unknown): AunError {
  return toAunError(groupError(thrown));
}

/** Whether the same call may succeed a moment later, without anybody changing anything. */
export function isPassing(error: AunError): boolean {
  return PASSING.has(error.code);
}

/** Whether it says that the group is nothing to us any more. */
export function isOutside(error: AunError): boolean {
  return OUTSIDE.has(error.code);
}

/** Whether it is about one recipient alone: they are left out and named, the rest goes on (`protocol/02 §11.3`). */
export function isAboutRecipient(error: AunError): boolean {
  return RECIPIENT.has(error.code);
}
