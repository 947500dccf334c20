import { z } from 'zod';

/** Life of an own message. `delivered` = a device of the recipient has it; AUN knows no read receipts. */
export const deliveryStateSchema = z.enum(['queued', 'sending', 'sent', 'delivered', 'failed']);
export type DeliveryState = z.infer<typeof deliveryStateSchema>;

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

/** What a bubble shows. Text is plain text: never HTML. */
export const messageContentSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string(), format: z.enum(['plain', 'markdown']) }),
  z.object({ kind: z.literal('unsupported'), type: z.string(), text: z.string() }),
  z.object({ kind: z.literal('recalled') }),
  z.object({
    kind: z.literal('notice'),
    notice: noticeSchema,
    detail: z.string().describe('Fact of the notice, such as a fingerprint; may be empty.'),
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

/** How a message was protected on its way. */
export const protectionSchema = z.enum(['e2ee-v1', 'e2ee-v2', 'none']);

/** One message as the timeline shows it. Times are Unix milliseconds. */
export const messageSchema = z.object({
  id: z.number().int().describe("Id within the account's database; stable, increasing with arrival."),
  conversation: z.string(),
  messageId: z.string(),
  sender: z.string(),
  own: z.boolean(),
  sortAt: z
    .number()
    .describe('Where it stands in the timeline: gateway time once known, our corrected clock before.'),
  content: messageContentSchema,
  protection: protectionSchema,
  forwardSecret: z.boolean(),
  state: deliveryStateSchema.nullable(),
  stateReason: z
    .string()
    .nullable()
    .describe('For `failed`: an error code; for `queued`: a wait reason; else null.'),
  timeDoubtful: z
    .boolean()
    .describe("The sender's own signed clock differs from the gateway's by more than ten minutes."),
});
export type Message = z.infer<typeof messageSchema>;
