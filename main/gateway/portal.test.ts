import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AunError } from '../runtime/errors';
import { silentLogger } from '../runtime/logger';
import { systemClock, systemRandom, systemScheduler } from '../runtime/runtime';
import { betraysPortal, isPortalAnswer } from './captive-portal';
import type { HostTarget, HttpRequest, HttpResponse, NetworkEdge } from './edge';
import { discoverGateways } from './discovery';
import { createPkiSource, probeNetwork } from './index';
import { stateIs, Worlds } from './testing/worlds';
import { until } from './testing/until';
import { createTestIdentity } from './testing/test-pki';
import { fakeWorld } from './testing/fake-world';

let worlds: Worlds;
beforeAll(async () => {
  worlds = await Worlds.create();
});
afterEach(() => worlds.end());

const runtime = {
  clock: systemClock,
  random: systemRandom,
  scheduler: systemScheduler,
  logger: silentLogger,
};
const PAGE = '<!DOCTYPE html><html><body>Welcome to the hotel</body></html>';
const answer = (status: number, headers: Record<string, string> = {}, body = ''): HttpResponse => ({
  status,
  headers,
  body: Buffer.from(body),
});
const target = (secure: boolean): HostTarget => ({
  secure,
  address: 'gateway.aun.test',
  port: 443,
  host: null,
  tlsName: null,
  extraRoot: null,
  unverified: false,
});

describe('the sign-in page of a network', () => {
  it.each([
    ['a redirect to another host', answer(302, { location: 'http://login.hotel.example/' }), true, true],
    ['a redirect within the host', answer(301, { location: '/login' }), false, true],
    ['a page instead of a document', answer(200, {}, PAGE), true, true],
    ['a page with a mark and white space before it', answer(200, {}, `\uFEFF \n${PAGE}`), true, true],
    ['a demand to sign in to the network', answer(511), true, true],
    ['a document', answer(200, { 'content-type': 'text/html' }, '{"gateways":[]}'), false, false],
    ['plain words', answer(200, {}, 'OK'), false, false],
    ['an error page', answer(404, {}, PAGE), false, false],
    ['not modified', answer(304), false, false],
    ['an empty answer', answer(204), false, false],
  ])('%s', (_name, given, overTls, inPlainText) => {
    expect(isPortalAnswer(given, target(true))).toBe(overTls);
    expect(isPortalAnswer(given, target(false))).toBe(inPlainText);
  });

  it('is not seen in the usual redirect from plain text to TLS', () => {
    const usual = answer(301, { location: 'https://gateway.aun.test/.well-known/aun-gateway' });
    expect(betraysPortal(usual, target(true))).toBe(false);
    expect(betraysPortal(answer(302, { location: 'http://10.0.0.1/login' }), target(true))).toBe(true);
    expect(betraysPortal(answer(200, {}, PAGE), target(true))).toBe(true);
    expect(betraysPortal(answer(404), target(true))).toBe(false);
  });
});

/** A public network whose TLS fails with `cause` and that answers plain text with `plain`. */
function brokenTls(cause: string, plain: HttpResponse | null): NetworkEdge & { asked: HttpRequest[] } {
  const asked: HttpRequest[] = [];
  return {
    asked,
    async request(request) {
      asked.push(request);
      if (request.target.secure) throw new AunError('tls_failed', 'no', { detail: { cause } });
      if (plain === null) throw new AunError('gateway_unreachable', 'nobody', { retryable: true });
      return plain;
    },
    openSocket: () => {
      throw new Error('no sockets here');
    },
  };
}

describe('TLS that fails on a public network', () => {
  const now = new Date().toUTCString();
  const tomorrow = new Date(Date.now() + 86_400_000).toUTCString();
  const portal = answer(302, { location: 'http://login.hotel.example/' });
  it.each([
    ['before a sign-in page', 'SELF_SIGNED_CERT_IN_CHAIN', portal, 'captive_portal'],
    ['with nobody behind it', 'SELF_SIGNED_CERT_IN_CHAIN', null, 'tls_failed'],
    ['with the real server behind it', 'SELF_SIGNED_CERT_IN_CHAIN', answer(404, { date: now }), 'tls_failed'],
    ['by a certificate from the future', 'CERT_NOT_YET_VALID', null, 'clock_skew'],
    [
      'by a certificate that ran out tomorrow',
      'CERT_HAS_EXPIRED',
      answer(404, { date: tomorrow }),
      'clock_skew',
    ],
    ['by a certificate that ran out today', 'CERT_HAS_EXPIRED', answer(404, { date: now }), 'tls_failed'],
    ['by a certificate that ran out, nobody knows when', 'CERT_HAS_EXPIRED', null, 'tls_failed'],
  ])('%s', async (_name, cause, plain, code) => {
    const edge = brokenTls(cause, plain);
    const network = { issuer: 'aun.test', pinnedGatewayUrl: null, rootPem: null };
    await expect(discoverGateways(edge, systemClock, network, null)).rejects.toMatchObject({ code });
    const probe = edge.asked.find((request) => !request.target.secure);
    expect(probe).toMatchObject({ method: 'GET', path: '/.well-known/aun-gateway' });
    expect(probe?.headers).toBeUndefined();
    expect(probe?.body).toBeUndefined();
  });
});

