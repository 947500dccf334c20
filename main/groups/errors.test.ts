import { describe, expect, it } from 'vitest';
import { AunError, RpcError } from '../runtime/errors';
import { groupError, groupErrorCode } from './errors';

/** The table of `protocol/05 §10.2`: what each answer means, with its reason and without. */
const TABLE = [
  [-33001, 'group not found', 'group_not_found', 'group_not_found'],
  [-33002, 'group is suspended', 'group_suspended', 'group_suspended'],
  [-33002, 'operation not allowed in current status: suspended', 'bad_status', 'group_bad_status'],
  [-33003, 'group has been dissolved', 'group_dissolved', 'group_dissolved'],
  [-33004, 'already a member', 'already_member', 'group_already_member'],
  [-33005, 'not a member of this group', 'not_member', 'group_not_member'],
  [-33006, 'invite code not found', 'invite_unknown', 'group_invite_unknown'],
  [-33006, 'invite code is not active', 'invite_revoked', 'group_invite_revoked'],
  [-33006, 'invite code expired', 'invite_expired', 'group_invite_expired'],
  [-33006, 'invite code exhausted', 'invite_exhausted', 'group_invite_exhausted'],
  [-33007, 'join request already pending', 'join_pending', 'group_request_pending'],
  [-33002, 'too many pending join requests', 'pending_limit', 'group_too_many_requests'],
  [-32004, 'group is invite only, an invite code is required', 'invite_only', 'group_invite_only'],
  [-32004, 'joining is closed for this group', 'join_closed', 'group_closed'],
  [-32004, 'permission denied: owner role required', 'need_owner', 'group_need_owner'],
  [-32004, 'permission denied: admin role required', 'need_admin', 'group_need_admin'],
  [-32004, 'cannot target the owner', 'target_owner', 'group_target_owner'],
  [-33002, 'owner cannot leave, transfer ownership first', 'owner_leave', 'group_owner_leaves'],
  [-32004, 'member is banned', 'banned', 'group_muted'],
  [-32004, 'group is not public', 'not_public', 'group_private'],
  [-32004, 'target has not enabled group e2ee', 'e2ee_capability_missing', 'group_member_without_keys'],
  [-33020, 'E2EE_VERSION_UNSUPPORTED', 'e2ee_protocol_mismatch', 'group_protocol_mismatch'],
  [-33002, 'group member limit reached', 'member_limit', 'group_full'],
  [-32008, 'join request not found', 'request_not_found', 'group_request_not_found'],
  [-32602, 'group_id already exists', 'id_taken', 'group_name_taken'],
  [-32041, 'e2ee epoch too old: epoch=1 committed=2', 'epoch', 'group_securing'],
  [-32051, 'client signature verification failed', 'bad_signature', 'group_signature_refused'],
] as const;

describe('errors of group methods', () => {
  it.each(TABLE)('%i %j with its reason', (_code, _message, reason, expected) => {
    // The reason decides, whatever the rest says.
    expect(groupErrorCode({ code: -33009, message: 'something else', reason })).toBe(expected);
  });

  it.each(TABLE)('%i %j by its words', (_code, message, _reason, expected) => {
    expect(groupErrorCode({ code: -33009, message, reason: null })).toBe(expected);
  });

  it.each([
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
    [-32602, null],
    [-32004, null],
  ])('%i by its number alone', (code, expected) => {
    expect(groupErrorCode({ code, message: 'no', reason: null })).toBe(expected);
  });

  it('words of another column of numbers win over the number', () => {
    // Elsewhere −33003 means suspended and −33006 not a member.
    expect(groupErrorCode({ code: -33003, message: 'group is suspended', reason: null })).toBe(
      'group_suspended',
    );
    expect(groupErrorCode({ code: -33006, message: 'not a member', reason: null })).toBe('group_not_member');
  });

  it('leaves unknown methods and rates alone, whatever they say', () => {
    expect(
      groupErrorCode({ code: -32601, message: 'method not found: group not found', reason: null }),
    ).toBeNull();
    expect(groupErrorCode({ code: -32029, message: 'already a member', reason: null })).toBeNull();
  });

  it('says until when somebody is muted', () => {
    const wire = {
      code: -32004,
      message: 'member is banned',
      reason: 'banned',
      facts: { expires_at: 1_780_000_000 },
    };
    const error = groupError(new RpcError('permission_denied', wire, false, 'group.send'));
    expect(error).toBeInstanceOf(AunError);
    expect(error).toMatchObject({
      code: 'group_muted',
      detail: { until: 1_780_000_000_000, reason: 'banned' },
    });
  });

  it('passes on what does not come from a gateway', () => {
    const closed = new AunError('connection_closed', 'gone');
    expect(groupError(closed)).toBe(closed);
    const odd = new RpcError('gateway_refused', { code: -1, message: 'odd' }, false, 'group.send');
    expect(groupError(odd)).toBe(odd);
  });
});
