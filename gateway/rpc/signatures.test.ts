import { afterEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { SignatureMode } from '../config';
import { failure, TestNetwork } from '../testing/network';

describe('client signatures', () => {
  let network: TestNetwork;
  afterEach(() => network.dispose());

  const thought = (to: string, id = 'mt-1'): JsonObject => ({
    to,
    context: { type: 'run', id: 'run-1' },
    payload: { type: 'thought', text: '想一想', n: 3 },
    thought_id: id,
  });

  async function start(signatures: SignatureMode) {
    network = await TestNetwork.start({ signatures });
    const alice = await network.join('alice');
    const bob = await network.join('bobby');
    return { alice, bob, params: thought(bob.identity.aid) };
  }

  it('accepts a valid one and returns the first result for a replay', async () => {
    const { alice, params } = await start('enforce');
    const signed = alice.identity.signed('message.thought.put', params);
    const first = await alice.call('message.thought.put', signed);
    expect(first['stored_count']).toBe(1);
    await alice.call(
      'message.thought.put',
      alice.identity.signed('message.thought.put', thought('bobby.aun.test', 'mt-2')),
    );
    expect(await alice.call('message.thought.put', signed)).toEqual(first);
  });

  it('refuses a missing one where V1 signs, but not for message.send', async () => {
    const { alice, bob, params } = await start('enforce');
    expect(await failure(alice.call('message.thought.put', params))).toMatchObject({
      code: -32051,
      message: 'client_signature required',
    });
    expect((await alice.text(bob.identity.aid, 'unsigned'))['status']).toBe('delivered');
  });

  it('refuses every kind of tampering', async () => {
    const { alice, bob, params } = await start('enforce');
    const sign = (method: string, atMs?: number) =>
      alice.identity.signed(method, params, atMs) as { client_signature: JsonObject };
    const good = sign('message.thought.put');
    const attempt = async (change: JsonObject) =>
      (await failure(alice.call('message.thought.put', { ...params, ...good, ...change }))).message;
    const changed = (change: JsonObject) => ({ client_signature: { ...good.client_signature, ...change } });
    expect(await attempt({ payload: { type: 'thought', text: 'other' } })).toContain('params_hash mismatch');
    expect(await attempt(changed({ signature: 'AAAA' }))).toContain('verification failed');
    expect(await attempt(changed({ aid: bob.identity.aid }))).toContain('aid mismatch');
    expect(await attempt(changed({ timestamp: 'soon' }))).toContain('malformed');
    expect(await attempt(changed({ cert_fingerprint: bob.identity.fingerprint }))).toContain('not active');
    expect(await attempt(sign('message.send'))).toContain('verification failed');
    expect(await attempt(sign('message.thought.put', Date.now() - 301_000))).toContain('out of range');
  });

  it('checks a present one on message.send too', async () => {
    const { alice, bob } = await start('enforce');
    const params = { to: bob.identity.aid, payload: { type: 'text', text: 'hi' } };
    const signed = alice.identity.signed('message.send', params);
    expect((await alice.call('message.send', signed))['status']).toBe('delivered');
    const tampered = { ...signed, payload: { type: 'text', text: 'ho' } };
    expect((await failure(alice.call('message.send', tampered))).code).toBe(-32051);
  });

  it('only notes problems in warn mode and does not look in off mode', async () => {
    const warned = await start('warn');
    expect((await warned.alice.call('message.thought.put', warned.params))['stored_count']).toBe(1);
    await network.dispose();
    const { alice, params } = await start('off');
    const broken = { ...params, client_signature: 'nonsense' };
    expect((await alice.call('message.thought.put', broken))['stored_count']).toBe(1);
  });

  it('accepts a certificate renewed with the same key and refuses a revoked one', async () => {
    const { alice, params } = await start('enforce');
    const { request_id, nonce } = await network.login1(alice.identity);
    await network.short('auth.renew_cert', {
      aid: alice.identity.aid,
      request_id,
      nonce,
      signature: alice.identity.sign(nonce),
    });
    const old = alice.identity.signed('message.thought.put', params);
    expect((await alice.call('message.thought.put', old))['stored_count']).toBe(1);
    network.gateway.admin.revoke({ fingerprint: alice.identity.fingerprint });
    const late = alice.identity.signed('message.thought.put', thought('bobby.aun.test', 'mt-9'));
    expect((await failure(alice.call('message.thought.put', late))).message).toContain('not active');
  });
});
