import { z } from 'zod';
import { errorCodeSchema } from '../bridge/errors';

/** Id of an account as commands and events name it: the AID itself. */
export const accountIdSchema = z.string().min(3).max(320);

/** States of a session (`protocol/01 §5.10`, ours). `blocked` needs the user; everything else heals by itself. */
export const sessionStateSchema = z.enum([
  'idle',
  'discovering',
  'authenticating',
  'connecting',
  'online',
  'offline',
  'backing-off',
  'blocked',
]);
export type SessionState = z.infer<typeof sessionStateSchema>;

/** Why a session waits for the user (`protocol/01 §5.8`, §11). Each has a text and a remedy in both languages. */
export const blockedReasonSchema = z.enum([
  'signed_in_elsewhere',
  'sign_in_rejected',
  'identity_not_accepted',
  'sign_in_timed_out',
  'challenge_rejected',
  'federation_denied',
  'evicted_by_quota',
  'name_belongs_to_another_key',
  'certificate_revoked',
  'certificate_mismatch',
  'certificate_expired',
  'not_registered',
  'gateway_not_trusted',
  'protocol_mismatch',
  'delivery_mode_conflict',
  'vault_locked',
  'key_unreadable',
  'database_damaged',
  'short_connection_limit',
  'captive_portal',
  'clock_wrong',
  'archived',
]);
export type BlockedReason = z.infer<typeof blockedReasonSchema>;

/** What the user is told about a failure: a code with a text in both languages, and facts for the details view. */
export const problemSchema = z.object({
  code: errorCodeSchema,
  detail: z.string().describe('Technical text for the details view: never secrets, never message text.'),
});
export type Problem = z.infer<typeof problemSchema>;

/** Snapshot of a session as the window shows it. Times are Unix milliseconds. */
export const sessionSnapshotSchema = z.object({
  state: sessionStateSchema,
  since: z.number(),
  blocked: blockedReasonSchema.nullable(),
  problem: problemSchema.nullable(),
  attempt: z.number().int(),
  retryAt: z.number().nullable().describe('When the next attempt starts, or null.'),
  gatewayUrl: z.string().nullable(),
  clockSkewMs: z
    .number()
    .nullable()
    .describe('Gateway clock minus ours in ms, or null before the first answer.'),
  roundTripMs: z.number().nullable(),
  notice: z
    .record(z.string(), z.string())
    .nullable()
    .describe('Facts the gateway sent with a displacement or eviction, as short printable strings.'),
});
export type SessionSnapshot = z.infer<typeof sessionSnapshotSchema>;

/** When an identity may call for attention. */
export const notificationRuleSchema = z.enum(['all', 'mentions', 'none']);
export type NotificationRule = z.infer<typeof notificationRuleSchema>;

/** Quiet reminders of an identity; each has a text and a way to act in both languages. */
export const attentionSchema = z.enum([
  'backup_missing',
  'certificate_expiring',
  'certificate_expired',
  'profile_changed_elsewhere',
]);
export type Attention = z.infer<typeof attentionSchema>;

/** What only advanced users touch. `protocol/01 §1.2`, §5.1. */
export const advancedSettingsSchema = z.object({
  slotId: z.string().regex(/^[A-Za-z0-9._-]{1,128}$/),
  deliveryMode: z.discriminatedUnion('mode', [
    z.object({ mode: z.literal('fanout') }),
    z.object({
      mode: z.literal('queue'),
      routing: z.enum(['round_robin', 'sender_affinity']),
      affinityTtlMs: z.number().int().min(0).max(86_400_000),
    }),
  ]),
  deviceName: z
    .string()
    .trim()
    .min(1)
    .max(64)
    .describe('shown where this session takes the place of another'),
});
export type AdvancedSettings = z.infer<typeof advancedSettingsSchema>;

/** One identity as the window shows it. */
export const accountSchema = z.object({
  account: accountIdSchema,
  network: z.string(),
  displayName: z.string(),
  hue: z
    .number()
    .int()
    .min(0)
    .max(359)
    .describe('Degrees on the colour wheel, 0 to 359, derived from the public key.'),
  hueChosen: z.boolean().describe('The user chose the hue.'),
  notifications: notificationRuleSchema,
  wantsOnline: z.boolean().describe('False after the user signed this identity out.'),
  attention: z
    .array(attentionSchema)
    .describe('What the user should look at some time; nothing of it stops messages.'),
  certificateExpiresAt: z.number().nullable(),
  profileName: z.string().describe('Name in the published profile, empty when there is none.'),
  certificateFingerprint: z
    .string()
    .nullable()
    .describe('SHA-256 fingerprint of the certificate (`sha256:…`), or null before registration ended.'),
  session: sessionSnapshotSchema,
  unread: z
    .number()
    .int()
    .describe('Unread messages in accepted conversations that are not muted; a marked one counts as one.'),
  mentions: z.number().int().describe('Unread messages that name this user, muted conversations included.'),
  requests: z.number().int().describe('Message requests that wait for an answer.'),
  queued: z.number().int().describe('Messages waiting in the outbox.'),
  catchingUp: z.number().int().nullable().describe('Catch-up in progress: rows stored so far, or null.'),
});
export type Account = z.infer<typeof accountSchema>;
