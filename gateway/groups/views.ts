import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { slotKey } from '../sessions/session';
import type { GroupRow } from '../store/groups';
import type { CallContext, GroupCall } from './calls';
import { groupMethod, namedGroup, plainMethod, withGroup } from './calls';
import { countsOf } from './counts';
import { groupError } from './errors';
import { pageFields, pageOf } from './fields';
import { groupObject, publicGroup, statusIn } from './objects';

/**
 * What a caller may see of a group: members everything, others the public part of a public one.
 * @throws RpcError −33005 for a private group, −33003 for one that is over.
 */
function visible(context: GroupCall): { object: JsonObject; role: string | null } {
  const { groups, group, aid, form } = context;
  const member = groups.member(group, aid);
  const extras = groups.extras(group);
  if (member !== null) return { object: groupObject(group, extras, form, member.role), role: member.role };
  groups.requireAlive(group);
  if (group.visibility !== 'public') throw groupError('not_member');
  return { object: publicGroup(group, extras, form), role: null };
}

/** `group.get`: a group that does not exist is an answer, not an error. */
function get(context: CallContext): unknown {
  const { groups, session, call } = context;
  const asked = namedGroup(call);
  if (groups.lookUp(asked, session) === null) return { found: false, group_id: asked, group: null };
  const found = withGroup(context, groups.find(asked, session));
  return { found: true, ...found.ids, group: visible(found).object };
}

/** `group.get_info`: flat and nested, both are read. `required` of 0.5.4 asks for what is there anyway. */
function getInfo(context: GroupCall): unknown {
  const { object, role } = visible(context);
  return { found: true, ...object, group: object, ...(role === null ? {} : { role }) };
}

const infoSchema = z.object({ include: z.array(z.string()).default([]) });

/** `group.info` of 0.2.20 with counts on request. */
function info(context: GroupCall, { include }: z.infer<typeof infoSchema>): unknown {
  const { object, role } = visible(context);
  const leads = role === 'owner' || role === 'admin';
  const counted = include.includes('stats') || include.includes('metrics');
  if (counted && role === null) throw groupError('not_member');
  if (include.includes('metrics') && !leads) throw groupError('need_admin');
  const counts = counted ? countsOf(context.gateway, context.group) : null;
  return {
    ...object,
    ...(counts === null || !include.includes('stats')
      ? {}
      : {
          stats: {
            human_count: counts.humans,
            ai_count: counts.agents,
            admin_count: counts.admins,
            online_count: counts.online,
            ...(leads
              ? {
                  pending_join_request_count: counts.pendingRequests,
                  active_invite_code_count: counts.activeCodes,
                  ban_count: counts.bans,
                }
              : {}),
          },
        }),
    ...(counts === null || !include.includes('metrics')
      ? {}
      : {
          metrics: {
            message_seq: context.group.messageSeq,
            event_seq: context.group.eventSeq,
            member_count: context.group.memberCount,
            online_count: counts.online,
            e2ee_epoch: context.groups.keys.committedEpoch(context.group.id),
          },
        }),
  };
}

function getPublicInfo(context: GroupCall): unknown {
  const { groups, group, aid, form, ids } = context;
  groups.requireAlive(group);
  if (group.visibility !== 'public' && groups.member(group, aid) === null) throw groupError('not_public');
  return { ...ids, group: publicGroup(group, groups.extras(group), form) };
}

const listSchema = z.object(pageFields);

function listMy(context: CallContext, input: z.infer<typeof listSchema>): unknown {
  const { gateway, aid } = context;
  const { rows, facts } = pageOf(gateway.store.groups.of(aid), input);
  return { items: rows.map((group) => listed(context, group)), ...facts, aid };
}

function listed(context: CallContext, group: GroupRow): JsonObject {
  const { gateway, groups, session, aid } = context;
  const member = groups.requireMember(group, aid);
  const instance = { aid, deviceId: session.deviceId, slot: slotKey(session.slotId) };
  const taken = gateway.store.groupCursors.get(group.id, instance)?.messageSeq ?? 0;
  const current = Math.max(taken, member.joinSeq, group.messageFloor);
  const form = groups.form(group, session);
  return {
    ...groups.idsFor(group, session),
    name: group.name,
    visibility: group.visibility,
    status: statusIn(group, form),
    description: group.description,
    avatar_ref: group.avatarRef,
    owner_aid: group.owner,
    member_count: group.memberCount,
    message_seq: group.messageSeq,
    event_seq: group.eventSeq,
    unread_count: Math.max(0, group.messageSeq - current),
    e2ee_epoch: groups.keys.committedEpoch(group.id),
    dispatch_mode: groups.dispatchMode(group),
    join_mode: groups.joinMode(group),
    group_e2ee_protocol: group.protocol,
    role: member.role,
    my_role: member.role,
    created_at: group.createdAt,
    updated_at: group.updatedAt,
  };
}

const text = z.string().max(256).optional();
const searchSchema = z.object({ ...pageFields, query: text, q: text, keyword: text });

/** Public, active groups whose name, description or id contains the words. */
function search(context: CallContext, input: z.infer<typeof searchSchema>): unknown {
  const { gateway, groups, session } = context;
  const query = input.query ?? input.q ?? input.keyword ?? '';
  const wanted = query.trim().toLowerCase();
  const found = gateway.store.groups
    .listed()
    .filter((group) =>
      [
        group.name,
        group.description,
        `group.${group.domain}/${group.base}`,
        `${group.base}.${group.domain}`,
      ].some((each) => each.toLowerCase().includes(wanted)),
    );
  const { rows, facts } = pageOf(found, input);
  return {
    query,
    ...facts,
    items: rows.map((group) => publicGroup(group, groups.extras(group), groups.form(group, session))),
  };
}

const nothing = z.object({});

/** Looking at groups (`protocol/05 §6.1`). */
export const viewMethods = {
  'group.get': plainMethod('groupRead', nothing, get),
  'group.get_info': groupMethod('groupRead', nothing, getInfo),
  'group.info': groupMethod('groupRead', infoSchema, info),
  'group.get_public_info': groupMethod('groupRead', nothing, getPublicInfo),
  'group.list_my': plainMethod('groupRead', listSchema, listMy),
  'group.list': plainMethod('groupRead', listSchema, listMy),
  'group.search': plainMethod('groupRead', searchSchema, search),
};
