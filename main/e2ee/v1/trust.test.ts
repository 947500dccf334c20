import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import type { OpenResult } from '../../ports/e2ee';
import { AunError } from '../../runtime/errors';
import { letOthersRun } from '../../runtime/turn';
import { deliver, sealedCopies } from '../testing/delivery';
import type { TestIdentity } from '../testing/parties';
import { TestWorld } from '../testing/world';
import type { TestDevice } from '../testing/world';

const ALICE = 'alice.aid.test';
const BOBBY = 'bobby.aid.test';
const hello: JsonObject = { type: 'text', text: 'hello, 你好' };
const down = new AunError('gateway_unreachable', 'down', { retryable: true });
const changed = new AunError('recipient_identity_changed', 'another key');
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

async function pair() {
  const world = new TestWorld();
  const alice = await world.person(ALICE);
  const bobby = await world.person(BOBBY);
  return { world, alice, bobby };
}

const message = (world: TestWorld, to: string, messageId = 'm-1') => ({
  to,
  messageId,
  timestamp: world.time.time,
  payload: hello,
});

async function openRow(device: TestDevice, row: Record<string, unknown> | undefined): Promise<OpenResult> {
  const [result] = await device.engine.open([{ row: row ?? {} }]);
  if (result === undefined) throw new Error('no result');
  return result;
}

const keyOf = (identity: TestIdentity): string => identity.certificate()?.spkiFingerprint ?? '';

/** The same person after a change of key, known to the network. */
async function rekeyed(world: TestWorld, before: TestIdentity): Promise<TestIdentity> {
  const after = await before.rekeyed();
  world.gateway.serve(...after.held);
  return after;
}

describe('after a change of the own key', () => {
  it('messages to the old key and its certificates are opened, new ones are sealed with the new key only', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    const before = await world.device(bobby, 'bobby-laptop');
    const first = bobby.certificate()?.fingerprint;
    const old = deliver(await desk.engine.seal(message(world, BOBBY)), ALICE, BOBBY).get('bobby-laptop');
    await bobby.renew();
    const identity = await rekeyed(world, await rekeyed(world, bobby));
    const after = await world.device(identity, 'bobby-laptop', { store: before.store });
    expect(JSON.stringify(old)).toContain(first);
    expect(await openRow(after, old)).toMatchObject({ ok: true, payload: hello });

    desk.engine.onOnline();
    const sealed = await after.engine.seal(message(world, ALICE, 'm-2'));
    const [copy] = sealedCopies(sealed).recipient;
    expect(copy?.envelope['sender_cert_fingerprint']).toBe(identity.certificate()?.fingerprint);
    const answer = deliver(sealed, BOBBY, ALICE).get('alice-desk');
    expect(await openRow(desk, answer)).toMatchObject({ ok: true, from: BOBBY });
    const next = await desk.engine.seal({ ...message(world, BOBBY, 'm-3'), refresh: true });
    const fresh = deliver(next, ALICE, BOBBY).get('bobby-laptop');
    for (const row of [fresh, old, fresh]) expect(await openRow(after, row)).toMatchObject({ ok: true });
  });

  it('messages to a key that is not ours stay closed', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    const before = await world.device(bobby, 'bobby-laptop');
    const old = deliver(await desk.engine.seal(message(world, BOBBY)), ALICE, BOBBY).get('bobby-laptop');
    const identity = await rekeyed(world, bobby);
    identity.former.length = 0;
    const after = await world.device(identity, 'bobby-laptop', { store: before.store });
    expect(await openRow(after, old)).toMatchObject({ ok: false, reason: 'recipient_certificate_unknown' });
  });

  it('copies of messages that were signed with the old key are believed', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    const tab = await world.device(alice, 'alice-tab');
    await world.device(bobby, 'bobby-laptop');
    const copy = deliver(await desk.engine.seal(message(world, BOBBY)), ALICE, BOBBY).get('alice-tab');
    const identity = await alice.rekeyed();
    world.gateway.pkiFailure = down;
    const after = await world.device(identity, 'alice-tab', { store: tab.store, offline: true });
    expect(await openRow(after, copy)).toMatchObject({ ok: true, from: ALICE, to: BOBBY });
  });

  it('own devices that still have the old key get no copies', async () => {
    const { world, alice, bobby } = await pair();
    await world.device(alice, 'alice-tab');
    await world.device(bobby, 'bobby-laptop');
    const desk = await world.device(await rekeyed(world, alice), 'alice-desk');
    const sealed = await desk.engine.seal(message(world, BOBBY));
    expect(sealedCopies(sealed).self).toEqual([]);
    expect(sealed.copies).toBe(1);
  });
});

