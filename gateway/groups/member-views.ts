import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { Session } from '../sessions/session';
import type { MemberRow } from '../store/group-members';
import { RawResult } from '../wire/frames';
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

/** What is said of a membership until it changes, printed once; the store keeps rows as long as they are true. */
interface Printed {
  /** Members of the object in `get_members`. */
  readonly facts: string;
  /** Members of the object in `get_online_members`. */
  readonly short: string;
}
const prints = new WeakMap<MemberRow, Printed>();

function printed(member: MemberRow): Printed {
  const known = prints.get(member);
  if (known !== undefined) return known;
  const short = { aid: member.aid, role: member.role, joined_at: member.joinedAt };
  const made = { facts: inner(memberFacts(member)), short: inner(short) };
  prints.set(member, made);
  return made;
}

/** An object as JSON text without its braces. */
function inner(object: JsonObject): string {
  return JSON.stringify(object).slice(1, -1);
}

/** Without `page` and `size` everybody: both generations take the answer for the whole membership (`protocol/05 §6.2`). */
function getMembers(context: GroupCall, input: z.infer<typeof listSchema>): RawResult {
  const { gateway, groups, group, ids } = context;
  const caller = requireReader(context);
  const listed = caller.role === 'member' ? [] : gateway.store.groupJoining.bans(group.id);
  const bans = new Map(listed.map((ban) => [ban.subject, ban]));
  const progress = gateway.store.groupCursors.progress(group.id);
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
  const head = inner(ids);
  const members = rows.map((member) => {
    const taken = progress.get(member.aid);
    const ack = Math.max(member.joinSeq, taken?.ack ?? 0);
    const ban = bans.get(member.aid);
    const banned = ban === undefined ? '' : `,${inner({ banned: true, ban: banObject(ban, ids.group_id) })}`;
    return `{${head},${printed(member).facts},"last_ack_seq":${ack},"last_pull_at":${taken?.pull ?? 0}${banned}}`;
  });
  return new RawResult(
    `{${head},"members":[${members.join(',')}],${inner({ ...facts, count: rows.length })}}`,
  );
}

function presence(latest: Pick<Session, 'id' | 'connectedAt'> | null): string {
  return inner({
    online: latest !== null,
    session_id: latest?.id ?? '',
    last_active_at: latest?.connectedAt ?? 0,
    expire_at: 0,
  });
}
const AWAY = presence(null);

/** Everybody with an `online` of their own, whatever the name says; under the three names that clients look for. */
function getOnlineMembers(context: GroupCall): RawResult {
  const { gateway, groups, group, ids } = context;
  requireReader(context);
  const members = groups.members(group);
  let online = 0;
  const texts = members.map((member) => {
    const sessions = gateway.sessions.longOf(member.aid);
    const latest = sessions[sessions.length - 1];
    if (latest === undefined) return `{${printed(member).short},${AWAY}}`;
    online += 1;
    return `{${printed(member).short},${presence(latest)}}`;
  });
  const total = members.length;
  const list = `[${texts.join(',')}]`;
  return new RawResult(
    `{${inner({ ...ids, total, page: 1, size: total, online_count: online })},"members":${list},"items":${list},"online_members":${list}}`,
  );
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
