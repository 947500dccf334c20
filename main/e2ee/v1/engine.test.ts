import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import type { OpenResult, SealedMessage } from '../../ports/e2ee';
import { AunError } from '../../runtime/errors';
import { MemoryStore, TestWorld } from '../testing/world';
import { deliver, resign, sealedCopies } from '../testing/delivery';
import { sealEnvelope } from './envelope-seal';
import { asJsonObject, jsonText } from './json';
import { AgreementKey, pointOfKey } from './primitives';

const ALICE = 'alice.aid.test';
const BOBBY = 'bobby.aid.test';
const hello: JsonObject = { type: 'text', text: 'hello, 你好' };

async function pair() {
  const world = new TestWorld();
  const alice = await world.person(ALICE);
  const bobby = await world.person(BOBBY);
  return { world, alice, bobby };
}

function message(world: TestWorld, to: string, payload = hello, messageId = 'm-1') {
  return { to, messageId, timestamp: world.time.time, payload };
}

async function openOne(
  device: { engine: { open(rows: { row: Record<string, unknown> }[]): Promise<OpenResult[]> } },
  row: Record<string, unknown> | undefined,
): Promise<OpenResult> {
  if (row === undefined) throw new Error('nothing to open');
  const [result] = await device.engine.open([{ row }]);
  if (result === undefined) throw new Error('no result');
  return result;
}

