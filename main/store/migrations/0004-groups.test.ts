import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createHandlers } from '../handlers';
import { createInlineStoreHost } from '../inline-host';
import { openDatabase } from '../open';
import { inbound, OWN, PEER, quiet, temporaryFolder } from '../store-test-support';
import { GROUP, groupRecord, spoken } from '../group-test-support';
import { initial } from './0001-initial';
import { people } from './0002-people';
import { conversationsOfPeople } from './0003-conversations';

const AT = 1_790_000_000_000;
const TEXT = '{"kind":"text","format":"plain","mentions":[]}';

/**
 * A database as the third schema's program left it. Written by hand, because today's program knows columns that were not there.
 */
function oldDatabase(file: string, key: Uint8Array): void {
  const { reader, writer } = openDatabase(file, key, quiet, [initial, people, conversationsOfPeople]);
  writer.exec(`
    INSERT INTO conversations (key, id, kind, title, preview, preview_kind, opened_at, last_activity_at, unread, read_up_to, standing,
      pinned) VALUES
      (1, '${PEER}', 'direct', 'Bob', 'second', 'text', ${AT}, ${AT + 2}, 1, 1, 'accepted', 1),
      (2, 'eve.aun.test', 'direct', 'eve.aun.test', 'let me in', 'text', ${AT}, ${AT + 1}, 1, 0, 'pending', 0),
      (3, 'mallory.aun.test', 'direct', 'x', '', 'none', ${AT}, ${AT}, 0, 0, 'pending', 0),
      (4, 'blocked.aun.test', 'direct', 'b', '', 'none', ${AT}, ${AT}, 0, 0, 'blocked', 0);
    INSERT INTO messages (id, conversation, sender, message_id, own, seq, sort_at, server_time, kind, body, facts, payload, raw,
      protection, state, healing, counted, flags, stored_at, request_id, reply_to, reply_text) VALUES
      (1, 1, '${PEER}', 'in-1', 0, 1, ${AT + 1}, ${AT + 1}, 'text', 'first', '${TEXT}', '{}', NULL, 'e2ee-v1', NULL, 0, 1, 0, 1, NULL, NULL, NULL),
      (2, 1, '${PEER}', 'in-2', 0, 2, ${AT + 2}, ${AT + 2}, 'text', 'second', '${TEXT}', '{}', NULL, 'e2ee-v1', NULL, 0, 1, 9, 2, NULL, 'in-1', 'first'),
      (3, 2, 'eve.aun.test', 'in-3', 0, 3, ${AT + 1}, ${AT + 1}, 'text', 'let me in', '${TEXT}', '{}', NULL, 'e2ee-v1', NULL, 0, 1, 0, 3, NULL, NULL, NULL),
      (4, 1, '${PEER}', 'in-4', 0, 4, ${AT + 3}, ${AT + 3}, 'undecryptable', NULL,
        '{"kind":"undecryptable","reason":"prekey_missing","detail":"","retrying":true}', NULL, '{"raw":1}', 'none', NULL, 1, 1, 0, 4, NULL, NULL, NULL),
      (5, 1, '${OWN}', 'out-1', 1, NULL, ${AT + 4}, NULL, 'text', 'third', '${TEXT}', '{}', NULL, 'e2ee-v1', 'queued', 0, 0, 0, 5, 'request-1', NULL, NULL),
      (6, 1, '${OWN}', 'out-2', 1, NULL, ${AT + 5}, ${AT + 5}, 'text', 'fourth', '${TEXT}', '{}', NULL, 'e2ee-v1', 'sent', 0, 0, 0, 6, NULL, NULL, NULL),
      (9, 1, '${PEER}', 'gone', 0, NULL, ${AT + 6}, NULL, 'text', 'x', '${TEXT}', '{}', NULL, 'e2ee-v1', NULL, 0, 0, 0, 6, NULL, NULL, NULL);
    DELETE FROM messages WHERE id = 9;
    INSERT INTO outbox (conversation, message) VALUES (1, 5);
    INSERT INTO deliveries VALUES (1, 'phone', 7, 6);
    INSERT INTO device_acks VALUES (1, 'phone', 0, 7);
    INSERT INTO attachments (id, conversation, message, position, role, name, type, size, encrypted, state, file, file_key)
      VALUES (1, 1, 2, 1, 'main', 'a.png', 'image/png', 5, 1, 'here', 'f1', x'01');
    INSERT INTO attachments (id, conversation, message, parent, position, role, name, type, size, encrypted, state)
      VALUES (2, 1, 2, 1, 2, 'thumbnail', 't', 'image/png', 5, 1, 'remote');
    INSERT INTO tombstones (sender, message_id) VALUES ('${PEER}', 'gone');
    INSERT INTO search (rowid, body, scope) VALUES (1, 'first', 'c1'), (2, 'second', 'c1 file image'), (3, 'let me in', 'c2'),
      (4, '', 'c1'), (5, 'third', 'c1 own'), (6, 'fourth', 'c1 own');
    INSERT INTO words (word) VALUES ('first'), ('second'), ('third'), ('fourth'), ('let');
  `);
  reader.close();
  writer.close();
}

