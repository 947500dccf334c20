import type { BlockedReason, SessionState } from '../../../shared/model/account';

/** What a person can do about a block. */
export type Remedy =
  | 'use_here'
  | 'sign_in_again'
  | 'retry'
  | 'register_again'
  | 'renew_certificate'
  | 'new_identity'
  | 'unlock'
  | 'trouble_screen'
  | 'open_portal'
  | 'restore'
  | 'change_delivery';

/** The first remedy for every reason (`protocol/01 §5.8`, §11). */
export const remedies: Readonly<Record<BlockedReason, Remedy>> = {
  signed_in_elsewhere: 'use_here',
  sign_in_rejected: 'sign_in_again',
  identity_not_accepted: 'sign_in_again',
  sign_in_timed_out: 'sign_in_again',
  challenge_rejected: 'sign_in_again',
  federation_denied: 'retry',
  evicted_by_quota: 'use_here',
  name_belongs_to_another_key: 'restore',
  certificate_revoked: 'new_identity',
  certificate_mismatch: 'sign_in_again',
  certificate_expired: 'renew_certificate',
  not_registered: 'register_again',
  gateway_not_trusted: 'retry',
  protocol_mismatch: 'retry',
  delivery_mode_conflict: 'change_delivery',
  vault_locked: 'unlock',
  key_unreadable: 'trouble_screen',
  database_damaged: 'trouble_screen',
  short_connection_limit: 'retry',
  captive_portal: 'open_portal',
  clock_wrong: 'retry',
  archived: 'restore',
};

/** What can be done besides, where the first remedy does not help everybody. */
export const otherRemedies: Readonly<Partial<Record<BlockedReason, Remedy>>> = {
  name_belongs_to_another_key: 'new_identity',
  captive_portal: 'retry',
  delivery_mode_conflict: 'retry',
};

/** The four states a person tells apart. */
export function presenceOf(state: SessionState): 'online' | 'connecting' | 'offline' | 'blocked' {
  switch (state) {
    case 'online':
      return 'online';
    case 'discovering':
    case 'authenticating':
    case 'connecting':
      return 'connecting';
    case 'idle':
    case 'offline':
    case 'backing-off':
      return 'offline';
    case 'blocked':
      return 'blocked';
  }
}

/** A length of time as a number and a unit: seconds under two minutes, minutes under two hours, then hours. */
export function duration(milliseconds: number): {
  readonly unit: 'seconds' | 'minutes' | 'hours';
  readonly count: number;
} {
  const seconds = Math.max(0, Math.round(Math.abs(milliseconds) / 1000));
  if (seconds < 120) return { unit: 'seconds', count: seconds };
  if (seconds < 7200) return { unit: 'minutes', count: Math.round(seconds / 60) };
  return { unit: 'hours', count: Math.round(seconds / 3600) };
}

/** A clock this far off (ms) is told to the user. */
export const worryingSkew = 120_000;
