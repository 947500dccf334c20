import { sign } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../runtime/logger';
import { systemClock, systemRandom, systemScheduler } from '../runtime/runtime';
import type { Runtime } from '../runtime/runtime';
import { AunError, RpcError } from '../runtime/errors';
import type { Identity } from '../ports/identity';
import { createSession } from './index';
import type { GatewaySession } from './index';
import { startTestGateway, WireFailure } from './testing/test-gateway';
import type { TestGateway } from './testing/test-gateway';
import { TestMemory } from './testing/test-memory';
import { createTestIdentity, createTestPki, testVerifier } from './testing/test-pki';
import type { TestPki } from './testing/test-pki';
import { until } from './testing/until';

const runtime: Runtime = {
  clock: systemClock,
  random: { ...systemRandom, unit: () => 0 },
  scheduler: systemScheduler,
  logger: silentLogger,
};

let pki: TestPki;
beforeAll(async () => {
  pki = await createTestPki();
});

const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const task of cleanUp.splice(0).reverse()) await task();
});

async function gateway(options: { secure?: boolean; port?: number } = {}): Promise<TestGateway> {
  const started = await startTestGateway(pki, options);
  cleanUp.push(() => started.close());
  return started;
}

interface World {
  readonly server: TestGateway;
  readonly session: GatewaySession;
  readonly memory: TestMemory;
  readonly identity: Identity;
}

async function world(
  options: {
    secure?: boolean;
    identity?: Identity;
    register?: boolean;
    memory?: TestMemory;
    rootPem?: string | null;
    own?: Partial<Runtime>;
  } = {},
): Promise<World> {
  const server = await gateway({ secure: options.secure === true });
  const identity = options.identity ?? (await createTestIdentity(pki, 'alice'));
  if (options.register !== false) server.registered.set(identity.aid, identity.certificate()?.pem ?? '');
  const memory = options.memory ?? new TestMemory();
  const session = createSession({
    aid: identity.aid,
    deviceId: 'device-1',
    slotId: 'main',
    identity,
    verifier: testVerifier(pki),
    network: {
      issuer: 'aun.test',
      pinnedGatewayUrl: server.url,
      rootPem: options.rootPem === undefined ? pki.rootPem : options.rootPem,
    },
    memory,
    runtime: { ...runtime, ...options.own },
    hostName: 'desk',
    startedAt: 1_760_000_000_000,
  });
  cleanUp.push(() => session.stop());
  return { server, session, memory, identity };
}

const stateIs = (session: GatewaySession, state: string): Promise<void> =>
  until(`state ${state}`, () => session.snapshot().state === state);
const methods = (server: TestGateway): string[] => server.calls.map((call) => call.method);

const proof = (clientNonce: unknown): string =>
  sign('sha256', Buffer.from(String(clientNonce)), pki.authority.key).toString('base64');

