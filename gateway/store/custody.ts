import type { SqlDatabase, SqlRow } from './database';

/** What a code sent to a phone is good for. */
export type CodePurpose = 'bind-phone' | 'restore-phone';

/** Which code: one is valid for each phone, AID and purpose. */
export interface CodeName {
  readonly phone: string;
  readonly aid: string;
  readonly purpose: CodePurpose;
}

/** A code that was sent. Times in ms. */
export interface StoredCode {
  readonly hash: string;
  /** Wrong tries so far. */
  readonly tries: number;
  readonly expiresAt: number;
}

/** A certificate and a private key that only the client can open. */
export interface KeptMaterial {
  readonly cert: string;
  /** Ciphertext as the client gave it. */
  readonly key: string;
  /** The client's JSON, as text. */
  readonly metadata: string;
}

/** A phone bound to an AID, with what restoring by that phone gives out. Times in ms. */
export interface PhoneBinding extends KeptMaterial {
  readonly aid: string;
  readonly phone: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A copy to another device that is under way. */
export interface StoredTransfer {
  readonly aid: string;
  /** Unix ms. */
  readonly expiresAt: number;
  readonly claimed: boolean;
  readonly material: KeptMaterial | null;
}

type MaterialRow = SqlRow & { cert: string | null; sealed_key: string | null; metadata: string | null };

function materialOf(row: MaterialRow): KeptMaterial | null {
  if (row.cert === null || row.sealed_key === null) return null;
  return { cert: row.cert, key: row.sealed_key, metadata: row.metadata ?? '{}' };
}

/** What the custody service keeps; codes as hashes only (`protocol/06 §6.2`). */
export class CustodyStore {
  readonly #sql: SqlDatabase;

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
  }

  /** Stores a fresh code; one that was sent before is worth nothing any more. */
  putCode({ phone, aid, purpose }: CodeName, hash: string, expiresAt: number): void {
    this.#sql.run(
      `INSERT OR REPLACE INTO custody_codes (phone, aid, purpose, code_hash, tries, expires_at)
       VALUES (?, ?, ?, ?, 0, ?)`,
      phone,
      aid,
      purpose,
      hash,
      expiresAt,
    );
  }

  code({ phone, aid, purpose }: CodeName): StoredCode | null {
    const row = this.#sql.get<{ code_hash: string; tries: number; expires_at: number }>(
      'SELECT code_hash, tries, expires_at FROM custody_codes WHERE phone = ? AND aid = ? AND purpose = ?',
      phone,
      aid,
      purpose,
    );
    return row === undefined ? null : { hash: row.code_hash, tries: row.tries, expiresAt: row.expires_at };
  }

  countTry({ phone, aid, purpose }: CodeName): void {
    this.#sql.run(
      'UPDATE custody_codes SET tries = tries + 1 WHERE phone = ? AND aid = ? AND purpose = ?',
      phone,
      aid,
      purpose,
    );
  }

  removeCode({ phone, aid, purpose }: CodeName): void {
    this.#sql.run(
      'DELETE FROM custody_codes WHERE phone = ? AND aid = ? AND purpose = ?',
      phone,
      aid,
      purpose,
    );
  }

  /** Binds a phone and stores the material, replacing an earlier one. Returns when it was bound first, in ms. */
  bind(aid: string, phone: string, material: KeptMaterial, now: number): number {
    this.#sql.run(
      `INSERT INTO custody_bindings (aid, phone, created_at, updated_at, cert, sealed_key, metadata)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (aid, phone) DO UPDATE SET updated_at = excluded.updated_at, cert = excluded.cert,
         sealed_key = excluded.sealed_key, metadata = excluded.metadata`,
      aid,
      phone,
      now,
      now,
      material.cert,
      material.key,
      material.metadata,
    );
    return this.binding(aid, phone)?.createdAt ?? now;
  }

  binding(aid: string, phone: string): PhoneBinding | null {
    const row = this.#sql.get<MaterialRow & { created_at: number; updated_at: number }>(
      'SELECT * FROM custody_bindings WHERE aid = ? AND phone = ?',
      aid,
      phone,
    );
    const material = row === undefined ? null : materialOf(row);
    if (row === undefined || material === null) return null;
    return { aid, phone, createdAt: row.created_at, updatedAt: row.updated_at, ...material };
  }

  /** Whether anything is kept for an AID, whatever the phone. */
  hasBackup(aid: string): boolean {
    return this.#sql.get('SELECT 1 AS found FROM custody_bindings WHERE aid = ?', aid) !== undefined;
  }

  addTransfer(codeHash: string, aid: string, expiresAt: number): void {
    this.#sql.run(
      'INSERT INTO custody_transfers (code_hash, aid, expires_at) VALUES (?, ?, ?)',
      codeHash,
      aid,
      expiresAt,
    );
  }

  transfer(codeHash: string): StoredTransfer | null {
    const row = this.#sql.get<MaterialRow & { aid: string; expires_at: number; claimed: number }>(
      'SELECT * FROM custody_transfers WHERE code_hash = ?',
      codeHash,
    );
    if (row === undefined) return null;
    return {
      aid: row.aid,
      expiresAt: row.expires_at,
      claimed: row.claimed === 1,
      material: materialOf(row),
    };
  }

  putMaterial(codeHash: string, material: KeptMaterial): void {
    this.#sql.run(
      'UPDATE custody_transfers SET cert = ?, sealed_key = ?, metadata = ? WHERE code_hash = ?',
      material.cert,
      material.key,
      material.metadata,
      codeHash,
    );
  }

  /** Destroys the material; the code is remembered as used until it expires. */
  markClaimed(codeHash: string): void {
    this.#sql.run(
      `UPDATE custody_transfers SET claimed = 1, cert = NULL, sealed_key = NULL, metadata = NULL
       WHERE code_hash = ?`,
      codeHash,
    );
  }

  /** Forgets codes and transfers that ended before `before` (ms). */
  dropExpired(before: number): void {
    this.#sql.run('DELETE FROM custody_codes WHERE expires_at < ?', before);
    this.#sql.run('DELETE FROM custody_transfers WHERE expires_at < ?', before);
  }
}
