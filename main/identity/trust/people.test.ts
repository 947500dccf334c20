import { beforeEach, describe, expect, it } from 'vitest';
import { makeCa } from '../testing/test-authority';
import { bob, me, PeopleWorld, spkiText } from '../testing/people-world';

let world: PeopleWorld;

beforeEach(async () => {
  world = await PeopleWorld.make();
});

describe('somebody who is seen for the first time', () => {
  it('is pinned with key, authority and day, and may be written to', async () => {
    const first = await world.certificate();
    await world.people.seen(bob, first);
    expect(await world.test.store.contact(bob)).toMatchObject({
      pinnedKey: first.spkiFingerprint,
      pinnedSpki: spkiText(first),
      issuerKey: first.issuerKey,
      firstSeenAt: world.clock.now(),
      pending: null,
    });
    expect(first.issuerKey).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(world.changed.at(-1)).toMatchObject({
      aid: bob,
      trust: 'seen',
      keyFingerprint: first.spkiFingerprint,
    });
    await world.people.mayWriteTo(bob, [first]);
    expect(await world.notices()).toEqual([]);
  });

  it('is pinned by the first message to them, too', async () => {
    const first = await world.certificate();
    await world.people.mayWriteTo(bob, [first]);
    expect((await world.people.contact(bob)).keyFingerprint).toBe(first.spkiFingerprint);
  });

  it('renews without a word', async () => {
    const first = await world.certificate();
    await world.people.seen(bob, first);
    world.changed = [];
    const renewed = await world.certificate(spkiText(first));
    await world.people.seen(bob, renewed);
    await world.people.mayWriteTo(bob, [renewed]);
    expect(world.changed).toEqual([]);
    expect(await world.notices()).toEqual([]);
  });
});

