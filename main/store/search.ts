import type { SearchHit } from '../ports/store';
import { integer, text } from './columns';
import { keyOf } from './conversations';
import { excerptOf } from './excerpt';
import { messageById } from './message-rows';
import type { ReadConnection } from './sqlite';

const MAX_WORDS = 16;

/** A word of a query and what the index makes of it. */
export interface SearchWord {
  readonly word: string;
  readonly tokens: readonly string[];
}

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
 * length; other writing also finds words that begin with what was typed.
 */
function expression(words: readonly SearchWord[], conversation: number | null): string {
  const phrases = words.map(({ word, tokens }) => {
    const last = tokens.at(-1) ?? '';
    return /^\p{Script=Han}$/u.test(last) ? `"${word}"` : `"${word}" *`;
  });
  const scope = conversation === null ? '' : `scope : "c${conversation}" AND `;
  return `${scope}body : (${phrases.join(' AND ')})`;
}

/** Messages that contain every word of the query, newest first. */
export function searchMessages(
  database: ReadConnection,
  query: string,
  options: { readonly conversation?: string | undefined; readonly limit: number },
): SearchHit[] {
  const words = wordsOf(database, query);
  if (words.length === 0) return [];
  const scope = options.conversation === undefined ? null : keyOf(database, options.conversation);
  if (options.conversation !== undefined && scope === null) return [];
  const rows = database.all(
    'SELECT rowid AS id FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT ?',
    [expression(words, scope), options.limit],
  );
  return rows.flatMap((row) => hit(database, integer(row, 'id'), words));
}

function hit(database: ReadConnection, id: number, words: readonly SearchWord[]): SearchHit[] {
  const message = messageById(database, id);
  if (message === null || !('text' in message.content)) return [];
  const row = database.get('SELECT title FROM conversations WHERE id = ?', [message.conversation]);
  const title = row === undefined ? message.conversation : text(row, 'title');
  return [{ message, title, ...excerptOf(message.content.text, words) }];
}
