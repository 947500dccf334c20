import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseAid } from '../../shared/aun/aid';
import type { Aid } from '../../shared/aun/aid';
import { AunError } from '../runtime/errors';
import { silentLogger } from '../runtime/logger';
import { systemClock, systemRandom, systemScheduler } from '../runtime/runtime';
import type { Runtime } from '../runtime/runtime';
import { discoverGateways, GatewayDirectory, parseDiscovery } from './discovery';
import type { HttpRequest, HttpResponse, NetworkEdge } from './edge';
import { parseDisconnectNotice } from './disconnect-notice';
import { sendHttpRequest } from './http-client';
import { callShort, checkNameAvailable, createPkiSource, probeNetwork } from './index';
import { fromSocketError } from './network-errors';
import { gatewayTarget, isLoopback, parseGatewayUrl } from './targets';
import { ManualTime } from './testing/manual-time';
import { startTestGateway, WireFailure } from './testing/test-gateway';
import type { TestGateway } from './testing/test-gateway';
import { TestMemory } from './testing/test-memory';
import { createTestPki } from './testing/test-pki';
import type { TestPki } from './testing/test-pki';

const runtime: Runtime = {
  clock: systemClock,
  random: systemRandom,
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

function aid(text: string): Aid {
  const parsed = parseAid(text);
  if (parsed === null) throw new Error(text);
  return parsed;
}

async function gateway(secure = false): Promise<TestGateway> {
  const started = await startTestGateway(pki, { secure });
  cleanUp.push(() => started.close());
  return started;
}

const code = (thrown: unknown): string => (thrown instanceof AunError ? thrown.code : String(thrown));
const failureOf = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (thrown) {
    return code(thrown);
  }
};

/** An edge that answers HTTP from a table of `host path` and records what was asked. */
function scripted(answers: Record<string, HttpResponse | AunError>): NetworkEdge & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    async request(request: HttpRequest) {
      const { target, path } = request;
      const key = `${target.secure ? 'https' : 'http'}://${target.host ?? target.address}:${target.port}${path}`;
      asked.push(key);
      const answer = answers[key];
      if (answer instanceof AunError) throw answer;
      return answer ?? { status: 404, headers: {}, body: Buffer.alloc(0) };
    },
    openSocket: () => {
      throw new Error('no sockets here');
    },
  };
}

const ok = (body: string): HttpResponse => ({ status: 200, headers: {}, body: Buffer.from(body) });
const BARE = { host: null, tlsName: null, extraRoot: null, unverified: false };
const unreachable = new AunError('gateway_unreachable', 'x', { retryable: true });

describe('where a gateway is', () => {
  const pinned = (url: string, issuer = 'aun.test') => ({ issuer, pinnedGatewayUrl: url, rootPem: null });

  it('refuses plain text off this computer', () => {
    for (const url of ['ws://gateway.agentid.pub/aun', 'http://192.168.1.5/', 'ws://localhost.example/aun'])
      expect(failureOf(() => parseGatewayUrl(url))).toBe('gateway_not_trusted');
    for (const url of ['ws://127.0.0.1:5/aun', 'ws://[::1]:5/aun', 'ws://localhost/aun', 'wss://x.test/aun'])
      expect(failureOf(() => parseGatewayUrl(url))).toBe('none');
    for (const url of ['', 'nonsense', 'ftp://x.test', 'wss://user:pass@x.test/'])
      expect(failureOf(() => parseGatewayUrl(url))).toBe('invalid_request');
  });

  it('knows this computer by its addresses', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].map(isLoopback)).toEqual([true, true, true, true]);
    expect(['127.0.0.1.example', '10.0.0.1', 'gateway.aun.test'].map(isLoopback)).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('keeps the bare address and tells issuers apart by the host header', () => {
    const network = pinned('ws://127.0.0.1:7000/aun');
    expect(gatewayTarget(network, 'ws://127.0.0.1:7000/aun')).toMatchObject({
      address: '127.0.0.1',
      port: 7000,
      host: 'gateway.aun.test',
    });
    expect(gatewayTarget(network, 'ws://127.0.0.1:7000/aun', 'other.test').host).toBe('gateway.other.test');
  });

  it('replaces the own issuer in a gateway name and leaves other names alone', () => {
    const network = pinned('wss://gateway.aun.test:8443/aun');
    expect(gatewayTarget(network, 'wss://gateway.aun.test:8443/aun', 'other.test')).toMatchObject({
      address: 'gateway.other.test',
      port: 8443,
      host: null,
    });
    expect(gatewayTarget(network, 'wss://hub.example/aun', 'other.test')).toMatchObject({
      address: 'hub.example',
      port: 443,
      host: null,
    });
    expect(failureOf(() => gatewayTarget(network, 'wss://gateway.aun.test/aun', 'evil/../x'))).toBe(
      'invalid_aid',
    );
  });
});

