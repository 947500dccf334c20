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

const nothing: SessionSnapshot = {
  state: 'idle',
  since: 0,
  blocked: null,
  problem: null,
  attempt: 0,
  retryAt: null,
  gatewayUrl: null,
  clockSkewMs: null,
  roundTripMs: null,
  notice: null,
};

/** What is shown of the session of an account that is not open: why, or `idle` while it is being opened. */
export function closedSession(failure: AunError | null, since: number): SessionSnapshot {
  if (failure === null) return { ...nothing, since };
  return {
    ...nothing,
    since,
    state: 'blocked',
    blocked: blockedReasonOf(failure),
    problem: { code: failure.code, detail: failure.message },
  };
}

/** What is shown of the session of an archived identity, which never has one. */
export function archivedSession(since: number): SessionSnapshot {
  return {
    ...nothing,
    since,
    state: 'blocked',
    blocked: 'archived',
    problem: { code: 'account_archived', detail: 'the key of this identity is no longer the active one' },
  };
}
