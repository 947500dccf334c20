/** Small rules about text from outside. They run in main and in the window; they never throw. */

/**
 * Characters nobody sees that change what is read: controls, marks that turn the direction of whole passages, invisible
 * separators, tags. Joiners and single direction marks stay: emoji and several scripts need them.
 */
const HIDDEN =
  /[\p{Cc}\u00ad\u180e\u200b\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const LINE_BREAK = /\r\n|[\n\r\u0085\u2028\u2029]/g;
/** Blank on the screen although Unicode calls them letters or symbols. */
const BLANK = /[\u115f\u1160\u2800\u3164\uffa0]/gu;

/** Halves of characters become the replacement character, as they would in UTF-8. */
function withoutHalves(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** One line: line breaks and tabs become spaces, what nobody sees is gone, nothing at the ends. */
export function cleanLine(text: string): string {
  return withoutHalves(text).replace(LINE_BREAK, ' ').replace(/\t/g, ' ').replace(HIDDEN, '').trim();
}

/** Several lines with `\n` between them; tabs stay, what nobody sees is gone. */
export function cleanText(text: string): string {
  return withoutHalves(text)
    .replace(LINE_BREAK, '\n')
    .replace(HIDDEN, (character) => (character === '\n' || character === '\t' ? character : ''));
}

/** Whether a text holds a line break of any kind. */
export function hasLineBreak(text: string): boolean {
  return text.search(LINE_BREAK) >= 0;
}

/** Whether at least one character of the text leaves a mark on the screen. */
export function isVisible(text: string): boolean {
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(text.replace(BLANK, ''));
}

/** The first `length` UTF-16 units, without half a character at the end. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

/** Length in UTF-8 bytes. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
