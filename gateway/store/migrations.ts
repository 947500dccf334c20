import { GROUPS } from './group-schema';

/** What a migration needs of the database. */
export interface MigrationTarget {
  get<Row extends { user_version: number }>(sql: string): Row | undefined;
  script(sql: string): void;
  transaction<Result>(work: () => Result): Result;
}

const FIRST = `
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
  aid TEXT PRIMARY KEY,
  issuer TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  profile BLOB,
  profile_etag TEXT,
  profile_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE certificates (
  fingerprint TEXT PRIMARY KEY,
  key_fingerprint TEXT NOT NULL,
  owner TEXT NOT NULL,
  issuer TEXT NOT NULL,
  serial TEXT NOT NULL,
  curve TEXT NOT NULL,
  public_key TEXT NOT NULL,
  pem TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('active', 'verify_only', 'revoked')),
  not_before INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX certificates_owner ON certificates (owner, curve, status);
CREATE INDEX certificates_serial ON certificates (issuer, serial);

CREATE TABLE access_tokens (
  hash TEXT PRIMARY KEY, aid TEXT NOT NULL, expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE refresh_tokens (
  hash TEXT PRIMARY KEY,
  aid TEXT NOT NULL,
  chain_started_at INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  rotated_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE devices (
  id INTEGER PRIMARY KEY,
  aid TEXT NOT NULL,
  device_id TEXT NOT NULL,
  last_seq INTEGER NOT NULL DEFAULT 0,
  floor_seq INTEGER NOT NULL DEFAULT 0,
  known INTEGER NOT NULL DEFAULT 0,
  seen_at INTEGER NOT NULL DEFAULT 0,
  UNIQUE (aid, device_id)
) STRICT;

CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  sender TEXT NOT NULL,
  message_id TEXT NOT NULL,
  recipient TEXT NOT NULL,
  sent_at INTEGER NOT NULL,
  delivery_mode TEXT NOT NULL,
  result TEXT NOT NULL,
  recalled_at INTEGER,
  UNIQUE (sender, message_id)
) STRICT;
CREATE INDEX messages_sent ON messages (sent_at);
CREATE INDEX messages_id ON messages (message_id);

CREATE TABLE inbox (
  device INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  message INTEGER NOT NULL,
  sender TEXT NOT NULL,
  recipient TEXT NOT NULL,
  message_id TEXT NOT NULL,
  timestamp INTEGER NOT NULL,
  direction TEXT NOT NULL,
  delivery_mode TEXT NOT NULL,
  type TEXT,
  encrypted INTEGER NOT NULL,
  payload TEXT NOT NULL,
  extras TEXT,
  ephemeral INTEGER NOT NULL DEFAULT 0,
  UNIQUE (device, seq)
) STRICT;
CREATE INDEX inbox_message ON inbox (message);

CREATE TABLE cursors (
  device INTEGER NOT NULL, slot TEXT NOT NULL, ack_seq INTEGER NOT NULL, PRIMARY KEY (device, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE pending (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  aid TEXT NOT NULL,
  message INTEGER NOT NULL,
  type TEXT,
  encrypted INTEGER NOT NULL,
  payload TEXT NOT NULL,
  extras TEXT
) STRICT;
CREATE INDEX pending_aid ON pending (aid, id);

CREATE TABLE prekeys (
  aid TEXT NOT NULL,
  device_id TEXT NOT NULL,
  prekey_id TEXT NOT NULL,
  public_key TEXT NOT NULL,
  signature TEXT NOT NULL,
  created_at INTEGER,
  cert_fingerprint TEXT,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (aid, device_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE refused_sends (
  sender TEXT NOT NULL, message_id TEXT NOT NULL, refused_at INTEGER NOT NULL, PRIMARY KEY (sender, message_id)
) STRICT, WITHOUT ROWID;
`;

/** The custody service (`protocol/06 §6.2`). */
const CUSTODY = `
CREATE TABLE custody_codes (
  phone TEXT NOT NULL,
  aid TEXT NOT NULL,
  purpose TEXT NOT NULL CHECK (purpose IN ('bind-phone', 'restore-phone')),
  code_hash TEXT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (phone, aid, purpose)
) STRICT, WITHOUT ROWID;

CREATE TABLE custody_bindings (
  aid TEXT NOT NULL,
  phone TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  cert TEXT NOT NULL,
  sealed_key TEXT NOT NULL,
  metadata TEXT NOT NULL,
  PRIMARY KEY (aid, phone)
) STRICT, WITHOUT ROWID;

CREATE TABLE custody_transfers (
  code_hash TEXT PRIMARY KEY,
  aid TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  claimed INTEGER NOT NULL DEFAULT 0,
  cert TEXT,
  sealed_key TEXT,
  metadata TEXT
) STRICT, WITHOUT ROWID;
`;

/** Objects, what is uploaded but not committed, and share links (`protocol/06 §1`). */
const STORAGE = `
CREATE TABLE objects (
  id INTEGER PRIMARY KEY,
  object_id TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL,
  bucket TEXT NOT NULL,
  object_key TEXT NOT NULL,
  blob TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  content_type TEXT NOT NULL,
  version INTEGER NOT NULL,
  is_private INTEGER NOT NULL,
  expire_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  metadata TEXT,
  UNIQUE (owner, bucket, object_key)
) STRICT;
CREATE INDEX objects_blob ON objects (blob);
CREATE INDEX objects_content ON objects (owner, sha256);
CREATE INDEX objects_expiry ON objects (expire_at) WHERE expire_at > 0;

CREATE TABLE staged_uploads (
  blob_key TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  bucket TEXT NOT NULL,
  object_key TEXT NOT NULL,
  blob TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  staged_at INTEGER NOT NULL,
  expire_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX staged_uploads_object ON staged_uploads (owner, bucket, object_key, staged_at);

CREATE TABLE share_links (
  share_id TEXT PRIMARY KEY,
  object_id TEXT NOT NULL,
  owner TEXT NOT NULL,
  allowed TEXT NOT NULL,
  expire_at INTEGER NOT NULL,
  max_uses INTEGER NOT NULL,
  used INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX share_links_object ON share_links (object_id);
CREATE INDEX share_links_owner ON share_links (owner);
`;

/** Numbered from 1, forward only, each in one transaction. Never edit one that has been released. */
const MIGRATIONS: readonly string[] = [FIRST, CUSTODY, STORAGE, GROUPS];

/**
 * Brings the schema to the newest version.
 * @throws Error when the file was written by a newer gateway.
 */
export function migrate(database: MigrationTarget): void {
  const current = database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
  if (current > MIGRATIONS.length) {
    throw new Error(
      `database schema ${current} is newer than this gateway understands (${MIGRATIONS.length})`,
    );
  }
  MIGRATIONS.slice(current).forEach((sql, index) => {
    database.transaction(() => {
      database.script(sql);
      database.script(`PRAGMA user_version = ${current + index + 1}`);
    });
  });
}
