import { z } from 'zod';

export { groupActions } from '../aun/group-actions';
export type { GroupAction } from '../aun/group-actions';

/** Roles in a group (`protocol/05 §3.1`). `observer` is reserved upstream: somebody who only reads. */
export const groupRoleSchema = z.enum(['owner', 'admin', 'member', 'observer']);
export type GroupRole = z.infer<typeof groupRoleSchema>;

/** What we are to a group (`protocol/05 §3.2`). `none`: looked at, never in it. */
export const groupMembershipSchema = z.enum(['member', 'pending', 'left', 'removed', 'none']);
export type GroupMembership = z.infer<typeof groupMembershipSchema>;

/** Life of a group. */
export const groupStatusSchema = z.enum(['active', 'suspended', 'dissolved']);
export type GroupStatus = z.infer<typeof groupStatusSchema>;

/** How one gets in (`protocol/05 §4.1`). `unknown`: a mode of a later version, only codes are offered. */
export const joinModeSchema = z.enum(['open', 'approval', 'invite_only', 'closed', 'unknown']);
export type JoinMode = z.infer<typeof joinModeSchema>;

/** Who hears a message, for agents (`protocol/05 §5.4`). */
export const dispatchModeSchema = z.enum(['broadcast', 'mention']);

/** What adders say somebody is; never believed for more than a mark. */
export const memberKindSchema = z.enum(['human', 'ai']);

/** What is known of the signature under an event or a text (`protocol/05 §7.7`): a signed request was seen, nothing more. */
export const signatureStandingSchema = z.enum(['verified', 'unsigned', 'invalid', 'unchecked']);
export type SignatureStanding = z.infer<typeof signatureStandingSchema>;

/** An announcement or the rules of a group: plain text of somebody else's. */
export const groupTextSchema = z.object({
  content: z.string(),
  updatedBy: z.string().nullable().describe('AID'),
  updatedAt: z.number().nullable().describe('Unix ms'),
  signature: signatureStandingSchema,
});
export type GroupText = z.infer<typeof groupTextSchema>;

/** Where the keys of a group stand; each has a text in both languages. */
export const groupKeyStateSchema = z.object({
  state: z
    .enum(['secured', 'securing', 'waiting', 'unsupported', 'none'])
    .describe(
      '`securing`: a new key is being made or fetched; `waiting`: nobody who could give it is there; `unsupported`: encrypted in a way this version does not speak; `none`: we are no member',
    ),
  epoch: z.number().int().describe('committed number of the key, 0: none yet'),
  refreshPending: z
    .boolean()
    .describe('somebody left and the old key is still in use because nobody who may change it is there'),
  withoutKeys: z
    .array(z.string())
    .describe('members who cannot be given the key because they have none of their own'),
  serverHolds: z.boolean().describe('the server stores the keys of this group, encrypted to each member'),
});
export type GroupKeyState = z.infer<typeof groupKeyStateSchema>;

/** A group as the window shows it. Times are Unix ms. Every text is plain text of somebody else's, bounded. */
export const groupSchema = z.object({
  group: z.string().describe('id of the group and of its conversation'),
  aid: z.string().nullable().describe('AID of a named group'),
  name: z.string(),
  description: z.string(),
  picture: z.string().nullable().describe('address for an <img>, or null'),
  visibility: z.enum(['public', 'private']),
  status: groupStatusSchema,
  membership: groupMembershipSchema,
  role: groupRoleSchema.nullable(),
  owner: z.string().nullable(),
  memberCount: z.number().int(),
  agentCount: z.number().int().nullable(),
  joinMode: joinModeSchema,
  joinQuestion: z.string(),
  dispatchMode: dispatchModeSchema,
  duty: z.array(z.string()).describe('agents on duty; empty: nobody in particular'),
  announcement: groupTextSchema.nullable(),
  announcementSeen: z.boolean(),
  rules: groupTextSchema.nullable(),
  rulesSeen: z.boolean().describe('this user has read the rules'),
  allowMemberInvite: z.boolean(),
  maxMembers: z.number().int().nullable(),
  mutedUntil: z.number().nullable().describe('we may not write until then; MUTED_FOREVER: without an end'),
  muteReason: z.string(),
  requests: z.number().int().describe('join requests that wait for us to decide'),
  addedBy: z.string().nullable().describe('who added us without our doing'),
  joinedAt: z.number().nullable(),
  historyBefore: z.boolean().describe('there are messages from before we joined, which nobody may read'),
  requestedAt: z.number().nullable().describe('our own join request, while it waits'),
  requestExpiresAt: z.number().nullable(),
  rejection: z
    .string()
    .nullable()
    .describe('why our last join request was refused; empty when nothing was said'),
  removedBy: z.string().nullable(),
  link: z.string().describe('`aun://` link without a code'),
  keys: groupKeyStateSchema,
  loop: z
    .object({ agents: z.array(z.string()), turns: z.number().int() })
    .nullable()
    .describe('agents that answer each other without a person'),
});
export type Group = z.infer<typeof groupSchema>;

