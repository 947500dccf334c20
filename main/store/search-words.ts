import { text } from './columns';
import type { SearchWord } from './excerpt';
import type { ReadConnection } from './sqlite';
import { indexWords, quoted, SHORTEST_WORD } from './search-index';

const MAX_WORDS = 16;
/** So many words that contain a part are looked for at once, over all parts of a query. */
const MAX_TERMS = 64;
const LEAST_TERMS = 24;
const HAN = /^\p{Script=Han}$/u;

/** Words of a query that can be looked for. Quotes, operators and NUL have no meaning; emoji alone are in no index. */
export function wordsOf(database: ReadConnection, query: string): SearchWord[] {
  return query
    .replace(/[\0"]/g, ' ')
    .split(/\s+/)
    .map((word) => ({ word, tokens: indexWords(database, word) }))
    .filter((entry) => entry.tokens.length > 0)
    .slice(0, MAX_WORDS);
}

/** Something that a message has to contain. */
export interface SearchUnit {
  /** Expression of the index's query language; where the part is common, the words in it are looked for only now. */
  readonly match: () => string;
  /**
   * The part of a word it stands for, when so many words contain it that `match` names only some of them: then nearly every
   * message may contain it, and looking at messages finds it sooner than looking at words. Else null.
   */
  readonly common: string | null;
}

/**
 * What to look for: Chinese as a phrase of characters, which the index has one by one, so that it is found at any length; other
 * writing as every word that contains what was typed (that begins with it, below three letters).
 */
export function unitsOf(database: ReadConnection, words: readonly SearchWord[]): SearchUnit[] {
  const runs = withoutImplied(words.flatMap(({ tokens }) => runsOf(tokens)));
  const parts = runs.filter((run) => typeof run === 'string').length;
  const room = Math.max(LEAST_TERMS, Math.floor(MAX_TERMS / Math.max(1, parts)));
  return runs.map((run) => (typeof run === 'string' ? partUnit(database, run, room) : phraseUnit(run)));
}

/** What is a part of another word is found with it: an address is a word as a whole and without its first part. */
function withoutImplied(runs: readonly (string | string[])[]): (string | string[])[] {
  const single = new Set(runs.filter((run) => typeof run === 'string'));
  return runs.filter((run, at) => {
    if (typeof run !== 'string') return true;
    if (runs.indexOf(run) !== at) return false;
    const implied = (other: string): boolean =>
      other !== run && (run.length < SHORTEST_WORD ? other.startsWith(run) : other.includes(run));
    return ![...single].some(implied);
  });
}

/** Chinese characters that stand together, and single words. */
function runsOf(tokens: readonly string[]): (string | string[])[] {
  const runs: (string | string[])[] = [];
  for (const token of tokens) {
    const last = runs.at(-1);
    if (!HAN.test(token)) runs.push(token);
    else if (Array.isArray(last)) last.push(token);
    else runs.push([token]);
  }
  return runs;
}

function phraseUnit(characters: readonly string[]): SearchUnit {
  const phrase = quoted(characters.join(' '));
  return { match: () => phrase, common: null };
}

function partUnit(database: ReadConnection, part: string, room: number): SearchUnit {
  const grams = gramsOf(part);
  const first =
    grams === null ? beginning(database, part, room + 1) : wordsWith(database, grams, part, 'ASC', room + 1);
  if (first.length <= room) {
    const all = anyOf([part, ...first]);
    return { match: () => all, common: null };
  }
  return {
    match: () =>
      anyOf([part, ...(grams === null ? first : bestKnown(database, grams, part, first)).slice(0, room)]),
    common: part,
  };
}

function anyOf(words: readonly string[]): string {
  return `(${[...new Set(words)].map(quoted).join(' OR ')})`;
}

/** Up to so many words that begin with a part. */
function beginning(database: ReadConnection, part: string, limit: number): string[] {
  return database
    .all('SELECT word FROM words WHERE word >= ? AND word < ? LIMIT ?', [part, `${part}\u{10ffff}`, limit])
    .map((row) => text(row, 'word'));
}

/** Every three letters of a part, which words that contain it have in the index of parts. Null for a shorter one. */
function gramsOf(part: string): string | null {
  const letters = [...part];
  const grams = new Set<string>();
  for (let at = 0; at + SHORTEST_WORD <= letters.length; at += 1) {
    grams.add(quoted(letters.slice(at, at + SHORTEST_WORD).join('')));
  }
  return grams.size === 0 ? null : [...grams].join(' AND ');
}

/** Of very many words with a part one half those that were met first (and so often), the other half the newest. */
function bestKnown(
  database: ReadConnection,
  grams: string,
  part: string,
  first: readonly string[],
): string[] {
  const room = first.length - 1;
  const half = Math.floor(room / 2);
  const newest = wordsWith(database, grams, part, 'DESC', room - half);
  return [...new Set([...first.slice(0, half), ...newest, ...first])];
}

function wordsWith(
  database: ReadConnection,
  match: string,
  part: string,
  order: 'ASC' | 'DESC',
  limit: number,
): string[] {
  return database
    .all(
      `SELECT w.word FROM word_parts CROSS JOIN words w ON w.id = word_parts.rowid
       WHERE word_parts MATCH ? AND instr(w.word, ?) ORDER BY word_parts.rowid ${order} LIMIT ?`,
      [match, part, limit],
    )
    .map((row) => text(row, 'word'));
}
