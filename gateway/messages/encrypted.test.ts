import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { TestClient } from '../testing/network';
import { failure, TestNetwork } from '../testing/network';

const FINGERPRINT_TEXT = 'prekey cert fingerprint mismatch: stale device list of bobby.aun.test';

/** An opaque envelope with the members the gateway checks and some it must not touch. */
function envelope(from: string, to: string, messageId: string, label: string): JsonObject {
  return {
    type: 'e2ee.encrypted',
    version: '1',
    encryption_mode: 'prekey_ecdh_v2',
    ciphertext: label,
    unknown_member: { deep: [1, null, 'ü', { z: 1, a: 2 }] },
    aad: { from, to, message_id: messageId, timestamp: 1767225600123 },
  };
}

describe('end-to-end encrypted messages of generation V1', () => {
  let network: TestNetwork;
  let alice: TestClient;
  let bob: TestClient;
  beforeEach(async () => {
    network = await TestNetwork.start();
    alice = await network.join('alice');
    bob = await network.join('bobby');
    await bob.call('message.e2ee.put_prekey', bob.identity.prekey('device-1'));
  });
  afterEach(() => network.dispose());

  function multi(
    messageId: string,
    devices: readonly string[],
    own: readonly string[] = [],
    to = bob.identity.aid,
  ): JsonObject {
    const from = alice.identity.aid;
    const copies = (list: readonly string[]) =>
      list.map((device) => ({ device_id: device, envelope: envelope(from, to, messageId, `for ${device}`) }));
    return {
      to,
      type: 'e2ee.multi_device',
      encrypted: true,
      message_id: messageId,
      timestamp: 1,
      payload: {
        type: 'e2ee.multi_device',
        logical_message_id: messageId,
        recipient_copies: copies(devices),
        self_copies: copies(own),
      },
    };
  }

  it('hands each device its own envelope, unchanged, and never the wrapper', async () => {
    const phone = await network.connect(alice.identity, { device: 'phone' });
    const result = await alice.call('message.send', multi('m-1', ['device-1'], ['phone']));
    expect(result).toMatchObject({ message_id: 'm-1', seq: 1, status: 'delivered' });
    expect(await bob.socket.event('message.received')).toMatchObject({
      message_id: 'm-1',
      from: 'alice.aun.test',
      to: 'bobby.aun.test',
      type: 'e2ee.encrypted',
      encrypted: true,
      direction: 'inbound',
      device_id: 'device-1',
      payload: envelope('alice.aun.test', 'bobby.aun.test', 'm-1', 'for device-1'),
    });
    expect(await phone.socket.event('message.received')).toMatchObject({
      direction: 'outbound_sync',
      to: 'bobby.aun.test',
      payload: { ciphertext: 'for phone' },
    });
    expect(await bob.pull()).toMatchObject([{ encrypted: true, payload: { ciphertext: 'for device-1' } }]);
  });

  it('refuses a stale device list once, then takes it', async () => {
    const tablet = await network.connect(bob.identity, { device: 'tablet' });
    await tablet.call('message.e2ee.put_prekey', bob.identity.prekey('tablet'));
    const stale = multi('m-1', ['device-1']);
    expect(await failure(alice.call('message.send', stale))).toMatchObject({
      code: -32602,
      message: FINGERPRINT_TEXT,
    });
    expect(await bob.pull()).toEqual([]);
    expect((await alice.call('message.send', stale))['status']).toBe('delivered');
    await failure(alice.call('message.send', multi('m-2', ['device-1'])));
    await alice.call('message.send', multi('m-2', ['device-1', 'tablet']));
    expect(await tablet.socket.event('message.received')).toMatchObject({ message_id: 'm-2' });
    expect((await bob.pull()).map((row) => row['message_id'])).toEqual(['m-1', 'm-2']);
  });

  it('forgets devices that were not seen for thirty days', async () => {
    const tablet = await network.connect(bob.identity, { device: 'tablet' });
    await tablet.call('message.e2ee.put_prekey', bob.identity.prekey('tablet'));
    await tablet.leave();
    network.gateway.admin.advanceClock(31 * 24 * 3_600_000);
    const found = await alice.call('message.e2ee.get_prekey', { aid: bob.identity.aid });
    expect(found['device_prekeys']).toMatchObject([{ device_id: 'device-1' }]);
    expect((await alice.call('message.send', multi('m-1', ['device-1'])))['status']).toBe('delivered');
  });

  it('refuses envelopes bound to another sender, recipient or id', async () => {
    const attempt = async (aad: JsonObject) => {
      const params = multi('m-1', []);
      const copy = { device_id: 'device-1', envelope: { type: 'e2ee.encrypted', aad } };
      const payload = { type: 'e2ee.multi_device', recipient_copies: [copy], self_copies: [] };
      return (await failure(alice.call('message.send', { ...params, payload }))).message;
    };
    expect(await attempt({ from: 'mallory.aun.test' })).toBe('envelope aad.from does not match');
    expect(await attempt({ to: 'carol.aun.test' })).toBe('envelope aad.to does not match');
    expect(await attempt({ message_id: 'm-2' })).toBe('envelope aad.message_id does not match');
    const renamed = { ...multi('m-1', ['device-1']), message_id: 'm-7' };
    expect((await failure(alice.call('message.send', renamed))).code).toBe(-32602);
    expect((await failure(alice.call('message.send', multi('m-1', [])))).code).toBe(-32602);
  });

  it('gives a single envelope to all devices of the recipient', async () => {
    await network.connect(bob.identity, { device: 'tablet' });
    const result = await alice.call('message.send', {
      to: bob.identity.aid,
      type: 'e2ee.encrypted',
      encrypted: true,
      message_id: 'm-1',
      payload: envelope('alice.aun.test', 'bobby.aun.test', 'm-1', 'single'),
    });
    expect(result['device_seqs']).toEqual({ 'device-1': 1, tablet: 1 });
    expect(await bob.pull()).toMatchObject([{ type: 'e2ee.encrypted', encrypted: true }]);
  });

  it('puts a note to self on all own devices as inbound and ignores self copies', async () => {
    const phone = await network.connect(alice.identity, { device: 'phone' });
    const note = multi('m-1', ['device-1', 'phone'], ['phone'], alice.identity.aid);
    await alice.call('message.send', note);
    for (const client of [alice, phone]) {
      expect(await client.pull()).toMatchObject([{ seq: 1, direction: 'inbound', message_id: 'm-1' }]);
    }
  });

  it('keeps a copy for a device that is offline', async () => {
    await bob.leave();
    expect((await alice.call('message.send', multi('m-1', ['device-1'])))['status']).toBe('sent');
    const back = await network.connect(bob.identity);
    expect(await back.pull()).toMatchObject([{ message_id: 'm-1', encrypted: true }]);
  });

  it('serves prekeys exactly as uploaded, newest device first, without using them up', async () => {
    const upload = bob.identity.prekey('tablet');
    network.gateway.clock.advance(5);
    expect(await bob.call('message.e2ee.put_prekey', upload)).toEqual({
      ok: true,
      prekey_id: upload.prekey_id,
      device_id: 'tablet',
    });
    const get = () => alice.call('message.e2ee.get_prekey', { aid: bob.identity.aid });
    const found = await get();
    expect(found).toMatchObject({ found: true, prekey: upload });
    expect(found['device_prekeys']).toHaveLength(2);
    expect(await get()).toEqual(found);
    const none = await alice.call('message.e2ee.get_prekey', { aid: 'nobody.aun.test' });
    expect(none).toEqual({ found: false });
  });

  it('takes the device from the connection when an upload names none', async () => {
    const upload = alice.identity.prekey('');
    expect((await alice.call('message.e2ee.put_prekey', upload))['device_id']).toBe('device-1');
  });

  it('refuses a prekey that the caller did not sign', async () => {
    const good = bob.identity.prekey('device-1');
    const attempt = async (change: JsonObject) =>
      (await failure(bob.call('message.e2ee.put_prekey', { ...good, ...change }))).message;
    expect(await attempt({ created_at: 1 })).toBe('prekey signature verification failed');
    expect(await attempt({ public_key: 'AAAA' })).toBe('invalid prekey public_key');
    expect(await attempt({ cert_fingerprint: alice.identity.fingerprint })).toBe(
      'prekey cert_fingerprint is not one of the caller',
    );
    expect(await attempt({ device_id: 'not ok' })).toBe('invalid params: device_id');
    expect(await attempt({ prekey_id: '' })).toBe('invalid params: prekey_id');
  });

  it('withdraws the prekeys of a revoked certificate', async () => {
    const { request_id, nonce } = await network.login1(bob.identity);
    const signature = bob.identity.sign(nonce);
    await network.short('auth.renew_cert', { aid: bob.identity.aid, request_id, nonce, signature });
    expect(await alice.call('message.e2ee.get_prekey', { aid: bob.identity.aid })).toHaveProperty('prekey');
    network.gateway.admin.revoke({ fingerprint: bob.identity.fingerprint });
    const found = await alice.call('message.e2ee.get_prekey', { aid: bob.identity.aid });
    expect(found).toEqual({ found: false });
  });

  it('refuses envelopes of generation V2', async () => {
    const payload = { type: 'e2ee.p2p_encrypted', version: 'v2', aad: {} };
    const error = await failure(alice.call('message.send', { to: bob.identity.aid, payload }));
    expect(error.code).toBe(-32602);
  });
});
