import type { SqlDatabase, SqlRow } from './database';

/** One link of a refresh chain. Only the hash of the token is kept. */
export interface RefreshRecord {
  readonly hash: string;
  readonly aid: string;
  readonly chainStartedAt: number;
  readonly generation: number;
  readonly expiresAt: number;
  readonly rotatedAt: number | null;
}

type RefreshRow = SqlRow & {
  hash: string;
  aid: string;
  chain_started_at: number;
  generation: number;
  expires_at: number;
  rotated_at: number | null;
};

/** Hashes of access and refresh tokens (`protocol/01 §7.4`). */
export class TokenStore {
  readonly #sql: SqlDatabase;

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
  }

  insertAccess(hash: string, aid: string, expiresAt: number): void {
    this.#sql.run(
      'INSERT OR REPLACE INTO access_tokens (hash, aid, expires_at) VALUES (?, ?, ?)',
      hash,
      aid,
      expiresAt,
    );
  }

  access(hash: string): { aid: string; expiresAt: number } | null {
    const row = this.#sql.get<{ aid: string; expires_at: number }>(
      'SELECT aid, expires_at FROM access_tokens WHERE hash = ?',
      hash,
    );
    return row === undefined ? null : { aid: row.aid, expiresAt: row.expires_at };
  }

  insertRefresh(record: RefreshRecord): void {
    this.#sql.run(
      `INSERT INTO refresh_tokens (hash, aid, chain_started_at, generation, expires_at, rotated_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
      record.hash,
      record.aid,
      record.chainStartedAt,
      record.generation,
      record.expiresAt,
      record.rotatedAt,
    );
  }

  refresh(hash: string): RefreshRecord | null {
    const row = this.#sql.get<RefreshRow>('SELECT * FROM refresh_tokens WHERE hash = ?', hash);
    if (row === undefined) return null;
    return {
      hash: row.hash,
      aid: row.aid,
      chainStartedAt: row.chain_started_at,
      generation: row.generation,
      expiresAt: row.expires_at,
      rotatedAt: row.rotated_at,
    };
  }

  markRotated(hash: string, now: number): void {
    this.#sql.run('UPDATE refresh_tokens SET rotated_at = ? WHERE hash = ?', now, hash);
  }

  /** Drops tokens of one AID (or of all when `aid` is null). */
  drop(aid: string | null, kind: 'access' | 'refresh' | 'both'): void {
    const tables = kind === 'both' ? ['access_tokens', 'refresh_tokens'] : [`${kind}_tokens`];
    for (const table of tables) {
      if (aid === null) this.#sql.run(`DELETE FROM ${table}`);
      else this.#sql.run(`DELETE FROM ${table} WHERE aid = ?`, aid);
    }
  }

  /** Housekeeping. */
  dropExpired(now: number): void {
    this.#sql.run('DELETE FROM access_tokens WHERE expires_at <= ?', now);
    this.#sql.run('DELETE FROM refresh_tokens WHERE expires_at <= ?', now);
  }
}