describe('getting online', () => {
  it('signs in, introduces itself exactly like a 0.2.20 client and keeps the tokens', async () => {
    const { server, session, memory } = await world();
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
      extra_info: { app: 'Parley', host: 'desk', started_at: 1_760_000_000_000 },
    });
    expect([...new Set(states)]).toEqual(['discovering', 'authenticating', 'connecting', 'online']);
    expect(memory.tokens?.refreshToken).toEqual(expect.any(String));
  });

  it('works over TLS with the root of the network and sends the gateway name as host', async () => {
    const { server, session } = await world({ secure: true });
    server.healthStatus = 200;
    session.start();
    await stateIs(session, 'online');
    expect(await session.call('echo', { a: 1 })).toEqual({ a: 1 });
  });

  it('refuses a TLS gateway whose root is not trusted, and looks again when the network changes', async () => {
    const { session, server } = await world({ secure: true, rootPem: null });
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
    const { server, session } = await world({ memory });
    server.tokens.add('kept');
    session.start();
    await stateIs(session, 'online');
    expect(methods(server)).toEqual(['auth.connect']);
  });

  it('refreshes on the side and uses the same socket and nonce when the token is refused', async () => {
    const memory = new TestMemory();
    memory.tokens = { accessToken: 'stale', accessExpiresAt: Date.now() + 600_000, refreshToken: 'fresh' };
    const { server, session } = await world({ memory });
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
    const { server, session } = await world({ memory });
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
    const identity = await createTestIdentity(pki, 'bobby', { certified: false });
    const { server, session } = await world({ identity, register: false });
    server.registered.set(identity.aid, await pki.issueFor(identity.aid, identity.publicKeySpki));
    session.start();
    await stateIs(session, 'online');
    expect(identity.certificate()?.commonName).toBe(identity.aid);
    expect(server.requests).toContain(`GET gateway.aun.test /pki/cert/${identity.aid}`);
  });

  it('renews a certificate that ran out and signs in with the new one', async () => {
    const identity = await createTestIdentity(pki, 'carol', { notAfter: new Date(Date.now() - 60_000) });
    const { server, session } = await world({ identity });
    session.start();
    await stateIs(session, 'online');
    expect(methods(server)).toContain('auth.renew_cert');
    expect(identity.certificates()).toHaveLength(2);
    expect(identity.certificate()?.notAfter).toBeGreaterThan(Date.now());
  });

  it('adopts a certificate the gateway hands out only if it verifies for the own key', async () => {
    const { server, session, identity } = await world();
    const other = await createTestIdentity(pki, 'mallo');
    const renewed = await pki.issueFor(identity.aid, identity.publicKeySpki);
    server.refreshTokens.add('r1');
    const offers = [await pki.issueFor(identity.aid, other.publicKeySpki), renewed];
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
    const { server, session } = await world();
    server.handlers.set(method, () => {
      throw failure;
    });
    session.start();
    await stateIs(session, 'blocked');
    expect(session.snapshot()).toMatchObject({ blocked: reason, retryAt: null });
    expect(server.calls.filter((call) => call.method === method)).toHaveLength(1);
  });

  it('a gateway that cannot prove it holds the authority key gets no signature of ours', async () => {
    const { server, session } = await world();
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

  it('never signs a nonce that reads like an RPC signature', async () => {
    const { server, session } = await world();
    server.handlers.set('auth.aid_login1', (params) => ({
      request_id: 'r',
      nonce: 'group.kick|alice.aun.test|1|00',
      auth_cert: pki.authority.pem,
      client_nonce_signature: proof(params['client_nonce']),
    }));
    session.start();
    await until('a failed attempt', () => session.snapshot().problem !== null);
    expect(session.snapshot().problem?.code).toBe('protocol_error');
    expect(methods(server)).not.toContain('auth.aid_login2');
  });

  it('names the clock when the authority cannot be verified because of it', async () => {
    const { server, session } = await world();
    const impostor = await createTestPki();
    server.handlers.set('auth.aid_login1', (params) => ({
      request_id: 'r',
      nonce: 'n',
      auth_cert: impostor.authority.pem,
      client_nonce_signature: proof(params['client_nonce']),
      server_time: Date.now() / 1000 - 86_400,
    }));
    session.start();
    await stateIs(session, 'blocked');
    expect(session.snapshot()).toMatchObject({
      blocked: 'gateway_not_trusted',
      problem: { code: 'clock_skew' },
    });
    expect(Math.round(session.clockSkewMs() / 3_600_000)).toBe(-24);
  });

  it('a temporary login failure is tried again', async () => {
    const { server, session } = await world();
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
    const { server, session } = await world();
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
    const { server, session } = await world();
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
    const { server, session } = await world();
    server.handlers.set('auth.connect', () => {
      throw new WireFailure(4010, 'nonce invalid or expired');
    });
    session.start();
    await stateIs(session, 'blocked');
    expect(session.snapshot().blocked).toBe('challenge_rejected');
    expect(methods(server).filter((method) => method === 'auth.connect')).toHaveLength(2);
  });
});

