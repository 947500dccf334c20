import type { SqlDatabase } from './database';

/** A published profile document with its validators (`protocol/06 §5.3`). */
export interface StoredProfile {
  readonly content: Uint8Array<ArrayBuffer>;
  /** Quoted lower-case SHA-256 of the content. */
  readonly etag: string;
  readonly updatedAt: number;
}

/** Registered AIDs and their profile documents. */
export class AccountStore {
  readonly #sql: SqlDatabase;
  /** ETags are attached to every reply, so they are kept at hand. */
  readonly #etags = new Map<string, string | null>();

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
  }

  exists(aid: string): boolean {
    return this.#sql.get('SELECT 1 AS found FROM accounts WHERE aid = ?', aid) !== undefined;
  }

  insert(aid: string, issuer: string, now: number): void {
    this.#sql.run('INSERT INTO accounts (aid, issuer, created_at) VALUES (?, ?, ?)', aid, issuer, now);
  }

  /** Forgets the account and everything that belongs to it except inbox counters, which must never go back. */
  remove(aid: string): void {
    this.#sql.transaction(() => {
      for (const sql of [
        'DELETE FROM accounts WHERE aid = ?',
        'DELETE FROM certificates WHERE owner = ?',
        'DELETE FROM access_tokens WHERE aid = ?',
        'DELETE FROM refresh_tokens WHERE aid = ?',
        'DELETE FROM prekeys WHERE aid = ?',
        'DELETE FROM pending WHERE aid = ?',
        'DELETE FROM custody_codes WHERE aid = ?',
        'DELETE FROM custody_bindings WHERE aid = ?',
        'DELETE FROM custody_transfers WHERE aid = ?',
        'DELETE FROM objects WHERE owner = ?',
        'DELETE FROM staged_uploads WHERE owner = ?',
        'DELETE FROM share_links WHERE owner = ?',
        'DELETE FROM account_capabilities WHERE aid = ?',
        'DELETE FROM inbox WHERE device IN (SELECT id FROM devices WHERE aid = ?)',
        'UPDATE devices SET known = 0, floor_seq = last_seq WHERE aid = ?',
      ]) {
        this.#sql.run(sql, aid);
      }
    });
    this.#etags.delete(aid);
  }

  profile(aid: string): StoredProfile | null {
    const row = this.#sql.get<{
      profile: Uint8Array<ArrayBuffer> | null;
      profile_etag: string | null;
      profile_at: number | null;
    }>('SELECT profile, profile_etag, profile_at FROM accounts WHERE aid = ?', aid);
    if (row === undefined || row.profile === null || row.profile_etag === null) return null;
    return { content: row.profile, etag: row.profile_etag, updatedAt: row.profile_at ?? 0 };
  }

  setProfile(aid: string, content: Uint8Array<ArrayBuffer>, etag: string, now: number): void {
    this.#sql.run(
      'UPDATE accounts SET profile = ?, profile_etag = ?, profile_at = ? WHERE aid = ?',
      content,
      etag,
      now,
      aid,
    );
    this.#etags.set(aid, etag);
  }

  /** Quoted ETag of the AID's document, `null` when it has none. */
  profileEtag(aid: string): string | null {
    const known = this.#etags.get(aid);
    if (known !== undefined) return known;
    const row = this.#sql.get<{ profile_etag: string | null }>(
      'SELECT profile_etag FROM accounts WHERE aid = ?',
      aid,
    );
    const etag = row?.profile_etag ?? null;
    this.#etags.set(aid, etag);
    return etag;
  }
}
