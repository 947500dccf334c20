import { z } from 'zod';
import { parsePeerAid } from '../../shared/aun/aid';
import { parseGroupId } from '../../shared/aun/group-id';
import type { GroupId } from '../../shared/aun/group-id';
import type { GroupMember, GroupRole, GroupStatus, JoinMode } from '../../shared/model/group';
import {
  aid,
  anything,
  count,
  GroupLimits,
  line,
  optionalLine,
  optionalPassage,
  plain,
  time,
  wireDispatch,
  wireJoinMode,
  wireRole,
  wireStatus,
  wireTime,
} from './wire-values';

export * from './wire-messages';
export * from './wire-texts';
export {
  GroupLimits,
  wireAids,
  wireCount,
  wireDispatch,
  wireDuty,
  wireJoinMode,
  wireRole,
  wireStatus,
  wireTime,
} from './wire-values';

/*
 * Objects of the group sub-protocol as gateways send them (`protocol/05 §2`), read tolerantly: what is missing or malformed is
 * null or empty, texts come out bounded and without characters nobody sees, times are Unix ms. Nothing here throws for
 * what a gateway may say; a thing without its required members is null.
 */

const groupFields = z.object({
  group_id: z.string().min(1).max(512),
  group_aid: optionalLine(300),
  name: optionalLine(GroupLimits.name),
  owner_aid: aid,
  creator_aid: aid,
  visibility: anything.transform((value) =>
    value === 'public' ? 'public' : typeof value === 'string' ? 'private' : null,
  ),
  status: anything.transform(wireStatus),
  description: optionalPassage(GroupLimits.description),
  avatar_ref: optionalLine(1024),
  dispatch_mode: anything.transform(wireDispatch),
  member_count: count,
  message_seq: count,
  event_seq: count,
  e2ee_epoch: count,
  join_mode: anything.transform(wireJoinMode),
  join_question: optionalPassage(GroupLimits.answer),
  group_e2ee_protocol: optionalLine(64),
  my_role: anything.transform(wireRole),
  role: anything.transform(wireRole),
  pending_join_request_count: count,
  unread_count: count,
  created_at: time,
  updated_at: time,
});

/** A group as a gateway told it (`protocol/05 §2.1`). Null members were not told. */
export interface GroupWire {
  readonly group: GroupId;
  /** Exactly as received: what is sent back. */
  readonly wireId: string;
  readonly aid: string | null;
  readonly name: string | null;
  readonly owner: string | null;
  readonly creator: string | null;
  readonly visibility: 'public' | 'private' | null;
  readonly status: GroupStatus | null;
  readonly description: string | null;
  readonly pictureRef: string | null;
  readonly dispatchMode: 'broadcast' | 'mention' | null;
  readonly memberCount: number | null;
  readonly messageSeq: number | null;
  readonly eventSeq: number | null;
  readonly epoch: number | null;
  readonly joinMode: JoinMode | null;
  readonly joinQuestion: string | null;
  readonly protocol: string | null;
  readonly role: GroupRole | null;
  readonly requests: number | null;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
}

/**
 * Reads a group object, flat or nested in `group` (`protocol/05 §6.1`); members of the inner one win. `wireId` stands in where
 * the object names no id (events carry parts of groups). Null when it names no group.
 */
export function readGroup(value: unknown, wireId: string | null = null): GroupWire | null {
  const outer = plain.safeParse(value);
  if (!outer.success) return null;
  const inner = plain.safeParse(outer.data['group']);
  const merged = { group_id: wireId, ...outer.data, ...(inner.success ? inner.data : {}) };
  const parsed = groupFields.safeParse(merged);
  if (!parsed.success) return null;
  const raw = parsed.data;
  const group = parseGroupId(raw.group_id);
  if (group === null) return null;
  return {
    group,
    wireId: raw.group_id,
    aid: raw.group_aid === '' ? null : raw.group_aid,
    name: raw.name,
    owner: raw.owner_aid,
    creator: raw.creator_aid,
    visibility: raw.visibility,
    status: raw.status,
    description: raw.description,
    pictureRef: raw.avatar_ref,
    dispatchMode: raw.dispatch_mode,
    memberCount: raw.member_count,
    messageSeq: raw.message_seq,
    eventSeq: raw.event_seq,
    epoch: raw.e2ee_epoch,
    joinMode: raw.join_mode,
    joinQuestion: raw.join_question,
    protocol: raw.group_e2ee_protocol,
    role: raw.my_role ?? raw.role,
    requests: raw.pending_join_request_count,
    createdAt: raw.created_at,
    updatedAt: raw.updated_at,
  };
}

const banFields = z.object({
  subject: aid,
  aid,
  banned_by: aid,
  reason: line(GroupLimits.reason),
  expires_at: anything,
  created_at: time,
});

/** A ban (`protocol/05 §2.6`). */
export interface BanWire {
  readonly aid: string;
  readonly by: string | null;
  readonly reason: string;
  readonly at: number | null;
  /** Unix ms; null: without an end. */
  readonly until: number | null;
}

/** Reads a ban; null when it names nobody. */
export function readBan(value: unknown, subject: string | null = null): BanWire | null {
  const parsed = banFields.safeParse(value);
  if (!parsed.success) return null;
  const {
    subject: named,
    aid: other,
    banned_by: by,
    reason,
    expires_at: until,
    created_at: at,
  } = parsed.data;
  const who = named ?? other ?? subject;
  return who === null ? null : { aid: who, by, reason, at, until: wireTime(until) };
}

const memberFields = z.object({
  aid: anything,
  role: anything,
  member_type: anything,
  status: anything,
  joined_at: time,
  banned: anything,
  ban: anything,
  online: anything,
});

/** A member (`protocol/05 §2.2`). */
export interface MemberWire {
  readonly aid: string;
  readonly role: GroupRole;
  readonly kind: GroupMember['kind'];
  readonly joinedAt: number | null;
  /** Null: not told, which is not the same as unmuted. */
  readonly banned: boolean | null;
  readonly ban: BanWire | null;
  readonly online: boolean | null;
}

/** Reads a member; null for one without a name or role, and for one who is no longer active. */
export function readMember(value: unknown): MemberWire | null {
  const parsed = memberFields.safeParse(value);
  if (!parsed.success) return null;
  const raw = parsed.data;
  const name = typeof raw.aid === 'string' ? parsePeerAid(raw.aid) : null;
  const gone = typeof raw.status === 'string' && raw.status !== '' && raw.status !== 'active';
  if (name === null || gone) return null;
  return {
    aid: name,
    // Whoever is in with a role of a later version may at least read.
    role: wireRole(raw.role) ?? 'observer',
    kind: raw.member_type === 'ai' ? 'ai' : 'human',
    joinedAt: raw.joined_at,
    banned: typeof raw.banned === 'boolean' ? raw.banned : null,
    ban: readBan(raw.ban, name),
    online: typeof raw.online === 'boolean' ? raw.online : null,
  };
}
