import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { MemberRow } from '../store/group-members';
import type { BanRow, InviteRow, JoinRequestRow } from '../store/group-joining';
import type { GroupMessageRow } from '../store/group-messages';
import type { GroupRow } from '../store/groups';
import { jsonObject } from '../wire/frames';
import type { IdForm } from './ids';
import { groupIdIn, groupIds } from './ids';

/** Values of a group that are kept elsewhere. */
export interface GroupExtras {
  readonly joinMode: string;
  readonly dispatchMode: string;
  readonly epoch: number;
}

/** The status as a generation names it: the end of a group is `closed` for V1 (`protocol/05 §2.1`). */
export function statusIn(group: GroupRow, form: IdForm): string {
  return group.status === 'dissolved' && form === 'a' ? 'closed' : group.status;
}

/** Public page of a group (`protocol/05 §1.5`). */
function groupUrl(group: GroupRow, form: IdForm): string {
  return `https://group.${group.domain}/${form === 'a' ? group.base : groupIdIn(group, form)}`;
}

/** What everybody may know of a public group. */
export function publicGroup(group: GroupRow, extras: GroupExtras, form: IdForm): JsonObject {
  return {
    ...groupIds(group, form),
    name: group.name,
    visibility: group.visibility,
    status: statusIn(group, form),
    description: group.description,
    avatar_ref: group.avatarRef,
    member_count: group.memberCount,
    join_mode: extras.joinMode,
    dispatch_mode: extras.dispatchMode,
    group_e2ee_protocol: group.protocol,
    group_url: groupUrl(group, form),
    created_at: group.createdAt,
    updated_at: group.updatedAt,
  };
}

/** What members know of their group (`protocol/05 §2.1`), without ids: the part events carry. */
export function groupFacts(group: GroupRow, extras: GroupExtras): JsonObject {
  return {
    name: group.name,
    owner_aid: group.owner,
    creator_aid: group.creator,
    visibility: group.visibility,
    status: group.status,
    description: group.description,
    metadata: jsonObject.parse(JSON.parse(group.metadata)),
    avatar_ref: group.avatarRef,
    dispatch_mode: extras.dispatchMode,
    member_count: group.memberCount,
    e2ee_epoch: extras.epoch,
    join_mode: extras.joinMode,
    group_e2ee_protocol: group.protocol,
    created_at: group.createdAt,
    updated_at: group.updatedAt,
  };
}

/** The whole object for a member. */
export function groupObject(
  group: GroupRow,
  extras: GroupExtras,
  form: IdForm,
  role: string | null = null,
): JsonObject {
  return {
    ...groupIds(group, form),
    ...groupFacts(group, extras),
    status: statusIn(group, form),
    message_seq: group.messageSeq,
    event_seq: group.eventSeq,
    group_url: groupUrl(group, form),
    ...(role === null ? {} : { my_role: role }),
  };
}

/** A member without the id of the group (`protocol/05 §2.2`). Never with another status: V1 would stop sending. */
export function memberFacts(member: MemberRow): JsonObject {
  return {
    aid: member.aid,
    role: member.role,
    member_type: member.memberType,
    status: 'active',
    joined_at: member.joinedAt,
    join_epoch: member.joinEpoch,
    min_read_epoch: member.minReadEpoch,
  };
}

export function banObject(ban: BanRow, id: string): JsonObject {
  return {
    group_id: id,
    subject: ban.subject,
    banned_by: ban.bannedBy,
    reason: ban.reason,
    expires_at: ban.expiresAt,
    created_at: ban.createdAt,
  };
}

/** A join request for those who may read its texts. */
export function requestFacts(request: JoinRequestRow): JsonObject {
  return {
    aid: request.aid,
    message: request.message,
    answer: request.answer,
    status: request.status,
    created_at: request.createdAt,
    updated_at: request.updatedAt,
    expires_at: request.expiresAt,
    reviewed_by: request.reviewedBy ?? '',
    rejection_reason: request.rejectionReason ?? '',
  };
}

/** Status of a code at a time (`protocol/05 §2.5`). */
export function inviteStatus(invite: InviteRow, now: number): 'active' | 'expired' | 'revoked' | 'exhausted' {
  if (invite.revoked) return 'revoked';
  if (invite.expiresAt > 0 && invite.expiresAt <= now) return 'expired';
  return invite.maxUses > 0 && invite.usedCount >= invite.maxUses ? 'exhausted' : 'active';
}

export function inviteFacts(invite: InviteRow, now: number): JsonObject {
  return {
    code: invite.code,
    created_by: invite.createdBy,
    expires_at: invite.expiresAt,
    max_uses: invite.maxUses,
    used_count: invite.usedCount,
    status: inviteStatus(invite, now),
    created_at: invite.createdAt,
  };
}

/** Note that stands in for a message of a generation the reader does not speak (`protocol/05 §12` item 5). */
const UNSUPPORTED = {
  type: 'unsupported',
  text: '[message encrypted with a newer protocol]',
};

/** Type of a message that was taken back, and of the row that says so (`protocol/05 §6.5`). */
export const RECALLED = 'group.message_recalled';

const typed = z.looseObject({ type: z.string().default('') });

/**
 * A message as JSON text, the same in a page and in a push; the payload is spliced in as stored. `more` comes in front of
 * it (push only).
 */
export function messageText(
  message: GroupMessageRow,
  id: { group_id: string; group_aid?: string },
  form: IdForm,
  more: JsonObject = {},
): string {
  const foreign = form === 'a' && message.type === 'e2ee.group_v2_encrypted';
  const type = foreign ? UNSUPPORTED.type : message.type;
  const kind = JSON.stringify(type);
  const sender = JSON.stringify(message.sender);
  const mode = JSON.stringify(message.dispatchMode);
  // Put together by hand: a page has a hundred of them, and only few members can hold anything that must be escaped.
  const head =
    `${JSON.stringify({ ...id, ...more }).slice(0, -1)},"seq":${message.seq},"message_id":${JSON.stringify(message.messageId)},` +
    `"sender_aid":${sender},"from":${sender},"message_type":${kind},"type":${kind},` +
    `"encrypted":${message.encrypted && !foreign},"dispatch_mode":${mode},` +
    `"timestamp":${message.timestamp},"created_at":${message.createdAt}`;
  const extras = message.extras === '{}' ? '' : `,${message.extras.slice(1, -1)}`;
  return `${head}${extras},"payload":${foreign ? JSON.stringify(UNSUPPORTED) : payloadText(message, id)}}`;
}

/** The note of a recall names the group, so it is spelled for the reader. */
function payloadText(message: GroupMessageRow, id: { group_id: string }): string {
  if (message.type !== RECALLED || message.encrypted) return message.payload;
  const note = jsonObject.safeParse(JSON.parse(message.payload));
  return note.success ? JSON.stringify({ ...note.data, group_id: id.group_id }) : message.payload;
}

/** Type of a payload, empty when it names none. */
export function payloadType(payload: unknown): string {
  return typed.safeParse(payload).data?.type ?? '';
}
