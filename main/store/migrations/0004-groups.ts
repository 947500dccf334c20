import type { Migration } from './migration';

/** Columns that messages had before, in their old order. */
const OLD_COLUMNS = `id, conversation, sender, message_id, own, seq, sort_at, server_time, sender_time, time_doubtful, kind, body,
  facts, payload, raw, protection, forward_secret, state, state_reason, request_id, healing, heal_attempts, hidden, counted,
  mentions_me, flags, stored_at, index_text, reply_to, reply_text, thread, refers_to, refers_as, replace_key, card_state,
  card_label, crashes`;

const CHUNK = 4096;
const note = (row: string): string => `
  INSERT INTO message_times (chunk, earliest, latest) VALUES (${row}.id / ${CHUNK}, ${row}.sort_at, ${row}.sort_at)
    ON CONFLICT (chunk) DO UPDATE SET earliest = min(earliest, excluded.earliest), latest = max(latest, excluded.latest)
    WHERE excluded.earliest < earliest OR excluded.latest > latest;`;

/**
 * Groups.
 *
 * - `messages.scope` is 0 between two people and the key of the conversation in a group: ids and numbers of messages mean
 *   something within a scope only. The table is made anew because its rule of what is unique cannot be changed in place.
 * - `messages.epoch` is the number of the group key of an envelope that could not be opened.
 * - `tombstones.scope` is the id of a group, or empty: a group that was deleted and joined again has another key.
 * - `conversations.outside`: a group we only looked at; no list has it. A request to be in a group is shown before anybody wrote.
 * - `groups.facts` is what is known of a group as JSON; what the list of conversations shows, and where the numbers stand, are
 *   columns.
 * - `group_log` has the moderation log; `words` is what is searched, `group_log_search` finds it by its letters (see
 *   `log-letters.ts`). Numbers of before a gateway started again are negative.
 * - `group_keys` and `group_controls` know groups by their ids: both may come before anything else of a group does.
 */
