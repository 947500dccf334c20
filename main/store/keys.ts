import type { StoredCertificate, StoredPrekey } from '../ports/store';
import { bytes, integer, text, wholeNumber } from './columns';
import type { ReadConnection, WriteConnection } from './sqlite';

/** All private prekeys, newest first (`protocol/02 §2`). */
export function prekeys(database: ReadConnection): StoredPrekey[] {
  return database.all('SELECT * FROM prekeys ORDER BY created_at DESC, rowid DESC').map((row) => ({
    prekeyId: text(row, 'prekey_id'),
    deviceId: text(row, 'device_id'),
    privateKeyPkcs8: bytes(row, 'private_key'),
    createdAt: integer(row, 'created_at'),
  }));
}

/** Keeps a private prekey; it is on disk before its public half is uploaded. */
export function savePrekey(database: WriteConnection, prekey: StoredPrekey): void {
  database.run(
    'INSERT OR REPLACE INTO prekeys (prekey_id, device_id, private_key, created_at) VALUES (?, ?, ?, ?)',
    [prekey.prekeyId, prekey.deviceId, new Uint8Array(prekey.privateKeyPkcs8), wholeNumber(prekey.createdAt)],
  );
}

/** Deletes old prekeys but the newest `keep`, and overwrites their bytes; returns how many. */
export function prunePrekeys(
  database: WriteConnection,
  deviceId: string,
  olderThan: number,
  keep: number,
): number {
  return database.run(
    `DELETE FROM prekeys WHERE created_at < ? AND rowid NOT IN (
       SELECT rowid FROM prekeys WHERE device_id = ? ORDER BY created_at DESC, rowid DESC LIMIT ?)`,
    [wholeNumber(olderThan), deviceId, Math.max(0, wholeNumber(keep))],
  ).changes;
}

/** Verified certificates of an AID, the one verified last first. */
export function certificates(database: ReadConnection, aid: string): StoredCertificate[] {
  return database
    .all('SELECT * FROM certificates WHERE aid = ? ORDER BY verified_at DESC, fingerprint', [aid])
    .map((row) => ({
      aid: text(row, 'aid'),
      fingerprint: text(row, 'fingerprint'),
      spkiFingerprint: text(row, 'spki_fingerprint'),
      pem: text(row, 'pem'),
      verifiedAt: integer(row, 'verified_at'),
    }));
}

/** Keeps a verified certificate, or a newer verification of it. */
export function saveCertificate(database: WriteConnection, certificate: StoredCertificate): void {
  database.run(
    `INSERT OR REPLACE INTO certificates (aid, fingerprint, spki_fingerprint, pem, verified_at) VALUES (?, ?, ?, ?, ?)`,
    [
      certificate.aid,
      certificate.fingerprint,
      certificate.spkiFingerprint,
      certificate.pem,
      wholeNumber(certificate.verifiedAt),
    ],
  );
}

/** Takes a prekey of a backup, under the device it belonged to; true when it was not there. */
export function importPrekey(database: WriteConnection, prekey: StoredPrekey): boolean {
  return (
    database.run(
      `INSERT INTO prekeys (prekey_id, device_id, private_key, created_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (prekey_id) DO NOTHING`,
      [
        prekey.prekeyId,
        prekey.deviceId,
        new Uint8Array(prekey.privateKeyPkcs8),
        wholeNumber(prekey.createdAt),
      ],
    ).changes > 0
  );
}

/** Takes a certificate of a backup; true when it was not there. */
export function importCertificate(database: WriteConnection, certificate: StoredCertificate): boolean {
  return (
    database.run(
      `INSERT INTO certificates (aid, fingerprint, spki_fingerprint, pem, verified_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (aid, fingerprint) DO NOTHING`,
      [
        certificate.aid,
        certificate.fingerprint,
        certificate.spkiFingerprint,
        certificate.pem,
        wholeNumber(certificate.verifiedAt),
      ],
    ).changes > 0
  );
}
