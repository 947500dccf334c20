import type { Attention } from '../../shared/model/account';

/** From this long before its end a certificate is called expiring, in ms (`protocol/06 §8.2`). */
const EXPIRING_MS = 30 * 24 * 60 * 60_000;

/** What an identity should be looked at for; nothing of it stops messages. Times are Unix ms. */
export function attentionOf(facts: {
  readonly backupReminder: boolean;
  readonly certificateExpiresAt: number | null;
  readonly profileChangedElsewhere: boolean;
  readonly now: number;
}): Attention[] {
  const found: Attention[] = [];
  const { certificateExpiresAt: end, now } = facts;
  if (end !== null && end <= now) found.push('certificate_expired');
  else if (end !== null && end - now < EXPIRING_MS) found.push('certificate_expiring');
  if (facts.profileChangedElsewhere) found.push('profile_changed_elsewhere');
  if (facts.backupReminder) found.push('backup_missing');
  return found;
}
