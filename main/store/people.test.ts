import { describe, expect, it } from 'vitest';
import type { ContactRecord, ProfileRecord } from '../ports/store';
import { inbound, openTestStore, outgoing, OWN, PEER } from './store-test-support';

const AT = 1_790_000_000_000;

const blank: ContactRecord = {
  aid: PEER,
  alias: '',
  firstSeenAt: null,
  pinnedSpki: null,
  pinnedKey: null,
  issuerKey: null,
  pending: null,
  previousKey: null,
  changedAt: null,
  verifiedBeforeChange: false,
  verified: null,
  revoked: null,
};

const full: ContactRecord = {
  aid: 'carol.aun.test',
  alias: 'Carol C.',
  firstSeenAt: AT,
  pinnedSpki: 'c3BraQ==',
  pinnedKey: 'sha256:aa',
  issuerKey: 'sha256:bb',
  pending: { spki: 'bmV3', key: 'sha256:cc', at: AT + 1 },
  previousKey: 'sha256:dd',
  changedAt: AT + 2,
  verifiedBeforeChange: true,
  verified: { key: 'sha256:aa', at: AT + 3, method: 'qr' },
  revoked: { fingerprint: 'sha256:ee', at: AT + 4 },
};

const profile: ProfileRecord = {
  aid: PEER,
  raw: new Uint8Array([0, 1, 255]),
  etag: '"abc"',
  lastModified: null,
  fetchedAt: AT,
  status: 'verified',
  reason: '',
  name: 'Bob',
  type: 'human',
  certificateFingerprint: 'sha256:aa',
  signedAt: AT - 1,
  wasSigned: true,
  highestVersion: '1.0.0',
  highestUpdatedAt: '2026-01-01',
  highestSignedAt: AT - 1,
  warning: 'older_than_known',
};

describe('contacts', () => {
  it('come back as they were kept, also after a restart, and a later state replaces an earlier one', async () => {
    const test = await openTestStore();
    await test.store.saveContact(full);
    await test.store.saveContact(blank);
    const store = await test.reopen();
    expect(await store.contact(full.aid)).toEqual(full);
    expect(await store.contact(PEER)).toEqual(blank);
    expect(await store.contact('nobody.aun.test')).toBeNull();
    await store.saveContact({ ...full, alias: 'C', pending: null, verified: null });
    expect(await store.contact(full.aid)).toEqual({ ...full, alias: 'C', pending: null, verified: null });
  });

  it('are listed by address, all of them or the verified ones', async () => {
    const { store } = await openTestStore();
    await store.saveContact(full);
    await store.saveContact(blank);
    expect((await store.contacts('all')).map((each) => each.aid)).toEqual([PEER, full.aid]);
    expect((await store.contacts('verified')).map((each) => each.aid)).toEqual([full.aid]);
  });
});

describe('profiles', () => {
  it('come back byte for byte and are replaced as a whole', async () => {
    const test = await openTestStore();
    await test.store.saveProfile(profile);
    const store = await test.reopen();
    expect(await store.profile(PEER)).toEqual(profile);
    const next = { ...profile, raw: new Uint8Array(0), warning: null, signedAt: null, etag: null };
    await store.saveProfile(next);
    expect(await store.profile(PEER)).toEqual(next);
    expect(await store.profile(OWN)).toBeNull();
  });
});

describe('how a conversation presents its peer', () => {
  it('is remembered and told', async () => {
    const { store } = await openTestStore();
    expect(await store.openConversation(PEER, 'direct', PEER, AT)).toMatchObject({
      profileStatus: 'unchecked',
    });
    const peer = { title: 'Bob', peerKind: 'agent', profileStatus: 'verified' } as const;
    const change = await store.setPeer(PEER, peer);
    expect(change).toMatchObject({ messages: [], conversations: [{ conversation: PEER, ...peer }] });
    expect(await store.conversation(PEER)).toMatchObject(peer);
  });

  it('changes nothing where there is no conversation', async () => {
    const { store } = await openTestStore();
    const change = await store.setPeer(PEER, {
      title: 'B',
      peerKind: 'human',
      profileStatus: 'verified',
    });
    expect(change.conversations).toEqual([]);
    expect(await store.conversation(PEER)).toBeNull();
  });

  it('keeps every state of its security', async () => {
    const { store } = await openTestStore();
    await store.openConversation(PEER, 'direct', PEER, AT);
    for (const security of ['verified', 'revoked', 'certificate_unusable', 'keys_changed'] as const) {
      await store.setSecurity(PEER, security);
      expect(await store.conversation(PEER)).toMatchObject({ security });
    }
  });
});

