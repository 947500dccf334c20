import { beforeEach, describe, expect, it } from 'vitest';
import type { ProfileRecord } from '../../ports/store';
import { AunError } from '../../runtime/errors';
import { bob, me, PeopleWorld } from '../testing/people-world';
import { codeKey, verificationCodeText } from './safety-number';

let world: PeopleWorld;

beforeEach(async () => {
  world = await PeopleWorld.make();
});

describe('verifying', () => {
  const codeFrom = (key: string, changes: Partial<Record<'a' | 'b' | 'kb', string>> = {}, own = '') =>
    verificationCodeText({
      shownBy: { aid: changes.a ?? bob, key: codeKey(key) },
      sees: { aid: changes.b ?? me, key: changes.kb ?? codeKey(own) },
    });

  it('by comparing marks the key that was compared, and shows it', async () => {
    const first = await world.certificate();
    await world.people.seen(bob, first);
    world.clock.advance(5000);
    const contact = await world.people.verify(bob, first.spkiFingerprint, null);
    expect(contact).toMatchObject({ trust: 'verified', verifiedAt: world.clock.now(), verifiedBy: 'manual' });
    expect(await world.security()).toBe('verified');
    expect(await world.notices()).toEqual([`verified ${first.spkiFingerprint}`]);
    expect((await world.start().contacts('verified')).map(({ aid }) => aid)).toEqual([bob]);
  });

  it('refuses a key that is not the one of now', async () => {
    const [first, second] = [await world.certificate(), await world.certificate()];
    await expect(world.people.verify(bob, first.spkiFingerprint, null)).rejects.toMatchObject({
      code: 'not_found',
    });
    await world.people.seen(bob, first);
    await expect(world.people.verify(bob, second.spkiFingerprint, null)).rejects.toMatchObject({
      code: 'safety_number_differs',
    });
    await world.people.seen(bob, second);
    await expect(world.people.verify(bob, first.spkiFingerprint, null)).rejects.toMatchObject({
      code: 'safety_number_differs',
    });
  });

  it('by QR code checks both directions', async () => {
    const first = await world.certificate();
    await world.people.seen(bob, first);
    const { ownKey, peerKey, qr } = await world.people.safetyNumber(bob);
    const right = codeFrom(peerKey, {}, ownKey);
    const wrong = {
      not_a_code: `${right}x`,
      other_people: codeFrom(peerKey, { a: 'carol.aun.test' }, ownKey),
      own_key: codeFrom(peerKey, { kb: 'c'.repeat(64) }),
      their_key: codeFrom(ownKey, {}, ownKey),
    };
    for (const [reason, text] of Object.entries(wrong))
      await expect(world.people.verify(bob, peerKey, text)).rejects.toMatchObject({
        code: 'safety_number_differs',
        detail: { reason },
      });
    // What this side shows names the two the other way round, so it is not what the other side shows.
    await expect(world.people.verify(bob, peerKey, qr)).rejects.toMatchObject({
      code: 'safety_number_differs',
    });
    await expect(
      world.people.verify(bob, peerKey, codeFrom(peerKey, { b: 'carol.aun.test' }, ownKey)),
    ).rejects.toMatchObject({ detail: { reason: 'other_people' } });
    expect((await world.people.contact(bob)).trust).toBe('seen');
    expect(await world.people.verify(bob, peerKey, right)).toMatchObject({
      trust: 'verified',
      verifiedBy: 'qr',
    });
  });

  it('can be taken back, and says so once', async () => {
    const first = await world.certificate();
    await world.people.seen(bob, first);
    await world.people.verify(bob, first.spkiFingerprint, null);
    expect((await world.people.unverify(bob)).trust).toBe('seen');
    await world.people.unverify(bob);
    expect(await world.notices()).toEqual([
      `verified ${first.spkiFingerprint}`,
      `unverified ${first.spkiFingerprint}`,
    ]);
    expect(await world.security()).toBe('encrypted');
  });

  it('needs a key: the number of a stranger is asked of the network', async () => {
    await expect(world.people.safetyNumber(bob)).rejects.toMatchObject({ code: 'not_found' });
    const pem = await world.network.leaf(`CN=${bob}`);
    world.network.answers.certificate = () => pem;
    const number = await world.people.safetyNumber(bob);
    expect(number.groups).toHaveLength(12);
    expect(number.peerKey).toBe((await world.people.contact(bob)).keyFingerprint);
    world.network.answers.certificate = () => {
      throw new AunError('gateway_unreachable', 'gone');
    };
    expect(await world.people.safetyNumber(bob)).toEqual(number);
    await expect(world.people.safetyNumber('carol.aun.test')).rejects.toMatchObject({
      code: 'gateway_unreachable',
    });
  });
});

