import type { JsonObject } from '../../shared/aun/canonical-json';
import { splitAid } from '../../shared/aun/aid';
import type { GatewayContext } from '../context';
import type { MemberRow, MemberRole, MemberType } from '../store/group-members';
import type { GroupRow } from '../store/groups';
import type { GroupCall } from './calls';
import { groupError } from './errors';
import { GROUP_E2EE_V1, GROUP_E2EE_V2 } from './ids';
import { memberFacts } from './objects';
import { signatureOf } from './signed';

/** How somebody gets in (`protocol/05 §4.3`). */
export interface Admission {
  readonly aid: string;
  readonly role?: Exclude<MemberRole, 'owner'>;
  readonly memberType?: MemberType;
  readonly action: 'member_added' | 'joined' | 'join_approved' | 'invite_code_used';
  readonly fields?: JsonObject;
}

/** A new member, and the epoch in use before: V1 rotates from there. */
export interface Admitted {
  readonly member: MemberRow;
  readonly oldEpoch: number;
}

/**
 * Whether somebody can be let in: not yet a member, not banned, able to take part, and there is room.
 * @throws RpcError −33004, −32004, −33020, −33002
 */
export function requireAdmissible(context: GroupCall, aid: string): void {
  const { groups, group } = context;
  if (groups.member(group, aid) !== null) throw groupError('already_member');
  groups.requireNotBanned(group, aid);
  requireCapable(context.gateway, group, aid);
  requireRoom(context, aid);
}

/** Somebody local must have shown that they can take part, or they would block the keys of all (`protocol/05 §4.2`). */
export function requireCapable(gateway: GatewayContext, group: GroupRow, aid: string): void {
  if (!gateway.authority.issuers.includes(splitAid(aid).issuer)) return;
  const known = gateway.store.capabilities.of(aid);
  if (known?.groupE2ee !== true) throw groupError('e2ee_capability_missing');
  const speaks = group.protocol === GROUP_E2EE_V2 ? known.v2 : known.v1;
  if (!speaks) throw groupError('e2ee_protocol_mismatch', { required_protocol: group.protocol });
  if (group.protocol !== GROUP_E2EE_V1) return;
  const prekeys = gateway.store.prekeys.current(aid, gateway.delivery.seenSince);
  if (!prekeys.some((prekey) => prekey.deviceId !== '')) throw groupError('e2ee_capability_missing');
}

/** @throws RpcError −33002 when group or person have no room left. */
export function requireRoom({ groups, group, gateway }: GroupCall, aid: string): void {
  const wanted = gateway.store.groupSettings.get(group.id, 'rules.max_members')?.value;
  const most = Math.min(groups.limits.members, typeof wanted === 'number' ? wanted : Infinity);
  if (groups.reload(group).memberCount >= most) throw groupError('member_limit');
  if (gateway.store.groups.countOf(aid) >= groups.limits.groupsPerAid) throw groupError('group_limit');
}

/** Writes the membership with its one event; call it inside a transaction, after {@link requireAdmissible}. */
export function admit(context: GroupCall, admission: Admission): Admitted {
  const { gateway, groups, now } = context;
  const group = groups.reload(context.group);
  const oldEpoch = groups.keys.committedEpoch(group.id);
  const member: MemberRow = {
    group: group.id,
    aid: admission.aid,
    role: admission.role ?? 'member',
    memberType: admission.memberType ?? 'human',
    joinedAt: now,
    joinSeq: group.messageSeq,
    joinEventSeq: group.eventSeq,
    joinEpoch: oldEpoch,
    minReadEpoch: oldEpoch === 0 ? 0 : oldEpoch + 1,
  };
  gateway.store.groupMembers.insert(member);
  gateway.store.groups.touch(group.id, now);
  closeRequest(context, admission.aid);
  groups.keys.membershipChanged(group);
  groups.appendEvent(group, {
    action: admission.action,
    actor: context.aid,
    signature: signatureOf(context.call),
    fields: {
      member_aid: admission.aid,
      member: memberFacts(member),
      old_epoch: oldEpoch,
      group: { member_count: group.memberCount + 1, e2ee_epoch: oldEpoch },
      ...admission.fields,
    },
  });
  return { member, oldEpoch };
}

/** Whoever is in has nothing to ask for any more. */
function closeRequest({ gateway, group, aid: reviewer, now }: GroupCall, aid: string): void {
  const request = gateway.store.groupJoining.request(group.id, aid);
  if (request?.status !== 'pending') return;
  gateway.store.groupJoining.putRequest(group.id, {
    ...request,
    status: 'approved',
    updatedAt: now,
    reviewedBy: reviewer,
    rejectionReason: null,
  });
}