describe('discovery', () => {
  const document = JSON.stringify({
    gateways: [
      { url: 'wss://third.test/aun' },
      { url: 'wss://second.test/aun', priority: 2 },
      { url: 'wss://first.test/aun', priority: '1' },
      { priority: 0 },
      { url: 'ws://plain.test/aun', priority: 0 },
      { url: 'https://not-a-socket.test/', priority: 0 },
      { url: 'wss://second.test/aun', priority: 3 },
    ],
  });

  it('orders gateways by priority and skips those without a usable address', () => {
    expect(parseDiscovery(document)).toEqual([
      'wss://first.test/aun',
      'wss://second.test/aun',
      'wss://third.test/aun',
    ]);
    for (const bad of ['', '[]', '{"gateways":[]}', '{"gateways":[{"url":"ws://plain.test/"}]}'])
      expect(failureOf(() => parseDiscovery(bad))).toBe('discovery_failed');
  });

  it("asks the AID's own host first, then the gateway of the issuer", async () => {
    const network = { issuer: 'aun.test', pinnedGatewayUrl: null, rootPem: null };
    const own = 'https://alice.aun.test:443/.well-known/aun-gateway';
    const fixed = 'https://gateway.aun.test:443/.well-known/aun-gateway';
    const both = scripted({ [own]: ok(document), [fixed]: ok(document) });
    await discoverGateways(both, systemClock, network, 'alice.aun.test');
    expect(both.asked).toEqual([own]);
    for (const trouble of [
      unreachable,
      ok('nonsense'),
      { status: 302, headers: {}, body: Buffer.from(document) },
    ]) {
      const second = scripted({ [own]: trouble, [fixed]: ok(document) });
      expect(await discoverGateways(second, systemClock, network, 'alice.aun.test')).toHaveLength(3);
      expect(second.asked).toEqual([own, fixed]);
    }
    await expect(
      discoverGateways(scripted({}), systemClock, network, 'alice.aun.test'),
    ).rejects.toMatchObject({
      code: 'discovery_failed',
      retryable: true,
    });
    const offline = new AunError('network_unreachable', 'x', { retryable: true });
    await expect(
      discoverGateways(
        scripted({ [own]: offline, [fixed]: offline }),
        systemClock,
        network,
        'alice.aun.test',
      ),
    ).rejects.toMatchObject({ code: 'network_unreachable' });
  });

  it('remembers what it found and asks again after repeated failures, not all the time, keeping the old while discovery fails', async () => {
    const fixed = 'https://gateway.aun.test:443/.well-known/aun-gateway';
    const answers: Record<string, HttpResponse | AunError> = { [fixed]: ok(document) };
    const edge = scripted(answers);
    const memory = new TestMemory();
    const network = { issuer: 'aun.test', pinnedGatewayUrl: null, rootPem: null };
    const directory = new GatewayDirectory({ network, aid: null, memory, edge, runtime });
    const found = await directory.list();
    expect(memory.urls).toEqual(found);
    await directory.list();
    expect(edge.asked).toHaveLength(1);
    const time = new ManualTime();
    const restarted = new GatewayDirectory({
      network,
      aid: null,
      memory,
      edge,
      runtime: { ...runtime, clock: time },
    });
    expect(await restarted.list()).toEqual(found);
    expect(edge.asked).toHaveLength(1);

    for (let round = 0; round < 3; round += 1) restarted.reportFailure();
    answers[fixed] = unreachable;
    expect(await restarted.list()).toEqual(found);
    expect(edge.asked).toHaveLength(2);
    expect(await restarted.list()).toEqual(found);
    await time.advance(299_999);
    expect(await restarted.list()).toEqual(found);
    expect(edge.asked).toHaveLength(2);
    await time.advance(1);
    answers[fixed] = ok('{"gateways":[{"url":"wss://moved.test/aun"}]}');
    expect(await restarted.list()).toEqual(['wss://moved.test/aun']);
    expect(memory.urls).toEqual(['wss://moved.test/aun']);
    await restarted.list();
    expect(edge.asked).toHaveLength(3);
  });

  it('never trusts a remembered plain-text address off this computer', async () => {
    const memory = new TestMemory();
    memory.urls = ['ws://gateway.aun.test/aun'];
    const network = { issuer: 'aun.test', pinnedGatewayUrl: null, rootPem: null };
    const directory = new GatewayDirectory({ network, aid: null, memory, edge: scripted({}), runtime });
    await expect(directory.list()).rejects.toMatchObject({ code: 'discovery_failed' });
  });
});

