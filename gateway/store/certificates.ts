import type { SqlDatabase, SqlRow } from './database';

/** `verify_only`: superseded, still downloadable, not good for login or new signatures (`protocol/01 §7.6`). */
export type CertificateStatus = 'active' | 'verify_only' | 'revoked';

/** One issued leaf certificate. Times in milliseconds. */
export interface CertificateRecord {
  /** `sha256:` + hex of the DER. */
  readonly fingerprint: string;
  /** `sha256:` + hex of the SPKI DER. */
  readonly keyFingerprint: string;
  /** The AID, or the service name such as `auth.aun.test`. */
  readonly owner: string;
  readonly issuer: string;
  /** Lower-case hex without leading zeros. */
  readonly serial: string;
  readonly curve: string;
  /** Base64 of the SPKI DER. */
  readonly publicKey: string;
  readonly pem: string;
  readonly status: CertificateStatus;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly revokedAt: number | null;
}

type Row = SqlRow & {
  fingerprint: string;
  key_fingerprint: string;
  owner: string;
  issuer: string;
  serial: string;
  curve: string;
  public_key: string;
  pem: string;
  status: string;
  not_before: number;
  not_after: number;
  revoked_at: number | null;
};

function statusOf(text: string): CertificateStatus {
  return text === 'active' || text === 'verify_only' ? text : 'revoked';
}

function toRecord(row: Row): CertificateRecord {
  return {
    fingerprint: row.fingerprint,
    keyFingerprint: row.key_fingerprint,
    owner: row.owner,
    issuer: row.issuer,
    serial: row.serial,
    curve: row.curve,
    publicKey: row.public_key,
    pem: row.pem,
    status: statusOf(row.status),
    notBefore: row.not_before,
    notAfter: row.not_after,
    revokedAt: row.revoked_at,
  };
}

/** Every certificate the CA has issued; superseded ones are kept because stored messages refer to them. */
export class CertificateStore {
  readonly #sql: SqlDatabase;

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
  }

  insert(record: CertificateRecord): void {
    this.#sql.run(
      `INSERT INTO certificates (fingerprint, key_fingerprint, owner, issuer, serial, curve, public_key, pem, status,
         not_before, not_after, revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      record.fingerprint,
      record.keyFingerprint,
      record.owner,
      record.issuer,
      record.serial,
      record.curve,
      record.publicKey,
      record.pem,
      record.status,
      record.notBefore,
      record.notAfter,
      record.revokedAt,
    );
  }

  /** Stores a new active certificate; the previous active one of the same owner and curve becomes `previous`. */
  supersede(record: CertificateRecord, previous: CertificateStatus, now: number): void {
    this.#sql.transaction(() => {
      this.#sql.run(
        `UPDATE certificates SET status = ?, revoked_at = ? WHERE owner = ? AND curve = ? AND status = 'active'`,
        previous,
        previous === 'revoked' ? now : null,
        record.owner,
        record.curve,
      );
      this.insert(record);
    });
  }

  /** The active certificate of an owner; P-256 first when the curve is not named. */
  active(owner: string, curve?: string): CertificateRecord | null {
    const row =
      curve === undefined
        ? this.#sql.get<Row>(
            `SELECT * FROM certificates WHERE owner = ? AND status = 'active' ORDER BY curve LIMIT 1`,
            owner,
          )
        : this.#sql.get<Row>(
            `SELECT * FROM certificates WHERE owner = ? AND status = 'active' AND curve = ?`,
            owner,
            curve,
          );
    return row === undefined ? null : toRecord(row);
  }

  /** All certificates of an owner, newest first. */
  ofOwner(owner: string): CertificateRecord[] {
    return this.#sql
      .all<Row>('SELECT * FROM certificates WHERE owner = ? ORDER BY not_before DESC, serial', owner)
      .map(toRecord);
  }

  byFingerprint(fingerprint: string): CertificateRecord | null {
    const row = this.#sql.get<Row>('SELECT * FROM certificates WHERE fingerprint = ?', fingerprint);
    return row === undefined ? null : toRecord(row);
  }

  bySerial(issuer: string, serial: string): CertificateRecord | null {
    const row = this.#sql.get<Row>(
      'SELECT * FROM certificates WHERE issuer = ? AND serial = ?',
      issuer,
      serial,
    );
    return row === undefined ? null : toRecord(row);
  }

  /** Certificates of one issuer that belong on its CRL. */
  revoked(issuer: string): CertificateRecord[] {
    return this.#sql
      .all<Row>(
        `SELECT * FROM certificates WHERE issuer = ? AND status = 'revoked' ORDER BY revoked_at, serial`,
        issuer,
      )
      .map(toRecord);
  }

  /** Marks one certificate revoked. */
  revoke(fingerprint: string, now: number): void {
    this.#sql.run(
      `UPDATE certificates SET status = 'revoked', revoked_at = ? WHERE fingerprint = ?`,
      now,
      fingerprint,
    );
  }
}
