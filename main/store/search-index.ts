import { messageFlags } from './message-flags';
import type { ReadConnection, WriteConnection } from './sqlite';

/** Words shorter than this are found whole and by their beginning; longer ones than the other are no words. In UTF-16 units. */
export const SHORTEST_WORD = 3;
const LONGEST_WORD = 128;
/** So many words are remembered as known, so that common ones cost nothing. */
const REMEMBERED = 20_000;

/** A message as the index sees it. */
export interface IndexedMessage {
  readonly id: number;
  readonly conversation: number;
  readonly own: boolean;
  readonly flags: number;
  /** Who wrote it, for messages of groups: everywhere else the conversation says it. */
  readonly author: string | null;
  readonly text: string;
}

/**
 * The words of a text in order, folded, as the index has them; Chinese character by character. The index itself only splits at
 * spaces: the tokenizer of the database reads some addresses differently in a question than in a text.
 */
export function indexWords(database: ReadConnection, text: string): string[] {
  if (text === '') return [];
  return database
    .tokens(text)
    .filter((token) => token.length <= LONGEST_WORD)
    .map((token) => token.replace(/[^a-z0-9._\u0080-\u{10ffff}]/gu, '_'));
}

/** A phrase of the index's query language. */
export function quoted(word: string): string {
  return `"${word.replace(/["\0]/g, ' ')}"`;
}

/** Word of the scope column that messages of groups by somebody have; two people may share one. */
export function authorWord(aid: string): string {
  return `by.${aid.toLowerCase().replace(/[^a-z0-9._]/gu, '_')}`;
}

function scopeOf({ conversation, own, flags, author }: IndexedMessage): string {
  const words = [`c${conversation}`];
  if (author !== null && !own) words.push(authorWord(author));
  if (own) words.push('own');
  if (flags & messageFlags.file) words.push('file');
  if (flags & messageFlags.image) words.push('image');
  if (flags & messageFlags.link) words.push('link');
  return words.join(' ');
}

/**
 * Keeps the full-text index in step with the messages, and `words` the set of words that it has, no more and no less: a word of a
 * deleted message that nobody else used must not stay behind. Words are settled at the end of a transaction.
 */
export class SearchIndex {
  private readonly known = new Set<string>();
  private readonly added = new Set<string>();
  private readonly dropped = new Set<string>();

  constructor(private readonly database: WriteConnection) {}

  /** A message that is shown from now on. */
  add(message: IndexedMessage): void {
    const words = indexWords(this.database, message.text);
    this.database.run('INSERT INTO search (rowid, body, scope) VALUES (?, ?, ?)', [
      message.id,
      words.join(' '),
      scopeOf(message),
    ]);
    for (const word of words) {
      if (word.length >= SHORTEST_WORD && !this.known.has(word)) this.added.add(word);
    }
  }

  /** A message that is not shown any more; it has to be given exactly as it was added. */
  remove(message: IndexedMessage): void {
    const words = indexWords(this.database, message.text);
    this.database.run("INSERT INTO search (search, rowid, body, scope) VALUES ('delete', ?, ?, ?)", [
      message.id,
      words.join(' '),
      scopeOf(message),
    ]);
    for (const word of words) if (word.length >= SHORTEST_WORD) this.dropped.add(word);
  }

  /** To be called at the end of a transaction, inside it. */
  settle(): void {
    for (const word of this.added) this.database.run('INSERT OR IGNORE INTO words (word) VALUES (?)', [word]);
    if (this.known.size > REMEMBERED) this.known.clear();
    for (const word of this.added) this.known.add(word);
    this.added.clear();
    for (const word of this.dropped) {
      const used = this.database.get('SELECT 1 AS found FROM search WHERE search MATCH ? LIMIT 1', [
        `body : ${quoted(word)}`,
      ]);
      if (used !== undefined) continue;
      this.database.run('DELETE FROM words WHERE word = ?', [word]);
      this.known.delete(word);
    }
    this.dropped.clear();
  }

  /** A transaction was undone: nothing of it is known. */
  undo(): void {
    this.known.clear();
    this.added.clear();
    this.dropped.clear();
  }
}
