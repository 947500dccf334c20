import { z } from 'zod';
import { peerKindSchema, profileStatusSchema } from './conversation';

/** Why the newest document was not taken (`protocol/06 §5.2`, rollback protection). */
export const profileWarningSchema = z.enum([
  'became_unsigned',
  'older_than_known',
  'became_invalid',
  'too_large',
]);
export type ProfileWarning = z.infer<typeof profileWarningSchema>;

/** Somebody's profile as far as it is known. Everything in it is text from outside and self-declared. */
export const profileSchema = z.object({
  aid: z.string(),
  status: profileStatusSchema,
  reason: z.string().describe('technical text about the status, may be empty'),
  text: z
    .string()
    .describe('the document without its signature block; empty where there is none or where it is invalid'),
  bytes: z.number().int(),
  fetchedAt: z.number().nullable(),
  signedAt: z.number().nullable(),
  certificateFingerprint: z.string().nullable(),
  etag: z.string().nullable(),
  warning: profileWarningSchema.nullable(),
});
export type Profile = z.infer<typeof profileSchema>;

/** State of the own profile (`protocol/06 §5.4`). */
export const ownProfileSchema = z.object({
  account: z.string(),
  draft: z.string().nullable().describe('edited text that is not published, or null'),
  published: profileSchema.nullable(),
  state: z.enum(['not_published', 'published', 'draft', 'changed_elsewhere', 'unknown']),
});
export type OwnProfile = z.infer<typeof ownProfileSchema>;

/** A key change that the user has to look at (`protocol/06 §8.3`). */
export const keyChangeSchema = z.object({
  at: z.number().describe('Unix ms'),
  previousKey: z.string().describe('`sha256:…` of the public key that was known'),
  newKey: z.string(),
  accepted: z.boolean(),
});

/** What this identity knows of somebody. Times are Unix milliseconds. */
export const contactSchema = z.object({
  account: z.string(),
  aid: z.string(),
  title: z.string().describe('own name for them, else the name in their verified profile, else the address'),
  alias: z.string().describe('the name this user gave them, empty for none'),
  kind: peerKindSchema.describe('from the verified profile only'),
  declaredName: z.string().describe('name in their profile, empty for none; see profileStatus'),
  profileStatus: profileStatusSchema,
  firstSeenAt: z.number().nullable().describe('when their key was first verified'),
  keyFingerprint: z.string().nullable().describe('`sha256:…` of the pinned public key'),
  trust: z
    .enum([
      'unknown',
      'seen',
      'verified',
      'changed',
      'changed_after_verification',
      'revoked',
      'issuer_changed',
    ])
    .describe('what stands between the user and the next message'),
  verifiedAt: z.number().nullable(),
  verifiedBy: z.enum(['manual', 'qr']).nullable(),
  keyChange: keyChangeSchema.nullable(),
});
export type Contact = z.infer<typeof contactSchema>;

/** The number two people compare (`protocol/06 §8.3`). */
export const safetyNumberSchema = z.object({
  groups: z.array(z.string().length(5)).length(12),
  qr: z.string().describe('text of the QR code this side shows'),
  ownKey: z.string(),
  peerKey: z.string(),
});
export type SafetyNumber = z.infer<typeof safetyNumberSchema>;
