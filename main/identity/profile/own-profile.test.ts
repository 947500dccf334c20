import { beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../gateway/testing/until';
import { openTestStore } from '../../store/store-test-support';
import { etagOf, signDocument } from './document';
import { answer, documentOf, ProfileWorld } from './testing/profile-world';
import type { Person, ProfileService } from './testing/profile-world';

let world: ProfileWorld;
let me: Person;
let mine: ProfileService;
let text: string;

beforeEach(async () => {
  world = await ProfileWorld.create();
  me = await world.person('viewer');
  mine = await world.profilesOf(me);
  text = documentOf(me.aid, { name: 'Me' });
});

const lastPut = () => world.requests.filter(({ method }) => method === 'PUT').at(-1);
const putBody = () => Buffer.from(lastPut()?.body ?? []);

describe('the own profile', () => {
  it('is unknown without a network, then not published, then published', async () => {
    world.unplug();
    expect(await mine.profiles.own(false)).toEqual({
      account: me.aid,
      draft: null,
      published: null,
      state: 'unknown',
    });
    world.plugIn();
    expect(await mine.profiles.own(false)).toMatchObject({ published: null, state: 'not_published' });
    expect(await mine.profiles.publish(text, null)).toMatchObject({
      state: 'published',
      published: { status: 'verified', text, etag: etagOf(putBody()) },
    });
    expect(mine.told.map(({ profile }) => profile.status)).toEqual(['none', 'verified']);
  });

  it('is sent signed, with the token, to the own host and nowhere else', async () => {
    await mine.profiles.publish(text, null);
    const put = lastPut();
    expect(put).toMatchObject({ host: me.aid, path: '/agent.md', token: `token-of-${me.aid}` });
    expect(put?.headers).toMatchObject({ 'content-type': 'text/markdown; charset=utf-8' });
    expect(putBody().equals(signDocument(me.identity, text, world.clock.now()))).toBe(false);
    expect(putBody().toString()).toContain(`${text}<!-- AUN-SIGNATURE\n`);
    expect(world.requests.filter(({ token }) => token !== undefined)).toEqual([put]);
  });

  it('is seen by others exactly as it was written', async () => {
    await mine.profiles.publish(text, null);
    const other = await world.profilesOf(await world.person('other'));
    expect(await other.profiles.peer(me.aid, false)).toMatchObject({ status: 'verified', text });
    expect(await mine.profiles.peer(me.aid, false)).toMatchObject({ status: 'verified', text });
  });

  it('signs anew what still carries a signature', async () => {
    const signed = signDocument(me.identity, text, 1000).toString();
    expect(await mine.profiles.publish(signed, null)).toMatchObject({ published: { text } });
    expect(putBody().toString().split('AUN-SIGNATURE')).toHaveLength(2);
  });

  it.each([
    ['somebody else', documentOf('other.aun.test'), 'profile_invalid'],
    ['nobody', '# hello', 'profile_invalid'],
    ['no proper version', documentOf('viewer.aun.test', { version: '1' }), 'profile_invalid'],
    ['a byte order mark', `\ufeff${documentOf('viewer.aun.test')}`, 'profile_invalid'],
    ['too much', documentOf('viewer.aun.test', {}, 'x'.repeat(4096)), 'profile_too_large'],
    [
      'too many bytes of few characters',
      documentOf('viewer.aun.test', {}, '你'.repeat(1400)),
      'profile_too_large',
    ],
  ])('is not sent when it is about %s', async (_what, document, code) => {
    await expect(mine.profiles.publish(document, null)).rejects.toMatchObject({ code });
    expect(world.requests).toEqual([]);
  });
});

describe('a profile that was changed elsewhere', () => {
  it('is not overwritten unless the user has seen it', async () => {
    const { published } = await mine.profiles.publish(text, null);
    const theirs = world.publish(me, { name: 'Me, from my phone' });
    await expect(mine.profiles.publish(text, published?.etag ?? null)).rejects.toMatchObject({
      code: 'profile_conflict',
      detail: { etag: etagOf(theirs) },
    });
    await expect(mine.profiles.publish(text, null)).rejects.toMatchObject({ code: 'profile_conflict' });
    expect(world.documents.get(me.aid)).toEqual(theirs);
    expect(await mine.profiles.own(false)).toMatchObject({ published: { etag: etagOf(theirs) } });
    expect(await mine.profiles.publish(text, etagOf(theirs))).toMatchObject({ published: { text } });
  });

  it('makes a draft that began before say so', async () => {
    await mine.profiles.publish(text, null);
    expect(await mine.profiles.saveDraft('draft')).toMatchObject({ draft: 'draft', state: 'draft' });
    const theirs = world.publish(me, { name: 'Me, from my phone' });
    mine.profiles.ownTag(etagOf(theirs));
    await until('the hint was followed', () => mine.told.at(-1)?.profile.etag === etagOf(theirs));
    expect(await mine.profiles.saveDraft('draft, longer')).toMatchObject({ state: 'changed_elsewhere' });
    expect(await mine.profiles.saveDraft(null)).toMatchObject({ draft: null, state: 'published' });
  });

  it('is asked for once a minute at most, however often a gateway hints', async () => {
    await mine.profiles.publish(text, null);
    const before = world.requests.length;
    for (let index = 0; index < 20; index += 1) mine.profiles.ownTag(`"${String(index).padStart(64, '0')}"`);
    mine.profiles.ownTag('nonsense');
    await mine.profiles.own(false);
    expect(world.requests.length - before).toBe(1);
  });

  it('is shown as it is, with a warning, when it was rolled back or stripped', async () => {
    const first = (await mine.profiles.publish(text, null)).published?.etag ?? null;
    const old = world.documents.get(me.aid) ?? new Uint8Array();
    await mine.profiles.publish(documentOf(me.aid, { version: '1.0.1' }), first);
    world.documents.set(me.aid, old);
    expect(await mine.profiles.own(true)).toMatchObject({
      published: { warning: 'older_than_known', etag: first },
    });
    expect(await mine.profiles.own(true)).toMatchObject({ published: { warning: 'older_than_known' } });
    world.documents.set(me.aid, Buffer.from(text));
    expect(await mine.profiles.own(true)).toMatchObject({
      published: { warning: 'became_unsigned', status: 'unsigned', text },
    });
  });
});

describe('the draft', () => {
  it('survives a restart and ends when it is published', async () => {
    const kept = await openTestStore();
    const first = await world.profilesOf(me, kept.store);
    await first.profiles.saveDraft(text);
    const again = await world.profilesOf(me, await kept.reopen());
    expect(await again.profiles.own(false)).toMatchObject({ draft: text, state: 'draft' });
    expect(await again.profiles.publish(text, null)).toMatchObject({ draft: null, state: 'published' });
    expect(await kept.store.getMeta('profile.draft')).toBeNull();
  });

  it('stays when publishing fails', async () => {
    await mine.profiles.saveDraft(text);
    world.intercept = (request) => (request.method === 'PUT' ? answer(503) : null);
    await expect(mine.profiles.publish(text, null)).rejects.toMatchObject({ retryable: true });
    expect(await mine.profiles.own(false)).toMatchObject({ draft: text });
  });
});

describe('what a gateway answers to an upload', () => {
  it.each([
    [400, 'no\u0007 good', 'profile_invalid'],
    [401, '', 'token_expired'],
    [403, '', 'permission_denied'],
    [404, '', 'gateway_refused'],
    [413, '', 'profile_too_large'],
    [429, '', 'rate_limited'],
    [302, '', 'gateway_refused'],
    [200, 'ok', 'protocol_error'],
    [200, '[]', 'protocol_error'],
    [200, '"stored"', 'protocol_error'],
    [200, '{"aid":"other.aun.test"}', 'protocol_error'],
    [200, '{"etag":7}', 'protocol_error'],
    [200, '{"etag":"\\"0000\\""}', 'protocol_error'],
  ])('%i %j is %s', async (status, body, code) => {
    world.intercept = (request) => (request.method === 'PUT' ? answer(status, body) : null);
    const failure: unknown = await mine.profiles.publish(text, null).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code });
    expect(String(failure)).not.toContain('\u0007');
    expect(await mine.profiles.own(false)).toMatchObject({ published: null });
  });

  it('without a tag is believed only after a look', async () => {
    const store = (request: { body?: Uint8Array; host: string }) => {
      world.documents.set(request.host, Uint8Array.from(request.body ?? []));
      return answer(201, '{}');
    };
    world.intercept = (request) => (request.method === 'PUT' ? store(request) : null);
    expect(await mine.profiles.publish(text, null)).toMatchObject({ published: { status: 'verified' } });
    expect(world.count('GET')).toBe(2);
  });
});

it('nothing more is done once the account has stopped', async () => {
  mine.profiles.stop();
  await expect(mine.profiles.own(true)).rejects.toMatchObject({ code: 'cancelled' });
  mine.profiles.ownTag(`"${'0'.repeat(64)}"`);
  expect(world.requests).toEqual([]);
});