/** Somebody in a group. */
export const groupMemberSchema = z.object({
  aid: z.string(),
  title: z.string().describe('alias, verified name, or address'),
  role: groupRoleSchema,
  kind: memberKindSchema.describe('what whoever added them says they are'),
  verifiedKind: z.enum(['human', 'agent', 'unknown']).describe('from their verified profile'),
  joinedAt: z.number().nullable(),
  online: z.boolean().nullable().describe('null: not known'),
  mutedUntil: z.number().nullable(),
  muteReason: z.string(),
  hasKeys: z.boolean(),
  own: z.boolean(),
});
export type GroupMember = z.infer<typeof groupMemberSchema>;

/** A group as somebody outside sees it. */
export const groupPreviewSchema = z.object({
  group: z.string(),
  name: z.string(),
  description: z.string(),
  picture: z.string().nullable(),
  visibility: z.enum(['public', 'private']),
  status: groupStatusSchema,
  memberCount: z.number().int().nullable(),
  joinMode: joinModeSchema,
  joinQuestion: z.string(),
  membership: groupMembershipSchema,
});
export type GroupPreview = z.infer<typeof groupPreviewSchema>;

/** A request to join. */
export const joinRequestSchema = z.object({
  aid: z.string(),
  title: z.string(),
  verifiedKind: z.enum(['human', 'agent', 'unknown']),
  message: z.string(),
  answer: z.string(),
  status: z.enum(['pending', 'approved', 'rejected', 'expired']),
  createdAt: z.number().nullable(),
  expiresAt: z.number().nullable(),
  reviewedBy: z.string().nullable(),
  reason: z.string(),
});
export type JoinRequest = z.infer<typeof joinRequestSchema>;

/** An invite code: whoever holds it gets in. */
export const groupInviteSchema = z.object({
  code: z.string(),
  link: z.string(),
  createdBy: z.string(),
  createdAt: z.number().nullable(),
  expiresAt: z.number().nullable(),
  maxUses: z.number().int().describe('0: without a limit'),
  usedCount: z.number().int(),
  status: z.enum(['active', 'expired', 'revoked', 'exhausted']),
});
export type GroupInvite = z.infer<typeof groupInviteSchema>;

/** Somebody who may not write (and, outside, not come in). */
export const groupBanSchema = z.object({
  aid: z.string(),
  title: z.string(),
  by: z.string().nullable(),
  reason: z.string(),
  at: z.number().nullable(),
  until: z.number().nullable().describe('null: for good'),
  member: z.boolean(),
});
export type GroupBan = z.infer<typeof groupBanSchema>;

/** One line of the moderation log (`protocol/05 §13.16`): who did what to whom and when. */
export const groupLogEntrySchema = z.object({
  seq: z.number().int().describe('number of the event in its group'),
  at: z.number(),
  action: z.string().describe('one of groupActions, or the raw name of a later version'),
  actor: z.string().nullable(),
  target: z.string().nullable(),
  values: z
    .record(z.string(), z.string())
    .describe(
      'facts: `role`, `old_role`, `until` (Unix ms), `reason`, `keys` (what was changed), `code`, `path`, `text`',
    ),
  signature: signatureStandingSchema,
});
export type GroupLogEntry = z.infer<typeof groupLogEntrySchema>;
