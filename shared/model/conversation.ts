import { z } from 'zod';
import { deliveryStateSchema } from './message';
import { waitReasons } from './wait-reasons';

/** Id of a conversation: the peer's AID for a one-to-one chat (the own AID for notes to self). */
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

/** One row of the conversation list. Times are Unix milliseconds. */
export const conversationSchema = z.object({
  conversation: conversationIdSchema,
  kind: z.enum(['direct', 'self']),
  title: z.string(),
  peerKind: peerKindSchema,
  preview: z
    .string()
    .describe('One line of the newest message, already plain text; empty when there is none.'),
  previewKind: z.enum(['text', 'undecryptable', 'recalled', 'unsupported', 'none']),
  previewOwn: z.boolean(),
  previewState: deliveryStateSchema
    .nullable()
    .describe('Delivery state of the newest message when it is ours.'),
  lastActivityAt: z.number(),
  unread: z.number().int(),
  draft: z.string(),
  waiting: waitReasonSchema.nullable(),
  readUpTo: z
    .number()
    .int()
    .describe('Last message this user has read, as the id of a message, 0 when none.'),
  security: z
    .enum(['unknown', 'encrypted', 'verified', 'no_keys', 'keys_changed', 'revoked', 'certificate_unusable'])
    .describe('Security of the conversation: what protects the next message, or what stops it.'),
  profileStatus: profileStatusSchema.describe('Where peerKind and the name in the title come from.'),
});
export type Conversation = z.infer<typeof conversationSchema>;