describe('somebody whose key changes', () => {
  it('cannot be written to until the user accepts the key, also after a restart', async () => {
    const [first, second] = [await world.certificate(), await world.certificate()];
    await world.people.seen(bob, first);
    await world.people.seen(bob, second);
    expect(await world.notices()).toEqual([`keys_changed ${second.spkiFingerprint}`]);
    expect(await world.security()).toBe('keys_changed');
    for (const each of [world.people, world.start()]) {
      for (const keys of [[second], [first], [first, second]])
        await expect(each.mayWriteTo(bob, keys)).rejects.toMatchObject({
          code: 'recipient_identity_changed',
        });
      expect(await each.contact(bob)).toMatchObject({
        trust: 'changed',
        keyFingerprint: first.spkiFingerprint,
        keyChange: {
          previousKey: first.spkiFingerprint,
          newKey: second.spkiFingerprint,
          accepted: false,
        },
      });
    }
    world.start();
    await expect(world.people.acceptKeys(bob, first.spkiFingerprint)).rejects.toMatchObject({
      code: 'not_found',
    });
    const contact = await world.people.acceptKeys(bob, second.spkiFingerprint);
    expect(contact).toMatchObject({
      trust: 'seen',
      keyFingerprint: second.spkiFingerprint,
      keyChange: { accepted: true, previousKey: first.spkiFingerprint },
    });
    expect(world.released).toEqual([bob]);
    await world.people.mayWriteTo(bob, [second]);
    expect(await world.notices()).toContain(`keys_accepted ${second.spkiFingerprint}`);
    expect(await world.security()).toBe('encrypted');
  });

  it('is told once, however often the key is seen', async () => {
    const [first, second] = [await world.certificate(), await world.certificate()];
    await world.people.seen(bob, first);
    await Promise.all([
      world.people.seen(bob, second),
      world.people.seen(bob, second),
      world.people.seen(bob, second),
    ]);
    await world.people.seen(bob, first);
    await world.start().seen(bob, second);
    expect(await world.notices()).toEqual([`keys_changed ${second.spkiFingerprint}`]);
  });

  it('is noticed by a message that would be sealed for the new key, before it is sealed', async () => {
    const [first, second] = [await world.certificate(), await world.certificate()];
    await world.people.mayWriteTo(bob, [first]);
    await expect(world.people.mayWriteTo(bob, [first, second])).rejects.toMatchObject({
      code: 'recipient_identity_changed',
      detail: { key: second.spkiFingerprint },
    });
    expect(await world.notices()).toEqual([`keys_changed ${second.spkiFingerprint}`]);
  });

  it('is not written to under the key that was left behind, which is no change again', async () => {
    const [first, second] = [await world.certificate(), await world.certificate()];
    for (const each of [first, second]) await world.people.seen(bob, each);
    await world.people.acceptKeys(bob, second.spkiFingerprint);
    await expect(world.people.mayWriteTo(bob, [first])).rejects.toMatchObject({
      code: 'recipient_identity_changed',
    });
    expect((await world.people.contact(bob)).trust).toBe('seen');
    await world.people.mayWriteTo(bob, [second]);
    // What the network names as current is news in any case.
    await world.people.seen(bob, first);
    expect((await world.people.contact(bob)).trust).toBe('changed');
  });

  it('changes again before the user looked: the last key is the one to accept', async () => {
    const [first, second, third] = [
      await world.certificate(),
      await world.certificate(),
      await world.certificate(),
    ];
    for (const each of [first, second, third]) await world.people.seen(bob, each);
    await expect(world.people.acceptKeys(bob, second.spkiFingerprint)).rejects.toMatchObject({
      code: 'not_found',
    });
    await world.people.acceptKeys(bob, third.spkiFingerprint);
    await world.people.mayWriteTo(bob, [third]);
  });

  it('loses the verified mark, which is remembered and not given back by accepting', async () => {
    const [first, second] = [await world.certificate(), await world.certificate()];
    await world.people.seen(bob, first);
    await world.people.verify(bob, first.spkiFingerprint, null);
    await world.people.seen(bob, second);
    expect(await world.people.contact(bob)).toMatchObject({
      trust: 'changed_after_verification',
      verifiedAt: null,
      verifiedBy: null,
    });
    expect(await world.people.contacts('verified')).toEqual([]);
    expect(await world.test.store.contacts('verified')).toEqual([]);
    expect((await world.people.acceptKeys(bob, second.spkiFingerprint)).trust).toBe('seen');
    expect(await world.test.store.contact(bob)).toMatchObject({ verifiedBeforeChange: true, verified: null });
  });

  it('is accepted and verified at once by comparing the number of the new key', async () => {
    const [first, second] = [await world.certificate(), await world.certificate()];
    await world.people.seen(bob, first);
    await world.people.seen(bob, second);
    const number = await world.people.safetyNumber(bob);
    expect(number.peerKey).toBe(second.spkiFingerprint);
    const contact = await world.people.verify(bob, number.peerKey, null);
    expect(contact).toMatchObject({ trust: 'verified', keyFingerprint: second.spkiFingerprint });
    expect(world.released).toEqual([bob]);
    expect((await world.notices()).slice(1)).toEqual([
      `keys_accepted ${second.spkiFingerprint}`,
      `verified ${second.spkiFingerprint}`,
    ]);
  });
});

describe('somebody certified by another authority than before', () => {
  it('has to be accepted like a changed key, even with the key that is known', async () => {
    const first = await world.certificate();
    await world.people.seen(bob, first);
    await world.people.verify(bob, first.spkiFingerprint, null);
    world.network.ca = await makeCa('CN=aun.test', {
      parent: world.network.root,
      pathLength: 0,
      now: world.clock.now(),
    });
    await world.network.revoke();
    const moved = await world.certificate(spkiText(first));
    expect(moved.issuerKey).not.toBe(first.issuerKey);
    await world.people.seen(bob, moved);
    expect(await world.people.contact(bob)).toMatchObject({ trust: 'issuer_changed', verifiedAt: null });
    expect(await world.security()).toBe('keys_changed');
    world.start();
    await expect(world.people.mayWriteTo(bob, [moved])).rejects.toMatchObject({
      code: 'recipient_identity_changed',
    });
    // The key that was compared is the same, so the mark is worth what it was.
    expect((await world.people.acceptKeys(bob, moved.spkiFingerprint)).trust).toBe('verified');
    await world.people.mayWriteTo(bob, [moved]);
    await world.people.seen(bob, moved);
    expect(await world.notices()).toHaveLength(3);
  });

  it('is not asked about where the authority was not looked at', async () => {
    const first = await world.certificate();
    await world.people.seen(bob, first);
    const { issuerKey: _unknown, ...plain } = first;
    await world.people.seen(bob, plain);
    expect((await world.people.contact(bob)).trust).toBe('seen');
  });
});

