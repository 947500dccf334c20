import { cleanLine, cutText } from '../../../shared/aun/agent-md-text';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import { readAttachments } from './attachment-claims';
import { searchable } from './described';
import type { Described, PayloadContext } from './described';
import { MAX_PASSAGE } from './fields';

/** Where words for people are looked for, best first (`protocol/04 §9.5`). */
const FIELDS = ['text', 'fallback_text', 'title', 'alt', 'summary', 'card_text'] as const;

/** The first words for people in a payload, cut; empty when it has none. */
export function fallbackText(payload: JsonObject): string {
  for (const field of FIELDS) {
    const value = payload[field];
    if (typeof value === 'string' && value !== '') return cutText(value, MAX_PASSAGE);
  }
  return '';
}

/** What is shown for a type nobody here knows, and for a known one that lacks what it needs: its words and its files. */
export function describeUnknown(payload: JsonObject, context: PayloadContext): Described {
  const type = typeof payload['type'] === 'string' ? payload['type'] : '';
  const text = fallbackText(payload);
  const { claims } = readAttachments(payload, context);
  return {
    content: { kind: 'unsupported', type: cutText(cleanLine(cutText(type, 256)), 64), text },
    links: { attachments: claims, searchText: searchable(text, ...claims.map((claim) => claim.name)) },
  };
}
