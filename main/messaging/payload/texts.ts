import { z } from 'zod';
import { isObject, line, MAX_BODY, textFormat } from './fields';
import { cutText } from '../../../shared/aun/agent-md-text';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import { readMentions } from './mentions';
import type { Describer, Described, PayloadContext } from './described';
import { replyOf } from './reply';

const textSchema = z.object({
  text: z.string().transform((value) => cutText(value, MAX_BODY)),
  format: textFormat,
});

/** `text`, and a payload without a type that has one. An answer without a quote may be the end of a stream (§14.7). */
export const describeText: Describer = (payload, context) => {
  const described = textBubble(payload, context);
  const reply = described === null ? null : replyOf(payload);
  if (described === null || reply === null || context.protection === 'none') return described;
  return {
    ...described,
    links: { ...described.links, refersTo: { messageId: reply.messageId, as: 'final' } },
  };
};

/** `quote`: a text that answers; what it answers is among the links of every payload. */
export const describeQuote: Describer = (payload, context) =>
  isObject(payload['quote']) ? textBubble(payload, context) : null;

/** `thought`: what an agent let us see of its thinking. */
export const describeThought: Describer = (payload) => {
  const parsed = textSchema.extend({ stage: line(32) }).safeParse(payload);
  return parsed.success
    ? { content: { kind: 'thought', ...parsed.data }, links: { searchText: parsed.data.text } }
    : null;
};

function textBubble(payload: JsonObject, context: PayloadContext): Described | null {
  const parsed = textSchema.safeParse(payload);
  if (!parsed.success) return null;
  const { text, format } = parsed.data;
  return {
    content: {
      kind: 'text',
      text,
      format,
      mentions: readMentions(payload['mentions'], text, context.ownAid).marks,
    },
    links: { searchText: text },
  };
}

/** A text bubble of words that another type carries. */
export function plainBubble(text: string, format: 'plain' | 'markdown' = 'plain'): Described {
  return { content: { kind: 'text', text, format, mentions: [] }, links: { searchText: text } };
}
