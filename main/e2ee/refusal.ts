import type { UndecryptableReason } from '../../shared/model/message';

/** Why a row stays closed, in the form of `OpenResult`. */
export interface Refusal {
  readonly ok: false;
  readonly reason: UndecryptableReason;
  /** Technical text, no secrets. */
  readonly detail: string;
  readonly mayHeal: boolean;
}

/**
 * Reasons that time can remove. A certificate may become reachable; a certificate of ours may arrive that another of
 * our devices renewed; a later version may know the generation. A prekey that is gone is gone: it was on disk before
 * anybody could use it, so it will not come back, but the raw row stays for a restored backup.
 */
const HEALING: ReadonlySet<UndecryptableReason> = new Set([
  'sender_certificate_unavailable',
  'recipient_certificate_unknown',
  'unknown_generation',
  'group_key_missing',
]);

/** A refusal for `reason`, with the usual answer to whether a later try can help. */
export function refuse(
  reason: UndecryptableReason,
  detail: string,
  mayHeal: boolean = HEALING.has(reason),
): Refusal {
  return { ok: false, reason, detail, mayHeal };
}
