import { quoted } from './search-index';

const HAN = /^\p{Script=Han}$/u;
const GRAM = 3;

/** Letters as one word of the index: what would split a word is written alike, and compared in the text itself. */
const asWord = (letters: readonly string[]): string =>
  letters.join('').replace(/[^a-z0-9\u0080-\u{10ffff}]/gu, '_');

/**
 * What the index has of a text: every three letters of it that stand together, and Chinese also one by one and in twos, so that
 * a text of any length is found by any part of at least three letters, or of one Chinese character.
 */
export function lettersOf(text: string): string {
  const words = new Set<string>();
  const letters = [...text];
  letters.forEach((letter, at) => {
    if (at + GRAM <= letters.length) words.add(asWord(letters.slice(at, at + GRAM)));
    if (!HAN.test(letter)) return;
    words.add(letter);
    const next = letters[at + 1];
    if (next !== undefined && HAN.test(next)) words.add(letter + next);
  });
  return [...words].join(' ');
}

/** Expression that finds texts with a part in them (and some more), or null where the index has nothing to go by. */
export function lettersWanted(part: string): string | null {
  const letters = [...part];
  const all = letters.every((letter) => HAN.test(letter));
  if (letters.length < GRAM) return all && letters.length > 0 ? quoted(part) : null;
  const words = new Set<string>();
  for (let at = 0; at + GRAM <= letters.length; at += 1)
    words.add(quoted(asWord(letters.slice(at, at + GRAM))));
  return [...words].join(' AND ');
}
