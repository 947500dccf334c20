import { previewOf } from '../../shared/model/preview-text';
import type { SearchHit, SearchQuery } from '../ports/store';
import { flag, integer, text, wholeNumber, type SqlRow, type SqlValue } from './columns';
import { keyOf } from './conversations';
import { excerptOf, fold, type SearchWord } from './excerpt';
import { unitsOf, wordsOf, type SearchUnit } from './search-words';
import type { ReadConnection } from './sqlite';
import { authorWord, quoted, SHORTEST_WORD } from './search-index';
import type { TimelineContext } from './timeline';

/** Messages of `message_times` in one row; see the third migration. */
const CHUNK = 4096;
/** So many messages are read through for a part of a word that very many words contain. */
const SCAN_ROWS = 2_000;
const SCAN_STEP = 250;
/** So much of each text is looked at, in UTF-16 units. */
const SCAN_LENGTH = 20_000;
/** No more of a text than that leaves the database: very many may be read at once. (`substr` alone would end at a NUL.) */
const TEXT_TO_SCAN = `m.id, CASE WHEN length(coalesce(m.index_text, m.body)) > ${SCAN_LENGTH}
  THEN substr(coalesce(m.index_text, m.body), 1, ${SCAN_LENGTH}) ELSE coalesce(m.index_text, m.body, '') END AS indexed`;
/** Texts that folding only makes lower case, as nearly all Chinese and English ones: the long way takes several times as long. */
const UNACCENTED = /^[\0-\x7f\u2010-\u2027\u3000-\u3029\u4e00-\u9fff\uff00-\uffef]*$/;
/** What a word goes on behind: Chinese and Japanese characters are words of their own. */
const LETTER_BEFORE = /(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}]$/u;

/** What a hit has to fulfil besides its words. */
interface Filter {
  /** Expressions of the `scope` column. */
  readonly scope: readonly string[];
  readonly lowest: number;
  readonly highest: number;
  /** Conditions on `messages m`, each beginning with AND; empty when the index alone decides. */
  readonly conditions: string;
  readonly params: readonly SqlValue[];
}

/** Messages that contain every word of the query and pass its filters, newest first; see `StoreReader.search`. */
export function searchMessages(context: TimelineContext, query: SearchQuery): SearchHit[] {
  const { database } = context;
  const words = wordsOf(database, query.text);
  const filtered = [query.conversation, query.from, query.has, query.since, query.until].some(
    (value) => value !== undefined,
  );
  if (words.length === 0 && (query.text.trim() !== '' || !filtered)) return [];
  const filter = filterOf(database, query);
  if (filter === null) return [];
  const units = unitsOf(database, words);
  const ids = units.some((unit) => unit.common !== null)
    ? commonMatches(database, filter, units, query.limit)
    : matches(database, filter, units, query.limit);
  return ids
    .flatMap((id) => hit(context, id, words))
    .sort((left, right) => right.message.sortAt - left.message.sortAt || right.message.id - left.message.id);
}

function filterOf(database: ReadConnection, query: SearchQuery): Filter | null {
  const scope: string[] = query.has === undefined ? [] : [quoted(query.has)];
  const params: SqlValue[] = [];
  let conditions = '';
  if (query.conversation !== undefined) {
    const key = keyOf(database, query.conversation);
    if (key === null) return null;
    scope.push(quoted(`c${key}`));
  }
  if (query.from !== undefined) {
    const row = database.get('SELECT own FROM messages WHERE sender = ? LIMIT 1', [query.from]);
    if (row === undefined) return null;
    scope.push(flag(row, 'own') ? quoted('own') : authorExpression(database, query.from));
    conditions += ' AND m.sender = ?';
    params.push(query.from);
  }
  const { since, until } = query;
  if (since === undefined && until === undefined) {
    return { scope, lowest: 0, highest: Number.MAX_SAFE_INTEGER, conditions, params };
  }
  const span = [
    wholeNumber(since ?? Number.MIN_SAFE_INTEGER),
    wholeNumber(until ?? Number.MAX_SAFE_INTEGER),
  ] as const;
  const chunks = database.get(
    'SELECT min(chunk) AS first, max(chunk) AS last FROM message_times WHERE latest >= ? AND earliest < ?',
    span,
  );
  if (chunks === undefined || chunks['first'] === null) return null;
  return {
    scope,
    lowest: integer(chunks, 'first') * CHUNK,
    highest: (integer(chunks, 'last') + 1) * CHUNK - 1,
    conditions: `${conditions} AND m.sort_at >= ? AND m.sort_at < ?`,
    params: [...params, ...span],
  };
}

/** What somebody wrote to us alone, or in groups. */
function authorExpression(database: ReadConnection, aid: string): string {
  const direct = keyOf(database, aid);
  const inGroups = quoted(authorWord(aid));
  return direct === null ? inGroups : `(${quoted(`c${direct}`)} OR ${inGroups})`;
}