describe('the third schema', () => {
  it('is taken over with everything that refers to messages', async () => {
    const file = path.join(temporaryFolder(), 'parley.db');
    const key = randomBytes(32);
    oldDatabase(file, key);
    const host = createInlineStoreHost(quiet);
    const store = await host.open(file, key, OWN);
    const { messages } = await store.page(PEER, { limit: 10 });
    expect(messages.map(({ id, messageId, state }) => [id, messageId, state])).toEqual([
      [1, 'in-1', null],
      [2, 'in-2', null],
      [4, 'in-4', null],
      [5, 'out-1', 'queued'],
      [6, 'out-2', 'sent'],
    ]);
    expect(messages[1]).toMatchObject({
      reply: { id: 1, standing: 'known' },
      attachments: [{ name: 'a.png' }],
    });
    expect(await store.attachmentsOf(2)).toHaveLength(2);
    expect(await store.attachmentFiles()).toEqual(['f1']);
    expect(await store.outboxHeads()).toMatchObject([{ id: 5, messageId: 'out-1', kind: 'direct' }]);
    expect(await store.findRequest('request-1')).toMatchObject({ id: 5 });
    expect(await store.healing(null, 5)).toMatchObject([{ id: 4, rawJson: '{"raw":1}' }]);
    expect(await store.seqOwner(3)).toEqual({ sender: 'eve.aun.test', messageId: 'in-3' });
    expect((await store.search({ text: 'econ', limit: 5 })).map((hit) => hit.message.id)).toEqual([2]);
    expect((await store.search({ text: '', from: PEER, has: 'file', limit: 5 })).length).toBe(1);
    expect(await store.messagesWith(PEER, 'media', null, 5)).toMatchObject([{ id: 2 }]);
    expect((await store.applyAck(PEER, 'phone', 7)).messages).toMatchObject([{ id: 6, state: 'delivered' }]);
    const titles = async (view: 'inbox' | 'requests' | 'blocked'): Promise<string[]> =>
      (await store.conversations(view, 9, 0)).conversations.map(({ title }) => title);
    expect([await titles('inbox'), await titles('requests'), await titles('blocked')]).toEqual([
      ['Bob'],
      ['eve.aun.test'],
      ['b'],
    ]);
    expect(await store.conversation(PEER)).toMatchObject({ unread: 1, group: null, previewSender: null });

    // Ids of deleted messages are never given again, what was deleted stays so, and repeats are recognised.
    const again = await store.commitInbound(
      [
        inbound('x', { messageId: 'gone', seq: null }),
        inbound('first', { messageId: 'in-1', payloadJson: '{}', seq: null }),
        inbound('fresh', { seq: null, serverTime: AT + 50 }),
      ],
      null,
    );
    expect(again.messages).toHaveLength(1);
    expect(again.messages[0]?.id).toBeGreaterThan(9);
    await store.saveGroup(groupRecord());
    await store.commitGroupMessages(
      GROUP,
      [spoken('first', { sender: PEER, messageId: 'in-1', seq: 1 })],
      null,
    );
    expect((await store.page(GROUP, { limit: 5 })).messages).toHaveLength(1);
    await store.deleteMessages([2]);
    expect(await store.attachmentFiles()).toEqual([]);
    expect((await store.search({ text: '', since: AT + 40, until: AT + 60, limit: 5 })).length).toBe(1);
    await store.close();

    const once = await host.open(file, key, OWN);
    expect((await once.page(PEER, { limit: 10 })).messages).toHaveLength(5);
    await host.close();
  });

  it('checks again what refers to what once it is taken over', () => {
    const file = path.join(temporaryFolder(), 'parley.db');
    const key = randomBytes(32);
    oldDatabase(file, key);
    const { reader, writer } = openDatabase(file, key, quiet);
    expect(() => writer.exec('INSERT INTO outbox (conversation, message) VALUES (77, 78)')).toThrow(
      /FOREIGN KEY/,
    );
    writer.exec('DELETE FROM messages WHERE id = 6');
    expect(writer.all('SELECT * FROM deliveries')).toEqual([]);
    reader.close();
    writer.close();
  });
});

describe('an interrupted step to the fourth schema', () => {
  it('leaves the third one as it was', () => {
    const file = path.join(temporaryFolder(), 'parley.db');
    const key = randomBytes(32);
    oldDatabase(file, key);
    const failing = { version: 4, rebuildsTables: true as const, apply: failAfterDropping };
    expect(() => openDatabase(file, key, quiet, [initial, people, conversationsOfPeople, failing])).toThrow(
      'power',
    );
    const { reader, writer } = openDatabase(file, key, quiet);
    const store = createHandlers(reader, writer, quiet, OWN);
    expect(store.page([PEER, { limit: 10 }]).messages).toHaveLength(5);
    expect(store.attachmentsOf([2])).toHaveLength(2);
    expect(writer.pragma('foreign_keys')).toBe(1);
    reader.close();
    writer.close();
  });
});

function failAfterDropping(database: { exec(sql: string): void }): never {
  database.exec('DROP TABLE messages');
  throw new Error('power');
}
