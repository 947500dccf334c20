import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportKinds, type AccountStore, type ContactRecord, type ExportKind } from '../ports/store';
import type { Message } from '../../shared/model/message';
import {
  claim,
  inbound,
  inboundUnreadable,
  openTestStore,
  outgoing,
  OWN,
  PEER,
  textContent,
  textLinks,
} from './store-test-support';

const AT = 1_790_000_000_000;
const EVE = 'eve.aun.test';
const sent = { serverTime: AT, seq: 9, deviceSeqs: { phone: 9 }, delivered: false, forwardSecret: true };

const contact: ContactRecord = {
  aid: PEER,
  alias: 'Bobby',
  firstSeenAt: AT,
  pinnedSpki: 'c3BraQ==',
  pinnedKey: 'sha256:aa',
  issuerKey: null,
  pending: null,
  previousKey: null,
  changedAt: null,
  verifiedBeforeChange: false,
  verified: { key: 'sha256:aa', at: AT, method: 'manual' },
  revoked: null,
};

/** Every row of a store, by kind. Small pages, so that their seams are met. */
async function exported(store: AccountStore): Promise<Record<ExportKind, string[]>> {
  const all: Record<ExportKind, string[]> = {
    contacts: [],
    certificates: [],
    prekeys: [],
    conversations: [],
    messages: [],
    attachments: [],
    tombstones: [],
    profiles: [],
    groups: [],
  };
  for (const kind of exportKinds) {
    let after: number | null = null;
    do {
      const page = await store.exportRows(kind, after, 2);
      all[kind].push(...page.rows);
      after = page.next;
    } while (after !== null);
  }
  return all;
}

async function importAll(store: AccountStore, rows: Record<ExportKind, string[]>): Promise<number> {
  let added = 0;
  for (const kind of exportKinds) {
    for (let at = 0; at < rows[kind].length; at += 3)
      added += await store.importRows(kind, rows[kind].slice(at, at + 3));
  }
  return added;
}

async function timeline(store: AccountStore, conversation: string): Promise<Message[]> {
  return (await store.page(conversation, { limit: 100 })).messages;
}

/** A life of some length: read and unread, own in every state, undecryptable, recalled, a notice, notes to self. */
async function lived(): Promise<AccountStore> {
  const { store } = await openTestStore();
  await store.setMeta('device_id', 'old-device');
  await store.setMeta('access_token', 'very secret');
  const change = await store.commitInbound(
    [
      inbound('one'),
      inbound('two'),
      inbound('eve', { sender: EVE, conversation: EVE }),
      inboundUnreadable({ seq: 777_001 }),
      inbound('gone', { messageId: 'gone' }),
      inbound('five'),
    ],
    { contiguous: 5000, acknowledged: 4999 },
  );
  await store.recall(PEER, ['gone']);
  await store.markRead(PEER, change.messages[1]?.id ?? 0);
  await store.addNotice(PEER, 'keys_changed', AT + 50, 'sha256:cc');
  const ids: number[] = [];
  for (const text of ['queued', 'sending', 'sent', 'failed', 'delivered'])
    ids.push((await store.enqueue(outgoing(text, { messageId: `own-${text}` }))).messages[0]?.id ?? 0);
  await store.markSending(ids[1] ?? 0);
  await store.markSent(ids[2] ?? 0, sent);
  await store.markFailed(ids[3] ?? 0, 'recipient_without_keys');
  await store.markSent(ids[4] ?? 0, { ...sent, delivered: true });
  await store.enqueue(outgoing('remember', { conversation: OWN }));
  await store.setDraft(EVE, 'dear eve', null);
  await store.setPeer(EVE, { title: 'Eve', peerKind: 'agent', profileStatus: 'verified' });
  await store.setSecurity(EVE, 'verified');
  await store.saveContact(contact);
  await store.savePrekey({
    prekeyId: 'prekey-1',
    deviceId: 'old-device',
    privateKeyPkcs8: new Uint8Array([1, 2, 3]),
    createdAt: AT,
  });
  for (const fingerprint of ['sha256:1', 'sha256:2', 'sha256:3'])
    await store.saveCertificate({ aid: PEER, fingerprint, spkiFingerprint: 's', pem: 'PEM', verifiedAt: AT });
  await store.saveProfile({
    aid: PEER,
    raw: new Uint8Array([45, 45, 45, 0]),
    etag: null,
    lastModified: null,
    fetchedAt: AT,
    status: 'unsigned',
    reason: 'no signature',
    name: 'Bob',
    type: 'human',
    certificateFingerprint: null,
    signedAt: null,
    wasSigned: false,
    highestVersion: '',
    highestUpdatedAt: '',
    highestSignedAt: 0,
    warning: null,
  });
  return store;
}