describe('somebody whose certificate is revoked', () => {
  it('cannot be written to until a certificate for a new key came and was accepted', async () => {
    const [first, second] = [await world.certificate(), await world.certificate()];
    await world.people.seen(bob, first);
    await world.people.verify(bob, first.spkiFingerprint, null);
    await world.people.revoked(bob, first.fingerprint);
    await world.people.revoked(bob, first.fingerprint);
    expect(await world.notices()).toEqual([
      `verified ${first.spkiFingerprint}`,
      `certificate_revoked ${first.fingerprint}`,
    ]);
    expect(await world.security()).toBe('revoked');
    const renewed = await world.certificate(spkiText(first));
    for (const each of [world.people, world.start()]) {
      await each.seen(bob, renewed);
      expect(await each.contact(bob)).toMatchObject({ trust: 'revoked', verifiedAt: null });
      await expect(each.mayWriteTo(bob, [renewed])).rejects.toMatchObject({
        code: 'recipient_certificate_revoked',
      });
      await expect(each.verify(bob, first.spkiFingerprint, null)).rejects.toMatchObject({
        code: 'recipient_certificate_revoked',
      });
    }
    world.start();
    await world.people.seen(bob, second);
    await expect(world.people.mayWriteTo(bob, [second])).rejects.toMatchObject({
      code: 'recipient_certificate_revoked',
    });
    expect((await world.people.acceptKeys(bob, second.spkiFingerprint)).trust).toBe('seen');
    await world.people.mayWriteTo(bob, [second]);
    expect(await world.security()).toBe('encrypted');
  });

  it('is offered the key of before again when it was a new key that was revoked', async () => {
    const [first, second] = [await world.certificate(), await world.certificate()];
    await world.people.seen(bob, first);
    await world.people.verify(bob, first.spkiFingerprint, null);
    await world.people.seen(bob, second);
    await world.people.revoked(bob, second.fingerprint);
    const refusal = { code: 'recipient_certificate_revoked' };
    await expect(world.people.mayWriteTo(bob, [second])).rejects.toMatchObject(refusal);
    for (const each of [world.people, world.start()]) {
      await each.seen(bob, first);
      await expect(each.mayWriteTo(bob, [first])).rejects.toMatchObject(refusal);
    }
    expect(await world.people.acceptKeys(bob, first.spkiFingerprint)).toMatchObject({
      trust: 'seen',
      verifiedAt: null,
    });
    await world.people.mayWriteTo(bob, [first]);
  });

  it('is not healed by another authority that certifies the key of before', async () => {
    const first = await world.certificate();
    await world.people.seen(bob, first);
    await world.people.revoked(bob, first.fingerprint);
    world.network.ca = await makeCa('CN=aun.test', {
      parent: world.network.root,
      pathLength: 0,
      now: world.clock.now(),
    });
    await world.network.revoke();
    await world.people.seen(bob, await world.certificate(spkiText(first)));
    expect(await world.people.contact(bob)).toMatchObject({ trust: 'revoked', keyChange: null });
    await expect(world.people.acceptKeys(bob, first.spkiFingerprint)).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('before they were ever seen has to be accepted, too', async () => {
    const [first, second] = [await world.certificate(), await world.certificate()];
    await world.people.revoked(bob, first.fingerprint);
    await world.people.seen(bob, first);
    expect(await world.people.contact(bob)).toMatchObject({ keyChange: null, keyFingerprint: null });
    await world.people.seen(bob, second);
    expect((await world.people.contact(bob)).trust).toBe('revoked');
    expect((await world.people.acceptKeys(bob, second.spkiFingerprint)).trust).toBe('seen');
  });

  it('does not suffer from the revocation of a key they left behind', async () => {
    const [first, second] = [await world.certificate(), await world.certificate()];
    await world.people.seen(bob, first);
    await world.people.seen(bob, second);
    await world.people.acceptKeys(bob, second.spkiFingerprint);
    await world.people.revoked(bob, first.fingerprint);
    await world.people.mayWriteTo(bob, [second]);
    expect((await world.people.contact(bob)).trust).toBe('seen');
  });
});

it('the own identity and its other devices are nobody to pin', async () => {
  const [first, second] = [await world.certificate(), await world.certificate()];
  for (const each of [first, second]) await world.people.seen(me, each);
  await world.people.revoked(me, first.fingerprint);
  await world.people.mayWriteTo(me, [first, second]);
  expect(await world.test.store.contact(me)).toBeNull();
  expect(world.changed).toEqual([]);
});
