import type { SqlDatabase, SqlRow } from './database';

/** One current prekey of a device (`protocol/02 §2.2`). */
export interface PrekeyRecord {
  readonly aid: string;
  /** Empty for an upload without a device. */
  readonly deviceId: string;
  readonly prekeyId: string;
  readonly publicKey: string;
  readonly signature: string;
  readonly createdAt: number | null;
  readonly certFingerprint: string | null;
  readonly updatedAt: number;
}

type Row = SqlRow & {
  aid: string;
  device_id: string;
  prekey_id: string;
  public_key: string;
  signature: string;
  created_at: number | null;
  cert_fingerprint: string | null;
  updated_at: number;
};

/** Prekeys by (aid, device): an upload replaces, reading never consumes. */
export class PrekeyStore {
  readonly #sql: SqlDatabase;

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
  }

  put(record: PrekeyRecord): void {
    this.#sql.run(
      `INSERT OR REPLACE INTO prekeys (aid, device_id, prekey_id, public_key, signature, created_at, cert_fingerprint,
         updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      record.aid,
      record.deviceId,
      record.prekeyId,
      record.publicKey,
      record.signature,
      record.createdAt,
      record.certFingerprint,
      record.updatedAt,
    );
  }

  /**
   * Usable prekeys of an AID, most recently uploaded first: the device was seen after `seenSince` (ms) and the
   * certificate named by the prekey has not been revoked (`protocol/02 §2.2`, `§5.1`).
   */
  current(aid: string, seenSince: number): PrekeyRecord[] {
    return this.#sql
      .all<Row>(
        `SELECT p.* FROM prekeys p
           LEFT JOIN devices d ON d.aid = p.aid AND d.device_id = p.device_id
           LEFT JOIN certificates c ON c.fingerprint = p.cert_fingerprint
         WHERE p.aid = ? AND max(p.updated_at, coalesce(d.seen_at, 0)) >= ?
           AND coalesce(c.status, 'active') <> 'revoked'
         ORDER BY p.updated_at DESC, p.device_id`,
        aid,
        seenSince,
      )
      .map((row) => ({
        aid: row.aid,
        deviceId: row.device_id,
        prekeyId: row.prekey_id,
        publicKey: row.public_key,
        signature: row.signature,
        createdAt: row.created_at,
        certFingerprint: row.cert_fingerprint,
        updatedAt: row.updated_at,
      }));
  }

  remove(aid: string): void {
    this.#sql.run('DELETE FROM prekeys WHERE aid = ?', aid);
  }
}
