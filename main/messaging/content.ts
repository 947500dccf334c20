import type { JsonObject } from '../../shared/aun/canonical-json';
import type { MessageContent } from '../../shared/model/message';

/** Longest fallback text taken over from a payload we cannot show, in UTF-16 code units. */
const FALLBACK_LIMIT = 100_000;
const FALLBACK_FIELDS = ['text', 'fallback_text', 'title', 'alt', 'summary', 'card_text'] as const;

function fallbackText(payload: JsonObject): string {
  for (const field of FALLBACK_FIELDS) {
    const value = payload[field];
    if (typeof value === 'string' && value !== '') return value.slice(0, FALLBACK_LIMIT);
  }
  return '';
}

/**
 * What a bubble shows for an application payload (`protocol/04 §9.2`, §9.5): never throws, never believes a claim about
 * identity, and shows something for every type.
 */
export function contentOf(payload: JsonObject): MessageContent {
  const type = typeof payload['type'] === 'string' ? payload['type'] : '';
  const text = payload['text'];
  if ((type === 'text' || type === '' || type === 'quote') && typeof text === 'string') {
    return { kind: 'text', text, format: payload['format'] === 'markdown' ? 'markdown' : 'plain' };
  }
  return { kind: 'unsupported', type: type.slice(0, 64), text: fallbackText(payload) };
}
