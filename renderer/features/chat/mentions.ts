import type { Mention } from '../../../shared/model/message';

/** A piece of a text: words, or the name of somebody. */
export type MentionPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'name'; readonly text: string; readonly aid: string | null };

/** More names than these stay words: what is drawn has an end, whoever writes. */
const mostNames = 200;

/**
 * Splits a text at the names in it. Ranges are a claim: what lies outside of the text, is empty or overlaps an earlier one
 * is left out. Joined together the pieces are the text.
 */
export function splitMentions(text: string, mentions: readonly Mention[]): readonly MentionPiece[] {
  const pieces: MentionPiece[] = [];
  let done = 0;
  let names = 0;
  for (const { aid, start, end } of [...mentions].sort((first, second) => first.start - second.start)) {
    if (start < done || end <= start || end > text.length || names >= mostNames) continue;
    if (start > done) pieces.push({ kind: 'text', text: text.slice(done, start) });
    pieces.push({ kind: 'name', text: text.slice(start, end), aid });
    names += 1;
    done = end;
  }
  if (done < text.length || pieces.length === 0) pieces.push({ kind: 'text', text: text.slice(done) });
  return pieces;
}
