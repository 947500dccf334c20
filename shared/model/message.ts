import { z } from 'zod';
import { attachmentSchema } from './attachment';
import { messageContentSchema } from './content';

export {
  cardActionSchema,
  mentionSchema,
  messageContentSchema,
  noticeSchema,
  undecryptableReasonSchema,
} from './content';
export type {
  CardAction,
  ContentKind,
  Mention,
  MessageContent,
  Notice,
  UndecryptableReason,
} from './content';

/** Life of an own message. `delivered` = a device of the recipient has it; AUN knows no read receipts. */
export const deliveryStateSchema = z.enum(['queued', 'sending', 'sent', 'delivered', 'failed']);
export type DeliveryState = z.infer<typeof deliveryStateSchema>;

/** How a message was protected on its way. */
export const protectionSchema = z.enum(['e2ee-v1', 'e2ee-v2', 'none']);

/** What a message answers (`protocol/04 §9.1`, §9.2 `quote`). */
export const replySchema = z.object({
  id: z.number().int().nullable().describe('the stored original, or null'),
  messageId: z.string(),
  sender: z.string().nullable().describe('AID of the original when it is stored, else null'),
  text: z.string().describe('of the stored original; without one what the sender says it was'),
  standing: z
    .enum(['known', 'differs', 'unknown', 'gone'])
    .describe('`differs`: what the sender quotes is not what we hold; `gone`: recalled or deleted here'),
});
export type Reply = z.infer<typeof replySchema>;

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
  attachments: z.array(attachmentSchema),
  reply: replySchema.nullable(),
  thread: z.string().nullable().describe('`thread_id` of the payload'),
  mentionsMe: z.boolean(),
  card: z
    .object({ state: z.enum(['pending', 'completed', 'dismissed']), label: z.string() })
    .nullable()
    .describe('for `actions`: what became of it here'),
  votes: z
    .array(z.object({ option: z.string(), count: z.number().int(), mine: z.boolean() }))
    .nullable()
    .describe('for `poll`: the votes that are known here'),
  finalId: z.number().int().nullable().describe('for `stream`: the message that holds the final text'),
  quarantined: z.boolean().describe('drawing it broke the window twice: it is drawn as a plain line'),
});
export type Message = z.infer<typeof messageSchema>;
