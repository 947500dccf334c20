import { z } from 'zod';
import { cutText } from '../../../shared/aun/agent-md-text';
import { readAttachments } from './attachment-claims';
import { searchable } from './described';
import type { Describer } from './described';
import { entriesOf, isObject, line, moment, passage, requiredLine } from './fields';
import { fallbackText } from './fallback';

/** Most messages of a bundle that are kept. */
const MAX_ITEMS = 200;
/** Longest text of one of them, in UTF-16 units. */
const MAX_ITEM = 20_000;

const itemSchema = z.object({ sender_display: line(120), timestamp: moment });

/** `merge`: forwarded messages in one; who said what in it is the sender's claim. */
export const describeBundle: Describer = (payload, context) => {
  const parsed = z.object({ title: requiredLine(), summary: passage(2_000) }).safeParse(payload);
  if (!parsed.success) return null;
  const { title, summary } = parsed.data;
  const items = entriesOf(payload['items'], MAX_ITEMS)
    .filter(isObject)
    .map((item) => {
      const { sender_display: sender, timestamp: at } = itemSchema.parse(item);
      return { sender, text: cutText(fallbackText(item), MAX_ITEM), at };
    });
  const listed = Array.isArray(payload['items']) ? payload['items'].length : 0;
  const { claims } = readAttachments(payload, context);
  return {
    content: { kind: 'bundle', title, summary, items, omitted: Math.max(0, listed - MAX_ITEMS) },
    links: {
      attachments: claims,
      searchText: searchable(
        title,
        summary,
        ...items.map((item) => item.text),
        ...claims.map((claim) => claim.name),
      ),
    },
  };
};
