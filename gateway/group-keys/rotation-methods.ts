import { z } from 'zod';
import type { GatewayContext } from '../context';
import { groupError } from '../groups/errors';
import { GROUP_E2EE_V2, groupIdIn } from '../groups/ids';
import { namedGroup } from '../groups/calls';
import type { SessionCall } from '../rpc/method';
import { parseParams, withoutNulls } from '../rpc/method';
import type { MemberRow } from '../store/group-members';
import type { GroupRow } from '../store/groups';
import type { RotationRow } from './epoch-store';
import { renderRotation } from './render';
import { RotationSignatures } from './rotation-signatures';
import type { Outcome } from './service';
import { isOpenMode } from './service';

const whole = z.number().int();
const names = z.array(z.string().max(256)).max(2000);
const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const rotationId = z.string().min(1).max(128);
const leaseMs = whole.nonnegative().optional();

const beginSchema = z.object({
  base_epoch: whole.nonnegative(),
  target_epoch: whole.positive(),
  rotation_id: z.string().regex(/^rot-[0-9a-f]{32}$/),
  reason: z.string().max(64).default(''),
  key_commitment: hex64,
  expected_members: names,
  required_acks: names.default([]),
  lease_ms: leaseMs,
  manifest_hash: z.string().max(128).default(''),
  epoch_chain: z.string().max(128).default(''),
  rotation_signature: z.string().max(512).optional(),
  rotation_timestamp: z.string().max(16).optional(),
  rotation_sig_version: z.string().max(8).optional(),
});
const heartbeatSchema = z.object({ rotation_id: rotationId, lease_ms: leaseMs });
const ackSchema = z.object({ rotation_id: rotationId, key_commitment: z.string().max(128) });
const commitSchema = z.object({ rotation_id: rotationId, encrypted_keys: z.unknown().optional() });
const abortSchema = z.object({ rotation_id: rotationId, reason: z.string().max(128).default('') });

/** A key sealed to a certificate is 125 bytes (`protocol/02 §12`); anything else is left out. */
const KEY_BYTES = 125;
const keysSchema = z.record(z.string(), z.unknown());
const keySchema = z
  .string()
  .max(256)
  .refine((text) => Buffer.from(text, 'base64').length === KEY_BYTES);

const guards = new WeakMap<GatewayContext, RotationSignatures>();

/** One memory of used signatures for each gateway. */
function signaturesOf(gateway: GatewayContext): RotationSignatures {
  const known = guards.get(gateway) ?? new RotationSignatures(gateway);
  guards.set(gateway, known);
  return known;
}

/** Why the caller may not lead a rotation of a group now, or null. */
function leadRefusal({ gateway, session }: SessionCall, group: GroupRow, member: MemberRow): string | null {
  const { groups, groupKeys } = gateway;
  return groupKeys.rotationRefusal(group, member, {
    joinMode: groups.joinMode(group),
    banned: groups.ban(group, session.aid) !== null,
  });
}

/** A refusal is an answer with `success: false`; `success` is strictly boolean (`protocol/05 §14` item 10). */
function answer(call: SessionCall, group: GroupRow, outcome: Outcome): Record<string, unknown> {
  const { groupKeys, groups, clock } = call.gateway;
  const groupId = groups.idFor(group, call.session);
  const rotation =
    outcome.rotation === undefined
      ? {}
      : {
          rotation: renderRotation(
            outcome.rotation,
            groupId,
            clock.now(),
            groupKeys.epochs.epoch(group.id, outcome.rotation.targetEpoch),
          ),
        };
  if (outcome.done) return { success: true, group_id: groupId, ...rotation };
  return { success: false, group_id: groupId, reason: outcome.reason, ...outcome.more, ...rotation };
}

function no(reason: string): Record<string, unknown> {
  return { success: false, reason };
}

/** `group.e2ee.begin_rotation`. */
export function beginRotation(call: SessionCall): unknown {
  const { gateway, session } = call;
  const { groups, groupKeys } = gateway;
  const input = parseParams(beginSchema, withoutNulls(call.params));
  const group = groups.find(namedGroup(call), session);
  groups.requireAlive(group);
  const member = groups.requireMember(group, session.aid);
  if (group.protocol === GROUP_E2EE_V2) {
    throw groupError('e2ee_protocol_mismatch', { required_protocol: GROUP_E2EE_V2 });
  }
  const known = groupKeys.epochs.rotation(input.rotation_id);
  if (known !== null) {
    if (known.group !== group.id || known.leaseOwner !== session.aid) return no('rotation_id_taken');
    if (known.status !== 'distributing') {
      return answer(call, group, { done: false, reason: 'rotation_closed', rotation: known });
    }
    return answer(call, group, { done: true, rotation: known });
  }
  const unsigned = signatureRefusal(call, group, input);
  if (unsigned !== null) return no(unsigned);
  const refusal = leadRefusal(call, group, member);
  if (refusal !== null) return no(refusal);
  const outcome = groupKeys.begin(group, session.aid, {
    rotationId: input.rotation_id,
    baseEpoch: input.base_epoch,
    targetEpoch: input.target_epoch,
    reason: input.reason,
    keyCommitment: input.key_commitment,
    expectedMembers: input.expected_members,
    requiredAcks: input.required_acks,
    leaseMs: input.lease_ms,
  });
  return answer(call, group, outcome);
}