export const groups: Migration = {
  version: 4,
  rebuildsTables: true,
  apply(database) {
    database.exec(`
      CREATE TABLE messages_new (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation INTEGER NOT NULL REFERENCES conversations (key),
        scope INTEGER NOT NULL DEFAULT 0,
        sender TEXT NOT NULL,
        message_id TEXT NOT NULL,
        own INTEGER NOT NULL,
        seq INTEGER,
        epoch INTEGER,
        sort_at INTEGER NOT NULL,
        server_time INTEGER,
        sender_time INTEGER,
        time_doubtful INTEGER NOT NULL DEFAULT 0,
        kind TEXT NOT NULL,
        body TEXT,
        facts TEXT NOT NULL,
        payload TEXT,
        raw TEXT,
        protection TEXT NOT NULL,
        forward_secret INTEGER NOT NULL DEFAULT 0,
        state TEXT,
        state_reason TEXT,
        request_id TEXT,
        healing INTEGER NOT NULL DEFAULT 0,
        heal_attempts INTEGER NOT NULL DEFAULT 0,
        hidden INTEGER NOT NULL DEFAULT 0,
        counted INTEGER NOT NULL DEFAULT 0,
        mentions_me INTEGER NOT NULL DEFAULT 0,
        flags INTEGER NOT NULL DEFAULT 0,
        stored_at INTEGER NOT NULL DEFAULT 0,
        index_text TEXT,
        reply_to TEXT,
        reply_text TEXT,
        thread TEXT,
        refers_to TEXT,
        refers_as TEXT,
        replace_key TEXT,
        card_state TEXT,
        card_label TEXT,
        crashes INTEGER NOT NULL DEFAULT 0
      ) STRICT;
      INSERT INTO messages_new (${OLD_COLUMNS}) SELECT ${OLD_COLUMNS} FROM messages ORDER BY id;
      DELETE FROM sqlite_sequence WHERE name = 'messages_new';
      INSERT INTO sqlite_sequence (name, seq) SELECT 'messages_new', seq FROM sqlite_sequence WHERE name = 'messages';
      DROP TABLE messages;
      ALTER TABLE messages_new RENAME TO messages;

      CREATE UNIQUE INDEX messages_identity ON messages (sender, message_id, scope);
      CREATE INDEX messages_timeline ON messages (conversation, sort_at, id) WHERE hidden = 0;
      CREATE INDEX messages_unread ON messages (conversation, id) WHERE counted = 1;
      CREATE INDEX messages_mentions ON messages (conversation, id) WHERE counted = 1 AND mentions_me = 1;
      CREATE INDEX messages_age ON messages (conversation, stored_at, id);
      CREATE INDEX messages_media ON messages (conversation, id) WHERE hidden = 0 AND flags & 8;
      CREATE INDEX messages_files ON messages (conversation, id) WHERE hidden = 0 AND flags & 16;
      CREATE INDEX messages_links ON messages (conversation, id) WHERE hidden = 0 AND flags & 4;
      CREATE INDEX messages_refers ON messages (conversation, refers_to) WHERE refers_to IS NOT NULL;
      CREATE INDEX messages_reply ON messages (conversation, reply_to) WHERE reply_to IS NOT NULL;
      CREATE INDEX messages_replace ON messages (conversation, sender, replace_key) WHERE replace_key IS NOT NULL;
      CREATE INDEX messages_own ON messages (conversation) WHERE own = 1;
      CREATE UNIQUE INDEX messages_seq ON messages (scope, seq) WHERE seq IS NOT NULL;
      CREATE UNIQUE INDEX messages_request ON messages (request_id) WHERE request_id IS NOT NULL;
      CREATE INDEX messages_healing ON messages (heal_attempts, id) WHERE healing = 1 AND scope = 0;
      CREATE INDEX messages_healing_groups ON messages (scope, epoch, heal_attempts, id) WHERE healing = 1 AND scope > 0;
      CREATE INDEX messages_sending ON messages (state) WHERE state = 'sending';
      CREATE INDEX messages_of_groups ON messages (scope, message_id) WHERE scope > 0;
      CREATE TRIGGER times_insert AFTER INSERT ON messages BEGIN ${note('NEW')} END;
      CREATE TRIGGER times_update AFTER UPDATE OF sort_at ON messages BEGIN ${note('NEW')} END;

      CREATE TABLE tombstones_new (
        key INTEGER PRIMARY KEY,
        scope TEXT NOT NULL DEFAULT '',
        sender TEXT NOT NULL,
        message_id TEXT NOT NULL,
        UNIQUE (sender, message_id, scope)
      ) STRICT;
      INSERT INTO tombstones_new (key, sender, message_id) SELECT key, sender, message_id FROM tombstones;
      DROP TABLE tombstones;
      ALTER TABLE tombstones_new RENAME TO tombstones;
      CREATE INDEX tombstones_of_groups ON tombstones (scope, message_id) WHERE scope <> '';

      DROP INDEX conversations_in_view;
      ALTER TABLE conversations DROP COLUMN view;
      ALTER TABLE conversations ADD COLUMN preview_sender TEXT;
      ALTER TABLE conversations ADD COLUMN outside INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE conversations ADD COLUMN view TEXT NOT NULL GENERATED ALWAYS AS (
        CASE WHEN standing = 'blocked' THEN 'blocked'
          WHEN outside THEN 'nothing'
          WHEN standing = 'pending' THEN iif(preview_kind = 'none' AND kind <> 'group', 'nothing', 'requests')
          ELSE iif(archived, 'archived', 'inbox')
        END) VIRTUAL;
      CREATE INDEX conversations_in_view ON conversations (view, pinned DESC, last_activity_at DESC, key DESC);

      CREATE TABLE groups (
        conversation INTEGER PRIMARY KEY REFERENCES conversations (key) ON DELETE CASCADE,
        facts TEXT NOT NULL,
        membership TEXT NOT NULL,
        status TEXT NOT NULL,
        member_count INTEGER NOT NULL,
        picture TEXT,
        committed_epoch INTEGER NOT NULL,
        message_contiguous INTEGER NOT NULL DEFAULT 0,
        message_acknowledged INTEGER NOT NULL DEFAULT 0,
        message_joined INTEGER NOT NULL DEFAULT 0,
        event_contiguous INTEGER NOT NULL DEFAULT 0,
        event_acknowledged INTEGER NOT NULL DEFAULT 0,
        event_joined INTEGER NOT NULL DEFAULT 0
      ) STRICT;

      CREATE TABLE group_members (
        conversation INTEGER NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,
        aid TEXT NOT NULL,
        role TEXT NOT NULL,
        kind TEXT NOT NULL,
        joined_at INTEGER,
        muted_until INTEGER,
        mute_reason TEXT NOT NULL,
        has_keys INTEGER NOT NULL,
        rank INTEGER NOT NULL GENERATED ALWAYS AS (
          CASE role WHEN 'owner' THEN 0 WHEN 'admin' THEN 1 ELSE iif(kind = 'ai', 3, 2) END) VIRTUAL,
        PRIMARY KEY (conversation, aid)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX group_members_in_order ON group_members (conversation, rank, aid);

      CREATE TABLE group_log (
        id INTEGER PRIMARY KEY,
        conversation INTEGER NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        at INTEGER NOT NULL,
        action TEXT NOT NULL,
        actor TEXT,
        target TEXT,
        facts TEXT NOT NULL,
        signature TEXT NOT NULL,
        words TEXT NOT NULL,
        UNIQUE (conversation, seq)
      ) STRICT;
      CREATE VIRTUAL TABLE group_log_search USING fts5 (
        letters, content = '', columnsize = 0, detail = none, tokenize = "ascii tokenchars '_'"
      );
      INSERT INTO group_log_search (group_log_search, rank) VALUES ('secure-delete', 1);
      CREATE INDEX group_log_of_action ON group_log (conversation, action, seq);
      CREATE INDEX group_log_of_actor ON group_log (conversation, actor, seq) WHERE actor IS NOT NULL;
      CREATE INDEX group_log_of_target ON group_log (conversation, target, seq) WHERE target IS NOT NULL;

      CREATE TABLE group_keys (
        id INTEGER PRIMARY KEY,
        group_id TEXT NOT NULL,
        epoch INTEGER NOT NULL,
        secret BLOB NOT NULL,
        commitment TEXT NOT NULL,
        members TEXT NOT NULL,
        chain TEXT,
        chain_doubt TEXT,
        pending_rotation TEXT,
        origin TEXT NOT NULL,
        updated_at INTEGER NOT NULL,
        UNIQUE (group_id, epoch)
      ) STRICT;

      CREATE TABLE group_controls (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        sender TEXT NOT NULL,
        message_id TEXT NOT NULL,
        own INTEGER NOT NULL,
        payload TEXT,
        at INTEGER NOT NULL,
        UNIQUE (sender, message_id)
      ) STRICT;
      CREATE INDEX group_controls_waiting ON group_controls (id) WHERE payload IS NOT NULL;
    `);
  },
};
