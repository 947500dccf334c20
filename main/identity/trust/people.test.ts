import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Contact } from '../../../shared/model/people';
import type { Certificate } from '../../ports/identity';
import type { ProfileRecord, StoreChange } from '../../ports/store';
import { AunError } from '../../runtime/errors';
import { silentLogger } from '../../runtime/logger';
import { openTestStore } from '../../store/store-test-support';
import type { TestStore } from '../../store/store-test-support';
import { makeTestNetwork, testAid, testClock } from '../testing/test-network';
import type { TestClock, TestNetwork } from '../testing/test-network';
import { makeCa } from '../testing/test-authority';
import { createCertificateVerifier } from '../verifier';
import { createPeople } from './people';
import type { PeopleService } from './people';
import { codeKey, verificationCodeText } from './safety-number';

const me = testAid('me-x.aun.test');
const bob = testAid('bobby.aun.test');

function newSpki(): string {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
}

const ownSpki = newSpki();
let clock: TestClock;
let network: TestNetwork;
let test: TestStore;
let people: PeopleService;
let published: StoreChange[];
let changed: Contact[];
let released: string[];

function verifier() {
  return createCertificateVerifier({
    pki: network.pki,
    trustRoots: [network.root.pem],
    pinnedIssuer: true,
    clock,
    logger: silentLogger,
  });
}

/** The same account after a restart. */
function start(): PeopleService {
  return createPeople({
    aid: me,
    identity: { aid: me, publicKeySpki: ownSpki },
    store: test.store,
    pki: network.pki,
    verifier: verifier(),
    clock,
    logger: silentLogger,
    publish: (change) => published.push(change),
    changed: (contact) => changed.push(contact),
    released: (aid) => released.push(aid),
  });
}

/** A verified certificate of bob, for a key of its own unless one is given. */
async function certificate(spki: string = newSpki()): Promise<Certificate> {
  const found = await verifier().verifyPeer(bob, await network.leaf(`CN=${bob}`, { spki }));
  const { fingerprint, spkiFingerprint, pem } = found;
  await test.store.saveCertificate({ aid: bob, fingerprint, spkiFingerprint, pem, verifiedAt: clock.now() });
  return found;
}

async function notices(): Promise<string[]> {
  const { messages } = await test.store.page(bob, { limit: 50 });
  return messages.flatMap(({ content }) =>
    content.kind === 'notice' ? [`${content.notice} ${content.detail}`] : [],
  );
}

const security = async () => (await test.store.conversation(bob))?.security;
const spkiText = (of: Certificate) => of.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

beforeEach(async () => {
  clock = testClock();
  network = await makeTestNetwork('aun.test', clock);
  test = await openTestStore();
  [published, changed, released] = [[], [], []];
  await test.store.openConversation(bob, 'direct', bob, clock.now());
  await test.store.setSecurity(bob, 'encrypted');
  people = start();
});

describe('somebody who is seen for the first time', () => {
  it('is pinned with key, authority and day, and may be written to', async () => {
    const first = await certificate();
    await people.seen(bob, first);
    expect(await test.store.contact(bob)).toMatchObject({
      pinnedKey: first.spkiFingerprint,
      pinnedSpki: spkiText(first),
      issuerKey: first.issuerKey,
      firstSeenAt: clock.now(),
      pending: null,
    });
    expect(first.issuerKey).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(changed.at(-1)).toMatchObject({ aid: bob, trust: 'seen', keyFingerprint: first.spkiFingerprint });
    await people.mayWriteTo(bob, [first]);
    expect(await notices()).toEqual([]);
  });

  it('is pinned by the first message to them, too', async () => {
    const first = await certificate();
    await people.mayWriteTo(bob, [first]);
    expect((await people.contact(bob)).keyFingerprint).toBe(first.spkiFingerprint);
  });

  it('renews without a word', async () => {
    const first = await certificate();
    await people.seen(bob, first);
    changed = [];
    const renewed = await certificate(spkiText(first));
    await people.seen(bob, renewed);
    await people.mayWriteTo(bob, [renewed]);
    expect(changed).toEqual([]);
    expect(await notices()).toEqual([]);
  });
});

