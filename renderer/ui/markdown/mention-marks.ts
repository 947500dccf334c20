/**
 * Where names stand in a Markdown text is known by their place in its source, which a parser forgets. So each name is put
 * between marks before the text is parsed. They are code points Unicode keeps free for such use within a program: no
 * parser gives them a meaning, and those that come with a text are taken out first.
 */
const open = '\ufdd0';
const close = '\ufde1';
/** Sixteen digits follow the one that opens. */
const firstDigit = 0xfdd1;
const anyMark = /[\ufdd0-\ufdef]/g;
const markedName = /\ufdd0([\ufdd1-\ufde0]+)([^\ufdd0-\ufdef]*)\ufde1/g;

/** A piece of a text that may hold marks. */
export type MarkedPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'mention'; readonly text: string; readonly place: number };

/** The text without any mark. */
export function withoutMarks(text: string): string {
  return text.replace(anyMark, '');
}

/** Puts marks around a name; `place` says which of the names of the message it is, from 0. */
export function markName(name: string, place: number): string {
  const digits = [...place.toString(16)].map((digit) =>
    String.fromCharCode(firstDigit + parseInt(digit, 16)),
  );
  return `${open}${digits.join('')}${withoutMarks(name)}${close}`;
}

function placeOf(digits: string): number {
  return parseInt([...digits].map((digit) => (digit.charCodeAt(0) - firstDigit).toString(16)).join(''), 16);
}

/** Splits a text at the names between marks. A mark that lost its other half, because markup ran through a name, is gone. */
export function splitMarks(text: string): readonly MarkedPiece[] {
  const pieces: MarkedPiece[] = [];
  const addText = (words: string): void => {
    const clean = withoutMarks(words);
    if (clean !== '') pieces.push({ kind: 'text', text: clean });
  };
  let done = 0;
  for (const match of text.matchAll(markedName)) {
    const [whole, digits = '', name = ''] = match;
    addText(text.slice(done, match.index));
    if (name !== '') pieces.push({ kind: 'mention', text: name, place: placeOf(digits) });
    done = match.index + whole.length;
  }
  addText(text.slice(done));
  return pieces;
}