/** The signed text names the group as the caller spelled it, which Node does not rewrite. */
function signatureRefusal(
  call: SessionCall,
  group: GroupRow,
  input: z.infer<typeof beginSchema>,
): string | null {
  const claim = {
    groupId: namedGroup(call),
    baseEpoch: input.base_epoch,
    targetEpoch: input.target_epoch,
    aid: call.session.aid,
    rotationId: input.rotation_id,
    reason: input.reason,
    keyCommitment: input.key_commitment,
    manifestHash: input.manifest_hash,
    epochChain: input.epoch_chain,
    expectedMembers: input.expected_members,
    requiredAcks: input.required_acks,
  };
  const given = {
    signature: input.rotation_signature,
    timestamp: input.rotation_timestamp,
    version: input.rotation_sig_version,
  };
  const signatures = signaturesOf(call.gateway);
  const refusal = signatures.refusal(claim, given);
  const canonical = groupIdIn(group, 'a');
  if (refusal !== 'rotation_signature_invalid' || canonical === namedGroup(call)) return refusal;
  return signatures.refusal({ ...claim, groupId: canonical }, given);
}

/** The rotation a call names by its id alone, with its group and the caller's membership; null hides what is foreign. */
function ownRotation(
  call: SessionCall,
  id: string,
): { group: GroupRow; member: MemberRow; rotation: RotationRow } | null {
  const { store, groupKeys } = call.gateway;
  const rotation = groupKeys.epochs.rotation(id);
  const group = rotation === null ? null : store.groups.get(rotation.group);
  if (rotation === null || group === null || group.status === 'dissolved') return null;
  const member = store.groupMembers.get(group.id, call.session.aid);
  return member === null ? null : { group, member, rotation };
}

/** `group.e2ee.heartbeat_rotation`: prolongs the caller's own lease. */
export function heartbeatRotation(call: SessionCall): unknown {
  const input = parseParams(heartbeatSchema, withoutNulls(call.params));
  const found = ownRotation(call, input.rotation_id);
  if (found === null) return no('rotation_not_found');
  const outcome = call.gateway.groupKeys.heartbeat(found.rotation, call.session.aid, input.lease_ms);
  return answer(call, found.group, outcome);
}

/** `group.e2ee.ack_rotation_key`: a member holds the key. */
export function ackRotationKey(call: SessionCall): unknown {
  const input = parseParams(ackSchema, withoutNulls(call.params));
  const found = ownRotation(call, input.rotation_id);
  if (found === null) return no('rotation_not_found');
  const { groupKeys } = call.gateway;
  return answer(
    call,
    found.group,
    groupKeys.acknowledge(found.rotation, call.session.aid, input.key_commitment),
  );
}

/** `group.e2ee.commit_rotation`. */
export function commitRotation(call: SessionCall): unknown {
  const { groups, groupKeys } = call.gateway;
  const input = parseParams(commitSchema, withoutNulls(call.params));
  const found = ownRotation(call, input.rotation_id);
  if (found === null) return no('rotation_not_found');
  const { group, member, rotation } = found;
  const refusal = leadRefusal(call, group, member);
  if (refusal !== null) return answer(call, group, { done: false, reason: refusal, rotation });
  const open = isOpenMode(groups.joinMode(group));
  const given = open ? (keysSchema.safeParse(input.encrypted_keys).data ?? {}) : {};
  const keys = Object.fromEntries(
    rotation.expectedMembers.flatMap((aid) => {
      const key = keySchema.safeParse(Object.hasOwn(given, aid) ? given[aid] : undefined);
      return key.success ? [[aid, key.data]] : [];
    }),
  );
  const outcome = groupKeys.commit(group, rotation, call.session.aid, keys);
  const committed = groupKeys.committedEpoch(group.id);
  return { ...answer(call, group, outcome), epoch: committed, committed_epoch: committed };
}

/** `group.e2ee.abort_rotation`: whoever may lead a rotation may end anybody's. */
export function abortRotation(call: SessionCall): unknown {
  const { groupKeys } = call.gateway;
  const input = parseParams(abortSchema, withoutNulls(call.params));
  const found = ownRotation(call, input.rotation_id);
  if (found === null) return no('rotation_not_found');
  const { group, member, rotation } = found;
  const refusal = rotation.leaseOwner === call.session.aid ? null : leadRefusal(call, group, member);
  if (refusal !== null) return answer(call, group, { done: false, reason: refusal, rotation });
  return answer(call, group, groupKeys.abort(rotation, input.reason));
}