describe('PKI documents', () => {
  const access = (server: TestGateway) => ({
    network: { issuer: 'aun.test', pinnedGatewayUrl: server.url, rootPem: pki.rootPem },
    runtime,
  });

  it('come from the gateway of the issuer they belong to', async () => {
    const server = await gateway(true);
    const source = createPkiSource(access(server));
    expect(await source.chain('aun.test')).toBe(pki.issuerPem + pki.rootPem);
    await source.chain('other.test');
    server.routes.set('/pki/crl.json', (_request, response) => response.end('{"crl_pem":"x"}'));
    expect(await source.crl('aun.test')).toEqual({ crl_pem: 'x' });
    server.routes.set('/pki/ocsp/1a', (_request, response) => response.end('nonsense'));
    await expect(source.ocsp('aun.test', '1a')).rejects.toMatchObject({ code: 'protocol_error' });
    await expect(source.ocsp('aun.test', '1b')).rejects.toMatchObject({ code: 'not_found' });
    expect(server.requests.slice(0, 2)).toEqual([
      'GET gateway.aun.test /pki/chain',
      'GET gateway.other.test /pki/chain',
    ]);
  });

  it('a certificate is asked for by fingerprint, then without; an unknown name has none', async () => {
    const server = await gateway();
    const source = createPkiSource(access(server));
    const bob = aid('bob_.aun.test');
    expect(await source.certificate(bob)).toBeNull();
    server.registered.set(bob, pki.authority.pem + pki.rootPem);
    const path = `/pki/cert/${bob}`;
    server.routes.set(path, (request, response) => {
      const exact = request.url?.includes('?') === true;
      response.writeHead(exact ? 404 : 200).end(exact ? '' : pki.authority.pem + pki.rootPem);
    });
    server.requests.length = 0;
    expect(await source.certificate(bob, 'sha256:ab')).toBe(pki.authority.pem);
    expect(server.requests).toEqual([
      `GET gateway.aun.test ${path}?cert_fingerprint=sha256%3Aab`,
      `GET gateway.aun.test ${path}`,
    ]);
    server.routes.set(path, (_request, response) => response.end('no certificate'));
    await expect(source.certificate(bob)).rejects.toMatchObject({ code: 'certificate_invalid' });
    server.routes.set(path, (_request, response) => response.writeHead(503).end());
    server.requests.length = 0;
    await expect(source.certificate(bob, 'sha256:ab')).rejects.toMatchObject({ retryable: true });
    expect(server.requests).toHaveLength(1);
  });

  it('says whether a name is free', async () => {
    const server = await gateway();
    expect(await checkNameAvailable(access(server), 'alice.aun.test')).toBe(true);
    server.registered.set('alice.aun.test', 'x');
    expect(await checkNameAvailable(access(server), 'alice.aun.test')).toBe(false);
    expect(server.requests.every((line) => line.startsWith('HEAD '))).toBe(true);
    await expect(checkNameAvailable(access(server), 'no')).rejects.toMatchObject({ code: 'invalid_aid' });
  });

  it('a method without a session travels on a socket of its own', async () => {
    const server = await gateway();
    server.handlers.set('auth.create_aid', (params) => ({ cert: 'x', got: params }));
    expect(await callShort(access(server), 'auth.create_aid', { aid: 'a' })).toEqual({
      cert: 'x',
      got: { aid: 'a' },
    });
    server.handlers.set('auth.create_aid', () => {
      throw new WireFailure(-32602, 'AID already exists');
    });
    await expect(callShort(access(server), 'auth.create_aid', {})).rejects.toMatchObject({
      code: 'name_taken',
    });
  });
});

describe('looking at an unknown network', () => {
  it.each([false, true])(
    'reads issuer and root from a local gateway (TLS: %s) without trusting them',
    async (secure) => {
      const server = await gateway(secure);
      const probe = await probeNetwork(server.url, { runtime });
      expect(probe).toMatchObject({
        issuer: 'aun.test',
        gatewayUrl: server.url,
        rootSubject: 'CN=Test Root',
        loopback: true,
        publicRoot: false,
      });
      expect(probe.rootFingerprint).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(probe.rootPem?.trim()).toBe(pki.rootPem.trim());
    },
  );

  it('understands an address without a scheme', async () => {
    const server = await gateway();
    expect(await probeNetwork(` 127.0.0.1:${server.port} `, { runtime })).toMatchObject({
      gatewayUrl: server.url,
    });
  });

  it('finds the gateway of an issuer by discovery', async () => {
    const edge = scripted({
      'https://gateway.aun.test:443/.well-known/aun-gateway': ok(
        '{"gateways":[{"url":"wss://gw.aun.test/aun"}]}',
      ),
      'https://gw.aun.test:443/pki/chain': ok(pki.issuerPem + pki.rootPem),
      'https://pki.aun.test:443/root.crt': ok(pki.rootPem),
    });
    expect(await probeNetwork('AUN.test', { runtime, edge })).toMatchObject({
      issuer: 'aun.test',
      gatewayUrl: 'wss://gw.aun.test/aun',
      loopback: false,
      rootSubject: 'CN=Test Root',
    });
  });

  it('refuses a root that is not the one of the chain, plain text from elsewhere and nonsense', async () => {
    const server = await gateway();
    const other = await createTestPki();
    server.routes.set('/pki/root.crt', (_request, response) => response.end(other.rootPem));
    await expect(probeNetwork(server.url, { runtime })).rejects.toMatchObject({
      code: 'certificate_invalid',
    });
    for (const [address, expected] of [
      ['ws://gateway.agentid.pub/aun', 'gateway_not_trusted'],
      ['ftp://gateway.agentid.pub', 'invalid_request'],
      ['a b', 'invalid_request'],
    ] as const)
      await expect(probeNetwork(address, { runtime })).rejects.toMatchObject({ code: expected });
  });
});

