import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WireFailure } from './testing/test-gateway';
import { TestMemory } from './testing/test-memory';
import { AunError } from '../runtime/errors';
import { createTestIdentity, createTestPki, testVerifier } from './testing/test-pki';
import { methods, stateIs, Worlds } from './testing/worlds';
import { until } from './testing/until';

let worlds: Worlds;
beforeAll(async () => {
  worlds = await Worlds.create();
});
afterEach(() => worlds.end());

describe('getting online', () => {
  it('signs in, introduces itself exactly like a 0.2.20 client and keeps the tokens', async () => {
    const { server, session, memory } = await worlds.world();
    const states: string[] = [];
    session.onChange((snapshot) => states.push(snapshot.state));
    session.start();
    await stateIs(session, 'online');
    expect(methods(server)).toEqual(['auth.aid_login1', 'auth.aid_login2', 'auth.connect']);
    const { nonce, ...params } = server.calls[2]?.params ?? {};
    expect(nonce).toEqual(expect.any(String));
    expect(params).toEqual({
      auth: { method: 'kite_token', token: memory.tokens?.accessToken },
      protocol: { min: '1.0', max: '1.0' },
      device: { id: 'device-1', type: 'sdk' },
      client: { slot_id: 'main' },
      delivery_mode: { mode: 'fanout', routing: '', affinity_ttl_ms: 0 },
      capabilities: { e2ee: true, group_e2ee: true },
      extra_info: { app: 'Parley', device: 'desk', host: 'desk', started_at: 1_760_000_000_000 },
    });
    expect([...new Set(states)]).toEqual(['discovering', 'authenticating', 'connecting', 'online']);
    expect(memory.tokens?.refreshToken).toEqual(expect.any(String));
  });

  it('works over TLS with the root of the network and sends the gateway name as host', async () => {
    const { server, session } = await worlds.world({ secure: true });
    server.healthStatus = 200;
    session.start();
    await stateIs(session, 'online');
    expect(await session.call('echo', { a: 1 })).toEqual({ a: 1 });
  });

  it('refuses a TLS gateway whose root is not trusted, and looks again when the network changes', async () => {
    const { session, server } = await worlds.world({ secure: true, rootPem: null });
    session.start();
    await stateIs(session, 'blocked');
    expect(session.snapshot()).toMatchObject({
      blocked: 'gateway_not_trusted',
      problem: { code: 'tls_failed' },
    });
    expect(server.calls).toEqual([]);
    session.networkChanged();
    expect(session.snapshot().state).toBe('discovering');
    await stateIs(session, 'blocked');
  });

  it('offers a remembered token without signing in', async () => {
    const memory = new TestMemory();
    memory.tokens = { accessToken: 'kept', accessExpiresAt: Date.now() + 600_000, refreshToken: null };
    const { server, session } = await worlds.world({ memory });
    server.tokens.add('kept');
    session.start();
    await stateIs(session, 'online');
    expect(methods(server)).toEqual(['auth.connect']);
  });

  it('refreshes on the side and uses the same socket and nonce when the token is refused', async () => {
    const memory = new TestMemory();
    memory.tokens = { accessToken: 'stale', accessExpiresAt: Date.now() + 600_000, refreshToken: 'fresh' };
    const { server, session } = await worlds.world({ memory });
    server.refreshTokens.add('fresh');
    session.start();
    await stateIs(session, 'online');
    expect(methods(server)).toEqual(['auth.connect', 'auth.refresh_token', 'auth.connect']);
    expect(server.calls[0]?.params['nonce']).toBe(server.calls[2]?.params['nonce']);
  });

  it('signs in anew when neither token is good, also when the gateway closes with 4001 instead of answering', async () => {
    const memory = new TestMemory();
    memory.tokens = {
      accessToken: 'stale',
      accessExpiresAt: Date.now() + 600_000,
      refreshToken: 'stale too',
    };
    const { server, session } = await worlds.world({ memory });
    server.handlers.set('auth.connect', (_params, socket) => {
      server.handlers.delete('auth.connect');
      socket.close(4001);
      return undefined;
    });
    session.start();
    await stateIs(session, 'online');
    expect(methods(server)).toEqual([
      'auth.connect',
      'auth.refresh_token',
      'auth.aid_login1',
      'auth.aid_login2',
      'auth.connect',
    ]);
  });

  it('fetches its own certificate when only the key is at hand', async () => {
    const identity = await createTestIdentity(worlds.pki, 'bobby', { certified: false });
    const { server, session } = await worlds.world({ identity, register: false });
    server.registered.set(identity.aid, await worlds.pki.issueFor(identity.aid, identity.publicKeySpki));
    session.start();
    await stateIs(session, 'online');
    expect(identity.certificate()?.commonName).toBe(identity.aid);
    expect(server.requests).toContain(`GET gateway.aun.test /pki/cert/${identity.aid}`);
  });

  it('renews a certificate that ran out and signs in with the new one', async () => {
    const identity = await createTestIdentity(worlds.pki, 'carol', {
      notAfter: new Date(Date.now() - 60_000),
    });
    const { server, session } = await worlds.world({ identity });
    session.start();
    await stateIs(session, 'online');
    expect(methods(server)).toContain('auth.renew_cert');
    expect(identity.certificates()).toHaveLength(2);
    expect(identity.certificate()?.notAfter).toBeGreaterThan(Date.now());
  });

  it('adopts a certificate the gateway hands out only if it verifies for the own key', async () => {
    const { server, session, identity } = await worlds.world();
    const other = await createTestIdentity(worlds.pki, 'mallo');
    const renewed = await worlds.pki.issueFor(identity.aid, identity.publicKeySpki);
    server.refreshTokens.add('r1');
    const offers = [await worlds.pki.issueFor(identity.aid, other.publicKeySpki), renewed];
    server.handlers.set('auth.aid_login2', () => {
      server.tokens.add('granted');
      return { access_token: 'granted', new_cert: offers.shift(), active_cert: offers[0] };
    });
    session.start();
    await stateIs(session, 'online');
    expect(identity.certificate()?.pem).toBe(renewed);
    expect(identity.certificates()).toHaveLength(2);
  });
});

