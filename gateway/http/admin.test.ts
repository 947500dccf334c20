import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { fetchAs } from '../testing/http';
import { failure, TestNetwork } from '../testing/network';
import { TestSocket } from '../testing/socket';

describe('the admin endpoint', () => {
  let network: TestNetwork;
  beforeAll(async () => {
    network = await TestNetwork.start({ adminToken: 'let-me-in' });
  });
  afterAll(() => network.dispose());

  const post = async (action: string, body: JsonObject = {}, token = 'let-me-in') => {
    const reply = await fetchAs(network.gateway.http, `/admin/${action}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    return { status: reply.status, body: reply.body };
  };

  it('does not exist without a token and refuses a wrong one', async () => {
    expect((await post('health', { up: true }, 'wrong')).status).toBe(401);
    expect((await post('no-such-action')).status).toBe(404);
    expect((await post('health', { up: 'maybe' })).status).toBe(400);
    const closed = await TestNetwork.start();
    const reply = await fetchAs(closed.gateway.http, '/admin/sessions', { method: 'POST' });
    expect(reply.status).toBe(405);
    await closed.dispose();
  });

  it('closes sessions with a code, with and without the event, and drops sockets', async () => {
    const alice = await network.join('alice');
    await post('close', { aid: 'alice.aun.test', code: 1012, reason: 'restart' });
    expect((await alice.socket.closed).code).toBe(1012);
    expect(alice.socket.events('gateway.disconnect')).toEqual([]);
    const again = await network.connect(alice.identity);
    await post('close', { aid: 'alice.aun.test', code: 4003, event: true });
    expect((await again.socket.closed).code).toBe(4003);
    expect(again.socket.events('gateway.disconnect')).toMatchObject([{ code: 4003 }]);
    const third = await network.connect(alice.identity);
    expect((await post('drop', { aid: 'alice.aun.test' })).body).toBe('{"dropped":1}');
    expect((await third.socket.closed).code).toBe(1006);
  });

  it('expires tokens, revokes certificates and frees names', async () => {
    const bob = await network.join('bobby');
    const { access_token: token } = await network.login(bob.identity);
    await post('expire_tokens', { aid: bob.identity.aid, kind: 'access' });
    expect((await failure(network.connect(bob.identity, { token }))).code).toBe(4001);
    expect((await post('revoke', { aid: bob.identity.aid })).body).toBe('{"revoked":1}');
    await post('free_name', { aid: bob.identity.aid });
    expect((await bob.socket.closed).code).toBe(4003);
    const successor = await network.join('bobby');
    expect(successor.hello['status']).toBe('ok');
    expect(await successor.pull()).toEqual([]);
  });

  it('fails a method on purpose and loses a reply after the work was done', async () => {
    const carol = await network.join('carol');
    await post('fail_next', { method: 'message.send', code: 5003, message: 'busy', times: 1 });
    expect((await failure(carol.text(carol.identity.aid, 'x'))).code).toBe(5003);
    await post('lose_replies', { method: 'message.send' });
    void carol.socket.request('message.send', {
      to: carol.identity.aid,
      payload: { text: 'kept' },
      message_id: 'm-1',
    });
    expect((await carol.socket.closed).code).toBe(1006);
    const back = await network.connect(carol.identity);
    const repeated = await back.text(carol.identity.aid, 'kept', { message_id: 'm-1' });
    expect(repeated['status']).toBe('duplicate');
    expect(await back.pull()).toHaveLength(1);
  });

  it('delays replies, sets the heartbeat and the quotas, and lists sessions', async () => {
    const dora = await network.join('doras');
    await post('delay_replies', { ms: 30 });
    const began = network.gateway.clock.now();
    await dora.call('meta.ping');
    expect(network.gateway.clock.now() - began).toBeGreaterThanOrEqual(25);
    await post('delay_replies', { ms: 0 });
    await post('heartbeat', { seconds: 12 });
    expect((await dora.call('meta.ping'))['heartbeat_interval']).toBe(12);
    await post('heartbeat', { seconds: null });
    await post('quotas', { devices: 1 });
    await network.connect(dora.identity, { device: 'device-2' });
    expect((await dora.socket.closed).code).toBe(4015);
    expect((await post('sessions', { aid: dora.identity.aid })).body).toContain('"device_id":"device-2"');
    await post('quotas', { devices: 10, slots: 10, short_connections: 10 });
    for (const action of ['health', 'revocation', 'auth_service']) {
      expect((await post(action, { up: true })).status).toBe(200);
    }
  });

  it('makes certificates unavailable for one AID or for all', async () => {
    const { aid } = await network.register('fiona');
    const other = await network.register('greta');
    const status = async (who: string) => (await fetchAs(network.gateway.http, `/pki/cert/${who}`)).status;
    await post('certificates', { up: false, aid });
    expect([await status(aid), await status(other.aid)]).toEqual([503, 200]);
    await post('certificates', { up: true, aid });
    await post('certificates', { up: false });
    expect([await status(aid), await status(other.aid)]).toEqual([503, 503]);
    await post('certificates', { up: true });
    expect([await status(aid), await status(other.aid)]).toEqual([200, 200]);
  });

  it('names further gateways, and can put itself behind them', async () => {
    const document = async () =>
      JSON.parse((await fetchAs(network.gateway.http, '/.well-known/aun-gateway')).body) as unknown;
    const own = network.gateway.url;
    expect(await document()).toEqual({ gateways: [{ url: own, priority: 1 }] });
    const other = { url: 'ws://127.0.0.1:9/aun', priority: 2 };
    await post('discovery', { gateways: [other, { url: 'ws://127.0.0.1:8/aun' }], own_priority: 3 });
    expect(await document()).toEqual({
      gateways: [{ url: own, priority: 3 }, other, { url: 'ws://127.0.0.1:8/aun' }],
    });
    await post('discovery');
    expect(await document()).toEqual({ gateways: [{ url: own, priority: 1 }] });
  });

  it.each([
    ['redirect', 302, ''],
    ['page', 200, 'Sign in'],
  ])('hides behind a captive portal that answers with a %s', async (mode, status, text) => {
    await post('captive_portal', { mode });
    for (const path of ['/health', '/.well-known/aun-gateway', '/pki/chain', '/custody/transfers']) {
      const answer = await fetchAs(network.gateway.http, path, { host: 'gateway.aun.test' });
      expect(answer.status).toBe(status);
      expect(answer.body).toContain(text);
      expect(answer.headers.location).toBe(mode === 'redirect' ? 'http://portal.invalid/login' : undefined);
    }
    await expect(TestSocket.open(network.gateway.url)).rejects.toThrow(
      `Unexpected server response: ${status}`,
    );
    await post('captive_portal', { mode: null });
    expect((await fetchAs(network.gateway.http, '/health')).status).toBe(200);
    (await TestSocket.open(network.gateway.url)).close();
  });

  it('gives an AID a certificate that ends soon, or has ended', async () => {
    const identity = await network.register('horst');
    const now = () => network.gateway.clock.now();
    const end = async () => {
      const { body } = await fetchAs(network.gateway.http, `/pki/cert/${identity.aid}`);
      identity.cert = body;
      return Date.parse(new X509Certificate(body).validTo);
    };
    const soon = await post('shorten_certificate', { aid: identity.aid, valid_ms: 3_600_000 });
    expect(JSON.parse(soon.body)).toEqual({ not_after: await end() });
    expect(Math.abs((await end()) - now() - 3_600_000)).toBeLessThan(60_000);
    // Near its end the login brings a fresh one.
    await post('shorten_certificate', { aid: identity.aid, valid_ms: 60_000 });
    await end();
    expect((await network.login(identity)).new_cert).toContain('BEGIN CERTIFICATE');
    await post('shorten_certificate', { aid: identity.aid, valid_ms: -60_000 });
    expect(await end()).toBeLessThan(now());
    expect((await failure(network.login(identity))).message).toBe('certificate expired');
    const nobody = await post('shorten_certificate', { aid: 'nobody.aun.test', valid_ms: 1 });
    expect(nobody.body).toBe('{"not_after":null}');
  });

  it('goes on with an auth server certificate that is revoked', async () => {
    const other = await TestNetwork.start({ adminToken: 'let-me-in' });
    const identity = await other.register('irene');
    const { auth_cert: pem } = await other.login1(identity);
    const serial = new X509Certificate(pem).serialNumber.toLowerCase();
    const status = async () => (await fetchAs(other.gateway.http, `/pki/ocsp/${serial}`)).body;
    expect(await status()).toContain('"status":"good"');
    expect(other.gateway.admin.revokeAuthServer('aun.test')).toBe(1);
    expect(await status()).toContain('"status":"revoked"');
    expect((await fetchAs(other.gateway.http, '/pki/crl.json')).body).toContain(serial);
    expect((await other.login1(identity)).auth_cert).toBe(pem);
    expect((await post('revoke_auth_server', { issuer: 'elsewhere.test' })).status).toBe(400);
    await other.dispose();
  });

  it('purges rows, wipes counters and moves the clock', async () => {
    const eve = await network.join('eves');
    for (const text of ['a', 'b', 'c']) await eve.text(eve.identity.aid, text);
    await post('purge', { aid: eve.identity.aid, up_to_seq: 2 });
    const page = await eve.call('message.pull', {});
    expect(page).toMatchObject({ count: 1, retention_floor_seq: 2, server_ack_seq: 2 });
    await eve.call('message.ack', { seq: 3 });
    await post('wipe_counters', { aid: eve.identity.aid });
    await eve.text(eve.identity.aid, 'again');
    expect(await eve.call('message.pull', {})).toMatchObject({ latest_seq: 1, server_ack_seq: 0 });
    const before = network.gateway.clock.now();
    await post('advance_clock', { ms: 60_000 });
    expect(network.gateway.clock.now() - before).toBeGreaterThanOrEqual(60_000);
  });

  it('cuts a socket that is silent for too long', async () => {
    const quick = await TestNetwork.start({ timings: { socketPing: 20, socketSilence: -1 } });
    const socket = await TestSocket.open(quick.gateway.url);
    expect((await socket.closed).code).toBe(1006);
    await quick.dispose();
  });
});
