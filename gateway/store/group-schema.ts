/** Groups with everything that hangs on them (`protocol/05`); times in milliseconds, JSON as text. */
export const GROUPS = `
CREATE TABLE account_capabilities (
  aid TEXT PRIMARY KEY,
  group_e2ee INTEGER NOT NULL,
  v1 INTEGER NOT NULL,
  v2 INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE groups (
  id INTEGER PRIMARY KEY,
  base TEXT NOT NULL,
  domain TEXT NOT NULL,
  name TEXT NOT NULL,
  visibility TEXT NOT NULL CHECK (visibility IN ('public', 'private')),
  status TEXT NOT NULL CHECK (status IN ('active', 'suspended', 'dissolved')),
  description TEXT NOT NULL,
  metadata TEXT NOT NULL,
  avatar_ref TEXT NOT NULL,
  protocol TEXT NOT NULL,
  group_aid TEXT UNIQUE,
  creator TEXT NOT NULL,
  owner TEXT NOT NULL,
  message_seq INTEGER NOT NULL DEFAULT 0,
  event_seq INTEGER NOT NULL DEFAULT 0,
  message_floor INTEGER NOT NULL DEFAULT 0,
  event_floor INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  dissolved_at INTEGER,
  UNIQUE (domain, base)
) STRICT;
CREATE INDEX groups_public ON groups (visibility, status);

CREATE TABLE group_members (
  grp INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  aid TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
  member_type TEXT NOT NULL CHECK (member_type IN ('human', 'ai')),
  joined_at INTEGER NOT NULL,
  join_seq INTEGER NOT NULL,
  join_event_seq INTEGER NOT NULL,
  join_epoch INTEGER NOT NULL,
  min_read_epoch INTEGER NOT NULL,
  PRIMARY KEY (grp, aid)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_members_aid ON group_members (aid);

CREATE TABLE group_cursors (
  grp INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  aid TEXT NOT NULL,
  device_id TEXT NOT NULL,
  slot TEXT NOT NULL,
  slot_id TEXT NOT NULL,
  device_name TEXT NOT NULL DEFAULT '',
  device_type TEXT NOT NULL DEFAULT '',
  message_seq INTEGER NOT NULL,
  event_seq INTEGER NOT NULL,
  last_pull_at INTEGER NOT NULL,
  PRIMARY KEY (grp, aid, device_id, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_messages (
  grp INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  sender TEXT NOT NULL,
  type TEXT NOT NULL,
  payload TEXT NOT NULL,
  encrypted INTEGER NOT NULL,
  extras TEXT NOT NULL,
  dispatch_mode TEXT NOT NULL,
  timestamp INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  recalled_at INTEGER,
  PRIMARY KEY (grp, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX group_messages_id ON group_messages (grp, message_id, sender);

CREATE TABLE group_events (
  grp INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  event_seq INTEGER NOT NULL,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (grp, event_seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_settings (
  grp INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  updated_by TEXT NOT NULL,
  PRIMARY KEY (grp, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_join_requests (
  grp INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  aid TEXT NOT NULL,
  message TEXT NOT NULL,
  answer TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'expired')),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  reviewed_by TEXT,
  rejection_reason TEXT,
  PRIMARY KEY (grp, aid)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_invites (
  domain TEXT NOT NULL,
  code TEXT NOT NULL,
  grp INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  max_uses INTEGER NOT NULL,
  used_count INTEGER NOT NULL DEFAULT 0,
  revoked INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (domain, code)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_invites_group ON group_invites (grp, created_at);

CREATE TABLE group_bans (
  grp INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  subject TEXT NOT NULL,
  banned_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (grp, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_epochs (
  grp INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  rotation_id TEXT NOT NULL,
  key_commitment TEXT NOT NULL,
  expected_members TEXT NOT NULL,
  epoch_chain TEXT NOT NULL,
  rotated_by TEXT NOT NULL,
  committed_at INTEGER NOT NULL,
  start_message_seq INTEGER NOT NULL,
  start_event_seq INTEGER NOT NULL,
  superseded_at INTEGER,
  PRIMARY KEY (grp, epoch)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_rotations (
  rotation_id TEXT PRIMARY KEY,
  grp INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  base_epoch INTEGER NOT NULL,
  target_epoch INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('distributing', 'committed', 'aborted')),
  reason TEXT NOT NULL,
  key_commitment TEXT NOT NULL,
  expected_members TEXT NOT NULL,
  required_acks TEXT NOT NULL,
  acks TEXT NOT NULL DEFAULT '[]',
  lease_owner TEXT NOT NULL,
  lease_expires_at INTEGER NOT NULL,
  stale INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  closed_at INTEGER,
  closed_why TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX group_rotations_pending ON group_rotations (grp) WHERE status = 'distributing';

CREATE TABLE group_epoch_keys (
  grp INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  aid TEXT NOT NULL,
  encrypted_key TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (grp, epoch, aid)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_state (
  grp INTEGER PRIMARY KEY REFERENCES groups (id) ON DELETE CASCADE,
  state_version INTEGER NOT NULL,
  state_hash TEXT NOT NULL,
  prev_state_hash TEXT NOT NULL,
  key_epoch INTEGER NOT NULL,
  membership_snapshot TEXT NOT NULL,
  policy_snapshot TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE group_resources (
  grp INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  resource_path TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  title TEXT NOT NULL,
  owner_aid TEXT NOT NULL,
  created_by TEXT NOT NULL,
  storage_ref TEXT NOT NULL,
  metadata TEXT NOT NULL,
  visibility TEXT NOT NULL,
  tags TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (grp, resource_path)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_resource_requests (
  request_id TEXT PRIMARY KEY,
  grp INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  requester TEXT NOT NULL,
  resource TEXT NOT NULL,
  status TEXT NOT NULL,
  reviewed_by TEXT,
  review_note TEXT,
  resource_created INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX group_resource_requests_group ON group_resource_requests (grp, status, created_at);

CREATE TABLE group_access_tickets (
  ticket TEXT PRIMARY KEY,
  grp INTEGER NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  resource_path TEXT NOT NULL,
  issued_to TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  expire_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;
`;
