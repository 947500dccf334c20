import { z } from 'zod';
import { groupMembershipSchema, groupStatusSchema } from './group';
import { deliveryStateSchema } from './message';
import { waitReasons } from './wait-reasons';

/** Id of a conversation: the peer's AID for a one-to-one chat (the own AID for notes to self), Form A of a group id for a group. */
export const conversationIdSchema = z.string().min(3).max(512);

/** How much a profile document is worth (`protocol/06 §5.2`). Each has a text in both languages. */
export const profileStatusSchema = z.enum([
  'none',
  'verified',
  'older_key',
  'expired_key',
  'unsigned',
  'invalid',
  'unchecked',
]);
export type ProfileStatus = z.infer<typeof profileStatusSchema>;

/** What a peer is, as far as verified knowledge goes. */
export const peerKindSchema = z.enum(['human', 'agent', 'unknown']);

/** See {@link waitReasons}. */
export const waitReasonSchema = z.enum(waitReasons);
export type { WaitReason } from './wait-reasons';

/** What the preview line is of; `none` when there is nothing to show. */
export const previewKindSchema = z.enum([
  'text',
  'image',
  'video',
  'voice',
  'file',
  'location',
  'link',
  'person',
  'bundle',
  'actions',
  'choice',
  'event',
  'tool',
  'thought',
  'poll',
  'stream',
  'data',
  'unsupported',
  'undecryptable',
  'recalled',
  'none',
]);
export type PreviewKind = z.infer<typeof previewKindSchema>;

/** A mute without an end, Unix ms (the last moment a date can hold). */
export const MUTED_FOREVER = 8_640_000_000_000_000;

/** Which list a conversation is in: `archived` ones leave the inbox; `pending` ones are message requests. */
export const conversationViewSchema = z.enum(['inbox', 'archived', 'requests', 'blocked']);
export type ConversationView = z.infer<typeof conversationViewSchema>;

/** How long messages are kept on this computer, in seconds; 0: for good. */
export const retentionSchema = z.union([
  z.literal(0),
  z.literal(3_600),
  z.literal(86_400),
  z.literal(604_800),
  z.literal(2_592_000),
  z.literal(31_536_000),
]);
export type Retention = z.infer<typeof retentionSchema>;

/** One row of the conversation list. Times are Unix milliseconds. */
export const conversationSchema = z.object({
  conversation: conversationIdSchema,
  kind: z.enum(['direct', 'self', 'group']),
  title: z.string(),
  peerKind: peerKindSchema,
  preview: z
    .string()
    .describe('One line of the newest message, already plain text; empty when there is none.'),
  previewKind: previewKindSchema,
  previewOwn: z.boolean(),
  previewSender: z.string().nullable().describe('AID of who wrote the newest message, for groups'),
  previewState: deliveryStateSchema
    .nullable()
    .describe('Delivery state of the newest message when it is ours.'),
  lastActivityAt: z.number(),
  unread: z.number().int(),
  mentions: z.number().int().describe('unread messages that name this user'),
  markedUnread: z.boolean().describe('the user marked it unread; reading it takes the mark away'),
  pinned: z.boolean(),
  archived: z.boolean(),
  mutedUntil: z.number().nullable().describe('null: not muted; MUTED_FOREVER: without an end'),
  standing: z
    .enum(['accepted', 'pending', 'blocked'])
    .describe(
      '`pending`: a stranger wrote first and nobody answered yet; `blocked`: kept, quiet and out of sight',
    ),
  retention: retentionSchema,
  draft: z.string(),
  draftReply: z.number().int().nullable().describe('message the draft answers'),
  draftAttachments: z.number().int(),
  waiting: waitReasonSchema.nullable(),
  readUpTo: z
    .number()
    .int()
    .describe('Last message this user has read, as the id of a message, 0 when none.'),
  security: z
    .enum([
      'unknown',
      'encrypted',
      'verified',
      'no_keys',
      'keys_changed',
      'revoked',
      'certificate_unusable',
      'securing',
    ])
    .describe('Security of the conversation: what protects the next message, or what stops it.'),
  group: z
    .object({
      membership: groupMembershipSchema,
      status: groupStatusSchema,
      memberCount: z.number().int(),
      picture: z.string().nullable(),
    })
    .nullable()
    .describe('for groups: what the list shows of them'),
  profileStatus: profileStatusSchema.describe('Where peerKind and the name in the title come from.'),
});
export type Conversation = z.infer<typeof conversationSchema>;