describe('rows of a backup', () => {
  it('bring everything back into an empty account, in the same order', async () => {
    const old = await lived();
    const rows = await exported(old);
    const { store } = await openTestStore();
    // The ids of the new account are others.
    await store.commitInbound(
      [inbound('earlier', { sender: 'x.aun.test', conversation: 'x.aun.test' })],
      null,
    );
    await importAll(store, rows);
    for (const conversation of [PEER, EVE, OWN]) {
      const expected = (await timeline(old, conversation)).map(({ id: _, ...message }) =>
        message.state === 'queued' || message.state === 'sending'
          ? { ...message, state: 'failed', stateReason: 'cancelled' }
          : message,
      );
      expect((await timeline(store, conversation)).map(({ id: _, ...message }) => message)).toEqual(expected);
      const {
        readUpTo: _,
        waiting: __,
        previewState: ___,
        ...summary
      } = (await old.conversation(conversation)) ?? {};
      expect(await store.conversation(conversation)).toMatchObject(summary);
    }
    expect(await store.contacts('all')).toEqual([contact]);
    // Known again, but to be verified anew: other roots may be trusted here.
    const known = (await old.certificates(PEER)).map((each) => ({ ...each, verifiedAt: 0 }));
    expect(await store.certificates(PEER)).toEqual(known);
    expect(await store.profile(PEER)).toEqual(await old.profile(PEER));
    expect((await store.search({ text: 'two', limit: 5 })).map((hit) => hit.message.content)).toEqual([
      textContent('two'),
    ]);
    expect(await store.search({ text: 'gone', limit: 5 })).toEqual([]);
    expect(await store.healing(PEER, 5)).toMatchObject([{ conversation: PEER, rawJson: '{"raw":true}' }]);
  });

  it('map the place up to which the user has read and count what is unread anew', async () => {
    const old = await lived();
    const { store } = await openTestStore();
    await store.commitInbound(
      [inbound('earlier', { sender: 'x.aun.test', conversation: 'x.aun.test' })],
      null,
    );
    await importAll(store, await exported(old));
    const two = (await timeline(store, PEER)).find(
      (message) =>
        message.messageId.startsWith('in-') && 'text' in message.content && message.content.text === 'two',
    );
    expect(await store.conversation(PEER)).toMatchObject({ readUpTo: two?.id, unread: 2 });
    expect(await store.conversation(EVE)).toMatchObject({ readUpTo: 0, unread: 1 });
    await store.markRead(PEER, 0);
    expect(await store.conversation(PEER)).toMatchObject({ unread: 2 });
  });

  it('hold no token, device id, cursor or number of an inbox', async () => {
    const old = await lived();
    const rows = await exported(old);
    const { prekeys, ...rest } = rows;
    const text = JSON.stringify(rest);
    for (const secret of ['very secret', 'old-device', '5000', '4999', '777001'])
      expect(text).not.toContain(secret);
    expect(prekeys.map((row): unknown => JSON.parse(row))).toEqual([
      { v: 2, prekeyId: 'prekey-1', deviceId: 'old-device', privateKey: 'AQID', createdAt: AT },
    ]);
    const { store } = await openTestStore();
    await importAll(store, rows);
    expect(await store.getMeta('device_id')).toBeNull();
    expect(await store.cursor()).toEqual({ contiguous: 0, acknowledged: 0 });
    expect(await store.totals(0)).toMatchObject({ queued: 0 });
    expect(await store.outboxHeads()).toEqual([]);
  });

  it('keep what had not left for the user, who can send it again', async () => {
    const { store } = await openTestStore();
    await importAll(store, await exported(await lived()));
    const failed = (await timeline(store, PEER)).filter((message) => message.state === 'failed');
    expect(failed.map(({ messageId, stateReason }) => [messageId, stateReason])).toEqual([
      ['own-queued', 'cancelled'],
      ['own-sending', 'cancelled'],
      ['own-failed', 'recipient_without_keys'],
    ]);
    await store.requeue(failed[0]?.id ?? 0);
    expect(await store.outboxHeads()).toMatchObject([{ messageId: 'own-queued', conversation: PEER }]);
  });

  it('keep the prekey of another device for as long as something may be on its way to it, and no longer', async () => {
    const { store } = await openTestStore();
    await importAll(store, await exported(await lived()));
    const createdAt = (await store.prekeys())[0]?.createdAt ?? 0;
    expect(await store.prunePrekeys('new-device', createdAt, 0)).toBe(0);
    expect((await store.prekeys()).map((prekey) => prekey.deviceId)).toEqual(['old-device']);
    expect(await store.prunePrekeys('new-device', createdAt + 1, 7)).toBe(1);
    expect(await store.prekeys()).toEqual([]);
  });

  it('change nothing when they come a second time', async () => {
    const rows = await exported(await lived());
    const { store } = await openTestStore();
    const counts = await (await lived()).exportCounts();
    expect(await importAll(store, rows)).toBe(Object.values(counts).reduce((sum, count) => sum + count, 0));
    const before = [await timeline(store, PEER), await store.conversations('inbox', 10, 0)];
    expect(await importAll(store, rows)).toBe(0);
    expect([await timeline(store, PEER), await store.conversations('inbox', 10, 0)]).toEqual(before);
  });

  it('join what the account has already, and mark nothing as read that nobody has seen', async () => {
    const rows = await exported(await lived());
    const { store } = await openTestStore();
    await store.saveContact({ ...contact, alias: 'mine' });
    await store.commitInbound([inbound('newest', { serverTime: AT + 9_000_000 })], null);
    await importAll(store, rows);
    expect(await timeline(store, PEER)).toHaveLength(12);
    expect(await store.conversation(PEER)).toMatchObject({ preview: 'newest', unread: 5, readUpTo: 0 });
    expect(await store.contact(PEER)).toMatchObject({ alias: 'mine' });
    await store.markRead(PEER, 1e9);
    expect(await store.conversation(PEER)).toMatchObject({ unread: 0 });
  });

  it('are taken as a whole page or not at all', async () => {
    const rows = await exported(await lived());
    const { store } = await openTestStore();
    const [first = '', second = ''] = rows.messages;
    for (const bad of [
      '',
      'null',
      '{}',
      '{"v":1}',
      second.replace('"own":false', '"own":0'),
      second.slice(1),
    ])
      await expect(store.importRows('messages', [first, bad])).rejects.toMatchObject({
        code: 'backup_damaged',
      });
    await expect(
      store.importRows('messages', [first, second.replace('"v":2', '"v":4')]),
    ).rejects.toMatchObject({ code: 'backup_too_new' });
    expect((await store.exportCounts()).messages).toBe(0);
    for (const kind of exportKinds)
      await expect(store.importRows(kind, ['{"v":1}'])).rejects.toMatchObject({ code: 'backup_damaged' });
  });

  it('keep kinds of content that this version does not know', async () => {
    const [row = ''] = (await exported(await lived())).messages;
    const { store } = await openTestStore();
    await store.importRows('messages', [row.replace('"kind":"text"', '"kind":"hologram","depth":3')]);
    expect((await timeline(store, PEER))[0]).toMatchObject({ content: { kind: 'unsupported', text: 'one' } });
    expect((await exported(store)).messages[0]).toContain('"kind":"hologram","depth":3');
  });

  it('of messages whose conversation came later make that conversation', async () => {
    const { messages } = await exported(await lived());
    const { store } = await openTestStore();
    expect(await store.importRows('messages', messages)).toBe(13);
    expect(await store.conversation(OWN)).toMatchObject({ kind: 'self', title: OWN });
    expect(await store.conversation(EVE)).toMatchObject({ kind: 'direct', unread: 1 });
  });

  it('bring back whatever the network made us keep: names of any length, times and sizes beyond all sense', async () => {
    const { store: old } = await openTestStore();
    const links = {
      ...textLinks(''),
      attachments: [
        claim('', '', { size: 1e300, width: 0.4, height: -1, durationMs: 0.5 }),
        claim('\u{1F600}'.repeat(200), 'x'.repeat(300), {
          size: -1,
          thumbnail: claim('t', '', { size: Infinity }),
        }),
      ],
      thread: '',
      replyTo: { messageId: 'r'.repeat(10_000), text: '' },
    };
    const odd = [0, -1, 0.5, 2 ** 31, 2 ** 53, 1e300, -1e300, NaN, Infinity];
    await old.commitInbound(
      [
        inbound('', { messageId: 'm'.repeat(10_000), links }),
        inbound('', { messageId: ' ' }),
        inbound('e\u0301', { messageId: 'e\u0301' }),
        inbound('\u00e9', { messageId: '\u00e9' }),
        inbound('\uD800', { messageId: 'half \uD800' }),
        inboundUnreadable({ messageId: 'u'.repeat(10_000) }),
        ...odd.map((time) => inbound('', { serverTime: time, senderTime: time, seq: time })),
      ],
      null,
    );
    const [gone] = await timeline(old, PEER);
    await old.deleteMessages([gone?.id ?? 0]);
    const counts = await old.exportCounts();
    const { store } = await openTestStore();
    expect(await importAll(store, await exported(old))).toBe(
      Object.values(counts).reduce((sum, count) => sum + count),
    );
    const plain = (messages: readonly Message[]) =>
      messages.map(({ id: _, attachments: __, ...rest }) => rest);
    expect(plain(await timeline(store, PEER))).toEqual(plain(await timeline(old, PEER)));
    expect(await store.exportCounts()).toEqual(counts);
  });

  it('may come in any order, in pages of any size, and again: each message is there once, and the counts are right', async () => {
    const { messages } = await exported(await lived());
    const pages = fc.array(fc.array(fc.constantFrom(...messages), { maxLength: 8 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(pages, async (order) => {
        const { store } = await openTestStore();
        await store.commitInbound([inbound('here already')], null);
        let added = 0;
        for (const page of order) added += await store.importRows('messages', page);
        expect(added).toBe(new Set(order.flat()).size);
        expect((await store.exportCounts()).messages).toBe(added + 1);
        const { conversations } = await store.conversations('inbox', 10, 0);
        for (const { conversation, unread } of conversations) {
          await store.markRead(conversation, 0);
          expect(await store.conversation(conversation)).toMatchObject({ unread });
        }
      }),
      { numRuns: 12 },
    );
  });

  it('bring attachments back with the keys of their files, deleted messages never, and what people set', async () => {
    const { store: old } = await openTestStore();
    const links = {
      ...textLinks('see photo'),
      attachments: [claim('photo.png', 'image/png', { thumbnail: claim('small', 'image/jpeg') })],
      replyTo: { messageId: 'gone', text: 'go' },
      mentionsMe: true,
    };
    const { messages } = await old.commitInbound(
      [inbound('gone', { messageId: 'gone' }), inbound('see', { messageId: 'kept', links })],
      null,
    );
    await old.deleteMessages([messages[0]?.id ?? 0]);
    const file = { file: 'f', fileKey: new Uint8Array(32), state: 'here' as const };
    await old.updateAttachment(messages[1]?.attachments[0]?.id ?? 0, file);
    await old.setStanding(PEER, 'accepted');
    await old.changeConversation(PEER, { pinned: true, mutedUntil: 5, retention: 86_400 });
    const rows = await exported(old);
    const { store } = await openTestStore();
    expect(await importAll(store, rows)).toBe(5);
    expect(await importAll(store, rows)).toBe(0);
    expect(await store.conversation(PEER)).toMatchObject({
      pinned: true,
      mutedUntil: 5,
      retention: 86_400,
      unread: 1,
      mentions: 1,
    });
    const kept = await store.find(PEER, 'kept');
    expect(kept).toMatchObject({ reply: { standing: 'gone' }, mentionsMe: true });
    expect(kept?.attachments).toMatchObject([{ name: 'photo.png', state: 'here' }]);
    const [photo, small] = await store.attachmentsOf(kept?.id ?? 0);
    expect(photo).toMatchObject({ file: 'f', fileKey: new Uint8Array(32) });
    expect(small).toMatchObject({ file: null, state: 'remote' });
    expect((await store.search({ text: 'photo', has: 'image', limit: 5 })).length).toBe(1);
    await store.commitInbound([inbound('gone', { messageId: 'gone' })], null);
    expect(await store.find(PEER, 'gone')).toBeNull();
  });

  it('hold every attachment once, in however small pages', async () => {
    const { store } = await openTestStore();
    const records = ['one', 'two', 'three'].map((name) =>
      inbound(name, {
        messageId: name,
        links: { ...textLinks(name), attachments: [claim(`${name}.png`, 'image/png')] },
      }),
    );
    await store.commitInbound(records, null);
    const names: unknown[] = [];
    let after: number | null = null;
    for (let page = 0; page < 10; page += 1) {
      const { rows, next }: { rows: readonly string[]; next: number | null } = await store.exportRows(
        'attachments',
        after,
        1,
      );
      for (const row of rows) names.push(Reflect.get(Object(JSON.parse(row)), 'name'));
      if (next === null) break;
      after = next;
    }
    expect(names).toEqual(['one.png', 'two.png', 'three.png']);
  });

  it('of the first version are taken too', async () => {
    const { store } = await openTestStore();
    const message = {
      v: 1,
      conversation: PEER,
      sender: PEER,
      messageId: 'old',
      own: false,
      sortAt: AT,
      serverTime: AT,
      senderTime: null,
      facts: { kind: 'text', format: 'plain' },
      body: 'see https://old.example',
      payload: '{}',
      raw: null,
      protection: 'e2ee-v1',
      forwardSecret: true,
      state: null,
      stateReason: null,
      read: false,
    };
    await store.importRows('messages', [JSON.stringify(message)]);
    expect(await store.conversation(PEER)).toMatchObject({ standing: 'accepted', unread: 1 });
    expect((await timeline(store, PEER))[0]?.content).toEqual(textContent('see https://old.example'));
    expect((await store.search({ text: 'old', has: 'link', limit: 5 })).length).toBe(1);
  });
});