describe('somebody whose key changes', () => {
  it('cannot be written to until the user accepts the key, also after a restart', async () => {
    const [first, second] = [await certificate(), await certificate()];
    await people.seen(bob, first);
    await people.seen(bob, second);
    expect(await notices()).toEqual([`keys_changed ${second.spkiFingerprint}`]);
    expect(await security()).toBe('keys_changed');
    for (const each of [people, start()]) {
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
    people = start();
    await expect(people.acceptKeys(bob, first.spkiFingerprint)).rejects.toMatchObject({ code: 'not_found' });
    const contact = await people.acceptKeys(bob, second.spkiFingerprint);
    expect(contact).toMatchObject({
      trust: 'seen',
      keyFingerprint: second.spkiFingerprint,
      keyChange: { accepted: true, previousKey: first.spkiFingerprint },
    });
    expect(released).toEqual([bob]);
    await people.mayWriteTo(bob, [second]);
    expect(await notices()).toContain(`keys_accepted ${second.spkiFingerprint}`);
    expect(await security()).toBe('encrypted');
  });

  it('is told once, however often the key is seen', async () => {
    const [first, second] = [await certificate(), await certificate()];
    await people.seen(bob, first);
    await Promise.all([people.seen(bob, second), people.seen(bob, second), people.seen(bob, second)]);
    await people.seen(bob, first);
    await start().seen(bob, second);
    expect(await notices()).toEqual([`keys_changed ${second.spkiFingerprint}`]);
  });

  it('is noticed by a message that would be sealed for the new key, before it is sealed', async () => {
    const [first, second] = [await certificate(), await certificate()];
    await people.mayWriteTo(bob, [first]);
    await expect(people.mayWriteTo(bob, [first, second])).rejects.toMatchObject({
      code: 'recipient_identity_changed',
      detail: { key: second.spkiFingerprint },
    });
    expect(await notices()).toEqual([`keys_changed ${second.spkiFingerprint}`]);
  });

  it('is not written to under the key that was left behind, which is no change again', async () => {
    const [first, second] = [await certificate(), await certificate()];
    for (const each of [first, second]) await people.seen(bob, each);
    await people.acceptKeys(bob, second.spkiFingerprint);
    await expect(people.mayWriteTo(bob, [first])).rejects.toMatchObject({
      code: 'recipient_identity_changed',
    });
    expect((await people.contact(bob)).trust).toBe('seen');
    await people.mayWriteTo(bob, [second]);
    // What the network names as current is news in any case.
    await people.seen(bob, first);
    expect((await people.contact(bob)).trust).toBe('changed');
  });

  it('changes again before the user looked: the last key is the one to accept', async () => {
    const [first, second, third] = [await certificate(), await certificate(), await certificate()];
    for (const each of [first, second, third]) await people.seen(bob, each);
    await expect(people.acceptKeys(bob, second.spkiFingerprint)).rejects.toMatchObject({ code: 'not_found' });
    await people.acceptKeys(bob, third.spkiFingerprint);
    await people.mayWriteTo(bob, [third]);
  });

  it('loses the verified mark, which is remembered and not given back by accepting', async () => {
    const [first, second] = [await certificate(), await certificate()];
    await people.seen(bob, first);
    await people.verify(bob, first.spkiFingerprint, null);
    await people.seen(bob, second);
    expect(await people.contact(bob)).toMatchObject({
      trust: 'changed_after_verification',
      verifiedAt: null,
      verifiedBy: null,
    });
    expect(await people.contacts('verified')).toEqual([]);
    expect((await people.acceptKeys(bob, second.spkiFingerprint)).trust).toBe('seen');
    expect(await test.store.contact(bob)).toMatchObject({ verifiedBeforeChange: true, verified: null });
  });

  it('is accepted and verified at once by comparing the number of the new key', async () => {
    const [first, second] = [await certificate(), await certificate()];
    await people.seen(bob, first);
    await people.seen(bob, second);
    const number = await people.safetyNumber(bob);
    expect(number.peerKey).toBe(second.spkiFingerprint);
    const contact = await people.verify(bob, number.peerKey, null);
    expect(contact).toMatchObject({ trust: 'verified', keyFingerprint: second.spkiFingerprint });
    expect(released).toEqual([bob]);
    expect((await notices()).slice(1)).toEqual([
      `keys_accepted ${second.spkiFingerprint}`,
      `verified ${second.spkiFingerprint}`,
    ]);
  });
});

describe('somebody certified by another authority than before', () => {
  it('has to be accepted like a changed key, even with the key that is known', async () => {
    const first = await certificate();
    await people.seen(bob, first);
    await people.verify(bob, first.spkiFingerprint, null);
    network.ca = await makeCa('CN=aun.test', { parent: network.root, pathLength: 0, now: clock.now() });
    await network.revoke();
    const moved = await certificate(spkiText(first));
    expect(moved.issuerKey).not.toBe(first.issuerKey);
    await people.seen(bob, moved);
    expect(await people.contact(bob)).toMatchObject({ trust: 'issuer_changed', verifiedAt: null });
    expect(await security()).toBe('keys_changed');
    people = start();
    await expect(people.mayWriteTo(bob, [moved])).rejects.toMatchObject({
      code: 'recipient_identity_changed',
    });
    // The key that was compared is the same, so the mark is worth what it was.
    expect((await people.acceptKeys(bob, moved.spkiFingerprint)).trust).toBe('verified');
    await people.mayWriteTo(bob, [moved]);
    await people.seen(bob, moved);
    expect(await notices()).toHaveLength(3);
  });

  it('is not asked about where the authority was not looked at', async () => {
    const first = await certificate();
    await people.seen(bob, first);
    const { issuerKey: _unknown, ...plain } = first;
    await people.seen(bob, plain);
    expect((await people.contact(bob)).trust).toBe('seen');
  });
});

describe('somebody whose certificate is revoked', () => {
  it('cannot be written to until a certificate for a new key came and was accepted', async () => {
    const [first, second] = [await certificate(), await certificate()];
    await people.seen(bob, first);
    await people.verify(bob, first.spkiFingerprint, null);
    await people.revoked(bob, first.fingerprint);
    await people.revoked(bob, first.fingerprint);
    expect(await notices()).toEqual([
      `verified ${first.spkiFingerprint}`,
      `certificate_revoked ${first.fingerprint}`,
    ]);
    expect(await security()).toBe('revoked');
    const renewed = await certificate(spkiText(first));
    for (const each of [people, start()]) {
      await each.seen(bob, renewed);
      expect(await each.contact(bob)).toMatchObject({ trust: 'revoked', verifiedAt: null });
      await expect(each.mayWriteTo(bob, [renewed])).rejects.toMatchObject({
        code: 'recipient_certificate_revoked',
      });
      await expect(each.verify(bob, first.spkiFingerprint, null)).rejects.toMatchObject({
        code: 'recipient_certificate_revoked',
      });
    }
    people = start();
    await people.seen(bob, second);
    await expect(people.mayWriteTo(bob, [second])).rejects.toMatchObject({
      code: 'recipient_certificate_revoked',
    });
    expect((await people.acceptKeys(bob, second.spkiFingerprint)).trust).toBe('seen');
    await people.mayWriteTo(bob, [second]);
    expect(await security()).toBe('encrypted');
  });

  it('before they were ever seen has to be accepted, too', async () => {
    const [first, second] = [await certificate(), await certificate()];
    await people.revoked(bob, first.fingerprint);
    await people.seen(bob, first);
    expect((await people.contact(bob)).keyChange).toBeNull();
    await people.seen(bob, second);
    expect((await people.contact(bob)).trust).toBe('revoked');
    expect((await people.acceptKeys(bob, second.spkiFingerprint)).trust).toBe('seen');
  });

  it('does not suffer from the revocation of a key they left behind', async () => {
    const [first, second] = [await certificate(), await certificate()];
    await people.seen(bob, first);
    await people.seen(bob, second);
    await people.acceptKeys(bob, second.spkiFingerprint);
    await people.revoked(bob, first.fingerprint);
    await people.mayWriteTo(bob, [second]);
    expect((await people.contact(bob)).trust).toBe('seen');
  });
});

describe('verifying', () => {
  const codeFrom = (key: string, changes: Partial<Record<'a' | 'b' | 'kb', string>> = {}, own = '') =>
    verificationCodeText({
      shownBy: { aid: changes.a ?? bob, key: codeKey(key) },
      sees: { aid: changes.b ?? me, key: changes.kb ?? codeKey(own) },
    });

  it('by comparing marks the key that was compared, and shows it', async () => {
    const first = await certificate();
    await people.seen(bob, first);
    clock.advance(5000);
    const contact = await people.verify(bob, first.spkiFingerprint, null);
    expect(contact).toMatchObject({ trust: 'verified', verifiedAt: clock.now(), verifiedBy: 'manual' });
    expect(await security()).toBe('verified');
    expect(await notices()).toEqual([`verified ${first.spkiFingerprint}`]);
    expect((await start().contacts('verified')).map(({ aid }) => aid)).toEqual([bob]);
  });

  it('refuses a key that is not the one of now', async () => {
    const [first, second] = [await certificate(), await certificate()];
    await expect(people.verify(bob, first.spkiFingerprint, null)).rejects.toMatchObject({
      code: 'not_found',
    });
    await people.seen(bob, first);
    await expect(people.verify(bob, second.spkiFingerprint, null)).rejects.toMatchObject({
      code: 'safety_number_differs',
    });
    await people.seen(bob, second);
    await expect(people.verify(bob, first.spkiFingerprint, null)).rejects.toMatchObject({
      code: 'safety_number_differs',
    });
  });

  it('by QR code checks both directions', async () => {
    const first = await certificate();
    await people.seen(bob, first);
    const { ownKey, peerKey, qr } = await people.safetyNumber(bob);
    const right = codeFrom(peerKey, {}, ownKey);
    const wrong = {
      not_a_code: `${right}x`,
      other_people: codeFrom(peerKey, { a: 'carol.aun.test' }, ownKey),
      own_key: codeFrom(peerKey, { kb: 'c'.repeat(64) }),
      their_key: codeFrom(ownKey, {}, ownKey),
    };
    for (const [reason, text] of Object.entries(wrong))
      await expect(people.verify(bob, peerKey, text)).rejects.toMatchObject({
        code: 'safety_number_differs',
        detail: { reason },
      });
    // What this side shows names the two the other way round, so it is not what the other side shows.
    await expect(people.verify(bob, peerKey, qr)).rejects.toMatchObject({ code: 'safety_number_differs' });
    await expect(
      people.verify(bob, peerKey, codeFrom(peerKey, { b: 'carol.aun.test' }, ownKey)),
    ).rejects.toMatchObject({ detail: { reason: 'other_people' } });
    expect((await people.contact(bob)).trust).toBe('seen');
    expect(await people.verify(bob, peerKey, right)).toMatchObject({ trust: 'verified', verifiedBy: 'qr' });
  });

  it('can be taken back, and says so once', async () => {
    const first = await certificate();
    await people.seen(bob, first);
    await people.verify(bob, first.spkiFingerprint, null);
    expect((await people.unverify(bob)).trust).toBe('seen');
    await people.unverify(bob);
    expect(await notices()).toEqual([
      `verified ${first.spkiFingerprint}`,
      `unverified ${first.spkiFingerprint}`,
    ]);
    expect(await security()).toBe('encrypted');
  });

  it('needs a key: the number of a stranger is asked of the network', async () => {
    await expect(people.safetyNumber(bob)).rejects.toMatchObject({ code: 'not_found' });
    const pem = await network.leaf(`CN=${bob}`);
    network.answers.certificate = () => pem;
    const number = await people.safetyNumber(bob);
    expect(number.groups).toHaveLength(12);
    expect(number.peerKey).toBe((await people.contact(bob)).keyFingerprint);
    network.answers.certificate = () => {
      throw new AunError('gateway_unreachable', 'gone');
    };
    expect(await people.safetyNumber(bob)).toEqual(number);
    await expect(people.safetyNumber('carol.aun.test')).rejects.toMatchObject({
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
    expect((await people.contact(bob)).title).toBe(bob);
    await test.store.saveProfile(profile(bob, 'unsigned', 'Eve', 'human'));
    await people.profileChanged(bob);
    expect(await people.contact(bob)).toMatchObject({ title: bob, declaredName: 'Eve', kind: 'unknown' });
    await test.store.saveProfile(profile(bob, 'verified', 'Bobby', 'human'));
    await people.profileChanged(bob);
    expect(await people.contact(bob)).toMatchObject({ title: 'Bobby', kind: 'human' });
    expect(await test.store.conversation(bob)).toMatchObject({ title: 'Bobby', peerKind: 'human' });
    await people.setAlias(bob, '  Uncle Bob ');
    expect(await people.contact(bob)).toMatchObject({
      title: 'Uncle Bob',
      alias: 'Uncle Bob',
      kind: 'human',
    });
    expect((await test.store.conversation(bob))?.title).toBe('Uncle Bob');
    expect((await people.setAlias(bob, '')).title).toBe('Bobby');
  });

  it('decides the order of the list', async () => {
    const names = {
      'zoe-x.aun.test': 'anna',
      'adam.aun.test': 'Émile',
      'carl.aun.test': '',
      [bob]: 'Anna 10',
    };
    for (const [aid, alias] of Object.entries(names)) await people.setAlias(aid, alias);
    await people.setAlias('finn.aun.test', 'Anna 9');
    await people.setAlias(me, 'myself');
    const titles = (await people.contacts('all')).map(({ title }) => title);
    expect(titles).toEqual(['anna', 'Anna 9', 'Anna 10', 'carl.aun.test', 'Émile']);
  });
});

describe('the security of a conversation', () => {
  it('names what stops the next message before what protects it', async () => {
    const [first, second] = [await certificate(), await certificate()];
    const all = async () => [
      await people.security(bob, 'unknown'),
      await people.security(bob, 'no_keys'),
      await people.security(bob, 'encrypted'),
    ];
    expect(await all()).toEqual(['unknown', 'no_keys', 'encrypted']);
    await people.seen(bob, first);
    expect(await all()).toEqual(['unknown', 'no_keys', 'encrypted']);
    await people.verify(bob, first.spkiFingerprint, null);
    expect(await all()).toEqual(['verified', 'no_keys', 'verified']);
    await people.seen(bob, second);
    expect(await all()).toEqual(['keys_changed', 'keys_changed', 'keys_changed']);
    await people.revoked(bob, second.fingerprint);
    expect(await all()).toEqual(['revoked', 'revoked', 'revoked']);
  });

  it('is untouched where nobody has a conversation', async () => {
    const [first, second] = [await certificate(), await certificate()];
    const aid = 'carol.aun.test';
    for (const each of [first, second]) await people.seen(aid, each);
    expect((await people.contact(aid)).trust).toBe('changed');
    expect(await test.store.conversation(aid)).toBeNull();
  });
});

it('the own identity and its other devices are nobody to pin', async () => {
  const [first, second] = [await certificate(), await certificate()];
  for (const each of [first, second]) await people.seen(me, each);
  await people.revoked(me, first.fingerprint);
  await people.mayWriteTo(me, [first, second]);
  expect(await test.store.contact(me)).toBeNull();
  expect(changed).toEqual([]);
});
