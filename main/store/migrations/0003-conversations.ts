import { flag, integer, text } from '../columns';
import { SearchIndex } from '../search-index';
import type { WriteConnection } from '../sqlite';
import type { Migration } from './migration';

const CHUNK = 4096;
const ROWS_AT_ONCE = 1000;
const note = (row: string): string => `
  INSERT INTO message_times (chunk, earliest, latest) VALUES (${row}.id / ${CHUNK}, ${row}.sort_at, ${row}.sort_at)
    ON CONFLICT (chunk) DO UPDATE SET earliest = min(earliest, excluded.earliest), latest = max(latest, excluded.latest)
    WHERE excluded.earliest < earliest OR excluded.latest > latest;`;

/**
 * Everything people do in a conversation.
 *
 * - `hidden`: 0 is shown, 1 is hidden by itself, 2 was replaced by a newer message of the same `replace_key`. The index of the
 *   timeline has only what is shown, so a page never steps over hidden rows.
 * - `counted`: it is an unread message as long as it lies behind the read pointer.
 * - `flags`: what it carries, see `message-flags.ts`.
 * - `stored_at`: when this installation stored or sent it; what a retention rule counts from.
 * - `tombstones` names what was deleted here: it must never come back.
 * - `words` is every word of the index of three letters or more, `word_parts` finds them by any three letters within.
 * - `message_times` has the earliest and latest time of each ${CHUNK} messages, so that a search within a span of time looks
 *   only at those.
 *
 * - `search` has the words that `search-index.ts` makes of a message, separated by spaces, and what it carries; with
 *   `secure-delete` the words of a removed or recalled message leave its pages at once instead of at some later merge.
 *
 * Conversations of before are accepted: whoever is in them was answered or read. The full-text index is made anew, without its
 * index of beginnings: `words` does that now.
 */
