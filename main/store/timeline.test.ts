import { describe, expect, it } from 'vitest';
import type { MessageContent } from '../../shared/model/message';
import type { InboundRecord } from '../ports/store';
import {
  inbound,
  inboundUnreadable,
  openTestStore,
  outgoing,
  OWN,
  PEER,
  textContent,
} from './store-test-support';

const AT = 1_790_000_000_000;

function numbered(count: number): InboundRecord[] {
  return Array.from({ length: count }, (_, index) =>
    inbound(String(index), { serverTime: AT + Math.floor(index / 3), sender: PEER }),
  );
}

function texts(messages: readonly { content: unknown }[]): string[] {
  return messages.map(({ content }) => (content as { text: string }).text);
}

describe('a page of a timeline', () => {
  it('walks back and forth without missing or repeating a message of the same millisecond', async () => {
    const { store } = await openTestStore();
    await store.commitInbound(numbered(20), null);
    const newest = await store.page(PEER, { limit: 7 });
    expect(texts(newest.messages)).toEqual(['13', '14', '15', '16', '17', '18', '19']);
    expect(newest).toMatchObject({ hasOlder: true, hasNewer: false });

    const [first] = newest.messages;
    const older = await store.page(PEER, { limit: 13, before: first });
    expect(texts(older.messages)).toEqual(Array.from({ length: 13 }, (_, index) => String(index)));
    expect(older).toMatchObject({ hasOlder: false, hasNewer: true });

    const last = older.messages.at(-1);
    const newer = await store.page(PEER, { limit: 3, after: last });
    expect(texts(newer.messages)).toEqual(['13', '14', '15']);
    expect(newer).toMatchObject({ hasOlder: true, hasNewer: true });
  });

  it('stands around a message, and fills up where one side is short', async () => {
    const { store } = await openTestStore();
    const { messages } = await store.commitInbound(numbered(20), null);
    const middle = await store.page(PEER, { limit: 5, around: messages[10]?.id });
    expect(texts(middle.messages)).toEqual(['8', '9', '10', '11', '12']);
    expect(middle).toMatchObject({ hasOlder: true, hasNewer: true });
    const end = await store.page(PEER, { limit: 5, around: messages[19]?.id });
    expect(texts(end.messages)).toEqual(['15', '16', '17', '18', '19']);
    expect(end).toMatchObject({ hasOlder: true, hasNewer: false });
    const start = await store.page(PEER, { limit: 5, around: messages[0]?.id });
    expect(texts(start.messages)).toEqual(['0', '1', '2', '3', '4']);
    expect(start).toMatchObject({ hasOlder: false, hasNewer: true });
    const elsewhere = await store.page(PEER, { limit: 2, around: 12345 });
    expect(texts(elsewhere.messages)).toEqual(['18', '19']);
  });

  it('is empty for a conversation nobody began', async () => {
    const { store } = await openTestStore();
    expect(await store.page('x.y', { limit: 5 })).toEqual({ messages: [], hasOlder: false, hasNewer: false });
    expect(await store.conversation('x.y')).toBeNull();
    expect(await store.message(1)).toBeNull();
    expect(await store.raw(1)).toBeNull();
  });
});

