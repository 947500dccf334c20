import Database, { type Statement } from '@signalapp/sqlcipher';
import type { Logger } from '../runtime/logger';
import type { Clock } from '../runtime/runtime';
import type { AunError } from '../runtime/errors';
import type { SqlRow, SqlValue } from './columns';
import { toStoreError } from './errors';

/** Queries slower than this are logged, without their parameters (design §6). */
export const SLOW_QUERY_MS = 40;

/** A connection that can only look. */
export interface ReadConnection {
  all(sql: string, params?: readonly SqlValue[]): SqlRow[];
  get(sql: string, params?: readonly SqlValue[]): SqlRow | undefined;
  /** What the full-text index makes of a text: its words, folded, in order. */
  tokens(value: string): string[];
}

/** A connection that can change the database; only one exists for a file. */
export interface WriteConnection extends ReadConnection {
  /** Number of rows that changed, and the id of the last row inserted. */
  run(sql: string, params?: readonly SqlValue[]): { changes: number; lastInsertRowid: number };
  exec(sql: string): void;
  /** All of `work` or nothing of it; on disk when this returns. */
  transaction<Result>(work: () => Result): Result;
}

/** Where slow queries and damage are told. */
export interface ConnectionContext {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Shared by the connections of one file: what one of them found damaged, none writes to any more. */
export interface DamageLatch {
  error: AunError | null;
}

/** The cipher library would write to stderr; its errors still reach the caller as codes. */
const QUIET = 'cipher_log_level = NONE';

/**
 * A connection to an encrypted database (SQLCipher 4, raw 32-byte key, no key derivation). Once a damaged page was seen
 * every further call fails with `database_damaged`, so that nothing is written on top of the damage.
 */
export class Connection implements WriteConnection {
  private readonly database: Database;
  private readonly statements = new Map<string, Statement>();
  private closed = false;

  /** @param file path of the database; it is created when missing */
  constructor(
    file: string,
    key: Uint8Array,
    private readonly context: ConnectionContext,
    private readonly damage: DamageLatch,
  ) {
    this.database = this.guard(() => new Database(file));
    try {
      this.guard(() => {
        this.database.pragma(QUIET);
        this.database.pragma(`key = "x'${Buffer.from(key).toString('hex')}'"`);
        this.database.pragma('busy_timeout = 5000');
        this.database.pragma('foreign_keys = ON');
        this.database.pragma('temp_store = MEMORY');
        this.database.pragma('trusted_schema = OFF');
        this.database.initTokenizer();
      });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Runs a pragma and returns the first column of its first row, or null. */
  pragma(source: string): string | number | null {
    const [row] = this.guard(() => this.database.pragma(source));
    const [value] = Object.values(row ?? {});
    return typeof value === 'string' || typeof value === 'number' ? value : null;
  }

  all(sql: string, params: readonly SqlValue[] = []): SqlRow[] {
    return this.timed(sql, (statement) => statement.all(params));
  }

  get(sql: string, params: readonly SqlValue[] = []): SqlRow | undefined {
    return this.timed(sql, (statement) => statement.get(params));
  }

  run(sql: string, params: readonly SqlValue[] = []): { changes: number; lastInsertRowid: number } {
    return this.timed(sql, (statement) => statement.run(params));
  }

  exec(sql: string): void {
    this.guard(() => this.database.exec(sql));
  }

  tokens(value: string): string[] {
    return this.guard(() => this.database.signalTokenize(value));
  }

  transaction<Result>(work: () => Result): Result {
    this.run('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.run('COMMIT');
      return result;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.statements.clear();
    this.database.close();
  }

  private rollback(): void {
    try {
      this.database.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself already, for example when the disk was full.
    }
  }

  private timed<Result>(sql: string, use: (statement: Statement) => Result): Result {
    return this.guard(() => {
      const started = this.context.clock.monotonic();
      const result = use(this.statement(sql));
      const elapsed = this.context.clock.monotonic() - started;
      if (elapsed > SLOW_QUERY_MS) {
        this.context.logger.log('warn', 'store.slow_query', {
          milliseconds: Math.round(elapsed),
          sql: sql.replace(/\s+/g, ' ').trim(),
        });
      }
      return result;
    });
  }

  private statement(sql: string): Statement {
    const known = this.statements.get(sql);
    if (known !== undefined) return known;
    const made = this.database.prepare(sql, { persistent: true });
    this.statements.set(sql, made);
    return made;
  }

  private guard<Result>(work: () => Result): Result {
    if (this.damage.error !== null) throw this.damage.error;
    try {
      return work();
    } catch (thrown) {
      const error = toStoreError(thrown);
      if (error.code === 'database_damaged') this.damage.error = error;
      throw error;
    }
  }
}
