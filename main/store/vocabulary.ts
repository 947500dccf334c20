import type { ReadConnection, WriteConnection } from './sqlite';

/** Words shorter than this are found whole only; longer ones than the other are no words. In UTF-16 units. */
export const SHORTEST_WORD = 3;
const LONGEST_WORD = 128;
/** So many words are remembered as known, so that common ones cost nothing. */
const REMEMBERED = 20_000;

/** The words of a text that the vocabulary has: at least three letters, as the index folds them. */
export function vocabularyOf(database: ReadConnection, value: string): string[] {
  return database
    .tokens(value)
    .filter((token) => token.length >= SHORTEST_WORD && token.length <= LONGEST_WORD);
}

/** A phrase of the index's query language. */
export function quoted(word: string): string {
  return `"${word.replace(/["\0]/g, ' ')}"`;
}

/**
 * Keeps `words` the set of words that the index has, no more and no less: a word of a deleted message that nobody else used must
 * not stay behind. What a transaction adds and takes away is settled at its end.
 */
export class Vocabulary {
  private readonly known = new Set<string>();
  private readonly added = new Set<string>();
  private readonly dropped = new Set<string>();

  constructor(private readonly database: WriteConnection) {}

  /** A text that was added to the index. */
  learn(value: string): void {
    if (value === '') return;
    for (const word of vocabularyOf(this.database, value)) if (!this.known.has(word)) this.added.add(word);
  }

  /** A text that was taken out of the index. */
  unlearn(value: string): void {
    if (value === '') return;
    for (const word of vocabularyOf(this.database, value)) this.dropped.add(word);
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