function expression(filter: Filter, units: readonly SearchUnit[]): string {
  const parts: string[] = [];
  if (filter.scope.length > 0) parts.push(`scope : (${filter.scope.join(' AND ')})`);
  if (units.length > 0) parts.push(`body : (${units.map((unit) => unit.match()).join(' AND ')})`);
  return parts.join(' AND ');
}

/** Ids of messages, newest first. The index is walked from its end and no further than the limit. */
function matches(
  database: ReadConnection,
  filter: Filter,
  units: readonly SearchUnit[],
  limit: number,
): number[] {
  const match = expression(filter, units);
  const rows =
    match === '' || filter.conditions !== ''
      ? joined(database, 'm.id', match, filter, limit)
      : database.all(
          'SELECT rowid AS id FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT ?',
          [match, filter.lowest, filter.highest, limit],
        );
  return rows.map((row) => integer(row, 'id'));
}

/** Columns of the newest messages `m` that match an expression of the index, or any where there is none. */
function joined(
  database: ReadConnection,
  columns: string,
  match: string,
  { lowest, highest, conditions, params }: Filter,
  limit: number,
): SqlRow[] {
  if (match === '') {
    return database.all(
      `SELECT ${columns} FROM messages m WHERE m.id BETWEEN ? AND ? AND m.hidden = 0 AND m.kind NOT IN ('notice', 'group_event') ${conditions}
       ORDER BY m.id DESC LIMIT ?`,
      [lowest, highest, ...params, limit],
    );
  }
  return database.all(
    `SELECT ${columns} FROM search CROSS JOIN messages m ON m.id = search.rowid
     WHERE search MATCH ? AND search.rowid BETWEEN ? AND ? ${conditions} ORDER BY search.rowid DESC LIMIT ?`,
    [match, lowest, highest, ...params, limit],
  );
}

/**
 * The same where a part is in very many words: messages that have all the rest are read from the newest on, which fills the list
 * soon because the part is frequent. Where it does not, those words of it that are known best are looked for.
 */
function commonMatches(
  database: ReadConnection,
  filter: Filter,
  units: readonly SearchUnit[],
  limit: number,
): number[] {
  const match = expression(
    filter,
    units.filter((unit) => unit.common === null),
  );
  const tests = units.flatMap((unit) => (unit.common === null ? [] : [containsPart(unit.common)]));
  const found: number[] = [];
  let highest = filter.highest;
  for (let looked = 0; looked < SCAN_ROWS && found.length < limit;) {
    const step = nextStep(looked, found.length, limit);
    const rows = joined(database, TEXT_TO_SCAN, match, { ...filter, highest }, step);
    found.push(...rows.filter((row) => containsAll(row, tests)).map((row) => integer(row, 'id')));
    const last = rows.at(-1);
    if (last === undefined || rows.length < step) return found.slice(0, limit);
    highest = integer(last, 'id') - 1;
    looked += step;
  }
  if (found.length >= limit) return found.slice(0, limit);
  return [...found, ...matches(database, { ...filter, highest }, units, limit - found.length)];
}

/**
 * How many messages to read next: as many as will fill the list if what is to come is like what was looked at. Every step looks
 * the words up anew, and most of the time goes into pages of messages, so neither many steps nor long ones are good.
 */
function nextStep(looked: number, found: number, limit: number): number {
  if (looked === 0) return SCAN_STEP;
  const expected = Math.ceil(((limit - found) * looked) / Math.max(found, 1));
  return Math.min(Math.max(expected, SCAN_STEP), SCAN_ROWS - looked);
}

/** Whether the text of a row has every part. */
function containsAll(row: SqlRow, tests: readonly ((folded: string) => boolean)[]): boolean {
  const source = text(row, 'indexed').slice(0, SCAN_LENGTH);
  const folded = UNACCENTED.test(source) ? source.toLowerCase() : fold(source);
  return tests.every((test) => test(folded));
}

/** Whether a folded text contains a part: within a word, or only where one begins, below three letters. */
function containsPart(part: string): (folded: string) => boolean {
  if (part.length >= SHORTEST_WORD) return (folded) => folded.includes(part);
  return (folded) => {
    for (let at = folded.indexOf(part); at >= 0; at = folded.indexOf(part, at + 1)) {
      if (!LETTER_BEFORE.test(folded.slice(Math.max(0, at - 2), at))) return true;
    }
    return false;
  };
}

function hit({ database, messages }: TimelineContext, id: number, words: readonly SearchWord[]): SearchHit[] {
  const message = messages.byId(id);
  const row = database.get(
    `SELECT c.title, coalesce(m.index_text, m.body, '') AS indexed FROM messages m
     JOIN conversations c ON c.key = m.conversation WHERE m.id = ?`,
    [id],
  );
  if (message === null || row === undefined) return [];
  const source = text(row, 'indexed') || previewOf(message.content).preview;
  return [{ message, title: text(row, 'title'), ...excerptOf(source, words) }];
}
