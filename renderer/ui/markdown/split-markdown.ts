/** A text in pieces that mean the same alone as together, and how far it was split: more of it goes on from there. */
export interface MarkdownPieces {
  readonly text: string;
  readonly pieces: readonly string[];
  /** Where the last piece begins. It may still grow; those before it are done. */
  readonly tail: number;
}

export const noPieces: MarkdownPieces = { text: '', pieces: [], tail: 0 };

const fenceLine = /^ {0,3}(`{3,}|~{3,})(.*)$/;
/** What a blank line before it does not separate from what stands above: list items, and what is set in. */
const continues = /^(?:\s|[-+*](?:\s|$)|\d{1,9}[.)](?:\s|$))/;
/** A piece without an end in sight is ended here, in UTF-16 units: each is parsed whole whenever it grows. */
const longestPiece = 12_000;

interface Fence {
  readonly mark: string;
  readonly length: number;
}

function fenceAfter(line: string, open: Fence | null): Fence | null {
  const [, marks, rest] = fenceLine.exec(line) ?? [];
  if (marks === undefined) return open;
  const mark = marks.charAt(0);
  if (open === null)
    return mark === '`' && rest?.includes('`') === true ? null : { mark, length: marks.length };
  const closes = mark === open.mark && marks.length >= open.length && rest?.trim() === '';
  return closes ? null : open;
}

/**
 * Splits Markdown at blank lines between its highest blocks. Given what it returned for the beginning of the same text it
 * goes on at the last piece, so that a text that only grows is looked at once.
 */
export function splitMarkdown(text: string, before: MarkdownPieces = noPieces): MarkdownPieces {
  const grown = before.tail > 0 && text.length >= before.text.length && text.startsWith(before.text);
  const pieces = grown ? before.pieces.slice(0, -1) : [];
  let start = grown ? before.tail : 0;
  let position = start;
  let fence: Fence | null = null;
  let blank = false;
  while (position < text.length) {
    const end = text.indexOf('\n', position);
    const next = end < 0 ? text.length : end + 1;
    const line = text.slice(position, end < 0 ? text.length : end);
    const empty = line.trim() === '';
    const separates = blank && !empty && !continues.test(line);
    if (fence === null && position > start && (separates || (blank && position - start > longestPiece))) {
      pieces.push(text.slice(start, position));
      start = position;
    }
    fence = fenceAfter(line, fence);
    blank = empty;
    position = next;
  }
  if (start < text.length) pieces.push(text.slice(start));
  return { text, pieces, tail: pieces.length === 0 ? 0 : start };
}

/** Longer pieces are cut when they are drawn, in UTF-16 units. */
export const MAX_PLAIN = 65_536;

/** Whether a text has a piece that would be cut: shown as it was written, all of it can be read. */
export function hasEndlessPiece(text: string): boolean {
  return text.length > MAX_PLAIN && splitMarkdown(text).pieces.some((piece) => piece.length > MAX_PLAIN);
}