describe('what blocks a session', () => {
  const refusals: [string, string, WireFailure, string][] = [
    ['an unknown name', 'auth.aid_login1', new WireFailure(-32001, 'aid not registered'), 'not_registered'],
    [
      'a name with another key',
      'auth.aid_login1',
      new WireFailure(-32001, 'public key mismatch'),
      'name_belongs_to_another_key',
    ],
    [
      'a revoked certificate',
      'auth.aid_login1',
      new WireFailure(-32001, 'certificate revoked'),
      'certificate_revoked',
    ],
    [
      'an expired certificate',
      'auth.aid_login1',
      new WireFailure(-32001, 'certificate expired'),
      'certificate_expired',
    ],
    [
      'a refused signature',
      'auth.aid_login2',
      new WireFailure(-32003, 'signature verification failed'),
      'sign_in_rejected',
    ],
    [
      'another protocol version',
      'auth.connect',
      new WireFailure(-32000, 'protocol version mismatch'),
      'protocol_mismatch',
    ],
    ['a fresh token refused', 'auth.connect', new WireFailure(4001, 'token invalid'), 'sign_in_rejected'],
  ];
  it.each(refusals)('%s is explained and not tried again', async (_name, method, failure, reason) => {
    const { server, session } = await worlds.world();
    server.handlers.set(method, () => {
      throw failure;
    });
    session.start();
    await stateIs(session, 'blocked');
    expect(session.snapshot()).toMatchObject({ blocked: reason, retryAt: null });
    expect(server.calls.filter((call) => call.method === method)).toHaveLength(1);
  });

  it('a gateway that cannot prove it holds the authority key gets no signature of ours', async () => {
    const { server, session } = await worlds.world();
    const impostor = await createTestPki();
    server.handlers.set('auth.aid_login1', () => ({
      request_id: 'r',
      nonce: 'n',
      auth_cert: impostor.authority.pem,
      client_nonce_signature: 'AAAA',
    }));
    session.start();
    await stateIs(session, 'blocked');
    expect(session.snapshot().blocked).toBe('gateway_not_trusted');
    expect(methods(server)).not.toContain('auth.aid_login2');
  });

  it('the certificate of the authority without its key is worth nothing', async () => {
    const { server, session } = await worlds.world();
    const impostor = await createTestPki();
    server.handlers.set('auth.aid_login1', (params) => ({
      request_id: 'r',
      nonce: 'n',
      auth_cert: worlds.pki.authority.pem,
      client_nonce_signature: worlds.proof(params['client_nonce'], impostor.authority.key),
    }));
    session.start();
    await stateIs(session, 'blocked');
    expect(session.snapshot().blocked).toBe('gateway_not_trusted');
    expect(methods(server)).not.toContain('auth.aid_login2');
  });

  it('never signs a nonce that reads like an RPC signature', async () => {
    const { server, session } = await worlds.world();
    server.handlers.set('auth.aid_login1', (params) => ({
      request_id: 'r',
      nonce: 'group.kick|alice.aun.test|1|00',
      auth_cert: worlds.pki.authority.pem,
      client_nonce_signature: worlds.proof(params['client_nonce']),
    }));
    session.start();
    await until('a failed attempt', () => session.snapshot().problem !== null);
    expect(session.snapshot().problem?.code).toBe('protocol_error');
    expect(methods(server)).not.toContain('auth.aid_login2');
  });

  it.each([
    ['not_yet_valid', -86_400, 'clock_wrong', 'clock_skew'],
    ['expired', 86_400, 'clock_wrong', 'clock_skew'],
    ['expired', 30, 'gateway_not_trusted', 'gateway_not_trusted'],
    ['root_not_trusted', -86_400, 'gateway_not_trusted', 'gateway_not_trusted'],
  ] as const)(
    'an authority that is %s while the clocks are %i s apart blocks with: %s',
    async (reason, secondsApart, blocked, code) => {
      const verifier = {
        ...testVerifier(worlds.pki),
        verifyAuthServer: () =>
          Promise.reject(new AunError('certificate_invalid', 'not now', { detail: { reason } })),
      };
      const { server, session } = await worlds.world({ verifier });
      server.handlers.set('auth.aid_login1', (params) => ({
        request_id: 'r',
        nonce: 'n',
        auth_cert: worlds.pki.authority.pem,
        client_nonce_signature: worlds.proof(params['client_nonce']),
        server_time: Date.now() / 1000 + secondsApart,
      }));
      session.start();
      await stateIs(session, 'blocked');
      expect(session.snapshot()).toMatchObject({ blocked, problem: { code } });
      expect(session.snapshot().retryAt === null).toBe(blocked !== 'clock_wrong');
      // The clock is named, the certificate is not believed for it.
      expect(methods(server)).not.toContain('auth.aid_login2');
      if (blocked === 'clock_wrong')
        expect(Math.round(session.clockSkewMs() / 1000)).toBeCloseTo(secondsApart, -1);
    },
  );

  it.each([
    ['captive_portal', true, 'captive_portal'],
    ['clock_skew', false, 'clock_wrong'],
    ['revocation_list_invalid', false, 'gateway_not_trusted'],
  ] as const)(
    'a failure while the authority is judged (%s, retryable %s) means: %s',
    async (code, retryable, blocked) => {
      const verifier = {
        ...testVerifier(worlds.pki),
        verifyAuthServer: () => Promise.reject(new AunError(code, 'on the way', { retryable })),
      };
      const { session } = await worlds.world({ verifier });
      session.start();
      await stateIs(session, 'blocked');
      expect(session.snapshot().blocked).toBe(blocked);
    },
  );

  it('a temporary login failure is tried again', async () => {
    const { server, session } = await worlds.world();
    server.handlers.set('auth.aid_login1', () => {
      server.handlers.delete('auth.aid_login1');
      throw new WireFailure(-32001, 'aid_login1_failed: store is busy');
    });
    session.start();
    await stateIs(session, 'backing-off');
    await stateIs(session, 'online');
    expect(server.requests.some((line) => line.endsWith('/health'))).toBe(true);
  });

  it('a displaced session keeps the facts of the other one and stays away until told to connect', async () => {
    const { server, session } = await worlds.world();
    session.start();
    await stateIs(session, 'online');
    server.push('gateway.disconnect', {
      code: 4009,
      reason: 'Connection replaced',
      detail: { slot_id: 'main', new_extra_info: { host: 'laptop\u0007', app: 'Parley' } },
    });
    for (const socket of server.sessions) socket.close(4009);
    await stateIs(session, 'blocked');
    expect(session.snapshot()).toMatchObject({
      blocked: 'signed_in_elsewhere',
      notice: {
        reason: 'Connection replaced',
        slot_id: 'main',
        'new_extra_info.host': 'laptop',
        'new_extra_info.app': 'Parley',
      },
    });
    session.start();
    session.networkChanged();
    expect(session.snapshot().state).toBe('blocked');
    session.connectNow();
    await stateIs(session, 'online');
    expect(session.snapshot().notice).toBeNull();
  });

  it('the disconnect notice counts even when the connection just drops after it', async () => {
    const { server, session } = await worlds.world();
    session.start();
    await stateIs(session, 'online');
    server.push('gateway.disconnect', { code: 4015, detail: { quota_kind: 'aid_devices_quota_exceeded' } });
    for (const socket of server.sessions) socket.close();
    await stateIs(session, 'blocked');
    expect(session.snapshot()).toMatchObject({
      blocked: 'evicted_by_quota',
      notice: { quota_kind: 'aid_devices_quota_exceeded' },
    });
  });

  it('an invalid challenge nonce is tried once more and then explained', async () => {
    const { server, session } = await worlds.world();
    server.handlers.set('auth.connect', () => {
      throw new WireFailure(4010, 'nonce invalid or expired');
    });
    session.start();
    await stateIs(session, 'blocked');
    expect(session.snapshot().blocked).toBe('challenge_rejected');
    expect(methods(server).filter((method) => method === 'auth.connect')).toHaveLength(2);
  });
});
