import type { ErrorCode } from '../../shared/bridge/errors';
import { AunError, RpcError } from '../runtime/errors';
import { wireTime } from './wire-values';

/**
 * What gateways mean with an error of a group method. The numbers −33002…−33009 mean different things to different gateways:
 * the reason decides, then the words, and only then the number (`protocol/05 §10.1`).
 */
const BY_REASON: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ['group_not_found', 'group_not_found'],
  ['group_suspended', 'group_suspended'],
  ['bad_status', 'group_bad_status'],
  ['group_dissolved', 'group_dissolved'],
  ['already_member', 'group_already_member'],
  ['not_member', 'group_not_member'],
  ['invite_unknown', 'group_invite_unknown'],
  ['invite_revoked', 'group_invite_revoked'],
  ['invite_expired', 'group_invite_expired'],
  ['invite_exhausted', 'group_invite_exhausted'],
  ['join_pending', 'group_request_pending'],
  ['pending_limit', 'group_too_many_requests'],
  ['invite_only', 'group_invite_only'],
  ['join_closed', 'group_closed'],
  ['need_owner', 'group_need_owner'],
  ['need_admin', 'group_need_admin'],
  ['target_owner', 'group_target_owner'],
  ['owner_leave', 'group_owner_leaves'],
  ['banned', 'group_muted'],
  ['not_public', 'group_private'],
  ['e2ee_capability_missing', 'group_member_without_keys'],
  ['e2ee_protocol_mismatch', 'group_protocol_mismatch'],
  ['member_limit', 'group_full'],
  ['request_not_found', 'group_request_not_found'],
  ['join_request_not_found', 'group_request_not_found'],
  ['member_not_found', 'not_found'],
  ['ban_not_found', 'not_found'],
  ['resource_not_found', 'not_found'],
  ['resource_request_not_found', 'not_found'],
  ['target_self', 'invalid_request'],
  ['group_limit', 'gateway_refused'],
  ['invite_limit', 'gateway_refused'],
  ['index_conflict', 'busy'],
  ['invite_taken', 'group_name_taken'],
  ['id_taken', 'group_name_taken'],
  ['epoch', 'group_securing'],
  ['bad_signature', 'group_signature_refused'],
  ['rate_limited', 'rate_limited'],
]);

/** Words of messages, most telling first (`protocol/05 §10.2`). */
const BY_TEXT: readonly (readonly [RegExp, ErrorCode])[] = [
  [/e2ee epoch|epoch below sender membership floor/i, 'group_securing'],
  [/has not enabled group e2ee|target has not enabled/i, 'group_member_without_keys'],
  [/e2ee_version_unsupported/i, 'group_protocol_mismatch'],
  [/client signature|signature verification failed/i, 'group_signature_refused'],
  [/join request not found|no pending (join )?request/i, 'group_request_not_found'],
  [/too many pending/i, 'group_too_many_requests'],
  [/already pending|request pending/i, 'group_request_pending'],
  [/invite (code )?.*exhausted|code exhausted/i, 'group_invite_exhausted'],
  [/invite (code )?.*not active|invite (code )?.*revoked/i, 'group_invite_revoked'],
  [/invite (code )?.*expired/i, 'group_invite_expired'],
  [/invite code not found|invalid invite|unknown invite/i, 'group_invite_unknown'],
  [/invite only|invite_only|invite code is required/i, 'group_invite_only'],
  [/joining is closed|not accepting members/i, 'group_closed'],
  [/owner cannot leave/i, 'group_owner_leaves'],
  [/cannot target the owner|cannot (kick|remove|ban) (the )?owner/i, 'group_target_owner'],
  [/is banned|banned from/i, 'group_muted'],
  [/member limit|group is full/i, 'group_full'],
  [/already (a )?member/i, 'group_already_member'],
  [/not (a |an active )?member/i, 'group_not_member'],
  [/not public/i, 'group_private'],
  [/group not found/i, 'group_not_found'],
  [/dissolved|current status: closed/i, 'group_dissolved'],
  [/group is suspended/i, 'group_suspended'],
  [/current status/i, 'group_bad_status'],
  [/owner role|requires? owner|only (the )?owner|owner only|must be owner/i, 'group_need_owner'],
  [/admin role|requires? admin|only admins?|admin only|owner or admin/i, 'group_need_admin'],
  [/group_id already exists|group already exists|name (is )?(already )?taken/i, 'group_name_taken'],
];

/** Numbers that say enough by themselves, with the column of the RPC manual (`protocol/05 §10.1`). */
const BY_NUMBER: ReadonlyMap<number, ErrorCode> = new Map<number, ErrorCode>([
  [-33001, 'group_not_found'],
  [-33002, 'group_bad_status'],
  [-33003, 'group_dissolved'],
  [-33004, 'group_already_member'],
  [-33005, 'group_not_member'],
  [-33006, 'group_invite_unknown'],
  [-33007, 'group_request_pending'],
  [-33020, 'group_protocol_mismatch'],
  [-32041, 'group_securing'],
  [-32051, 'group_signature_refused'],
]);

/** Numbers whose meaning no words may change. */
const FIXED: ReadonlySet<number> = new Set([-32601, -32029, -32429, 429, 4290]);

/** The code of an error a gateway answered to a group method; null when it is none that belongs to groups. */
export function groupErrorCode(wire: {
  readonly code: number;
  readonly message: string;
  readonly reason: string | null;
}): ErrorCode | null {
  const byReason = wire.reason === null ? undefined : BY_REASON.get(wire.reason);
  if (byReason !== undefined) return byReason;
  if (FIXED.has(wire.code)) return null;
  const byText = BY_TEXT.find(([pattern]) => pattern.test(wire.message))?.[1];
  return byText ?? BY_NUMBER.get(wire.code) ?? null;
}

/**
 * The error of a group call in the terms of groups. Errors that do not come from a gateway, and those without a meaning of their
 * own for groups, come back as they are. `detail.until` (Unix ms) says how long somebody is muted when the gateway told.
 */
export function groupError(thrown: unknown): unknown {
  if (!(thrown instanceof RpcError)) return thrown;
  const code = groupErrorCode({
    code: thrown.wireCode,
    message: thrown.wireMessage,
    reason: thrown.reason,
  });
  if (code === null || code === thrown.code) return thrown;
  const until = wireTime(thrown.facts['expires_at']);
  const protocol = thrown.facts['required_protocol'];
  return new AunError(code, thrown.message, {
    retryable: code === 'group_securing' || code === 'group_too_many_requests',
    cause: thrown,
    detail: {
      ...thrown.detail,
      ...(thrown.reason === null ? {} : { reason: thrown.reason }),
      ...(until === null ? {} : { until }),
      ...(typeof protocol === 'string' ? { requiredProtocol: protocol.slice(0, 64) } : {}),
    },
  });
}

/** Makes a call and throws what went wrong in the terms of groups (see {@link groupError}). */
export async function groupCall<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (thrown) {
    throw groupError(thrown);
  }
}

/** Whether an error says that our role or membership is not what we thought. */
export function isRoleLost(thrown: unknown): boolean {
  return (
    thrown instanceof AunError &&
    (thrown.code === 'group_need_admin' ||
      thrown.code === 'group_need_owner' ||
      thrown.code === 'group_not_member' ||
      thrown.code === 'permission_denied')
  );
}