describe('the conversation list', () => {
  it('has the newest activity first and counts all', async () => {
    const { store } = await openTestStore();
    for (const [index, peer] of ['a.x.y', 'b.x.y', 'c.x.y'].entries()) {
      await store.commitInbound(
        [inbound('m', { sender: peer, conversation: peer, serverTime: AT + ([20, 10, 30][index] ?? 0) })],
        null,
      );
      await store.setStanding(peer, 'accepted');
    }
    const opened = await store.openConversation('d.x.y', 'direct', 'Dora', AT + 15);
    expect(opened).toMatchObject({
      title: 'Dora',
      lastActivityAt: AT + 15,
      previewKind: 'none',
      security: 'unknown',
    });
    expect(await store.openConversation('d.x.y', 'direct', 'Other', AT + 99)).toEqual(opened);
    const all = await store.conversations('inbox', 10, 0);
    expect(all.conversations.map((entry) => entry.conversation)).toEqual([
      'c.x.y',
      'a.x.y',
      'd.x.y',
      'b.x.y',
    ]);
    expect(all.total).toBe(4);
    const rest = await store.conversations('inbox', 2, 3);
    expect(rest.conversations.map((entry) => entry.conversation)).toEqual(['b.x.y']);
  });

  it('counts what others wrote after the read pointer, readable or not', async () => {
    const { store } = await openTestStore();
    const change = await store.commitInbound(
      [
        inbound('one'),
        inboundUnreadable(),
        inbound('from my phone', { sender: OWN, own: true }),
        inbound('', { content: { kind: 'unsupported', type: 'poll', text: '' } }),
        inbound('', { content: { kind: 'recalled' } }),
      ],
      null,
    );
    await store.enqueue(outgoing('mine'));
    expect(await store.totals(0)).toEqual({ unread: 3, mentions: 0, requests: 0, queued: 1 });
    const ids = change.messages.map((message) => message.id);
    expect((await store.markRead(PEER, ids[1] ?? 0)).conversations).toMatchObject([
      { unread: 1, readUpTo: ids[1] },
    ]);
    expect((await store.markRead(PEER, ids[0] ?? 0)).conversations).toMatchObject([
      { unread: 1, readUpTo: ids[1] },
    ]);
    await store.markRead(PEER, Number.MAX_SAFE_INTEGER);
    expect(await store.totals(0)).toMatchObject({ unread: 0, queued: 1 });
    await store.commitInbound([inbound('after that')], null);
    expect(await store.totals(0)).toMatchObject({ unread: 1, queued: 1 });
  });

  it('keeps drafts and security', async () => {
    const test = await openTestStore();
    await test.store.openConversation(PEER, 'direct', 'Bob', AT);
    await test.store.setDraft(PEER, 'half a sent', null);
    await test.store.setSecurity(PEER, 'keys_changed');
    const store = await test.reopen();
    expect(await store.conversation(PEER)).toMatchObject({ draft: 'half a sent', security: 'keys_changed' });
    await expect(store.setDraft('nobody.x.y', 'x', null)).rejects.toMatchObject({
      code: 'unknown_conversation',
    });
  });

  it('previews one plain line', async () => {
    const { store } = await openTestStore();
    const long = `${'字'.repeat(199)}😀 tail`;
    for (const [content, preview] of [
      [textContent('a\n\tb\u0007 c'), 'a b c'],
      [textContent('**not bold**'), '**not bold**'],
      [
        {
          kind: 'text',
          format: 'markdown',
          text: '# Head\n- **bold** [link](https://x.y)\n> `code`',
          mentions: [],
        },
        'Head bold link code',
      ],
      [textContent(long), `${'字'.repeat(199)}…`],
    ] satisfies [MessageContent, string][]) {
      const change = await store.commitInbound([inbound('', { content })], null);
      expect(change.conversations[0]?.preview).toBe(preview);
    }
  });
});

describe('small things', () => {
  it('are remembered and forgotten', async () => {
    const { store } = await openTestStore();
    await store.setMeta('device', 'd-1');
    expect(await store.getMeta('device')).toBe('d-1');
    await store.setMeta('device', null);
    expect(await store.getMeta('device')).toBeNull();
  });

  it('keep prekeys, and prune old ones but the newest', async () => {
    const test = await openTestStore();
    for (const createdAt of [10, 20, 30, 40]) {
      await test.store.savePrekey({
        prekeyId: `k${createdAt}`,
        deviceId: createdAt === 10 ? 'old device' : 'd',
        privateKeyPkcs8: Buffer.from([createdAt]),
        createdAt,
      });
    }
    expect(await test.store.prunePrekeys('d', 40, 2)).toBe(2);
    const store = await test.reopen();
    const kept = await store.prekeys();
    expect(kept.map((prekey) => prekey.prekeyId)).toEqual(['k40', 'k30']);
    expect([...(kept[0]?.privateKeyPkcs8 ?? [])]).toEqual([40]);
  });

  it('keep certificates by AID', async () => {
    const { store } = await openTestStore();
    const certificate = {
      aid: PEER,
      fingerprint: 'sha256:a',
      spkiFingerprint: 'sha256:b',
      pem: 'P',
      verifiedAt: 1,
    };
    await store.saveCertificate(certificate);
    await store.saveCertificate({ ...certificate, verifiedAt: 3 });
    await store.saveCertificate({ ...certificate, fingerprint: 'sha256:c', verifiedAt: 2 });
    expect((await store.certificates(PEER)).map((entry) => [entry.fingerprint, entry.verifiedAt])).toEqual([
      ['sha256:a', 3],
      ['sha256:c', 2],
    ]);
    expect(await store.certificates('x.y')).toEqual([]);
  });
});
