import { z } from 'zod';
import type { ContactRecord } from '../ports/store';
import {
  flag,
  integer,
  integerOrNull,
  oneOf,
  text,
  textOrNull,
  wholeNumberOrNull,
  type SqlRow,
  type SqlValue,
} from './columns';
import type { ReadConnection, WriteConnection } from './sqlite';

const methodSchema = z.enum(['manual', 'qr']);

const COLUMNS = `aid, alias, first_seen_at, pinned_spki, pinned_key, issuer_key, pending_spki, pending_key, pending_at,
  previous_key, changed_at, verified_before_change, verified_key, verified_at, verified_method, revoked_fingerprint,
  revoked_at`;
const INSERT = `INSERT INTO contacts (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (aid)`;
const REPLACE = `${INSERT} DO UPDATE SET
  (${COLUMNS}) = (${COLUMNS.split(',')
    .map((name) => `excluded.${name.trim()}`)
    .join(', ')})`;
const KEEP = `${INSERT} DO NOTHING`;

/** A row of the contacts table. */
export function readContact(row: SqlRow): ContactRecord {
  const pendingSpki = textOrNull(row, 'pending_spki');
  const verifiedKey = textOrNull(row, 'verified_key');
  const revoked = textOrNull(row, 'revoked_fingerprint');
  return {
    aid: text(row, 'aid'),
    alias: text(row, 'alias'),
    firstSeenAt: integerOrNull(row, 'first_seen_at'),
    pinnedSpki: textOrNull(row, 'pinned_spki'),
    pinnedKey: textOrNull(row, 'pinned_key'),
    issuerKey: textOrNull(row, 'issuer_key'),
    pending:
      pendingSpki === null
        ? null
        : { spki: pendingSpki, key: text(row, 'pending_key'), at: integer(row, 'pending_at') },
    previousKey: textOrNull(row, 'previous_key'),
    changedAt: integerOrNull(row, 'changed_at'),
    verifiedBeforeChange: flag(row, 'verified_before_change'),
    verified:
      verifiedKey === null
        ? null
        : {
            key: verifiedKey,
            at: integer(row, 'verified_at'),
            method: oneOf(row, 'verified_method', methodSchema),
          },
    revoked: revoked === null ? null : { fingerprint: revoked, at: integer(row, 'revoked_at') },
  };
}

/** What is kept about somebody, or null. */
export function contact(database: ReadConnection, aid: string): ContactRecord | null {
  const row = database.get(`SELECT ${COLUMNS} FROM contacts WHERE aid = ?`, [aid]);
  return row === undefined ? null : readContact(row);
}

/** Everybody, or everybody verified, sorted by AID. */
export function contacts(database: ReadConnection, only: 'all' | 'verified'): ContactRecord[] {
  const condition = only === 'verified' ? 'WHERE verified_key IS NOT NULL' : '';
  return database.all(`SELECT ${COLUMNS} FROM contacts ${condition} ORDER BY aid`).map(readContact);
}

/** Keeps what is known about somebody in place of what was. */
export function saveContact(database: WriteConnection, record: ContactRecord): void {
  database.run(REPLACE, values(record));
}

/** Keeps what a backup knows about somebody nothing is known about; true when it did. */
export function importContact(database: WriteConnection, record: ContactRecord): boolean {
  return database.run(KEEP, values(record)).changes > 0;
}

function values(record: ContactRecord): SqlValue[] {
  const { pending, verified, revoked } = record;
  return [
    record.aid,
    record.alias,
    wholeNumberOrNull(record.firstSeenAt),
    record.pinnedSpki,
    record.pinnedKey,
    record.issuerKey,
    pending?.spki ?? null,
    pending?.key ?? null,
    wholeNumberOrNull(pending?.at),
    record.previousKey,
    wholeNumberOrNull(record.changedAt),
    record.verifiedBeforeChange ? 1 : 0,
    verified?.key ?? null,
    wholeNumberOrNull(verified?.at),
    verified?.method ?? null,
    revoked?.fingerprint ?? null,
    wholeNumberOrNull(revoked?.at),
  ];
}
