import { namedGroup } from '../groups/calls';
import { countsOf } from '../groups/counts';
import { statusIn } from '../groups/objects';
import type { SessionCall } from '../rpc/method';
import type { GroupRow } from '../store/groups';
import { readableGroup } from './resources';

/** Epochs listed in the figures of a group. */
const MAX_EPOCHS = 100;

/** The group of a call by a leader. @throws RpcError −33001, −33003, −33005, −32004. */
function ledGroup(call: SessionCall): GroupRow {
  const group = readableGroup(call, namedGroup(call));
  call.gateway.groups.requireRole(group, call.session.aid, 'admin');
  return group;
}

/** `group.get_stats` for leaders (`protocol/05 §6.1`). */
export function getStats(call: SessionCall): unknown {
  const { gateway, session } = call;
  const group = ledGroup(call);
  const counts = countsOf(gateway, group);
  return {
    ...gateway.groups.idsFor(group, session),
    status: statusIn(group, gateway.groups.form(group, session)),
    member_count: counts.members,
    message_seq: group.messageSeq,
    event_seq: group.eventSeq,
    pending_join_request_count: counts.pendingRequests,
    active_invite_code_count: counts.activeCodes,
    ban_count: counts.bans,
    online_count: counts.online,
    runtime_stats: {},
    cleanup: { message_floor: group.messageFloor, event_floor: group.eventFloor },
  };
}

/** `group.get_summary` for members. */
export function getSummary(call: SessionCall): unknown {
  const { gateway, session } = call;
  const group = readableGroup(call, namedGroup(call));
  const counts = countsOf(gateway, group);
  return {
    ...gateway.groups.idsFor(group, session),
    name: group.name,
    owner_aid: group.owner,
    status: statusIn(group, gateway.groups.form(group, session)),
    visibility: group.visibility,
    member_count: counts.members,
    human_count: counts.humans,
    ai_count: counts.agents,
    admin_count: counts.admins,
    online_count: counts.online,
    message_seq: group.messageSeq,
    event_seq: group.eventSeq,
    e2ee_epoch: gateway.groupKeys.committedEpoch(group.id),
    created_at: group.createdAt,
    updated_at: group.updatedAt,
  };
}

/** `group.get_metrics` for leaders: which messages and events fell into which epoch. The newest epoch has no end. */
export function getMetrics(call: SessionCall): unknown {
  const { gateway, session } = call;
  const group = ledGroup(call);
  const { epochs } = gateway.groupKeys;
  const history = epochs.history(group.id, MAX_EPOCHS);
  return {
    ...gateway.groups.idsFor(group, session),
    message_seq: group.messageSeq,
    event_seq: group.eventSeq,
    member_count: group.memberCount,
    online_count: countsOf(gateway, group).online,
    e2ee_epoch: epochs.committed(group.id),
    epoch_count: epochs.count(group.id),
    epoch_ranges: history.map((epoch, index) => {
      const next = history[index + 1];
      return {
        epoch: epoch.epoch,
        start_msg_seq: epoch.startMessageSeq,
        start_event_seq: epoch.startEventSeq,
        end_msg_seq: next === undefined ? group.messageSeq : next.startMessageSeq - 1,
        end_event_seq: next === undefined ? group.eventSeq : next.startEventSeq - 1,
        rotated_by: epoch.rotatedBy,
        rotated_at: epoch.committedAt,
      };
    }),
  };
}
