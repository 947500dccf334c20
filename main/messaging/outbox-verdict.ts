import type { ErrorCode } from '../../shared/bridge/errors';
import type { WaitReason } from '../../shared/model/conversation';
import type { OutboxItem } from '../ports/store';
import { RpcError } from '../runtime/errors';
import type { AunError } from '../runtime/errors';
import { GROUP_STOPPED_MS, KEYS_RETRY_MS, securingDelay, TRUST_RETRY_MS, outboxBackoff } from './limits';

/** What to do with an item whose sending failed. */
export type Verdict =
  | { readonly kind: 'wait'; readonly reason: WaitReason; readonly delayMs: number }
  | { readonly kind: 'fail'; readonly code: ErrorCode }
  | { readonly kind: 'refresh' };

/** Errors that no repeat can heal without a person changing something (`protocol/04 §7.3`, of files `protocol/06 §1.5`). */
const PERMANENT: readonly ErrorCode[] = [
  'recipient_unknown',
  'message_too_large',
  'permission_denied',
  'not_found',
  'invalid_request',
  'invalid_aid',
  'attachment_too_large',
  'attachment_empty',
  'attachment_unreadable',
  'storage_full',
  'group_not_found',
  'group_dissolved',
  'group_not_member',
  'group_protocol_mismatch',
];

/**
 * Keys of the recipient that must not be used (`protocol/06 §8.2`). The message is kept: it goes once the user accepted the
 * new key or the recipient has a good certificate again.
 */
const UNTRUSTED: ReadonlyMap<ErrorCode, WaitReason> = new Map([
  ['recipient_identity_changed', 'keys_changed'],
  ['recipient_certificate_revoked', 'certificate_revoked'],
  ['certificate_revoked', 'certificate_revoked'],
  ['certificate_invalid', 'certificate_unusable'],
  ['certificate_mismatch', 'certificate_unusable'],
]);

/** Decides what a failure means for a queued message. */
export function judgeSendFailure(
  error: AunError,
  item: Pick<OutboxItem, 'attempts'>,
  refreshed: boolean,
  unit: number,
): Verdict {
  const backoff = outboxBackoff(item.attempts + 1, unit);
  const stopped = groupVerdict(error, item.attempts);
  if (stopped !== null) return stopped;
  if (error instanceof RpcError) {
    if (error.wireMessage.includes('prekey cert fingerprint mismatch') && !refreshed)
      return { kind: 'refresh' };
    if (error.code === 'rate_limited') {
      return {
        kind: 'wait',
        reason: 'rate_limited',
        delayMs: Math.max(backoff, (error.retryAfterSeconds ?? 0) * 1000),
      };
    }
    if (error.code === 'unreachable_issuer')
      return { kind: 'wait', reason: 'unreachable_issuer', delayMs: backoff };
    if (error.code === 'server_busy') return { kind: 'wait', reason: 'server_busy', delayMs: backoff };
  }
  if (error.code === 'recipient_without_keys')
    return { kind: 'wait', reason: 'recipient_without_keys', delayMs: KEYS_RETRY_MS };
  if (error.code === 'recipient_keys_invalid')
    return { kind: 'wait', reason: 'recipient_keys_invalid', delayMs: KEYS_RETRY_MS };
  // What the gateway says of certificates is about ours; what sealing says is about theirs.
  const untrusted = error instanceof RpcError ? undefined : UNTRUSTED.get(error.code);
  if (untrusted !== undefined) return { kind: 'wait', reason: untrusted, delayMs: TRUST_RETRY_MS };
  if (PERMANENT.includes(error.code)) return { kind: 'fail', code: error.code };
  return { kind: 'wait', reason: 'retrying', delayMs: backoff };
}

/** What keeps a message out of a group for a time: it waits, and goes when the group lets it (`protocol/05 §9.4`, §13). */
function groupVerdict(error: AunError, attempts: number): Verdict | null {
  switch (error.code) {
    case 'group_securing':
      return { kind: 'wait', reason: 'group_securing', delayMs: securingDelay(attempts) };
    case 'group_suspended':
    case 'group_bad_status':
      return { kind: 'wait', reason: 'group_suspended', delayMs: GROUP_STOPPED_MS };
    case 'group_muted':
      return { kind: 'wait', reason: 'group_muted', delayMs: GROUP_STOPPED_MS };
    default:
      return null;
  }
}
