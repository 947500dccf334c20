import type { SearchHit } from '../ports/store';
import { integer, text } from './columns';
import { keyOf } from './conversations';
import { excerptOf, type SearchWord } from './excerpt';
import { messageById } from './message-rows';
import type { ReadConnection } from './sqlite';

const MAX_WORDS = 16;

/** Words of a query that can be looked for. Quotes, operators and NUL have no meaning; emoji alone are in no index. */
export function wordsOf(database: ReadConnection, query: string): SearchWord[] {
  return query
    .replace(/[\0"]/g, ' ')
    .split(/\s+/)
    .map((word) => ({ word, tokens: word === '' ? [] : database.tokens(word) }))
    .filter((entry) => entry.tokens.length > 0)
    .slice(0, MAX_WORDS);
}

/**
 * The full-text expression for words: each is a phrase, so that Chinese, which is indexed character by character, is found at any
 * length. With `part` other writing also finds words that begin with what was typed.
 */
function expression(words: readonly SearchWord[], conversation: number | null, part: boolean): string {
  const phrases = words.map(({ word, tokens }) => {
    const last = tokens.at(-1) ?? '';
    return part && !/^\p{Script=Han}$/u.test(last) ? `"${word}" *` : `"${word}"`;
  });
  const scope = conversation === null ? '' : `scope : "c${conversation}" AND `;
  return `${scope}body : (${phrases.join(' AND ')})`;
}

function matches(database: ReadConnection, match: string, limit: number): number[] {
  return database
    .all('SELECT rowid AS id FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT ?', [match, limit])
    .map((row) => integer(row, 'id'));
}

/**
 * Messages that contain every word of the query: first those with the whole words, then those with words that begin so; each newest
 * first. Whole words are read off the index one by one; the beginnings of frequent words would have to be gathered first, so
 * they are looked for only where whole words do not fill the list.
 */
export function searchMessages(
  database: ReadConnection,
  query: string,
  options: { readonly conversation?: string | undefined; readonly limit: number },
): SearchHit[] {
  const words = wordsOf(database, query);
  if (words.length === 0) return [];
  const scope = options.conversation === undefined ? null : keyOf(database, options.conversation);
  if (options.conversation !== undefined && scope === null) return [];
  const { limit } = options;
  const whole = expression(words, scope, false);
  const part = expression(words, scope, true);
  const ids = new Set(matches(database, whole, limit));
  if (ids.size < limit && part !== whole) {
    for (const id of matches(database, part, limit)) ids.add(id);
  }
  return [...ids].slice(0, limit).flatMap((id) => hit(database, id, words));
}

function hit(database: ReadConnection, id: number, words: readonly SearchWord[]): SearchHit[] {
  const message = messageById(database, id);
  if (message === null || !('text' in message.content)) return [];
  const row = database.get('SELECT title FROM conversations WHERE id = ?', [message.conversation]);
  const title = row === undefined ? message.conversation : text(row, 'title');
  return [{ message, title, ...excerptOf(message.content.text, words) }];
}