describe('a session behind a sign-in page', () => {
  it('says so wherever the page turns up, and heals once it is gone', async () => {
    const { server, session } = await worlds.world();
    session.start();
    await stateIs(session, 'online');
    server.routes.set('/health', (_request, response) => response.end(PAGE));
    for (const socket of server.sessions) socket.terminate();
    await stateIs(session, 'blocked');
    expect(session.snapshot()).toMatchObject({
      blocked: 'captive_portal',
      problem: { code: 'captive_portal' },
    });
    expect(session.snapshot().retryAt).toBeGreaterThan(Date.now());
    session.networkChanged();
    await stateIs(session, 'blocked');
    server.routes.delete('/health');
    session.resumed();
    await stateIs(session, 'online');
    expect(session.snapshot().problem).toBeNull();
  });

  it('sees a WebSocket that is led elsewhere', async () => {
    const { server, session } = await worlds.world();
    server.refuseUpgrade = 'HTTP/1.1 302 Found\r\nLocation: http://login.hotel.example/\r\n\r\n';
    session.start();
    await stateIs(session, 'blocked');
    expect(session.snapshot().blocked).toBe('captive_portal');
    server.refuseUpgrade = 'HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n';
    session.networkChanged();
    await until('a plain refusal', () => session.snapshot().problem?.code === 'gateway_unreachable');
    server.refuseUpgrade = null;
    await stateIs(session, 'online');
  });

  it('sees a page where a PKI document is expected', async () => {
    const server = await worlds.gateway();
    const network = { issuer: 'aun.test', pinnedGatewayUrl: server.url, rootPem: null };
    const pki = createPkiSource({ network, runtime });
    for (const path of ['/pki/chain', '/pki/crl.json', '/pki/ocsp/1a', '/pki/cert/alice.aun.test'])
      server.routes.set(path, (_request, response) => response.end(PAGE));
    const alice = (await createTestIdentity(worlds.pki, 'alice')).aid;
    for (const fetch of [
      () => pki.chain('aun.test'),
      () => pki.crl('aun.test'),
      () => pki.ocsp('aun.test', '1a'),
      () => pki.certificate(alice),
    ])
      await expect(fetch()).rejects.toMatchObject({ code: 'captive_portal', retryable: true });
  });

  it('is no network that could be added', async () => {
    const server = await worlds.gateway();
    server.routes.set('/pki/chain', (_request, response) => response.end(PAGE));
    await expect(probeNetwork(server.url, { runtime })).rejects.toMatchObject({ code: 'captive_portal' });
  });

  it('looks again by itself, about once a minute', async () => {
    const identity = await createTestIdentity(worlds.pki, 'alice');
    const { time, edge, session } = fakeWorld(worlds.pki, identity);
    session.start();
    await time.advance(100);
    edge.http = () => answer(200, {}, PAGE);
    for (const connection of edge.online) connection.drop(1006);
    await time.advance(10_000);
    expect(session.snapshot().blocked).toBe('captive_portal');
    const asked = edge.httpPaths.length;
    await time.advance(300_000);
    expect(edge.httpPaths.length - asked).toBeGreaterThanOrEqual(4);
    expect(edge.httpPaths.length - asked).toBeLessThanOrEqual(7);
    // A sign-in page is no reason to doubt the gateway.
    expect(new Set(edge.httpPaths)).toEqual(new Set(['/health']));
    edge.http = null;
    await time.advance(80_000);
    expect(session.snapshot().state).toBe('online');
    const stopped = session.stop();
    await time.advance(5_000);
    await stopped;
  });
});