function profile(aid: string, status: ProfileRecord['status'], name: string, type: string): ProfileRecord {
  return {
    aid,
    raw: Buffer.from('x'),
    etag: null,
    lastModified: null,
    fetchedAt: 1,
    status,
    reason: '',
    name,
    type,
    certificateFingerprint: null,
    signedAt: null,
    wasSigned: false,
    highestVersion: '',
    highestUpdatedAt: '',
    highestSignedAt: 0,
    warning: null,
  };
}

describe('how somebody is called', () => {
  it('is the own name for them, else the name in a verified profile, else the address', async () => {
    expect((await world.people.contact(bob)).title).toBe(bob);
    await world.test.store.saveProfile(profile(bob, 'unsigned', 'Eve', 'human'));
    await world.people.profileChanged(bob);
    expect(await world.people.contact(bob)).toMatchObject({
      title: bob,
      declaredName: 'Eve',
      kind: 'unknown',
    });
    await world.test.store.saveProfile(profile(bob, 'verified', 'Bobby', 'human'));
    await world.people.profileChanged(bob);
    expect(await world.people.contact(bob)).toMatchObject({ title: 'Bobby', kind: 'human' });
    expect(await world.test.store.conversation(bob)).toMatchObject({ title: 'Bobby', peerKind: 'human' });
    await world.people.setAlias(bob, '  Uncle Bob ');
    expect(await world.people.contact(bob)).toMatchObject({
      title: 'Uncle Bob',
      alias: 'Uncle Bob',
      kind: 'human',
    });
    expect((await world.test.store.conversation(bob))?.title).toBe('Uncle Bob');
    expect((await world.people.setAlias(bob, '')).title).toBe('Bobby');
  });

  it('decides the order of the list', async () => {
    const names = {
      'zoe-x.aun.test': 'anna',
      'adam.aun.test': 'Émile',
      'carl.aun.test': '',
      [bob]: 'Anna 10',
    };
    for (const [aid, alias] of Object.entries(names)) await world.people.setAlias(aid, alias);
    await world.people.setAlias('finn.aun.test', 'Anna 9');
    await world.people.setAlias(me, 'myself');
    const titles = (await world.people.contacts('all')).map(({ title }) => title);
    expect(titles).toEqual(['anna', 'Anna 9', 'Anna 10', 'carl.aun.test', 'Émile']);
  });
});

describe('the security of a conversation', () => {
  it('names what stops the next message before what protects it', async () => {
    const [first, second] = [await world.certificate(), await world.certificate()];
    const all = async () => [
      await world.people.security(bob, 'unknown'),
      await world.people.security(bob, 'no_keys'),
      await world.people.security(bob, 'encrypted'),
    ];
    expect(await all()).toEqual(['unknown', 'no_keys', 'encrypted']);
    await world.people.seen(bob, first);
    expect(await all()).toEqual(['unknown', 'no_keys', 'encrypted']);
    await world.people.verify(bob, first.spkiFingerprint, null);
    expect(await all()).toEqual(['verified', 'no_keys', 'verified']);
    await world.people.seen(bob, second);
    expect(await all()).toEqual(['keys_changed', 'keys_changed', 'keys_changed']);
    await world.people.revoked(bob, second.fingerprint);
    expect(await all()).toEqual(['revoked', 'revoked', 'revoked']);
  });

  it('is untouched where nobody has a conversation', async () => {
    const [first, second] = [await world.certificate(), await world.certificate()];
    const aid = 'carol.aun.test';
    for (const each of [first, second]) await world.people.seen(aid, each);
    expect((await world.people.contact(aid)).trust).toBe('changed');
    expect(await world.test.store.conversation(aid)).toBeNull();
  });
});