export const conversationsOfPeople: Migration = {
  version: 3,
  apply(database) {
    database.exec(`
      ALTER TABLE conversations ADD COLUMN standing TEXT NOT NULL DEFAULT 'accepted';
      ALTER TABLE conversations ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE conversations ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE conversations ADD COLUMN muted_until INTEGER;
      ALTER TABLE conversations ADD COLUMN marked_unread INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE conversations ADD COLUMN mentions INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE conversations ADD COLUMN retention INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE conversations ADD COLUMN draft_reply INTEGER;
      ALTER TABLE conversations ADD COLUMN draft_attachments INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE conversations ADD COLUMN view TEXT NOT NULL GENERATED ALWAYS AS (
        CASE standing
          WHEN 'blocked' THEN 'blocked'
          WHEN 'pending' THEN iif(preview_kind = 'none', 'nothing', 'requests')
          ELSE iif(archived, 'archived', 'inbox')
        END) VIRTUAL;
      DROP INDEX conversations_by_activity;
      DROP INDEX conversations_unread;
      CREATE INDEX conversations_in_view ON conversations (view, pinned DESC, last_activity_at DESC, key DESC);
      CREATE INDEX conversations_by_activity ON conversations (last_activity_at DESC, key DESC);
      CREATE INDEX conversations_unread ON conversations (standing, muted_until, unread, marked_unread, mentions)
        WHERE unread > 0 OR marked_unread = 1;
      CREATE INDEX conversations_retained ON conversations (key) WHERE retention > 0;

      ALTER TABLE messages ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE messages ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE messages ADD COLUMN mentions_me INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE messages ADD COLUMN flags INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE messages ADD COLUMN stored_at INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE messages ADD COLUMN index_text TEXT;
      ALTER TABLE messages ADD COLUMN reply_to TEXT;
      ALTER TABLE messages ADD COLUMN reply_text TEXT;
      ALTER TABLE messages ADD COLUMN thread TEXT;
      ALTER TABLE messages ADD COLUMN refers_to TEXT;
      ALTER TABLE messages ADD COLUMN refers_as TEXT;
      ALTER TABLE messages ADD COLUMN replace_key TEXT;
      ALTER TABLE messages ADD COLUMN card_state TEXT;
      ALTER TABLE messages ADD COLUMN card_label TEXT;
      ALTER TABLE messages ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;

      DROP TRIGGER search_insert;
      DROP TRIGGER search_delete;
      DROP TRIGGER search_update_old;
      DROP TRIGGER search_update_new;
      DROP TABLE search;

      UPDATE messages SET
        stored_at = coalesce(server_time, sort_at),
        counted = (own = 0 AND kind IN ('text', 'unsupported', 'undecryptable')),
        flags = iif(body LIKE '%http://%' OR body LIKE '%https://%', 4, 0);

      DROP INDEX messages_timeline;
      DROP INDEX messages_unread;
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

      CREATE TABLE attachments (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation INTEGER NOT NULL REFERENCES conversations (key),
        message INTEGER REFERENCES messages (id) ON DELETE CASCADE,
        parent INTEGER REFERENCES attachments (id) ON DELETE CASCADE,
        position INTEGER NOT NULL DEFAULT 0,
        role TEXT NOT NULL,
        name TEXT NOT NULL,
        type TEXT NOT NULL,
        size INTEGER NOT NULL,
        width INTEGER,
        height INTEGER,
        duration_ms REAL,
        encrypted INTEGER NOT NULL,
        reference TEXT,
        upload TEXT,
        file TEXT,
        file_key BLOB,
        state TEXT NOT NULL,
        problem TEXT
      ) STRICT;
      CREATE INDEX attachments_of_message ON attachments (message, position) WHERE message IS NOT NULL;
      CREATE INDEX attachments_of_parent ON attachments (parent) WHERE parent IS NOT NULL;
      CREATE INDEX attachments_of_draft ON attachments (conversation, id) WHERE message IS NULL AND parent IS NULL;
      CREATE INDEX attachments_in_state ON attachments (state, id);
      CREATE INDEX attachments_with_file ON attachments (file) WHERE file IS NOT NULL;

      CREATE TABLE tombstones (
        key INTEGER PRIMARY KEY,
        sender TEXT NOT NULL,
        message_id TEXT NOT NULL,
        UNIQUE (sender, message_id)
      ) STRICT;

      CREATE TABLE message_times (
        chunk INTEGER PRIMARY KEY,
        earliest INTEGER NOT NULL,
        latest INTEGER NOT NULL
      ) STRICT;
      INSERT INTO message_times SELECT id / ${CHUNK}, min(sort_at), max(sort_at) FROM messages GROUP BY 1;
      CREATE TRIGGER times_insert AFTER INSERT ON messages BEGIN ${note('NEW')} END;
      CREATE TRIGGER times_update AFTER UPDATE OF sort_at ON messages BEGIN ${note('NEW')} END;

      CREATE VIRTUAL TABLE search USING fts5 (
        body, scope, content = '', columnsize = 0, tokenize = "ascii tokenchars '._'"
      );
      INSERT INTO search (search, rank) VALUES ('secure-delete', 1);

      CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT;
      CREATE VIRTUAL TABLE word_parts USING fts5 (
        word, content = '', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1'
      );
      INSERT INTO word_parts (word_parts, rank) VALUES ('secure-delete', 1);
      CREATE TRIGGER words_insert AFTER INSERT ON words BEGIN
        INSERT INTO word_parts (rowid, word) VALUES (NEW.id, NEW.word);
      END;
      CREATE TRIGGER words_delete AFTER DELETE ON words BEGIN
        INSERT INTO word_parts (word_parts, rowid, word) VALUES ('delete', OLD.id, OLD.word);
      END;
    `);
    indexAll(database);
  },
};

/** Makes the index of what was stored before, in the order of the messages. */
function indexAll(database: WriteConnection): void {
  const index = new SearchIndex(database);
  for (let after = 0; ;) {
    const rows = database.all(
      `SELECT id, conversation, own, flags, coalesce(body, '') AS body, kind FROM messages WHERE id > ? ORDER BY id LIMIT ?`,
      [after, ROWS_AT_ONCE],
    );
    for (const row of rows) {
      if (row['kind'] === 'notice') continue;
      index.add({
        id: integer(row, 'id'),
        conversation: integer(row, 'conversation'),
        own: flag(row, 'own'),
        flags: integer(row, 'flags'),
        author: null,
        text: text(row, 'body'),
      });
    }
    index.settle();
    const last = rows.at(-1);
    if (last === undefined) return;
    after = integer(last, 'id');
  }
}
