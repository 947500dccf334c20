/** A message longer than this many UTF-16 code units or lines is folded. */
const foldedLength = 1600;
const foldedLines = 24;
/** A fold that hides only a few words is a nuisance. */
const nuisance = 200;
/** How much each "show more" adds at most: a megabyte in one element would stall the window. */
const step = 24_000;

/** Cuts without splitting a character in two. */
function cut(text: string, length: number): string {
  const code = text.charCodeAt(length - 1);
  return text.slice(0, code >= 0xd800 && code <= 0xdbff ? length - 1 : length);
}

/** Where the given line ends; the end of the text when it has fewer lines. */
function endOfLine(text: string, lines: number): number {
  let position = -1;
  for (let line = 0; line < lines; line += 1) {
    position = text.indexOf('\n', position + 1);
    if (position < 0) return text.length;
  }
  return position;
}

/** The part of a text to show after `unfolded` presses of "show more", and whether that is all of it. */
export function visiblePart(
  text: string,
  unfolded: number,
): { readonly text: string; readonly whole: boolean } {
  const lines = unfolded === 0 ? endOfLine(text, foldedLines) : text.length;
  const length = foldedLength + unfolded * step;
  const fits = lines === text.length && text.length <= length + nuisance;
  return fits ? { text, whole: true } : { text: cut(text, Math.min(lines, length)), whole: false };
}

const emojiOnly =
  /^(?:\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\uFE0F|\u200D\p{Extended_Pictographic})*\s*){1,4}$/u;

/** One to four emoji and nothing else: shown large. */
export function isEmojiOnly(text: string): boolean {
  return text.length <= 48 && emojiOnly.test(text.trim());
}