describe('a certificate that has expired', () => {
  it('lets its messages be read, and nothing be written to it', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    const laptop = await world.device(bobby, 'bobby-laptop');
    const rows = [];
    for (const id of ['m-1', 'm-2'])
      rows.push(deliver(await laptop.engine.seal(message(world, ALICE, id)), BOBBY, ALICE).get('alice-desk'));
    const fingerprint = bobby.certificate()?.fingerprint ?? '';
    world.gateway.expired.add(fingerprint);
    expect(await openRow(desk, rows[0])).toMatchObject({ ok: true });
    expect(await openRow(desk, rows[1])).toMatchObject({ ok: true });
    await expect(desk.engine.seal(message(world, BOBBY))).rejects.toEqual(code('recipient_keys_invalid'));
    expect([...desk.store.certificateRows.values()].map((row) => row.fingerprint)).not.toContain(fingerprint);
    await desk.engine.settled();
    expect(desk.trust.sights).toEqual([]);
    world.gateway.revoked.add(fingerprint);
    world.time.advance(3_600_001);
    expect(await openRow(desk, rows[1])).toMatchObject({ reason: 'sender_certificate_invalid' });
  });
});

describe('before a message is sealed', () => {
  it('the keys it would be sealed for are asked about, each certificate once, own devices never', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    await world.device(alice, 'alice-tab');
    for (const device of ['bobby-laptop', 'bobby-phone']) await world.device(bobby, device);
    await desk.engine.seal(message(world, BOBBY));
    expect(desk.trust.asked).toEqual([{ aid: BOBBY, keys: [keyOf(bobby)] }]);
    expect(desk.trust.sights).toEqual([{ aid: BOBBY, key: keyOf(bobby) }]);
  });

  it('a refusal stops it', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    await world.device(bobby, 'bobby-laptop');
    desk.trust.refuse = () => changed;
    await expect(desk.engine.seal(message(world, BOBBY))).rejects.toEqual(code('recipient_identity_changed'));
    desk.trust.refuse = () => new AunError('recipient_certificate_revoked', 'revoked');
    await expect(desk.engine.seal(message(world, BOBBY))).rejects.toEqual(
      code('recipient_certificate_revoked'),
    );
  });

  it('a refusal that comes while the own devices are looked up stops it, too', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    await world.device(bobby, 'bobby-laptop');
    world.gateway.beforeCall = (method, params) => {
      if (method === 'message.e2ee.get_prekey' && params['aid'] === ALICE) desk.trust.refuse = () => changed;
    };
    await expect(desk.engine.seal(message(world, BOBBY))).rejects.toEqual(code('recipient_identity_changed'));
  });

  it('a list of before a change of key that the user accepted is fetched again', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    const phone = await world.device(bobby, 'bobby-phone');
    await desk.engine.seal(message(world, BOBBY));
    const after = await rekeyed(world, bobby);
    await world.device(after, 'bobby-phone', { store: phone.store });
    desk.trust.refuse = (_aid, keys) =>
      keys.every(({ spkiFingerprint }) => spkiFingerprint === keyOf(after)) ? null : changed;
    const sealed = await desk.engine.seal(message(world, BOBBY, 'm-2'));
    expect(sealed.copies).toBe(1);
    expect(desk.trust.asked.at(-1)?.keys).toEqual([keyOf(after)]);
  });

  it('a device that stayed with an old key of its owner is left out', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    await world.device(bobby, 'bobby-phone');
    const after = await rekeyed(world, bobby);
    await world.device(after, 'bobby-laptop');
    const sealed = await desk.engine.seal(message(world, BOBBY));
    expect(sealedCopies(sealed).recipient.map((copy) => copy.device_id)).toEqual(['bobby-laptop']);
    expect(desk.trust.asked).toEqual([{ aid: BOBBY, keys: [keyOf(after)] }]);
  });

  it('nobody waits long for a network that does not say which certificate is current', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    await world.device(bobby, 'bobby-laptop');
    world.gateway.silent = true;
    const timers = world.time.pending;
    let sealed = 0;
    const sealing = desk.engine.seal(message(world, BOBBY)).then(({ copies }) => {
      sealed = copies;
    });
    for (let second = 0; second < 5; second += 1) {
      for (let turn = 0; turn < 20; turn += 1) await letOthersRun();
      expect(sealed).toBe(0);
      world.time.advance(1000);
    }
    await sealing;
    expect(sealed).toBe(1);
    expect(desk.trust.asked).toEqual([{ aid: BOBBY, keys: [keyOf(bobby)] }]);
    expect(world.time.pending).toBe(timers);
  });

  it('two keys of one person are not sealed for while nobody can say which is the one of now', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    await world.device(bobby, 'bobby-phone');
    const after = await rekeyed(world, bobby);
    await world.device(after, 'bobby-laptop');
    await desk.engine.seal(message(world, BOBBY));
    const again = await world.device(alice, 'alice-desk', { store: desk.store });
    world.time.advance(3_600_000);
    // Both certificates are in the store and may be used a while longer; the current one has to be asked for.
    await again.engine.lookup(BOBBY);
    world.gateway.pkiFailure = down;
    const later = await world.device(alice, 'alice-desk', { store: desk.store });
    await expect(later.engine.seal(message(world, BOBBY))).rejects.toEqual(code('gateway_unreachable'));
    expect(later.trust.asked).toEqual([]);
  });
});

