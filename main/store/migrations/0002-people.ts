import type { Migration } from './migration';

/**
 * People and their profiles.
 *
 * - `contacts` is what this identity knows of somebody: pinned key, verification, own name (`protocol/06 §8.3`).
 * - `profiles` caches profile documents with the highest values ever seen of each (`protocol/06 §5.4`).
 * - `messages_own` answers "was somebody ever answered" without walking through what others wrote.
 */
export const people: Migration = {
  version: 2,
  apply(database) {
    database.exec(`
      ALTER TABLE conversations ADD COLUMN profile_status TEXT NOT NULL DEFAULT 'unchecked';

      CREATE TABLE contacts (
        key INTEGER PRIMARY KEY,
        aid TEXT NOT NULL UNIQUE,
        alias TEXT NOT NULL,
        first_seen_at INTEGER,
        pinned_spki TEXT,
        pinned_key TEXT,
        issuer_key TEXT,
        pending_spki TEXT,
        pending_key TEXT,
        pending_at INTEGER,
        previous_key TEXT,
        changed_at INTEGER,
        verified_before_change INTEGER NOT NULL,
        verified_key TEXT,
        verified_at INTEGER,
        verified_method TEXT,
        revoked_fingerprint TEXT,
        revoked_at INTEGER
      ) STRICT;
      CREATE INDEX contacts_verified ON contacts (aid) WHERE verified_key IS NOT NULL;

      CREATE TABLE profiles (
        key INTEGER PRIMARY KEY,
        aid TEXT NOT NULL UNIQUE,
        raw BLOB NOT NULL,
        etag TEXT,
        last_modified TEXT,
        fetched_at INTEGER NOT NULL,
        status TEXT NOT NULL,
        reason TEXT NOT NULL,
        name TEXT NOT NULL,
        type TEXT NOT NULL,
        certificate_fingerprint TEXT,
        signed_at INTEGER,
        was_signed INTEGER NOT NULL,
        highest_version TEXT NOT NULL,
        highest_updated_at TEXT NOT NULL,
        highest_signed_at INTEGER NOT NULL,
        warning TEXT
      ) STRICT;

      CREATE INDEX messages_own ON messages (conversation) WHERE own = 1;
    `);
  },
};
