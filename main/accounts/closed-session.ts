import type { BlockedReason, SessionSnapshot } from '../../shared/model/account';
import type { AunError } from '../runtime/errors';

/** Why an account cannot be opened, as the window shows it. */
export function blockedReasonOf(error: AunError): BlockedReason {
  switch (error.code) {
    case 'vault_locked':
      return 'vault_locked';
    case 'database_damaged':
    case 'database_too_new':
    case 'disk_full':
      return 'database_damaged';
    case 'certificate_mismatch':
      return 'certificate_mismatch';
    case 'certificate_revoked':
      return 'certificate_revoked';
    default:
      return 'key_unreadable';
  }
}

/** What is shown of the session of an account that is not open: why, or `idle` while it is being opened. */
export function closedSession(failure: AunError | null, since: number): SessionSnapshot {
  return {
    state: failure === null ? 'idle' : 'blocked',
    since,
    blocked: failure === null ? null : blockedReasonOf(failure),
    problem: failure === null ? null : { code: failure.code, detail: failure.message },
    attempt: 0,
    retryAt: null,
    gatewayUrl: null,
    clockSkewMs: null,
    roundTripMs: null,
    notice: null,
  };
}
