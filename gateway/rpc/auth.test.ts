import { verify, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestIdentity } from '../testing/identity';
import { failure, TestNetwork } from '../testing/network';
import { field, TestSocket } from '../testing/socket';

const DAY = 24 * 3_600_000;

describe('registration and login', () => {
  let network: TestNetwork;
  beforeAll(async () => {
    network = await TestNetwork.start({ issuers: ['aun.test', 'other.test'] });
  });
  afterAll(() => network.dispose());

  const create = (aid: string, publicKey: string, curve = 'P-256') =>
    network.short('auth.create_aid', { aid, public_key: publicKey, curve });

  it('returns the stored certificate when the same key registers again', async () => {
    const alice = await network.register('alice');
    const again = await create(alice.aid, alice.publicKey);
    expect(again).toMatchObject({ aid: alice.aid, cert: alice.cert, curve: 'P-256' });
    const leaf = new X509Certificate(alice.cert);
    expect(leaf.subject).toBe(`CN=${alice.aid}`);
    expect(leaf.checkIssued(new X509Certificate(field(again, 'ca_cert')))).toBe(true);
  });

  it('gives one name to one of two keys that ask at the same moment', async () => {
    const one = new TestIdentity('racer.aun.test');
    const two = new TestIdentity('racer.aun.test');
    const results = await Promise.allSettled([
      create(one.aid, one.publicKey),
      create(two.aid, two.publicKey),
    ]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('gives one certificate to one key that asks twice at the same moment', async () => {
    const one = new TestIdentity('twice.aun.test');
    const ask = () => create(one.aid, one.publicKey);
    const [first, second] = await Promise.all([ask(), ask()]);
    expect(second['cert']).toBe(first['cert']);
  });

  it.each([
    ['Alice.aun.test', 'invalid aid'],
    ['abc.aun.test', 'invalid aid: too_short'],
    ['guest1.aun.test', 'invalid aid: guest_prefix'],
    ['g-team.aun.test', 'invalid aid: group_prefix'],
    ['gateway.aun.test', 'invalid aid: reserved'],
    ['alice', 'invalid aid: missing_issuer'],
    ['alice.elsewhere.test', 'issuer not hosted here'],
  ])('refuses the name %s', async (aid, text) => {
    const error = await failure(create(aid, new TestIdentity(aid).publicKey));
    expect(error.code).toBe(-32602);
    expect(error.message).toContain(text);
  });

  it('refuses a taken name, a foreign curve and a key that is no key', async () => {
    await network.register('taken');
    const stranger = new TestIdentity('taken.aun.test');
    expect(await failure(create(stranger.aid, stranger.publicKey))).toMatchObject({
      code: -32602,
      message: 'AID already exists',
    });
    const free = new TestIdentity('curve.aun.test');
    expect((await failure(create(free.aid, free.publicKey, 'P-521'))).message).toBe('unsupported curve');
    expect((await failure(create(free.aid, 'AAAA'))).message).toBe('invalid public_key');
    expect((await failure(network.short('auth.create_aid', { aid: free.aid }))).code).toBe(-32602);
  });

  it('issues by the CA of the issuer that the name belongs to', async () => {
    const bob = await network.register('bobby.other.test');
    expect(new X509Certificate(bob.cert).issuer).toBe('CN=other.test');
  });

  it('proves itself in the first login step and gives tokens in the second', async () => {
    const alice = await network.register('login');
    const first = await network.login1(alice);
    const auth = new X509Certificate(first.auth_cert);
    expect(auth.subject).toBe('CN=auth.aun.test');
    const proof = Buffer.from(first.client_nonce_signature, 'base64');
    expect(verify('sha256', Buffer.from('Y2xpZW50LW5vbmNl'), auth.publicKey, proof)).toBe(true);
    const login = await network.login(alice);
    expect(login).toMatchObject({ status: 'ok', aid: alice.aid, expires_in: 3600 });
  });

  it('says "not registered" for an unknown AID and "public key mismatch" for another key', async () => {
    const alice = await network.register('mismatch');
    const stranger = await network.register('stranger');
    const login1 = (aid: string, cert: string) =>
      network.short('auth.aid_login1', { aid, cert, client_nonce: 'x' });
    expect(await failure(login1('nobody.aun.test', alice.cert))).toMatchObject({
      code: -32001,
      message: 'AID not registered',
    });
    expect((await failure(login1(alice.aid, stranger.cert))).message).toContain('subject does not match');
    expect((await failure(login1(alice.aid, 'nonsense'))).message).toBe('certificate cannot be parsed');
    network.gateway.admin.freeName(alice.aid);
    const successor = await network.register('mismatch');
    expect(successor.publicKey).not.toBe(alice.publicKey);
    expect(await failure(login1(alice.aid, alice.cert))).toMatchObject({
      code: -32001,
      message: 'public key mismatch',
    });
  });

  it('takes a login nonce once, whether the signature was right or wrong', async () => {
    const alice = await network.register('nonce');
    const { request_id, nonce } = await network.login1(alice);
    const time = '1760000000';
    const second = (signature: string) =>
      network.short('auth.aid_login2', { aid: alice.aid, request_id, nonce, client_time: time, signature });
    expect(await failure(second(alice.sign('something else')))).toMatchObject({
      code: -32003,
      message: 'signature verification failed',
    });
    expect(await failure(second(alice.sign(`${nonce}:${time}`)))).toMatchObject({
      code: -32001,
      message: 'nonce invalid or expired',
    });
  });

  it('keeps a rotated refresh token good for a minute and answers with the same successor', async () => {
    const alice = await network.register('refresh');
    const login = await network.login(alice);
    const refresh = (token: string) => network.short('auth.refresh_token', { refresh_token: token });
    const first = await refresh(login.refresh_token);
    const second = await refresh(login.refresh_token);
    expect(first['success']).toBe(true);
    expect(second['access_token']).toBe(first['access_token']);
    expect(second['refresh_token']).toBe(first['refresh_token']);
    network.gateway.clock.advance(61_000);
    expect(await refresh(login.refresh_token)).toEqual({
      success: false,
      error: 'invalid_or_expired_refresh_token',
      relogin_required: true,
      retryable: false,
    });
    expect((await refresh(field(first, 'refresh_token')))['refresh_count']).toBe(2);
    expect((await refresh(''))['error']).toBe('missing refresh_token');
  });

  it('renews and rekeys with a nonce of the first login step', async () => {
    const alice = await network.register('renewal');
    const login = await network.login(alice);
    const old = alice.cert;
    const first = await network.login1(alice);
    const renewed = await network.short('auth.renew_cert', {
      aid: alice.aid,
      request_id: first.request_id,
      nonce: first.nonce,
      signature: alice.sign(first.nonce),
    });
    expect(renewed['status']).toBe('renewed');
    const fresh = new X509Certificate(field(renewed, 'cert'));
    expect(fresh.serialNumber).not.toBe(new X509Certificate(old).serialNumber);
    expect(await network.login(alice)).toMatchObject({ active_cert: renewed['cert'] });

    const successor = new TestIdentity(alice.aid);
    const again = await network.login1(alice);
    const params = { aid: alice.aid, request_id: again.request_id, nonce: again.nonce };
    const rekeyed = await network.short('auth.rekey', {
      ...params,
      new_public_key: successor.publicKey,
      signature: alice.sign(again.nonce + successor.publicKey),
    });
    expect(rekeyed['status']).toBe('rekeyed');
    expect((await failure(network.login(alice))).message).toBe('public key mismatch');
    successor.cert = field(rekeyed, 'cert_pem');
    expect((await network.login(successor))['status']).toBe('ok');
    const ended = await network.short('auth.refresh_token', { refresh_token: login.refresh_token });
    expect(ended['success']).toBe(false);
  });

  it('offers a new certificate at login after half of the validity', async () => {
    const alice = await network.register('halfway');
    network.gateway.clock.advance(400 * DAY);
    const login = await network.login(alice);
    expect(new X509Certificate(login.new_cert ?? '').subject).toBe(`CN=${alice.aid}`);
  });

  it('lets an expired certificate be renewed for 90 days but not log in', async () => {
    const alice = await network.register('expired');
    network.gateway.clock.advance(740 * DAY);
    expect(await failure(network.login(alice))).toMatchObject({
      code: -32001,
      message: 'certificate expired',
    });
    expect(await network.login1(alice)).toHaveProperty('nonce');
    network.gateway.clock.advance(90 * DAY);
    expect((await failure(network.login1(alice))).message).toBe('certificate expired');
    const again = await create(alice.aid, alice.publicKey);
    expect(again['cert']).not.toBe(alice.cert);
  });

  it('refuses a revoked identity everywhere', async () => {
    const alice = await network.register('revoked');
    const { access_token: token } = await network.login(alice);
    expect(network.gateway.admin.revoke({ aid: alice.aid })).toBe(1);
    expect((await failure(network.login(alice))).message).toBe('certificate revoked');
    expect(await failure(create(alice.aid, alice.publicKey))).toMatchObject({
      code: -32001,
      message: 'certificate revoked',
    });
    expect((await failure(network.connect(alice, { token }))).code).toBe(4001);
  });

  it('hands out certificates by serial and further ones to their owner', async () => {
    const alice = await network.join('download');
    const serial = new X509Certificate(alice.identity.cert).serialNumber;
    const found = await alice.call('auth.download_cert', { cert_sn: serial });
    expect(found['cert']).toBe(alice.identity.cert);
    expect(found['cert_chain']).toHaveLength(3);
    const root = await alice.call('auth.download_cert', { cert_sn: 'root' });
    expect(root['cert']).toBe(network.gateway.rootPem);
    expect((await failure(alice.call('auth.download_cert', { cert_sn: '10ff' }))).code).toBe(-32008);
    const wanted = { aid: alice.identity.aid, public_key: alice.identity.publicKey, curve: 'P-256' };
    expect((await alice.call('auth.request_cert', wanted))['status']).toBe('issued');
    const foreign = { ...wanted, aid: 'download.other.test' };
    expect((await failure(alice.call('auth.request_cert', foreign))).code).toBe(-32004);
  });

  it('marks an unexpected failure of a login step as temporary', async () => {
    const alice = await network.register('temporary');
    network.gateway.admin.faults.failNext({
      method: 'auth.aid_login1',
      code: -32001,
      message: 'aid_login1_failed: prepared',
    });
    expect((await failure(network.login1(alice))).message).toContain('aid_login1_failed');
    expect(await network.login1(alice)).toHaveProperty('nonce');
  });

  it('limits registrations and logins of one address when rate limits are on', async () => {
    const strict = await TestNetwork.start({
      rateLimit: { createAid: { perSecond: 0.01, burst: 1 }, login: { perSecond: 0.01, burst: 1 } },
    });
    const alice = await strict.register('alice');
    const error = await failure(strict.register('bobby'));
    expect(error).toMatchObject({ code: -32029, data: { retry_after: 100 } });
    await strict.login1(alice);
    expect((await failure(strict.login1(alice))).code).toBe(-32029);
    await strict.dispose();
  });

  it('sends nothing but the challenge on its own accord before login', async () => {
    const socket = await TestSocket.open(network.gateway.url);
    await socket.nonce();
    await socket.request('auth.aid_login1', { aid: 'nobody.aun.test', cert: 'x', client_nonce: 'y' });
    expect(socket.frames).toHaveLength(2);
    socket.close();
  });
});
