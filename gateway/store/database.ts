import Database from '@signalapp/sqlcipher';
import { migrate } from './migrations';

/** A value SQLite gives or takes. */
export type SqlValue = string | number | null | Uint8Array<ArrayBuffer>;
/** One row as it comes out of the driver. */
export type SqlRow = Record<string, SqlValue>;

/**
 * The gateway's database: one synchronous handle, WAL. `synchronous=NORMAL` is enough for the promise made here: a
 * committed transaction survives the death of the process, because the log is already with the operating system.
 */
export class SqlDatabase {
  readonly #database: Database;
  readonly #rollbacks: (() => void)[] = [];
  #depth = 0;

  /**
   * Opens (or creates) the file and brings its schema up to date.
   * @throws when the file is not a database or comes from a newer version.
   */
  constructor(path: string) {
    this.#database = new Database(path, { cacheStatements: true });
    this.#database.pragma('journal_mode = WAL');
    this.#database.pragma('synchronous = NORMAL');
    this.#database.pragma('busy_timeout = 5000');
    this.#database.pragma('foreign_keys = ON');
    this.#database.pragma('cache_size = -32768');
    migrate(this);
  }

  /** First row or `undefined`. */
  get<Row extends SqlRow>(sql: string, ...params: readonly SqlValue[]): Row | undefined {
    return this.#database.prepare(sql).get<Row>(params);
  }

  /** All rows. */
  all<Row extends SqlRow>(sql: string, ...params: readonly SqlValue[]): Row[] {
    return this.#database.prepare(sql).all<Row>(params);
  }

  /** Runs a statement; returns how many rows it changed and the id of the last inserted one. */
  run(sql: string, ...params: readonly SqlValue[]): { changes: number; lastId: number } {
    const result = this.#database.prepare(sql).run(params);
    return { changes: result.changes, lastId: result.lastInsertRowid };
  }

  /** Runs several statements without parameters. */
  script(sql: string): void {
    this.#database.exec(sql);
  }

  /** All or nothing. A transaction inside another joins it. `work` must be synchronous. */
  transaction<Result>(work: () => Result): Result {
    if (this.#depth > 0) return work();
    this.#database.exec('BEGIN IMMEDIATE');
    this.#depth = 1;
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      for (const forget of this.#rollbacks) forget();
      this.#database.exec('ROLLBACK');
      throw error;
    } finally {
      this.#depth = 0;
    }
  }

  /** `forget` is called whenever a transaction is undone: what was read inside it was never true. */
  onRollback(forget: () => void): void {
    this.#rollbacks.push(forget);
  }

  close(): void {
    this.#database.close();
  }
}
