import { z } from 'zod';
import { namedGroup } from '../groups/calls';
import type { SessionCall } from '../rpc/method';
import { parseParams, withoutNulls } from '../rpc/method';
import { provenance, renderEpoch, renderRotation } from './render';
import { isOpenMode } from './service';

const keySchema = z.object({ epoch: z.number().int().nonnegative().optional() });

/** `group.e2ee.get_epoch` (`protocol/02 §11.4`): asked three times for every sealed message, so it reads little. */
export function getEpoch(call: SessionCall): unknown {
  const { gateway, session } = call;
  const { groups, groupKeys, clock } = gateway;
  const group = groups.find(namedGroup(call), session);
  groups.requireAlive(group);
  groups.requireMember(group, session.aid);
  const groupId = groups.idFor(group, session);
  const latest = groupKeys.epochs.latest(group.id);
  const pending = groupKeys.epochs.pending(group.id);
  const epoch = latest?.epoch ?? 0;
  const members = groups.members(group);
  const leaders = members.filter((member) => member.role !== 'member').map((member) => member.aid);
  const holders = new Set(latest?.expectedMembers ?? []);
  const likely = [latest?.rotatedBy ?? '', ...leaders].filter((aid) => holders.has(aid));
  return {
    group_id: groupId,
    epoch,
    committed_epoch: epoch,
    pending_rotation: pending === null ? null : renderRotation(pending, groupId, clock.now(), null),
    committed_rotation: latest === null ? null : renderEpoch(latest, groupId),
    rotated_by: latest?.rotatedBy ?? '',
    owner_aid: group.owner,
    recovery_candidates: [...new Set(likely)],
    admins: members.filter((member) => member.role === 'admin').map((member) => member.aid),
    members: members.map((member) => member.aid),
  };
}

/** `group.e2ee.get_epoch_key` (`protocol/02 §12`): the caller's own sealed key, if one was left and may be had. */
export function getEpochKey(call: SessionCall): unknown {
  const { gateway, session } = call;
  const { groups, groupKeys } = gateway;
  const input = parseParams(keySchema, withoutNulls(call.params));
  const group = groups.find(namedGroup(call), session);
  groups.requireAlive(group);
  const member = groups.requireMember(group, session.aid);
  const wanted = input.epoch ?? 0;
  const epoch = wanted === 0 ? groupKeys.committedEpoch(group.id) : wanted;
  const open = isOpenMode(groups.joinMode(group));
  const key = open ? groupKeys.keyFor(group, member, epoch) : null;
  const made = key === null ? null : groupKeys.epochs.epoch(group.id, epoch);
  return {
    group_id: groups.idFor(group, session),
    epoch,
    ...(key === null ? {} : { encrypted_key: key }),
    ...(made === null ? {} : provenance(made)),
  };
}