describe('a notice', () => {
  it('stands in the timeline at its time, is not unread, is no preview and moves nothing', async () => {
    const { store } = await openTestStore();
    await store.openConversation('other.aun.test', 'direct', 'Other', AT);
    await store.commitInbound([inbound('hello', { serverTime: AT + 10 })], null);
    const before = await store.conversation(PEER);
    const change = await store.addNotice(PEER, 'keys_changed', AT + 5000, 'sha256:aa');
    const [notice] = change.messages;
    expect(notice).toMatchObject({
      conversation: PEER,
      sender: PEER,
      own: false,
      sortAt: AT + 5000,
      content: { kind: 'notice', notice: 'keys_changed', detail: 'sha256:aa' },
      protection: 'none',
      state: null,
    });
    expect(notice?.messageId).toMatch(/^notice-[0-9a-f]{32}$/);
    expect(change.conversations).toEqual([before]);
    expect(await store.totals(0)).toEqual({ unread: 0, mentions: 0, requests: 1, queued: 0 });
    const { messages } = await store.page(PEER, { limit: 5 });
    expect(messages.map((message) => message.content.kind)).toEqual(['text', 'notice']);
    await store.markRead(PEER, 0);
    expect(await store.conversation(PEER)).toMatchObject({ unread: 1 });
  });

  it('is in no search index, is recalled by nobody and may be written twice', async () => {
    const { store } = await openTestStore();
    await store.openConversation(PEER, 'direct', PEER, AT);
    const first = await store.addNotice(PEER, 'verified', AT, 'zanzibar');
    await store.addNotice(PEER, 'verified', AT, 'zanzibar');
    expect(await store.search({ text: 'zanzibar', limit: 5 })).toEqual([]);
    await store.recall(PEER, [first.messages[0]?.messageId ?? '']);
    const { messages } = await store.page(PEER, { limit: 5 });
    expect(messages.map((message) => message.content.kind)).toEqual(['notice', 'notice']);
    expect(await store.conversation(PEER)).toMatchObject({ previewKind: 'none', lastActivityAt: AT });
  });

  it('is not written where there is no conversation', async () => {
    const { store } = await openTestStore();
    expect((await store.addNotice(PEER, 'restored', AT, '')).messages).toEqual([]);
    expect(await store.conversation(PEER)).toBeNull();
  });
});

describe('a real conversation', () => {
  it('is one in which somebody else wrote and was answered', async () => {
    const { store } = await openTestStore();
    expect(await store.hasRealConversation()).toBe(false);
    const note = outgoing('to myself', { conversation: OWN, sender: OWN });
    const noteId = (await store.enqueue(note)).messages[0]?.id ?? 0;
    const sent = { serverTime: AT, seq: null, deviceSeqs: null, delivered: false, forwardSecret: true };
    await store.markSent(noteId, sent);
    expect(await store.hasRealConversation()).toBe(false);
    await store.commitInbound(
      [inbound('spam', { sender: 'news.aun.test', conversation: 'news.aun.test' })],
      null,
    );
    const cold = outgoing('hello?', { conversation: 'quiet.aun.test' });
    await store.markSent((await store.enqueue(cold)).messages[0]?.id ?? 0, sent);
    await store.addNotice('quiet.aun.test', 'verified', AT, '');
    await store.commitInbound([inbound('hello!')], null);
    const id = (await store.enqueue(outgoing('yes?'))).messages[0]?.id ?? 0;
    expect(await store.hasRealConversation()).toBe(false);
    await store.markSent(id, sent);
    expect(await store.hasRealConversation()).toBe(true);
  });
});
