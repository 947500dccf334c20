import type { PostProcessorModule } from 'i18next';

/** What stands before and after a value in a text while it is put together: no characters of any script. */
const begin = '\uFDD0';
const end = '\uFDD1';
const marks = /[\uFDD0\uFDD1]/g;
/** Characters beside which Chinese leaves no room: Han and the punctuation that goes with it. */
const han = /^[\p{Script=Han}\u3000-\u303F\uFF00-\uFFEF]$/u;

/** A value with its ends marked, so that {@link settled} knows where it meets the text around it. */
export function marked(value: string): string {
  return `${begin}${value.replaceAll(marks, '')}${end}`;
}

/** The next character that is neither a mark nor the space to decide about. */
function neighbour(characters: readonly string[], from: number, step: 1 | -1): string {
  let at = from;
  while (characters[at] === begin || characters[at] === end) at += step;
  return characters[at] ?? '';
}

/**
 * Takes the marks out of a text. In Chinese the space between a value and the text goes with them where Han meets Han:
 * "Alice 创建了群组", but "你创建了群组" and "林伟创建了群组". What stands inside a value stays as it is.
 */
export function settled(text: string, language: string): string {
  if (!text.includes(begin)) return text;
  if (!language.startsWith('zh')) return text.replaceAll(marks, '');
  const characters = Array.from(text);
  let depth = 0;
  const kept = characters.filter((character, at) => {
    if (character === begin) depth += 1;
    if (character === end) depth -= 1;
    if (character !== ' ' || depth > 0) return true;
    const beside = characters[at - 1] === end || characters[at + 1] === begin;
    return !(
      beside &&
      han.test(neighbour(characters, at - 1, -1)) &&
      han.test(neighbour(characters, at + 1, 1))
    );
  });
  return kept.join('').replaceAll(marks, '');
}

/** Settles the spaces around values in every text of the window. */
export const spacing: PostProcessorModule = {
  type: 'postProcessor',
  name: 'spacing',
  process: (text: string, _key, _options, translator: { readonly language?: string }) =>
    settled(text, translator.language ?? ''),
};

/**
 * Names as a list in words. `Intl` leaves no room between a Latin name and Chinese words; here they have it, like in every text.
 */
export function listInWords(language: string, names: readonly string[]): string {
  const parts = new Intl.ListFormat(language, { type: 'conjunction' }).formatToParts([...names]);
  if (!language.startsWith('zh')) return parts.map(({ value }) => value).join('');
  const words = parts.map(({ type, value }) => {
    if (type === 'element') return marked(value);
    return /^\p{Script=Han}+$/u.test(value) ? ` ${value} ` : value;
  });
  return settled(words.join(''), language);
}
