import { profileStatusSchema } from '../../shared/model/conversation';
import { profileWarningSchema } from '../../shared/model/people';
import type { ProfileRecord } from '../ports/store';
import {
  bytes,
  flag,
  integer,
  integerOrNull,
  oneOf,
  text,
  textOrNull,
  wholeNumber,
  wholeNumberOrNull,
  type SqlRow,
  type SqlValue,
} from './columns';
import type { ReadConnection, WriteConnection } from './sqlite';

const warningSchema = profileWarningSchema.nullable();

const COLUMNS = `aid, raw, etag, last_modified, fetched_at, status, reason, name, type, certificate_fingerprint, signed_at,
  was_signed, highest_version, highest_updated_at, highest_signed_at, warning`;
// The driver binds an empty blob as NULL.
const INSERT = `INSERT INTO profiles (${COLUMNS}) VALUES (?, coalesce(?, x''), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (aid)`;
const REPLACE = `${INSERT} DO UPDATE SET
  (${COLUMNS}) = (${COLUMNS.split(',')
    .map((name) => `excluded.${name.trim()}`)
    .join(', ')})`;
const KEEP = `${INSERT} DO NOTHING`;

/** A row of the profiles table. */
export function readProfile(row: SqlRow): ProfileRecord {
  return {
    aid: text(row, 'aid'),
    raw: Uint8Array.from(bytes(row, 'raw')),
    etag: textOrNull(row, 'etag'),
    lastModified: textOrNull(row, 'last_modified'),
    fetchedAt: integer(row, 'fetched_at'),
    status: oneOf(row, 'status', profileStatusSchema),
    reason: text(row, 'reason'),
    name: text(row, 'name'),
    type: text(row, 'type'),
    certificateFingerprint: textOrNull(row, 'certificate_fingerprint'),
    signedAt: integerOrNull(row, 'signed_at'),
    wasSigned: flag(row, 'was_signed'),
    highestVersion: text(row, 'highest_version'),
    highestUpdatedAt: text(row, 'highest_updated_at'),
    highestSignedAt: integer(row, 'highest_signed_at'),
    warning: oneOf(row, 'warning', warningSchema),
  };
}

/** The cached profile of somebody, or null. */
export function profile(database: ReadConnection, aid: string): ProfileRecord | null {
  const row = database.get(`SELECT ${COLUMNS} FROM profiles WHERE aid = ?`, [aid]);
  return row === undefined ? null : readProfile(row);
}

/** Caches a profile in place of what was. */
export function saveProfile(database: WriteConnection, record: ProfileRecord): void {
  database.run(REPLACE, values(record));
}

/** Takes the profile of a backup where none is cached; true when it did. */
export function importProfile(database: WriteConnection, record: ProfileRecord): boolean {
  return database.run(KEEP, values(record)).changes > 0;
}

function values(record: ProfileRecord): SqlValue[] {
  return [
    record.aid,
    new Uint8Array(record.raw),
    record.etag,
    record.lastModified,
    wholeNumber(record.fetchedAt),
    record.status,
    record.reason,
    record.name,
    record.type,
    record.certificateFingerprint,
    wholeNumberOrNull(record.signedAt),
    record.wasSigned ? 1 : 0,
    record.highestVersion,
    record.highestUpdatedAt,
    wholeNumber(record.highestSignedAt),
    record.warning,
  ];
}