describe('what the network names as current', () => {
  it('is reported as revoked when it is', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    await world.device(bobby, 'bobby-laptop');
    const fingerprint = bobby.certificate()?.fingerprint ?? '';
    world.gateway.revoked.add(fingerprint);
    await expect(desk.engine.seal(message(world, BOBBY))).rejects.toEqual(
      code('recipient_certificate_revoked'),
    );
    expect(desk.trust.revocations).toContainEqual({ aid: BOBBY, fingerprint });
    expect(desk.trust.sights).toEqual([]);
  });

  it('is looked at when somebody writes, once for each key they write with', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    const laptop = await world.device(bobby, 'bobby-laptop');
    for (const id of ['m-1', 'm-2', 'm-3']) {
      const row = deliver(await laptop.engine.seal(message(world, ALICE, id)), BOBBY, ALICE);
      expect(await openRow(desk, row.get('alice-desk'))).toMatchObject({ ok: true });
    }
    await desk.engine.settled();
    expect(desk.trust.sights).toEqual([{ aid: BOBBY, key: keyOf(bobby) }]);
  });

  it('is a new key when a message comes under one, whatever was known a moment ago', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    await world.device(bobby, 'bobby-laptop');
    await desk.engine.seal(message(world, BOBBY));
    const after = await rekeyed(world, bobby);
    const laptop = await world.device(after, 'bobby-laptop');
    const row = deliver(await laptop.engine.seal(message(world, ALICE)), BOBBY, ALICE).get('alice-desk');
    expect(await openRow(desk, row)).toMatchObject({ ok: true });
    await desk.engine.settled();
    expect(desk.trust.sights.map(({ key }) => key)).toEqual([keyOf(bobby), keyOf(after)]);
    await desk.engine.seal(message(world, BOBBY, 'm-2'));
    expect(desk.trust.asked.at(-1)?.keys).toEqual([keyOf(after)]);
  });

  it('does not change because an old message is read', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    const laptop = await world.device(bobby, 'bobby-laptop');
    const row = deliver(await laptop.engine.seal(message(world, ALICE)), BOBBY, ALICE).get('alice-desk');
    const after = await rekeyed(world, bobby);
    expect(await openRow(desk, row)).toMatchObject({ ok: true });
    await desk.engine.settled();
    expect(new Set(desk.trust.sights.map(({ key }) => key))).toEqual(new Set([keyOf(after)]));
  });

  it('is looked at again when it could not be asked for, and holds no message up meanwhile', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    const laptop = await world.device(bobby, 'bobby-laptop');
    const rows = [];
    for (const id of ['m-1', 'm-2'])
      rows.push(deliver(await laptop.engine.seal(message(world, ALICE, id)), BOBBY, ALICE).get('alice-desk'));
    const held = bobby.certificate();
    if (held === null) throw new Error('no certificate');
    const { fingerprint, spkiFingerprint, pem } = held;
    const verifiedAt = world.time.time;
    await desk.store.saveCertificate({ aid: BOBBY, fingerprint, spkiFingerprint, pem, verifiedAt });
    world.gateway.pkiFailure = down;
    expect(await openRow(desk, rows[0])).toMatchObject({ ok: true });
    await desk.engine.settled();
    expect(desk.trust.sights).toEqual([]);
    world.gateway.pkiFailure = null;
    world.time.advance(20_000);
    expect(await openRow(desk, rows[1])).toMatchObject({ ok: true });
    await desk.engine.settled();
    expect(desk.trust.sights).toEqual([{ aid: BOBBY, key: spkiFingerprint }]);
  });
});
