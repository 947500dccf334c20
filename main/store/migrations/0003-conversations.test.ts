import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createInlineStoreHost } from '../inline-host';
import { openDatabase } from '../open';
import { inbound, OWN, PEER, quiet, temporaryFolder } from '../store-test-support';
import { initial } from './0001-initial';
import { people } from './0002-people';

const AT = 1_790_000_000_000;
const TEXT = '{"kind":"text","format":"plain"}';

describe('the second schema', () => {
  it('is taken over: conversations are accepted, texts are found and counted as before, in parts too', async () => {
    const file = path.join(temporaryFolder(), 'parley.db');
    const key = randomBytes(32);
    const { reader, writer } = openDatabase(file, key, quiet, [initial, people]);
    writer.exec(`
      INSERT INTO conversations (key, id, kind, title, preview, preview_kind, opened_at, last_activity_at, unread, read_up_to)
        VALUES (1, '${PEER}', 'direct', 'Bob', 'x', 'text', ${AT}, ${AT + 2}, 1, 1),
          (2, '${OWN}', 'self', '${OWN}', '', 'none', ${AT}, ${AT}, 0, 0);
      INSERT INTO messages (id, conversation, sender, message_id, own, sort_at, server_time, kind, body, facts, payload, protection)
        VALUES (1, 1, '${PEER}', 'in-1', 0, ${AT + 1}, ${AT + 1}, 'text', 'see https://bob.example', '${TEXT}', '{}', 'e2ee-v1'),
          (2, 1, '${PEER}', 'in-2', 0, ${AT + 2}, ${AT + 2}, 'text', 'wonderful 花', '${TEXT}', '{}', 'e2ee-v1'),
          (3, 1, '${PEER}', 'n', 0, ${AT + 3}, NULL, 'notice', NULL, '{"kind":"notice","notice":"verified","detail":""}', NULL, 'none');
    `);
    reader.close();
    writer.close();
    const host = createInlineStoreHost(quiet);
    const store = await host.open(file, key, OWN);
    const { conversations } = await store.conversations('inbox', 10, 0);
    expect(conversations.map(({ standing, retention }) => [standing, retention])).toEqual([
      ['accepted', 0],
      ['accepted', 0],
    ]);
    const { messages } = await store.page(PEER, { limit: 10 });
    expect(messages.map(({ content }) => content.kind)).toEqual(['text', 'text', 'notice']);
    expect(messages[0]).toMatchObject({ content: { mentions: [] }, attachments: [], reply: null });
    for (const [text, id] of [
      ['onderfu', 2],
      ['花', 2],
      ['bob.example', 1],
    ] as const)
      expect((await store.search({ text, limit: 5 })).map((hit) => hit.message.id)).toEqual([id]);
    expect((await store.search({ text: '', has: 'link', since: AT, limit: 5 })).length).toBe(1);
    expect(await store.totals(0)).toMatchObject({ unread: 1, requests: 0 });
    await store.markRead(PEER, 1);
    expect(await store.conversation(PEER)).toMatchObject({ unread: 1 });
    const change = await store.commitInbound([inbound('new', { messageId: 'fresh' })], null);
    expect(change.arrived).toHaveLength(1);
    await store.changeConversation(PEER, { retention: 3_600 });
    expect(await store.nextExpiry()).toBe(AT + 1 + 3_600_000);
    await host.close();
  });
});
