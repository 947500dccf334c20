import { z } from 'zod';
import { signatureStandingSchema } from './group';

/** Why an envelope could not be opened (`protocol/02 §5.4`); each has a text in both languages. */
export const undecryptableReasonSchema = z.enum([
  'malformed_envelope',
  'unknown_generation',
  'wrong_recipient',
  'sender_mismatch',
  'sender_certificate_unavailable',
  'sender_certificate_invalid',
  'signature_invalid',
  'aad_mismatch',
  'recipient_certificate_unknown',
  'prekey_missing',
  'metadata_invalid',
  'decryption_failed',
  'plaintext_invalid',
  'group_key_missing',
  'group_key_unavailable',
  'group_mismatch',
]);
export type UndecryptableReason = z.infer<typeof undecryptableReasonSchema>;

/** Small centred lines of the timeline that this installation writes itself. Each has a text in both languages. */
export const noticeSchema = z.enum([
  'keys_changed',
  'keys_accepted',
  'verified',
  'unverified',
  'certificate_revoked',
  'own_keys_changed',
  'restored',
]);
export type Notice = z.infer<typeof noticeSchema>;

const format = z.enum(['plain', 'markdown']);
const fraction = z.number().min(0).max(1);
const time = z.number().describe('Unix ms');

/** A highlighted name in a text: [start, end) in UTF-16 code units. `aid` is null for everybody. */
export const mentionSchema = z.object({
  aid: z.string().nullable(),
  start: z.number().int().min(0),
  end: z.number().int().min(0),
});
export type Mention = z.infer<typeof mentionSchema>;

/** One button of an action card (`protocol/04 §9.3`). */
export const cardActionSchema = z.object({
  label: z.string(),
  value: z.string(),
  behavior: z.enum(['reply', 'compose', 'dismiss']),
  style: z.enum(['default', 'primary', 'danger']),
  composeTimeoutMs: z.number().int(),
});
export type CardAction = z.infer<typeof cardActionSchema>;

/**
 * What a bubble shows (`protocol/04 §9.2`). Every text is plain text or Markdown to be drawn from a parsed tree: never HTML.
 * Everything in it is the sender's claim and was checked for its shape only.
 */
export const messageContentSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string(), format, mentions: z.array(mentionSchema) }),
  z.object({
    kind: z.literal('media'),
    media: z.enum(['image', 'video', 'voice', 'file']),
    text: z.string().describe('caption'),
    format,
    alt: z.string(),
    width: z.number().int().nullable(),
    height: z.number().int().nullable(),
    durationMs: z.number().nullable(),
    transcript: z.string(),
    expiresAt: time.nullable(),
  }),
  z.object({
    kind: z.literal('location'),
    latitude: z.number().min(-90).max(90),
    longitude: z.number().min(-180).max(180),
    name: z.string(),
    address: z.string(),
    precisionMetres: z.number().nullable(),
  }),
  z.object({
    kind: z.literal('link'),
    url: z.string().describe('http or https only'),
    host: z.string().describe('real host, punycode visible'),
    title: z.string(),
    description: z.string(),
  }),
  z.object({
    kind: z.literal('person'),
    name: z.string().describe("the card's claim"),
    aid: z.string().nullable().describe('valid AID or null'),
  }),
  z.object({
    kind: z.literal('bundle'),
    title: z.string(),
    summary: z.string(),
    items: z.array(z.object({ sender: z.string(), text: z.string(), at: time.nullable() })),
    omitted: z.number().int().describe('items left out because there are too many'),
  }),
  z.object({
    kind: z.literal('actions'),
    title: z.string(),
    text: z.string(),
    format,
    actions: z.array(cardActionSchema),
    expiresAt: time.nullable(),
  }),
  z.object({
    kind: z.literal('choice'),
    card: z.string().describe('message id of the card'),
    label: z.string(),
    text: z.string(),
    typed: z.boolean().describe('an answer that was written, not a button'),
  }),
  z.object({
    kind: z.literal('status'),
    state: z.string(),
    text: z.string(),
    progress: fraction.nullable(),
    task: z.string().nullable(),
    expiresAt: time.nullable(),
  }),
  z.object({
    kind: z.literal('event'),
    event: z.string(),
    text: z.string(),
    severity: z.enum(['info', 'warning', 'error']),
    task: z.string().nullable(),
    durationMs: z.number().nullable(),
    toolCalls: z.number().int().nullable(),
    errorCode: z.string(),
  }),
  z.object({
    kind: z.literal('tool'),
    phase: z.enum(['call', 'result']),
    call: z.string().describe('id that joins call and result of one sender'),
    name: z.string(),
    ok: z.boolean().nullable(),
    detail: z.string().describe('arguments, result or error as readable JSON'),
  }),
  z.object({ kind: z.literal('thought'), text: z.string(), format, stage: z.string() }),
  z.object({
    kind: z.literal('poll'),
    title: z.string(),
    options: z.array(z.object({ id: z.string(), text: z.string() })),
    multiple: z.boolean(),
    expiresAt: time.nullable(),
  }),
  z.object({
    kind: z.literal('vote'),
    poll: z.string().describe('message id of the poll'),
    options: z.array(z.string()),
  }),
  z.object({ kind: z.literal('stream'), stream: z.string(), text: z.string().describe('fallback text') }),
  z.object({
    kind: z.literal('data'),
    name: z.string().describe('kind of a json or custom payload'),
    text: z.string(),
    json: z.string().describe('readable JSON for the details, cut when long'),
  }),
  z.object({ kind: z.literal('control'), type: z.string() }).describe('kept, never shown'),
  z.object({ kind: z.literal('unsupported'), type: z.string(), text: z.string() }),
  z.object({ kind: z.literal('recalled') }),
  z.object({
    kind: z.literal('notice'),
    notice: noticeSchema,
    detail: z.string().describe('Fact of the notice, such as a fingerprint; may be empty.'),
  }),
  z.object({
    kind: z.literal('group_event'),
    action: z.string().describe('one of groupActions, or the raw name of a later version'),
    actor: z.string().nullable(),
    target: z.string().nullable(),
    values: z.record(z.string(), z.string()).describe('like those of the moderation log'),
    signature: signatureStandingSchema,
  }),
  z.object({ kind: z.literal('expired') }),
  z.object({
    kind: z.literal('undecryptable'),
    reason: undecryptableReasonSchema,
    detail: z.string(),
    retrying: z.boolean(),
  }),
]);
export type MessageContent = z.infer<typeof messageContentSchema>;
export type ContentKind = MessageContent['kind'];
