import { WireCode } from '../../shared/aun/errors';
import { RpcError } from '../errors';

/** Codes of groups that are not part of the common table (`protocol/05 §10.2`). */
const GroupCode = {
  notFound: -33001,
  state: -33002,
  dissolved: -33003,
  alreadyMember: -33004,
  notMember: -33005,
  invite: -33006,
  joinPending: -33007,
  resourceNotFound: -33008,
  requestNotFound: -33009,
  protocol: -33020,
} as const;

interface Refusal {
  readonly code: number;
  readonly message: string;
}

/** Everything the group methods refuse, by `data.reason`. Clients look for the texts, so they are exact. */
const REFUSALS = {
  group_not_found: { code: GroupCode.notFound, message: 'group not found' },
  group_suspended: { code: GroupCode.state, message: 'group is suspended' },
  bad_status: { code: GroupCode.state, message: 'operation not allowed in current status: suspended' },
  group_dissolved: { code: GroupCode.dissolved, message: 'group has been dissolved' },
  already_member: { code: GroupCode.alreadyMember, message: 'already a member' },
  not_member: { code: GroupCode.notMember, message: 'not a member of this group' },
  invite_unknown: { code: GroupCode.invite, message: 'invite code not found' },
  invite_revoked: { code: GroupCode.invite, message: 'invite code is not active' },
  invite_expired: { code: GroupCode.invite, message: 'invite code expired' },
  invite_exhausted: { code: GroupCode.invite, message: 'invite code exhausted' },
  join_pending: { code: GroupCode.joinPending, message: 'join request already pending' },
  pending_limit: { code: GroupCode.state, message: 'too many pending join requests' },
  invite_only: {
    code: WireCode.permissionDenied,
    message: 'group is invite only, an invite code is required',
  },
  join_closed: { code: WireCode.permissionDenied, message: 'joining is closed for this group' },
  need_owner: { code: WireCode.permissionDenied, message: 'permission denied: owner role required' },
  need_admin: { code: WireCode.permissionDenied, message: 'permission denied: admin role required' },
  target_owner: { code: WireCode.permissionDenied, message: 'cannot target the owner' },
  target_self: { code: WireCode.invalidParams, message: 'cannot target yourself' },
  owner_leave: { code: GroupCode.state, message: 'owner cannot leave, transfer ownership first' },
  banned: { code: WireCode.permissionDenied, message: 'member is banned' },
  not_public: { code: WireCode.permissionDenied, message: 'group is not public' },
  e2ee_capability_missing: {
    code: WireCode.permissionDenied,
    message: 'target has not enabled group e2ee',
  },
  e2ee_protocol_mismatch: { code: GroupCode.protocol, message: 'E2EE_VERSION_UNSUPPORTED' },
  member_limit: { code: GroupCode.state, message: 'group member limit reached' },
  group_limit: { code: GroupCode.state, message: 'too many groups' },
  invite_limit: { code: GroupCode.state, message: 'too many invite codes' },
  index_conflict: { code: WireCode.versionConflict, message: 'group.index etag conflict' },
  join_request_not_found: { code: WireCode.notFound, message: 'join request not found' },
  member_not_found: { code: WireCode.notFound, message: 'member not found' },
  resource_not_found: { code: GroupCode.resourceNotFound, message: 'resource not found' },
  resource_request_not_found: {
    code: GroupCode.requestNotFound,
    message: 'resource request not found',
  },
  id_taken: { code: WireCode.invalidParams, message: 'group_id already exists' },
  invite_taken: { code: WireCode.invalidParams, message: 'invite code already exists' },
  already_bound: { code: WireCode.invalidParams, message: 'group_aid_already_bound_different_key' },
} as const satisfies Record<string, Refusal>;

/** Reasons with a text of their own. */
export type GroupReason = keyof typeof REFUSALS;

/** The error of a reason (`protocol/05 §10.2`); `data` is added to `data.reason`. */
export function groupError(reason: GroupReason, data: Readonly<Record<string, unknown>> = {}): RpcError {
  const { code, message } = REFUSALS[reason];
  return new RpcError(code, message, { data: { reason, ...data } });
}

/** −32602 for a setting nobody knows. */
export function unknownSetting(key: string): RpcError {
  return new RpcError(WireCode.invalidParams, `unknown setting key: ${key.slice(0, 128)}`, {
    data: { reason: 'unknown_setting' },
  });
}

/** −32602 for a V1 session that acknowledges what does not exist. */
export function ackExceeds(what: 'message' | 'event'): RpcError {
  const name = what === 'message' ? 'msg_seq' : 'event_seq';
  return new RpcError(WireCode.invalidParams, `${name} exceeds latest ${what} seq`, {
    data: { reason: 'ack_exceeds' },
  });
}

/** −32041: the key of a message is not the one the group uses (`protocol/05 §9.4`). */
export function epochRefused(message: string): RpcError {
  return new RpcError(-32041, message, { data: { reason: 'epoch' } });
}

/** −32029 as group methods word it. */
export function groupRateLimited(retryAfterS: number): RpcError {
  return new RpcError(WireCode.rateLimited, 'rate limited', {
    data: { reason: 'rate_limited', retry_after: retryAfterS },
  });
}