describe('an open session', () => {
  it('rejects open calls at once when the connection drops, and heals', async () => {
    const { server, session } = await world();
    server.handlers.set('slow', () => undefined);
    session.start();
    await stateIs(session, 'online');
    const slow = session.call('slow', {});
    await until('the call arrived', () => methods(server).includes('slow'));
    for (const socket of server.sessions) socket.terminate();
    await expect(slow).rejects.toMatchObject({ code: 'connection_closed', retryable: true });
    await expect(session.call('echo', {})).rejects.toMatchObject({ code: 'connection_closed' });
    await stateIs(session, 'online');
    expect(await session.call('echo', { again: true })).toEqual({ again: true });
  });

  it('tells that it is online before it delivers events that came with the hello', async () => {
    const { server, session } = await world();
    const heard: string[] = [];
    session.onOnline(() => heard.push('online'));
    session.onEvent((name) => heard.push(name));
    server.handlers.set('auth.connect', (_params, socket) => {
      server.sessions.add(socket);
      queueMicrotask(() => {
        server.push('message.received', { seq: 1 });
        server.push('message.received', { seq: 2 });
        server.push('message.ack', {});
      });
      return { status: 'ok' };
    });
    session.start();
    await until('three events', () => heard.length >= 4);
    expect(heard).toEqual(['online', 'message.received', 'message.received', 'message.ack']);
  });

  it('survives malformed frames, unknown ids, unknown events and a throwing listener', async () => {
    const { server, session } = await world();
    const heard: unknown[] = [];
    session.onEvent(() => {
      throw new Error('listener');
    });
    session.onEvent((name, params) => heard.push([name, params]));
    session.start();
    await stateIs(session, 'online');
    for (const socket of server.sessions) {
      socket.send('{not json');
      socket.send('[]');
      socket.send('7');
      socket.send('{"id":"rpc-unknown","result":1}');
      socket.send('{"id":null,"error":{"code":1}}');
      socket.send('{"method":"notification/x","params":{}}');
      socket.send(Buffer.from('{"method":"event/new.kind","params":{"x":1}}'));
    }
    await until('the unknown event', () => heard.length === 1);
    expect(heard).toEqual([['new.kind', { x: 1 }]]);
    expect(await session.call('echo', { alive: true })).toEqual({ alive: true });
    expect(session.snapshot().state).toBe('online');
  });

  it('maps error replies and refuses frames the gateway would not read', async () => {
    const { server, session } = await world();
    server.hello = { capabilities: { features: { max_message_size: 1000 } } };
    server.handlers.set('message.send', () => {
      throw new WireFailure(-32029, 'slow down', { retry_after: 3, reason: 'burst' });
    });
    session.start();
    await stateIs(session, 'online');
    const failure: unknown = await session.call('message.send', {}).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(RpcError);
    expect(failure).toMatchObject({
      code: 'rate_limited',
      retryable: true,
      retryAfterSeconds: 3,
      reason: 'burst',
    });
    const before = server.calls.length;
    await expect(session.call('echo', { text: 'x'.repeat(70_000) })).rejects.toMatchObject({
      code: 'frame_too_large',
    });
    expect(server.calls).toHaveLength(before);
  });

  it('stops for good: the socket is closed when stop resolves and nothing reconnects', async () => {
    const { server, session } = await world();
    session.start();
    await stateIs(session, 'online');
    await session.stop();
    await until('the gateway saw it', () => server.sessions.size === 0);
    expect(session.snapshot()).toMatchObject({ state: 'offline', retryAt: null, problem: null });
    session.networkChanged();
    expect(session.snapshot().state).toBe('offline');
    session.start();
    await stateIs(session, 'online');
  });

  it('measures how far the clocks are apart', async () => {
    const { server, session } = await world();
    server.hello = { server_time: Date.now() / 1000 + 7200 };
    session.start();
    await stateIs(session, 'online');
    expect(Math.round(session.clockSkewMs() / 60_000)).toBe(120);
    expect(session.snapshot().clockSkewMs).toBe(session.clockSkewMs());
  });

  it('writes no token, nonce or certificate to the log', async () => {
    const lines: string[] = [];
    const logger: Runtime['logger'] = {
      log: (level, event, fields) => lines.push(JSON.stringify([level, event, fields])),
      with: () => logger,
    };
    const { server, session, memory } = await world({ own: { logger } });
    session.start();
    await stateIs(session, 'online');
    for (const socket of server.sessions) socket.terminate();
    await stateIs(session, 'backing-off');
    await stateIs(session, 'online');
    const log = lines.join('\n');
    expect(lines.length).toBeGreaterThan(4);
    expect(log).not.toContain(memory.tokens?.accessToken);
    expect(log).not.toContain(memory.tokens?.refreshToken);
    expect(log).not.toContain('BEGIN CERTIFICATE');
  });

  it('waits in the background while the gateway is down and returns by itself', async () => {
    const { server, session } = await world();
    session.start();
    await stateIs(session, 'online');
    const { port } = server;
    await server.close();
    await until('an attempt failed', () => session.snapshot().attempt >= 2);
    expect(session.snapshot().problem).toMatchObject({ code: 'gateway_unreachable' });
    const again = await gateway({ port });
    again.tokens.add([...server.tokens][0] ?? '');
    session.resumed();
    await stateIs(session, 'online');
  });

  it('is an error family member in every rejection', async () => {
    const { session } = await world();
    const failure: unknown = await session.call('echo', {}).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(AunError);
  });
});
