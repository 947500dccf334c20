import { beforeEach, describe, expect, it } from 'vitest';
import { openTestStore } from '../../store/store-test-support';
import { unreachable } from '../testing/test-network';
import { until as untilHolds } from '../../gateway/testing/until';
import { etagOf } from './document';
import { presentationOf } from './presentation';
import { FETCH_LIMITS } from './peer-profiles';
import { answer, documentOf, ProfileWorld } from './testing/profile-world';
import type { Person, ProfileService } from './testing/profile-world';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let world: ProfileWorld;
let alice: Person;
let viewer: ProfileService;

beforeEach(async () => {
  world = await ProfileWorld.create();
  alice = await world.person('alice');
  viewer = await world.profilesOf(await world.person('viewer'));
});

const until = (holds: () => boolean) => untilHolds('the background', holds);
/** Lets everything happen that waits for nothing. */
async function rest(): Promise<void> {
  for (let round = 0; round < 5; round += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
const look = (refresh = false) => viewer.profiles.peer(alice.aid, refresh);
const shown = async () => presentationOf(alice.aid, await viewer.store.profile(alice.aid), '');

describe("somebody's profile", () => {
  it('is fetched, verified, kept, and told', async () => {
    const document = world.publish(alice, { name: 'Alice L.', type: 'assistant' });
    const profile = await look();
    expect(profile).toMatchObject({ status: 'verified', etag: etagOf(document), warning: null });
    expect(profile.text).toBe(documentOf(alice.aid, { name: 'Alice L.', type: 'assistant' }));
    expect(profile.bytes).toBe(Buffer.byteLength(profile.text));
    expect(viewer.told.map((change) => change.profile)).toEqual([profile]);
    expect(await shown()).toEqual({ title: 'Alice L.', peerKind: 'agent', profileStatus: 'verified' });
    expect(world.requests[0]).toMatchObject({ host: alice.aid, method: 'GET', path: '/agent.md' });
    expect(world.requests[0]?.token).toBeUndefined();
  });

  it('gives no name and no kind while it is not signed', async () => {
    world.documents.set(alice.aid, Buffer.from(documentOf(alice.aid, { name: 'Your bank' })));
    expect(await look()).toMatchObject({ status: 'unsigned' });
    expect(await shown()).toEqual({ title: alice.aid, peerKind: 'unknown', profileStatus: 'unsigned' });
  });

  it('keeps the text of an invalid document from the window', async () => {
    const tampered = Buffer.from(world.publish(alice)).toString().replace('A test', 'A pest');
    world.documents.set(alice.aid, Buffer.from(tampered));
    expect(await look()).toMatchObject({ status: 'invalid', text: '' });
    expect(await shown()).toMatchObject({ title: alice.aid, peerKind: 'unknown' });
  });

  it('gives no name and no kind any more when the key was replaced since: it may have been stolen', async () => {
    world.publish(alice);
    await world.person('alice');
    expect(await look()).toMatchObject({ status: 'older_key' });
    expect(await shown()).toEqual({ title: alice.aid, peerKind: 'unknown', profileStatus: 'older_key' });
    const record = await viewer.store.profile(alice.aid);
    expect(presentationOf(alice.aid, record, ' Sis ').title).toBe('Sis');
  });

  it('cannot show an invisible name', async () => {
    world.publish(alice);
    await look();
    const record = await viewer.store.profile(alice.aid);
    expect(presentationOf(alice.aid, record && { ...record, name: '\u3164' }, '').title).toBe(alice.aid);
  });

  it('is asked for again by the same few at a time', async () => {
    const people = await Promise.all(Array.from({ length: 12 }, (_, index) => world.person(`peer_${index}`)));
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    world.intercept = async () => {
      await gate;
      return answer(404);
    };
    const all = people.flatMap((person) => [
      viewer.profiles.peer(person.aid, false),
      viewer.profiles.peer(person.aid, true),
    ]);
    await until(() => world.open === FETCH_LIMITS.parallel);
    release();
    await Promise.all(all);
    expect([world.widest, world.requests.length]).toEqual([FETCH_LIMITS.parallel, people.length]);
  });

  it('refuses what is no address', async () => {
    await expect(viewer.profiles.peer('../x', false)).rejects.toMatchObject({ code: 'invalid_aid' });
  });
});

describe('the cache', () => {
  it('answers for ten minutes, and then asks whether anything is new', async () => {
    world.publish(alice);
    await look();
    world.clock.advance(10 * MINUTE - 1);
    await look();
    expect(world.statuses).toEqual([200]);
    world.clock.advance(1);
    expect(await look()).toMatchObject({ status: 'verified', fetchedAt: world.clock.now() });
    expect(world.statuses).toEqual([200, 304]);
    expect(viewer.told).toHaveLength(1);
    await look(true);
    expect(world.statuses).toEqual([200, 304, 304]);
  });

  it('remembers for ten minutes that there is none', async () => {
    expect(await look()).toMatchObject({ status: 'none', text: '', etag: null });
    await look();
    expect(world.statuses).toEqual([404]);
    world.publish(alice);
    world.clock.advance(10 * MINUTE);
    expect(await look()).toMatchObject({ status: 'verified' });
  });

  it('keeps what was known when there is no network, and says so where nothing was', async () => {
    const bob = await world.person('bobby');
    world.publish(alice);
    const before = await look();
    world.unplug();
    world.clock.advance(HOUR);
    expect(await look()).toEqual(before);
    await expect(viewer.profiles.peer(bob.aid, false)).rejects.toMatchObject({ code: 'gateway_unreachable' });
  });

  it('keeps a profile that the host says it no longer has: nobody can take one back', async () => {
    world.publish(alice);
    await look();
    world.documents.delete(alice.aid);
    expect(await look(true)).toMatchObject({ status: 'verified', warning: null });
  });

  it('never asks conditionally with a tag that does not fit the bytes', async () => {
    const bytes = world.publish(alice);
    world.intercept = (request) =>
      request.headers?.['if-none-match'] === undefined && request.headers?.['if-modified-since'] === undefined
        ? answer(200, bytes, { etag: '"liar"', 'last-modified': 'Thu, 01 Jan 1970 00:00:00 GMT' })
        : answer(304);
    await look();
    expect(await look(true)).toMatchObject({ status: 'verified', etag: etagOf(bytes) });
    expect(world.statuses).toEqual([200, 200]);
  });

  it('takes "unchanged" from a host only when it was asked', async () => {
    world.intercept = () => answer(304);
    await expect(look()).rejects.toMatchObject({ code: 'protocol_error' });
  });

  it('notices at the next look that the certificate was revoked, without a new document', async () => {
    world.publish(alice);
    await look();
    await world.network.revoke(alice.pem);
    world.clock.advance(HOUR);
    expect(await look()).toMatchObject({ status: 'invalid', text: '' });
    expect(world.statuses).toEqual([200, 304]);
    expect(viewer.told).toHaveLength(2);
  });

  it('looks again soon at what could not be checked', async () => {
    world.publish(alice);
    world.interceptCertificate = () => {
      throw unreachable();
    };
    expect(await look()).toMatchObject({ status: 'unchecked' });
    expect(await shown()).toMatchObject({ title: alice.aid });
    world.interceptCertificate = () => undefined;
    world.clock.advance(MINUTE);
    expect(await look()).toMatchObject({ status: 'verified' });
  });
});

describe('a document that gets worse', () => {
  const good = { version: '2.0.0', updatedAt: '2026-05-01T00:00:00Z' };
  const keeps = async (warning: string) => {
    const before = await viewer.store.profile(alice.aid);
    expect(await look(true)).toMatchObject({ status: 'verified', warning });
    expect((await viewer.store.profile(alice.aid))?.raw).toEqual(before?.raw);
  };
  let old: Uint8Array;

  beforeEach(async () => {
    old = world.publish(alice, { version: '1.9.9' });
    world.clock.advance(HOUR);
    world.publish(alice, good);
    await look();
  });

  it('does not take the place of a signed one by losing its signature', async () => {
    world.documents.set(alice.aid, Buffer.from(documentOf(alice.aid, { version: '3.0.0' })));
    await keeps('became_unsigned');
    expect(viewer.told.at(-1)?.profile.warning).toBe('became_unsigned');
  });

  it('does not by being replayed', async () => {
    world.documents.set(alice.aid, old);
    await keeps('older_than_known');
  });

  it('does not by an older date or an older signature under the same version', async () => {
    world.publish(alice, { ...good, updatedAt: '2026-04-30T00:00:00Z' });
    await keeps('older_than_known');
    world.clock.advance(-2 * HOUR);
    world.publish(alice, good, 'other');
    world.clock.advance(2 * HOUR);
    await keeps('older_than_known');
  });

  it('does not by being tampered with, nor by losing its version', async () => {
    const tampered = Buffer.from(world.publish(alice, { version: '3.0.0' }))
      .toString()
      .replace('Hello', 'Hullo');
    world.documents.set(alice.aid, Buffer.from(tampered));
    await keeps('became_invalid');
    world.publish(alice, { version: '' });
    await keeps('older_than_known');
  });

  it('does not by being too large, wherever it ends', async () => {
    world.documents.set(alice.aid, Buffer.from(documentOf(alice.aid, {}, 'x'.repeat(5000))));
    await keeps('became_invalid');
    const { AunError } = await import('../../runtime/errors');
    world.intercept = (request) =>
      Promise.reject(
        new AunError('protocol_error', 'the answer is larger than allowed', {
          detail: { maxBytes: request.maxBytes },
        }),
      );
    await keeps('too_large');
  });

  it('does not while the new one cannot be checked', async () => {
    const renewed = await world.renew(alice);
    world.publish(renewed, { version: '3.0.0' });
    world.interceptCertificate = () => {
      throw unreachable();
    };
    expect(await look(true)).toMatchObject({ status: 'verified', warning: null });
    world.interceptCertificate = () => undefined;
    expect((await look(true)).text).toContain('3.0.0');
  });

  it('loses its warning when the good one is back, or a newer one comes', async () => {
    const best = Buffer.from(world.documents.get(alice.aid) ?? []);
    world.documents.set(alice.aid, old);
    await look(true);
    world.documents.set(alice.aid, best);
    expect(await look(true)).toMatchObject({ warning: null });
    world.documents.set(alice.aid, old);
    await look(true);
    world.publish(alice, { version: '2.0.1' });
    expect(await look(true)).toMatchObject({ warning: null, status: 'verified' });
  });

  it('is taken on the word of the user, once and with a trace, and is what the next ones are compared with', async () => {
    world.documents.set(alice.aid, old);
    await keeps('older_than_known');
    const taken = await viewer.profiles.acceptOlder(alice.aid);
    expect(taken).toMatchObject({ status: 'verified', warning: null, etag: etagOf(old) });
    expect(taken.text).toContain('1.9.9');
    expect(viewer.told.at(-1)?.profile).toEqual(taken);
    const note: unknown = JSON.parse((await viewer.store.getMeta(`profile.accepted.${alice.aid}`)) ?? '');
    expect(note).toMatchObject({
      at: world.clock.now(),
      from: { version: good.version },
      to: { version: '1.9.9' },
    });
    // The next step up needs no word, and another step down needs one of its own.
    world.publish(alice, { version: '1.9.10' });
    expect(await look(true)).toMatchObject({ warning: null, status: 'verified' });
    world.publish(alice, { version: '1.0.0' });
    expect(await look(true)).toMatchObject({ warning: 'older_than_known' });
    expect((await look()).text).toContain('1.9.10');
  });

  it('is not taken on the word of the user when it is something else by then', async () => {
    world.documents.set(alice.aid, old);
    await keeps('older_than_known');
    world.documents.set(alice.aid, Buffer.from(documentOf(alice.aid, { version: '0.1.0' })));
    const profile = await viewer.profiles.acceptOlder(alice.aid);
    expect(profile).toMatchObject({ warning: 'became_unsigned', status: 'verified' });
    expect(profile.text).toContain(good.version);
    expect(await viewer.store.getMeta(`profile.accepted.${alice.aid}`)).toBeNull();
    // The word was not kept for later.
    world.documents.set(alice.aid, old);
    await keeps('older_than_known');
  });

  it('is not taken on the word of the user when another key signed it', async () => {
    world.documents.set(alice.aid, old);
    await keeps('older_than_known');
    const again = await world.person('alice');
    expect(await viewer.profiles.acceptOlder(alice.aid)).toMatchObject({ warning: 'older_than_known' });
    world.publish(again, { version: '0.2.0' });
    expect(await viewer.profiles.acceptOlder(alice.aid)).toMatchObject({ status: 'verified', warning: null });
  });

  it('is taken on the word of the user also while a look is under way that had none', async () => {
    world.documents.set(alice.aid, old);
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    world.intercept = async () => {
      await gate;
      return answer(200, old, { etag: etagOf(old), 'content-type': 'text/markdown' });
    };
    const looking = look(true);
    const accepting = viewer.profiles.acceptOlder(alice.aid);
    release();
    await looking;
    expect((await accepting).text).toContain('1.9.9');
  });

  it('is taken by somebody who knows nothing better', async () => {
    world.documents.set(alice.aid, old);
    const other = await world.profilesOf(await world.person('other'));
    expect(await other.profiles.peer(alice.aid, false)).toMatchObject({ status: 'verified', warning: null });
  });
});

describe('hostile answers', () => {
  it.each([
    ['a redirect', () => answer(302, '', { location: 'https://evil.example' }), 'gateway_refused'],
    ['a web page', () => answer(200, '<html>', { 'content-type': 'text/html' }), 'protocol_error'],
    ['too many requests', () => answer(429), 'rate_limited'],
    ['trouble', () => answer(503), 'gateway_refused'],
  ])('are no profile: %s', async (_what, make, code) => {
    world.intercept = make;
    await expect(look()).rejects.toMatchObject({ code });
    expect(await viewer.store.profile(alice.aid)).toBeNull();
  });

  it('are cut off when they are too large, and remembered as such', async () => {
    const { AunError } = await import('../../runtime/errors');
    world.intercept = () =>
      Promise.reject(new AunError('protocol_error', 'larger than allowed', { detail: { maxBytes: 1 } }));
    expect(await look()).toMatchObject({ status: 'none', warning: 'too_large' });
  });
});

describe('people who are met', () => {
  const settled = () => until(() => world.open === 0 && world.requests.length > 0);

  it('are looked up in the background when it is due', async () => {
    world.publish(alice);
    viewer.profiles.met(alice.aid);
    viewer.profiles.met(alice.aid);
    await until(() => viewer.told.length === 1);
    world.clock.advance(24 * HOUR - 1);
    viewer.profiles.met(alice.aid);
    await rest();
    expect(world.statuses).toEqual([200]);
    world.clock.advance(1);
    viewer.profiles.met(alice.aid);
    await until(() => world.statuses.length === 2);
    expect(world.statuses).toEqual([200, 304]);
  });

  it('are not looked up again soon after that failed', async () => {
    world.unplug();
    viewer.profiles.met(alice.aid);
    await settled();
    await expect(look()).rejects.toMatchObject({ code: 'gateway_unreachable' });
    viewer.profiles.met(alice.aid);
    world.clock.advance(10 * MINUTE - 1);
    viewer.profiles.met(alice.aid);
    await rest();
    expect(world.requests).toHaveLength(2);
    world.plugIn();
    world.publish(alice);
    world.clock.advance(1);
    viewer.profiles.met(alice.aid);
    await until(() => viewer.told.length === 1);
  });

  it('wait behind those who are looked at, two at a time and not without end', async () => {
    const aids = Array.from({ length: 700 }, (_, index) => `q_${index}.aun.test`);
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    world.intercept = async () => {
      await gate;
      return answer(404);
    };
    for (const aid of aids) viewer.profiles.met(aid);
    await until(() => world.open === FETCH_LIMITS.background);
    world.publish(alice);
    const asked = look();
    await until(() => world.count('GET', alice.aid) === 1);
    release();
    await asked;
    await until(() => world.open === 0 && world.requests.length >= FETCH_LIMITS.waiting + 3);
    expect(world.requests).toHaveLength(FETCH_LIMITS.waiting + 2 + 1);
    expect(world.widest).toBe(3);
  });

  it('are nobody once the account has stopped, and neither is oneself', async () => {
    viewer.profiles.met('viewer.aun.test');
    viewer.profiles.met('nonsense');
    viewer.profiles.stop();
    viewer.profiles.met(alice.aid);
    await expect(look()).rejects.toMatchObject({ code: 'cancelled' });
    await rest();
    expect(world.requests).toEqual([]);
  });
});

it('what is known survives a restart', async () => {
  const kept = await openTestStore();
  const person = await world.person('keeper');
  const first = await world.profilesOf(person, kept.store);
  world.publish(alice, { version: '2.0.0' });
  await first.profiles.peer(alice.aid, false);
  const again = await world.profilesOf(person, await kept.reopen());
  world.unplug();
  world.clock.advance(HOUR);
  expect(await again.profiles.peer(alice.aid, false)).toMatchObject({ status: 'verified' });
  world.plugIn();
  world.publish(alice, { version: '1.0.0' });
  expect(await again.profiles.peer(alice.aid, true)).toMatchObject({ warning: 'older_than_known' });
});