/** The same two bits, another letter: the unused bits before the padding of a 16-byte value differ. */
const nextLetter = (end: string): string => String.fromCharCode(end.charCodeAt(0) + 1) + end.slice(1);
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe('sealing a message', () => {
  it('makes a copy for every device of the peer and for every other own device', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    const tab = await world.device(alice, 'alice-tab');
    const laptop = await world.device(bobby, 'bobby-laptop');
    const phone = await world.device(bobby, 'bobby-phone');
    const sealed = await desk.engine.seal(message(world, BOBBY));
    expect(sealed).toMatchObject({ forwardSecret: true, protection: 'e2ee-v1', copies: 3 });
    const { recipient, self } = sealedCopies(sealed);
    expect(recipient.map((copy) => copy.device_id).sort()).toEqual(['bobby-laptop', 'bobby-phone']);
    expect(self.map((copy) => copy.device_id)).toEqual(['alice-tab']);

    const rows = deliver(sealed, ALICE, BOBBY);
    for (const device of [laptop, phone, tab]) {
      expect(await openOne(device, rows.get(device.deviceId))).toMatchObject({
        ok: true,
        payload: hello,
        from: ALICE,
        to: BOBBY,
        messageId: 'm-1',
        senderTime: world.time.time,
        forwardSecret: true,
      });
    }
    expect(await openOne(laptop, rows.get('bobby-phone'))).toMatchObject({ reason: 'prekey_missing' });
  });

  it('has the outer form that gateways split, with the payload type protected in every copy', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    await world.device(bobby, 'bobby-laptop');
    const sealed = await desk.engine.seal(message(world, BOBBY));
    const { payload, ...outer } = sealed.params;
    expect(outer).toEqual({
      type: 'e2ee.multi_device',
      encrypted: true,
      message_id: 'm-1',
      timestamp: world.time.time,
    });
    expect(payload).toMatchObject({ type: 'e2ee.multi_device', logical_message_id: 'm-1', self_copies: [] });
    const [copy] = sealedCopies(sealed).recipient;
    expect(copy?.envelope).toMatchObject({
      type: 'e2ee.encrypted',
      version: '1',
      encryption_mode: 'prekey_ecdh_v2',
      protected_headers: { payload_type: 'text' },
      aad: { from: ALICE, to: BOBBY, message_id: 'm-1' },
    });
  });

  it('never uses an ephemeral key or a nonce twice', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    for (const name of ['a', 'b', 'c']) await world.device(bobby, `bobby-${name}`);
    const seen: unknown[] = [];
    for (const id of ['m-1', 'm-1', 'm-2']) {
      const sealed = await desk.engine.seal(message(world, BOBBY, hello, id));
      for (const { envelope } of sealedCopies(sealed).recipient) {
        seen.push(envelope['ephemeral_public_key'], envelope['nonce']);
      }
    }
    expect(new Set(seen).size).toBe(18);
  });

  it('writes a note to self for all own devices, this one included, without self copies', async () => {
    const { world, alice } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    const tab = await world.device(alice, 'alice-tab');
    const sealed = await desk.engine.seal(message(world, ALICE));
    expect(sealedCopies(sealed).self).toEqual([]);
    const rows = deliver(sealed, ALICE, ALICE);
    for (const device of [desk, tab]) {
      expect(await openOne(device, rows.get(device.deviceId))).toMatchObject({ ok: true, payload: hello });
    }
  });

  it('says so when the recipient has no keys', async () => {
    const { world, alice } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    await expect(desk.engine.seal(message(world, BOBBY))).rejects.toEqual(code('recipient_without_keys'));
  });

  it('tells an address that nobody has from one without keys', async () => {
    const { world, alice } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    const nobody = message(world, 'nobody.aid.test');
    await expect(desk.engine.seal(nobody)).rejects.toEqual(code('recipient_unknown'));
  });

  it('counts a prekey without a device as no key at all', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    await world.device(bobby, '');
    await expect(desk.engine.seal(message(world, BOBBY))).rejects.toEqual(code('recipient_without_keys'));
  });

  it('leaves out a device whose prekey is forged and reaches the others', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    await world.device(bobby, 'bobby-laptop');
    await world.device(bobby, 'bobby-phone');
    world.gateway.tamperPrekey(BOBBY, 'bobby-phone', { created_at: 1 });
    const sealed = await desk.engine.seal(message(world, BOBBY));
    expect(sealedCopies(sealed).recipient.map((copy) => copy.device_id)).toEqual(['bobby-laptop']);
  });

  it('leaves out a device whose certificate is revoked and reaches one with another certificate', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    await world.device(bobby, 'bobby-phone');
    world.gateway.revoked.add(bobby.certificate()?.fingerprint ?? '');
    world.gateway.serve(await bobby.renew());
    await world.device(bobby, 'bobby-laptop');
    const sealed = await desk.engine.seal(message(world, BOBBY));
    expect(sealedCopies(sealed).recipient.map((copy) => copy.device_id)).toEqual(['bobby-laptop']);
  });

  it('refuses to send, in any mode, when every prekey is forged', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    await world.device(bobby, 'bobby-laptop');
    world.gateway.tamperPrekey(BOBBY, 'bobby-laptop', { prekey_id: 'other' });
    await expect(desk.engine.seal(message(world, BOBBY))).rejects.toEqual(code('recipient_keys_invalid'));
  });

  it('fetches certificates and prekeys once more before it gives a device up', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    await world.device(bobby, 'bobby-laptop');
    const right = world.gateway.prekeys.get(BOBBY);
    world.gateway.tamperPrekey(BOBBY, 'bobby-laptop', { signature: 'AAAA' });
    let asked = 0;
    world.gateway.beforeCall = (_method, params) => {
      if (params['aid'] !== BOBBY) return;
      asked += 1;
      if (asked === 2 && right !== undefined) world.gateway.prekeys.set(BOBBY, right);
    };
    const sealed = await desk.engine.seal(message(world, BOBBY));
    expect(sealed.copies).toBe(1);
    expect(asked).toBe(2);
  });

  it('tells a revoked certificate apart from other bad keys', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    await world.device(bobby, 'bobby-laptop');
    world.gateway.revoked.add(bobby.certificate()?.fingerprint ?? '');
    await expect(desk.engine.seal(message(world, BOBBY))).rejects.toEqual(
      code('recipient_certificate_revoked'),
    );
  });

  it('rises the error of the gateway when certificates cannot be fetched now', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    await world.device(bobby, 'bobby-laptop');
    world.gateway.pkiFailure = new AunError('gateway_unreachable', 'down', { retryable: true });
    await expect(desk.engine.seal(message(world, BOBBY))).rejects.toEqual(code('gateway_unreachable'));
    world.gateway.pkiFailure = null;
    world.time.advance(20_000);
    expect(await desk.engine.seal(message(world, BOBBY))).toMatchObject({ copies: 1 });
  });

  it('asks for a device list once in ten minutes, and again when told to refresh', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    await world.device(bobby, 'bobby-laptop');
    const lists = (): number =>
      world.gateway.calls.filter((call) => call.method.endsWith('get_prekey') && call.params['aid'] === BOBBY)
        .length;
    await desk.engine.seal(message(world, BOBBY));
    await world.device(bobby, 'bobby-phone');
    world.time.advance(599_000);
    expect(sealedCopies(await desk.engine.seal(message(world, BOBBY))).recipient).toHaveLength(1);
    expect(lists()).toBe(1);
    world.time.advance(2_000);
    expect(sealedCopies(await desk.engine.seal(message(world, BOBBY))).recipient).toHaveLength(2);
    expect(lists()).toBe(2);
    await desk.engine.seal({ ...message(world, BOBBY), refresh: true });
    expect(lists()).toBe(3);
  });

  it('looks for own new devices every half minute: nobody else tells a sender about them', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    await world.device(bobby, 'bobby-laptop');
    expect(sealedCopies(await desk.engine.seal(message(world, BOBBY))).self).toHaveLength(0);
    await world.device(alice, 'alice-laptop');
    world.time.advance(29_000);
    expect(sealedCopies(await desk.engine.seal(message(world, BOBBY))).self).toHaveLength(0);
    world.time.advance(2_000);
    expect(sealedCopies(await desk.engine.seal(message(world, BOBBY))).self).toHaveLength(1);
  });

  it('takes 32 KiB and more, and refuses what would not fit into a frame', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    const laptop = await world.device(bobby, 'bobby-laptop');
    const large = { type: 'text', text: '长'.repeat(60_000) };
    const rows = deliver(await desk.engine.seal(message(world, BOBBY, large)), ALICE, BOBBY);
    expect(await openOne(laptop, rows.get('bobby-laptop'))).toMatchObject({ ok: true, payload: large });
    const tooLarge = { type: 'text', text: 'x'.repeat(800_000) };
    await expect(desk.engine.seal(message(world, BOBBY, tooLarge))).rejects.toEqual(
      code('message_too_large'),
    );
  });
});