describe('HTTP', () => {
  const request = (port: number, extra: Partial<HttpRequest> = {}): HttpRequest => ({
    method: 'GET',
    target: { secure: false, address: '127.0.0.1', port, ...BARE },
    path: '/x',
    timeoutMs: 10_000,
    maxBytes: 100,
    ...extra,
  });

  async function server(handler: Parameters<typeof createServer>[1]): Promise<number> {
    const made = createServer(handler);
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
    cleanUp.push(async () => {
      made.closeAllConnections();
      await new Promise((resolve) => made.close(resolve));
    });
    return (made.address() as AddressInfo).port;
  }

  it('does not follow redirects and caps the size of an answer', async () => {
    const port = await server((incoming, response) => {
      if (incoming.url === '/x') response.writeHead(302, { location: '/big' }).end();
      else response.end('x'.repeat(101));
    });
    expect((await sendHttpRequest(runtime, request(port))).status).toBe(302);
    await expect(sendHttpRequest(runtime, request(port, { path: '/big' }))).rejects.toMatchObject({
      code: 'protocol_error',
    });
  });

  it('gives up on a server that says nothing or stops in the middle', async () => {
    const port = await server((incoming, response) => {
      if (incoming.url === '/half') {
        response.writeHead(200, { 'content-length': '50' }).write('x');
        response.socket?.destroySoon();
      }
    });
    await expect(sendHttpRequest(runtime, request(port, { timeoutMs: 20 }))).rejects.toMatchObject({
      code: 'request_timeout',
      retryable: true,
    });
    await expect(sendHttpRequest(runtime, request(port, { path: '/half' }))).rejects.toMatchObject({
      code: 'gateway_unreachable',
    });
  });

  it('tells distrust, a missing network and a missing gateway apart', async () => {
    const { target } = request(1);
    const of = (name: string): string =>
      code(fromSocketError(Object.assign(new Error(name), { code: name }), target));
    for (const name of [
      'SELF_SIGNED_CERT_IN_CHAIN',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'CERT_HAS_EXPIRED',
      'CERT_NOT_YET_VALID',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'EPROTO',
    ])
      expect(of(name)).toBe('tls_failed');
    for (const name of ['ENETUNREACH', 'ENETDOWN', 'EAI_AGAIN']) expect(of(name)).toBe('network_unreachable');
    for (const name of ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND'])
      expect(of(name)).toBe('gateway_unreachable');
    const secure = await gateway(true);
    const wrongName = {
      ...target,
      secure: true,
      port: secure.port,
      tlsName: 'gateway.other.test',
      extraRoot: pki.rootPem,
    };
    await expect(
      sendHttpRequest(runtime, { ...request(secure.port), target: wrongName, path: '/health' }),
    ).rejects.toMatchObject({ code: 'tls_failed' });
  });

  it('an unreadable root of the network is distrust, not a crash', async () => {
    const target = {
      secure: true,
      address: '127.0.0.1',
      port: 1,
      ...BARE,
      extraRoot: '-----BEGIN CERTIFICATE-----',
    };
    await expect(sendHttpRequest(runtime, { ...request(1), target })).rejects.toBeInstanceOf(AunError);
  });
});

describe('disconnect notices', () => {
  it('become short printable facts', () => {
    const detail = {
      evicted_by: { aid: 'a.b', deep: { x: { y: 1 } } },
      long: 'x'.repeat(1000),
      'odd key!': true,
      list: [1],
      none: null,
    };
    expect(parseDisconnectNotice({ code: 4015, reason: 'a\u202Eb', detail })).toEqual({
      code: 4015,
      facts: { reason: 'ab', 'evicted_by.aid': 'a.b', long: 'x'.repeat(200), oddkey: 'true' },
    });
    const many = Object.fromEntries(Array.from({ length: 100 }, (_value, index) => [`k${index}`, index]));
    expect(Object.keys(parseDisconnectNotice({ code: 1, detail: many })?.facts ?? {})).toHaveLength(24);
    expect(parseDisconnectNotice('x')).toBeNull();
  });
});
