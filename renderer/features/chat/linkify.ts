import { parseGroupLink } from '../../../shared/aun/group-link';
import { parseAunLink } from '../../../shared/aun/link';

/** A piece of a message: text, or text that is an address. */
export type TextPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly url: string };

/**
 * What can be part of an address in running text: printable ASCII without delimiters. Chinese text follows an address
 * without a space, and direction marks could disguise one, so everything beyond ASCII ends it.
 */
const candidate = /\b(?:https?|aun):\/\/[!#$%&'()*+,\-./0-9:;=?@A-Z[\]_a-z~]+/gi;
const openers: Readonly<Record<string, string>> = { ')': '(', ']': '[' };

/** Takes off punctuation that belongs to the sentence, not to the address. Time grows with the length, no faster. */
function trimEnd(text: string): string {
  const counts: Record<string, number> = {};
  for (const character of text) counts[character] = (counts[character] ?? 0) + 1;
  let end = text.length;
  while (end > 0) {
    const last = text.charAt(end - 1);
    const opener = openers[last];
    const unbalanced = opener !== undefined && (counts[last] ?? 0) > (counts[opener] ?? 0);
    if (!unbalanced && !/[.,;:!?'*_~]/.test(last)) break;
    counts[last] = (counts[last] ?? 0) - 1;
    end -= 1;
  }
  return text.slice(0, end);
}

function safeUrl(text: string): string | null {
  // People and groups on AUN: only what names one.
  if (/^aun:/i.test(text)) return parseGroupLink(text) !== null || parseAunLink(text) !== null ? text : null;
  try {
    const url = new URL(text);
    const safe = (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '';
    // A name before the host is almost always meant to deceive.
    return safe && url.username === '' && url.password === '' ? url.href : null;
  } catch {
    return null;
  }
}

/** Splits plain text into text, http(s) addresses and links of people and groups. Joined together the pieces are the text. */
export function linkify(text: string): readonly TextPiece[] {
  const pieces: TextPiece[] = [];
  let done = 0;
  for (const match of text.matchAll(candidate)) {
    const shown = trimEnd(match[0]);
    const url = safeUrl(shown);
    if (url === null) continue;
    if (match.index > done) pieces.push({ kind: 'text', text: text.slice(done, match.index) });
    pieces.push({ kind: 'link', text: shown, url });
    done = match.index + shown.length;
  }
  if (done < text.length || pieces.length === 0) pieces.push({ kind: 'text', text: text.slice(done) });
  return pieces;
}