describe('opening a row', () => {
  async function sent(): Promise<{
    world: TestWorld;
    laptop: Awaited<ReturnType<TestWorld['device']>>;
    alice: Awaited<ReturnType<TestWorld['person']>>;
    bobby: Awaited<ReturnType<TestWorld['person']>>;
    row: Record<string, unknown>;
    sealed: SealedMessage;
  }> {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    const laptop = await world.device(bobby, 'bobby-laptop');
    const sealed = await desk.engine.seal(message(world, BOBBY));
    const row = deliver(sealed, ALICE, BOBBY).get('bobby-laptop');
    if (row === undefined) throw new Error('no copy');
    return { world, laptop, alice, bobby, row, sealed };
  }

  it('works after the own certificate was renewed while the message was under way', async () => {
    const { laptop, bobby, row } = await sent();
    await bobby.renew();
    expect(await openOne(laptop, row)).toMatchObject({ ok: true });
  });

  it('may heal when it is encrypted to a certificate this device has not got yet', async () => {
    const { laptop, bobby, row } = await sent();
    const [old] = bobby.held.splice(0, 1);
    await bobby.renew();
    expect(await openOne(laptop, row)).toMatchObject({
      reason: 'recipient_certificate_unknown',
      mayHeal: true,
    });
    if (old !== undefined) bobby.held.push(old);
    expect(await openOne(laptop, row)).toMatchObject({ ok: true });
  });

  it('heals when the certificate of the sender becomes reachable', async () => {
    const { world, laptop, row } = await sent();
    const served = world.gateway.served.get(ALICE) ?? [];
    world.gateway.served.delete(ALICE);
    expect(await openOne(laptop, row)).toMatchObject({
      ok: false,
      reason: 'sender_certificate_unavailable',
      mayHeal: true,
    });
    world.gateway.served.set(ALICE, served);
    world.time.advance(16_000);
    expect(await openOne(laptop, row)).toMatchObject({ ok: true });
  });

  it('heals at once when it is asked for, or after a connect, however short ago the last try was', async () => {
    for (const retry of ['asked', 'online'] as const) {
      const { world, laptop, row } = await sent();
      const served = world.gateway.served.get(ALICE) ?? [];
      world.gateway.served.delete(ALICE);
      expect(await openOne(laptop, row)).toMatchObject({ ok: false, mayHeal: true });
      world.gateway.served.set(ALICE, served);
      expect(await openOne(laptop, row)).toMatchObject({ ok: false });
      if (retry === 'online') laptop.engine.onOnline();
      const [opened] = await laptop.engine.open([{ row }], { anew: retry === 'asked' });
      expect(opened).toMatchObject({ ok: true });
    }
  });

  it('finds a superseded certificate of the sender by its fingerprint', async () => {
    const { world, alice, laptop, row } = await sent();
    world.gateway.serve(await alice.renew());
    expect(await openOne(laptop, row)).toMatchObject({ ok: true });
  });

  it('is refused for good when the certificate of the sender is revoked', async () => {
    const { world, alice, laptop, row } = await sent();
    world.gateway.revoked.add(alice.certificate()?.fingerprint ?? '');
    expect(await openOne(laptop, row)).toMatchObject({
      reason: 'sender_certificate_invalid',
      mayHeal: false,
    });
  });

  it('does not let a certificate speak for another AID, even when its key is at hand already', async () => {
    const { world, laptop, row } = await sent();
    const mallory = await world.person('mallory.aid.test');
    expect(await openOne(laptop, row)).toMatchObject({ ok: true });
    const forged = { ...row, from: mallory.aid };
    expect(await openOne(laptop, forged)).toMatchObject({ ok: false, reason: 'aad_mismatch' });
    const payload = asJsonObject(row['payload']) ?? {};
    const aad = { ...asJsonObject(payload['aad']), from: mallory.aid };
    const both = { ...forged, payload: { ...payload, aad } };
    expect(await openOne(laptop, both)).toMatchObject({
      ok: false,
      reason: 'sender_certificate_unavailable',
    });
  });

  it('keeps the secrets of different prekeys apart', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    const laptop = await world.device(bobby, 'bobby-laptop');
    const first = deliver(await desk.engine.seal(message(world, BOBBY)), ALICE, BOBBY).get('bobby-laptop');
    laptop.engine.onOnline();
    await laptop.engine.settled();
    const again = { ...message(world, BOBBY, hello, 'm-2'), refresh: true };
    const second = deliver(await desk.engine.seal(again), ALICE, BOBBY).get('bobby-laptop');
    const results = [
      await openOne(laptop, first),
      await openOne(laptop, second),
      await openOne(laptop, first),
    ];
    expect(results.map((result) => result.ok)).toEqual([true, true, true]);
    expect(new Set(results.map((result) => (result.ok ? result.prekeyId : ''))).size).toBe(2);
  });

  it('accepts only one spelling of its bytes', async () => {
    const { laptop, row } = await sent();
    const envelope = asJsonObject(row['payload']) ?? {};
    const tag = jsonText(envelope['tag']);
    const spellings = [tag.replace(/=+$/, ''), ` ${tag}`, `${tag.slice(0, 21)}${nextLetter(tag.slice(21))}`];
    for (const spelling of spellings) {
      expect(Buffer.from(spelling, 'base64')).toEqual(Buffer.from(tag, 'base64'));
      const result = await openOne(laptop, { ...row, payload: { ...envelope, tag: spelling } });
      expect(result).toMatchObject({ ok: false, reason: 'malformed_envelope' });
    }
  });

  it('opens a message in mode long_term_key and says that it is not forward secret', async () => {
    const { world, alice, bobby, laptop } = await sent();
    const certificate = bobby.certificate();
    if (certificate === null) throw new Error('no certificate');
    const envelope = sealEnvelope(
      {
        key: AgreementKey.fromPrivateKey(alice.privateKey),
        fingerprint: alice.certificate()?.fingerprint ?? '',
        sign: (data) => alice.sign(data),
      },
      {
        certificateFingerprint: certificate.fingerprint,
        certificatePoint: pointOfKey(certificate.publicKey),
        prekey: null,
      },
      {
        from: ALICE,
        to: BOBBY,
        messageId: 'm-2',
        timestamp: world.time.time,
        payload: hello,
        ephemeral: AgreementKey.generate((length) => world.runtime.random.bytes(length)),
        nonce: world.runtime.random.bytes(12),
      },
    );
    const row = { message_id: 'm-2', from: ALICE, to: BOBBY, payload: envelope };
    expect(await openOne(laptop, row)).toMatchObject({ ok: true, forwardSecret: false, prekeyId: null });
  });

  it('trusts nothing the gateway says of the direction', async () => {
    const { laptop, row } = await sent();
    expect(await openOne(laptop, { ...row, direction: 'outbound_sync' })).toMatchObject({
      reason: 'sender_mismatch',
    });
  });

  it('returns group control payloads as they are: the caller decides', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    const laptop = await world.device(bobby, 'bobby-laptop');
    const control = { type: 'e2ee.group_key_request', group_id: 'group.aid.test/g-1' };
    const rows = deliver(await desk.engine.seal(message(world, BOBBY, control)), ALICE, BOBBY);
    expect(await openOne(laptop, rows.get('bobby-laptop'))).toMatchObject({ ok: true, payload: control });
  });

  it('answers rubbish row by row and never throws', async () => {
    const { laptop, row } = await sent();
    let deep: unknown = 'x';
    for (let depth = 0; depth < 20_000; depth += 1) deep = [deep];
    const rows: Record<string, unknown>[] = [
      {},
      { payload: null },
      { ...row, payload: 'text' },
      { ...row, message_id: 7 },
      { ...row, payload: { ...asJsonObject(row['payload']), context: { deep, _auth: {} } } },
      { ...row, payload: { ...asJsonObject(row['payload']), aad: undefined } },
      { ...row, payload: { ...asJsonObject(row['payload']), version: '2' } },
    ];
    const results = await laptop.engine.open([...rows, row].map((entry) => ({ row: entry })));
    expect(results.map((result) => result.ok)).toEqual([...rows.map(() => false), true]);
    expect(results[6]).toMatchObject({ reason: 'unknown_generation', mayHeal: true });
  });

  it('refuses an ephemeral key beside the curve although the sender signed it', async () => {
    const { alice, laptop, row } = await sent();
    const point = AgreementKey.generate((length) => Buffer.alloc(length, 7)).publicPoint();
    point[64] = (point[64] ?? 0) ^ 1;
    const changes = { ephemeral_public_key: point.toString('base64') };
    expect(await openOne(laptop, { ...row, payload: resign(row['payload'], alice, {}) })).toMatchObject({
      ok: true,
    });
    expect(await openOne(laptop, { ...row, payload: resign(row['payload'], alice, changes) })).toMatchObject({
      ok: false,
      reason: 'malformed_envelope',
      detail: 'ephemeral key is not a point on the curve',
    });
  });

  it('refuses a point on the curve that is written in another way', async () => {
    const { alice, laptop, row } = await sent();
    const point = AgreementKey.generate((length) => Buffer.alloc(length, 7)).publicPoint();
    // The hybrid form says once more whether the second coordinate is odd.
    point[0] = 6 + ((point[64] ?? 0) & 1);
    const changes = { ephemeral_public_key: point.toString('base64') };
    expect(await openOne(laptop, { ...row, payload: resign(row['payload'], alice, changes) })).toMatchObject({
      ok: false,
      reason: 'malformed_envelope',
      detail: 'ephemeral key is not an uncompressed point',
    });
  });
});

describe('a restart', () => {
  it('opens with prekeys and certificates from the store alone', async () => {
    const { world, alice, bobby } = await pair();
    const desk = await world.device(alice, 'alice-desk');
    const store = new MemoryStore();
    const before = await world.device(bobby, 'bobby-laptop', { store });
    const rows = deliver(await desk.engine.seal(message(world, BOBBY)), ALICE, BOBBY);
    const row = rows.get('bobby-laptop');
    expect(await openOne(before, row)).toMatchObject({ ok: true });
    before.engine.stop();
    const after = await world.device(bobby, 'bobby-laptop', { store, offline: true });
    world.gateway.pkiFailure = new AunError('gateway_unreachable', 'down', { retryable: true });
    expect(await openOne(after, row)).toMatchObject({ ok: true, payload: hello });
  });
});
