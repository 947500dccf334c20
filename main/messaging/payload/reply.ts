import { z } from 'zod';
import { cutText } from '../../../shared/aun/agent-md-text';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import type { MessageLinks } from '../../ports/store';
import { id, optionalId } from './fields';

/** Longest quoted text that is kept, in UTF-16 units. */
const MAX_QUOTE = 2_000;

const replySchema = z.object({ message_id: id });
const quoteSchema = z.object({
  message_id: optionalId,
  text: z
    .string()
    .transform((value) => cutText(value, MAX_QUOTE))
    .default('')
    .catch(''),
});

/**
 * What a payload says it answers (`protocol/04 §9.1`, `quote` in §9.2). The id is empty where only words are quoted; the text is
 * the sender's claim.
 */
export function replyOf(payload: JsonObject): MessageLinks['replyTo'] {
  const reply = payload['reply_to'] === undefined ? null : replySchema.safeParse(payload['reply_to']);
  const target = reply?.success === true ? reply.data.message_id : '';
  const quote = payload['type'] === 'quote' ? quoteSchema.safeParse(payload['quote']) : null;
  if (quote?.success !== true) return target === '' ? null : { messageId: target, text: '' };
  const { message_id: quoted, text } = quote.data;
  const messageId = quoted ?? target;
  return messageId === '' && text === '' ? null : { messageId, text };
}
