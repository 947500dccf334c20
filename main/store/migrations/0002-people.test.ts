import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createInlineStoreHost } from '../inline-host';
import { openDatabase } from '../open';
import { OWN, PEER, quiet, temporaryFolder } from '../store-test-support';
import { initial } from './0001-initial';

const AT = 1_790_000_000_000;

/** A database as the first schema's program left it: a peer, notes to self, read and unread, and something in the outbox. */
function oldDatabase(file: string, key: Uint8Array): void {
  const { reader, writer } = openDatabase(file, key, quiet, [initial]);
  writer.exec(`
    INSERT INTO meta VALUES ('welcome', 'shown');
    UPDATE inbox SET contiguous = 2, acknowledged = 1;
    INSERT INTO conversations (key, id, kind, title, preview, preview_kind, opened_at, last_activity_at, unread, draft,
      waiting, read_up_to, security) VALUES
      (1, '${PEER}', 'direct', '${PEER}', 'second', 'text', ${AT}, ${AT + 2}, 1, 'half a thought', 'offline', 1, 'no_keys'),
      (2, '${OWN}', 'self', '${OWN}', '', 'none', ${AT}, ${AT}, 0, '', NULL, 0, 'unknown');
    INSERT INTO messages (id, conversation, sender, message_id, own, seq, sort_at, server_time, kind, body, facts, payload,
      protection, state) VALUES
      (1, 1, '${PEER}', 'in-1', 0, 1, ${AT + 1}, ${AT + 1}, 'text', 'first', '{"kind":"text","format":"plain"}', '{}',
        'e2ee-v1', NULL),
      (2, 1, '${PEER}', 'in-2', 0, 2, ${AT + 2}, ${AT + 2}, 'text', 'second', '{"kind":"text","format":"plain"}', '{}',
        'e2ee-v1', NULL),
      (3, 1, '${OWN}', 'out-1', 1, NULL, ${AT + 3}, NULL, 'text', 'third', '{"kind":"text","format":"plain"}', '{}',
        'e2ee-v1', 'queued');
    INSERT INTO outbox (conversation, message) VALUES (1, 3);
    INSERT INTO prekeys VALUES ('prekey-1', 'device-1', x'0102', ${AT});
    INSERT INTO certificates VALUES ('${PEER}', 'sha256:aa', 'sha256:bb', 'PEM', ${AT});
  `);
  reader.close();
  writer.close();
}

describe('the first schema', () => {
  it('is taken over with everything in it', async () => {
    const file = path.join(temporaryFolder(), 'parley.db');
    const key = randomBytes(32);
    oldDatabase(file, key);
    const host = createInlineStoreHost(quiet);
    const store = await host.open(file, key);
    expect(readdirSync(path.dirname(file))).toContain('parley.db.before-schema-4');
    expect(await store.conversation(PEER)).toMatchObject({
      unread: 1,
      draft: 'half a thought',
      waiting: 'offline',
      readUpTo: 1,
      security: 'no_keys',
      profileStatus: 'unchecked',
    });
    expect((await store.conversations('inbox', 10, 0)).total).toBe(2);
    const { messages } = await store.page(PEER, { limit: 10 });
    expect(messages.map((message) => message.messageId)).toEqual(['in-1', 'in-2', 'out-1']);
    expect(await store.outboxHeads()).toMatchObject([{ id: 3, messageId: 'out-1' }]);
    expect(await store.cursor()).toEqual({ contiguous: 2, acknowledged: 1 });
    expect(await store.getMeta('welcome')).toBe('shown');
    expect(await store.prekeys()).toHaveLength(1);
    expect(await store.certificates(PEER)).toHaveLength(1);
    expect((await store.search({ text: 'second', limit: 5 })).map((hit) => hit.message.id)).toEqual([2]);
    expect(await store.contacts('all')).toEqual([]);
    const change = await store.addNotice(PEER, 'keys_changed', AT + 4, '');
    expect(change.messages[0]?.id).toBe(4);
    await store.close();

    const again = await host.open(file, key);
    expect(readdirSync(path.dirname(file))).not.toContain('parley.db.before-schema-4');
    expect((await again.page(PEER, { limit: 10 })).messages).toHaveLength(4);
    await host.close();
  });
});
