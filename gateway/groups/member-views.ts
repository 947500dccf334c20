import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { MemberRow } from '../store/group-members';
import type { GroupCall } from './calls';
import { groupMethod } from './calls';
import { pageFields, pageOf } from './fields';
import { banObject, memberFacts } from './objects';

const listSchema = z.object({
  page: z.number().int().positive().optional(),
  size: z.number().int().positive().optional(),
  limit: z.number().int().positive().optional(),
  role: z.enum(['owner', 'admin', 'member']).optional(),
  query: z.string().max(128).optional(),
});

/** @throws RpcError −33003, −33005 */
function requireReader({ groups, group, aid }: GroupCall): MemberRow {
  groups.requireAlive(group);
  return groups.requireMember(group, aid);
}

/** What a member has taken furthest, over all instances. */
function progress({ gateway, group }: GroupCall): Map<string, { ack: number; pull: number }> {
  const best = new Map<string, { ack: number; pull: number }>();
  for (const cursor of gateway.store.groupMembers.cursors(group.id)) {
    const known = best.get(cursor.aid) ?? { ack: 0, pull: 0 };
    best.set(cursor.aid, {
      ack: Math.max(known.ack, cursor.messageSeq),
      pull: Math.max(known.pull, cursor.lastPullAt),
    });
  }
  return best;
}

/** Without `page` and `size` everybody: both generations take the answer for the whole membership (`protocol/05 §6.2`). */
function getMembers(context: GroupCall, input: z.infer<typeof listSchema>): unknown {
  const { gateway, groups, group, ids } = context;
  const caller = requireReader(context);
  const bans = new Map(gateway.store.groupJoining.bans(group.id).map((ban) => [ban.subject, ban]));
  const taken = progress(context);
  const query = input.query?.trim().toLowerCase() ?? '';
  const found = groups
    .members(group)
    .filter((member) => input.role === undefined || member.role === input.role)
    .filter((member) => query === '' || member.aid.includes(query));
  const size = input.size ?? input.limit;
  const whole = input.page === undefined && size === undefined;
  const { rows, facts } = whole
    ? { rows: found, facts: { total: found.length, page: 1, size: found.length } }
    : pageOf(found, { page: input.page ?? 1, size });
  const members = rows.map((member): JsonObject => {
    const ban = caller.role === 'member' ? undefined : bans.get(member.aid);
    return {
      ...ids,
      ...memberFacts(member),
      last_ack_seq: Math.max(member.joinSeq, taken.get(member.aid)?.ack ?? 0),
      last_pull_at: taken.get(member.aid)?.pull ?? 0,
      ...(ban === undefined ? {} : { banned: true, ban: banObject(ban, ids.group_id) }),
    };
  });
  return { ...ids, members, ...facts, count: members.length };
}

/** Everybody with an `online` of their own, whatever the name says. */
function getOnlineMembers(context: GroupCall): unknown {
  const { gateway, groups, group, ids } = context;
  requireReader(context);
  const members = groups.members(group).map((member): JsonObject => {
    const sessions = gateway.sessions.longOf(member.aid);
    const latest = sessions[sessions.length - 1];
    return {
      aid: member.aid,
      role: member.role,
      joined_at: member.joinedAt,
      online: latest !== undefined,
      session_id: latest?.id ?? '',
      last_active_at: latest?.connectedAt ?? 0,
      expire_at: 0,
    };
  });
  const total = members.length;
  return {
    ...ids,
    total,
    page: 1,
    size: total,
    online_count: members.filter((member) => member['online'] === true).length,
    members,
    items: members,
    online_members: members,
  };
}

function getAdmins(context: GroupCall): unknown {
  requireReader(context);
  const leaders = context.groups.members(context.group).filter((member) => member.role !== 'member');
  return {
    ...context.ids,
    admins: leaders.map((member) => ({
      aid: member.aid,
      role: member.role,
      member_type: member.memberType,
      joined_at: member.joinedAt,
    })),
  };
}

function getMaster(context: GroupCall): unknown {
  requireReader(context);
  return { ...context.ids, owner_aid: context.group.owner };
}

function refreshTypes(context: GroupCall): unknown {
  requireReader(context);
  const members = context.groups.members(context.group);
  const agents = members.filter((member) => member.memberType === 'ai').length;
  return {
    ...context.ids,
    total: members.length,
    human_count: members.length - agents,
    ai_count: agents,
    members: members.map(({ aid, role, memberType }) => ({ aid, role, member_type: memberType })),
  };
}

const logSchema = z.object({ ...pageFields, date: z.string().optional() });

/** Messages are never dispatched here, so there is nothing to report (`protocol/05 §5.4`). */
function getDispatchLog(context: GroupCall, input: z.infer<typeof logSchema>): unknown {
  requireReader(context);
  const { facts } = pageOf([], input, { usual: 100, most: 500 });
  return { ...context.ids, items: [], ...facts };
}

const nothing = z.object({});

/** Looking at members (`protocol/05 §6.2`). */
export const memberViewMethods = {
  'group.get_members': groupMethod('groupRead', listSchema, getMembers),
  'group.get_online_members': groupMethod('groupRead', nothing, getOnlineMembers),
  'group.get_admins': groupMethod('groupRead', nothing, getAdmins),
  'group.get_master': groupMethod('groupRead', nothing, getMaster),
  'group.refresh_member_types': groupMethod('groupRead', nothing, refreshTypes),
  'group.get_dispatch_log': groupMethod('groupRead', logSchema, getDispatchLog),
};
