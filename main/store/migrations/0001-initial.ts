import type { Migration } from './migration';

/**
 * The first schema.
 *
 * - `conversations` is a summary table: the list never has to look at messages (design §8).
 * - `messages.body` is the text of a message, `facts` the rest of its content as JSON.
 * - `search` is a full-text index without a copy of the texts. Triggers keep it in step; with `secure-delete` the words of a
 *   removed or recalled message leave its pages at once instead of at some later merge.
 * - `outbox` holds what has not left; its primary key is the order within a conversation.
 * - `deliveries` maps numbers in the inboxes of the recipient's devices to messages (`protocol/04 §4.3`).
 */
export const initial: Migration = {
  version: 1,
  apply(database) {
    database.exec(`
      CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

      CREATE TABLE inbox (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        contiguous INTEGER NOT NULL,
        acknowledged INTEGER NOT NULL
      ) STRICT;
      INSERT INTO inbox VALUES (1, 0, 0);

      CREATE TABLE conversations (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        title TEXT NOT NULL,
        peer_kind TEXT NOT NULL DEFAULT 'unknown',
        preview TEXT NOT NULL DEFAULT '',
        preview_kind TEXT NOT NULL DEFAULT 'none',
        preview_own INTEGER NOT NULL DEFAULT 0,
        preview_state TEXT,
        opened_at INTEGER NOT NULL,
        last_activity_at INTEGER NOT NULL,
        unread INTEGER NOT NULL DEFAULT 0,
        draft TEXT NOT NULL DEFAULT '',
        waiting TEXT,
        read_up_to INTEGER NOT NULL DEFAULT 0,
        security TEXT NOT NULL DEFAULT 'unknown'
      ) STRICT;
      CREATE INDEX conversations_by_activity ON conversations (last_activity_at DESC, key DESC);
      CREATE INDEX conversations_unread ON conversations (unread) WHERE unread > 0;

      CREATE TABLE messages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation INTEGER NOT NULL REFERENCES conversations (key),
        sender TEXT NOT NULL,
        message_id TEXT NOT NULL,
        own INTEGER NOT NULL,
        seq INTEGER,
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
        UNIQUE (sender, message_id)
      ) STRICT;
      CREATE INDEX messages_timeline ON messages (conversation, sort_at, id);
      CREATE INDEX messages_unread ON messages (conversation, id)
        WHERE own = 0 AND kind IN ('text', 'unsupported', 'undecryptable');
      CREATE UNIQUE INDEX messages_seq ON messages (seq) WHERE seq IS NOT NULL;
      CREATE UNIQUE INDEX messages_request ON messages (request_id) WHERE request_id IS NOT NULL;
      CREATE INDEX messages_healing ON messages (heal_attempts, id) WHERE healing = 1;
      CREATE INDEX messages_sending ON messages (state) WHERE state = 'sending';

      CREATE TABLE outbox (
        conversation INTEGER NOT NULL REFERENCES conversations (key),
        message INTEGER NOT NULL UNIQUE REFERENCES messages (id) ON DELETE CASCADE,
        attempts INTEGER NOT NULL DEFAULT 0,
        not_before INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (conversation, message)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE deliveries (
        conversation INTEGER NOT NULL REFERENCES conversations (key),
        device TEXT NOT NULL,
        seq INTEGER NOT NULL,
        message INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
        PRIMARY KEY (conversation, device, seq, message)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX deliveries_message ON deliveries (message);

      CREATE TABLE device_acks (
        conversation INTEGER NOT NULL REFERENCES conversations (key),
        device TEXT NOT NULL,
        acknowledged INTEGER NOT NULL DEFAULT 0,
        sent INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (conversation, device)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE prekeys (
        prekey_id TEXT PRIMARY KEY,
        device_id TEXT NOT NULL,
        private_key BLOB NOT NULL,
        created_at INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX prekeys_by_age ON prekeys (device_id, created_at);

      CREATE TABLE certificates (
        aid TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        spki_fingerprint TEXT NOT NULL,
        pem TEXT NOT NULL,
        verified_at INTEGER NOT NULL,
        PRIMARY KEY (aid, fingerprint)
      ) STRICT, WITHOUT ROWID;

      CREATE VIRTUAL TABLE search USING fts5 (
        body, scope, content = '', columnsize = 0, prefix = '1 2 3', tokenize = 'signal_tokenizer'
      );
      INSERT INTO search (search, rank) VALUES ('secure-delete', 1);

      CREATE TRIGGER search_insert AFTER INSERT ON messages WHEN NEW.body IS NOT NULL BEGIN
        INSERT INTO search (rowid, body, scope) VALUES (NEW.id, NEW.body, 'c' || NEW.conversation);
      END;
      CREATE TRIGGER search_delete AFTER DELETE ON messages WHEN OLD.body IS NOT NULL BEGIN
        INSERT INTO search (search, rowid, body, scope)
          VALUES ('delete', OLD.id, OLD.body, 'c' || OLD.conversation);
      END;
      CREATE TRIGGER search_update_old AFTER UPDATE OF body ON messages WHEN OLD.body IS NOT NULL BEGIN
        INSERT INTO search (search, rowid, body, scope)
          VALUES ('delete', OLD.id, OLD.body, 'c' || OLD.conversation);
      END;
      CREATE TRIGGER search_update_new AFTER UPDATE OF body ON messages WHEN NEW.body IS NOT NULL BEGIN
        INSERT INTO search (rowid, body, scope) VALUES (NEW.id, NEW.body, 'c' || NEW.conversation);
      END;
    `);
  },
};
