import type { SearchHit } from '../ports/store';

/** A word of a query and what the index makes of it. */
export interface SearchWord {
  readonly word: string;
  readonly tokens: readonly string[];
}

const BEFORE = 40;
const LENGTH = 160;
/** How much of a long text is looked at for marks. */
const MAX_SOURCE = 100_000;

interface Folded {
  readonly text: string;
  /** Where each UTF-16 unit of `text` begins in the source; one entry more for the end. */
  readonly origin: readonly number[];
}

/** Lower case without accents, as the index compares. */
export function fold(source: string): string {
  return source
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
}

/** {@link fold}, but remembers where each unit came from. */
function traced(source: string): Folded {
  const origin: number[] = [];
  let text = '';
  let at = 0;
  for (const character of source) {
    const plain = fold(character);
    origin.push(...new Array<number>(plain.length).fill(at));
    text += plain;
    at += character.length;
  }
  origin.push(at);
  return { text, origin };
}

const WORD_BEFORE = /[\p{L}\p{N}\p{M}]$/u;

function occurrences(folded: Folded, needle: string): [number, number][] {
  const found: [number, number][] = [];
  if (needle === '') return found;
  // Below three letters only beginnings of words are found; see `search-words.ts`.
  const inside = needle.length >= 3 || /^\p{Script=Han}/u.test(needle);
  for (let at = folded.text.indexOf(needle); at >= 0; at = folded.text.indexOf(needle, at + needle.length)) {
    if (!inside && WORD_BEFORE.test(folded.text.slice(Math.max(0, at - 2), at))) {
      if (!/\p{Script=Han}$/u.test(folded.text.slice(Math.max(0, at - 2), at))) continue;
    }
    const start = folded.origin[at];
    const end = folded.origin[at + needle.length];
    if (start !== undefined && end !== undefined) found.push([start, end]);
  }
  return found;
}

function merged(ranges: [number, number][]): [number, number][] {
  const result: [number, number][] = [];
  for (const [start, end] of ranges.sort((left, right) => left[0] - right[0] || left[1] - right[1])) {
    const last = result.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result;
}

/** Where the words stand in a text. */
function rangesOf(source: string, words: readonly SearchWord[]): [number, number][] {
  const folded = traced(source);
  const ranges = words.flatMap(({ word, tokens }) => {
    const whole = occurrences(folded, fold(word).replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ''));
    return whole.length > 0 ? whole : tokens.flatMap((token) => occurrences(folded, fold(token)));
  });
  return merged(ranges);
}

/** Plain text around the first hit, and the marks in it as [start, end) in UTF-16 units. */
export function excerptOf(body: string, words: readonly SearchWord[]): Pick<SearchHit, 'excerpt' | 'ranges'> {
  const source = body.slice(0, MAX_SOURCE);
  const ranges = rangesOf(source, words);
  const first = ranges[0]?.[0] ?? 0;
  const start = boundary(source, first <= BEFORE ? 0 : first - BEFORE);
  const end = boundary(source, Math.min(source.length, start + LENGTH));
  const lead = start > 0 ? '…' : '';
  const tail = end < body.length ? '…' : '';
  const excerpt = `${lead}${source.slice(start, end).replace(/[\s\p{Cc}]/gu, ' ')}${tail}`;
  const shift = lead.length - start;
  const inside = ranges
    .filter(([from, to]) => from >= start && from < end && to > start)
    .map(([from, to]): readonly [number, number] => [from + shift, Math.min(to, end) + shift]);
  return { excerpt, ranges: inside };
}

/** Never cuts a character in two. */
function boundary(source: string, at: number): number {
  const unit = source.charCodeAt(at);
  return at > 0 && at < source.length && unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}
