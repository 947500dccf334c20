import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../runtime/logger';
import { AunError } from '../runtime/errors';
import { systemClock, systemRandom, systemScheduler } from '../runtime/runtime';
import type { Runtime } from '../runtime/runtime';
import type { WebRequest } from '../ports/web';
import type { HttpRequest, HttpResponse, NetworkEdge } from './edge';
import { createWebClient } from './index';
import type { NetworkOptions } from './targets';
import { startTestGateway } from './testing/test-gateway';
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
const GET: WebRequest = {
  host: 'alice.aun.test',
  method: 'GET',
  path: '/agent.md',
  timeoutMs: 10_000,
  maxBytes: 10_000,
};

let pki: TestPki;
beforeAll(async () => {
  pki = await createTestPki();
});
const cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const task of cleanUp.splice(0).reverse()) await task();
});

async function gateway(secure: boolean): Promise<TestGateway> {
  const started = await startTestGateway(pki, { secure });
  cleanUp.push(() => started.close());
  return started;
}

/** Records where requests would have gone. */
function recorded(answer: HttpResponse | AunError = { status: 200, headers: {}, body: Buffer.alloc(0) }) {
  const requests: HttpRequest[] = [];
  const edge: NetworkEdge = {
    async request(request) {
      requests.push(request);
      if (answer instanceof AunError) throw answer;
      return answer;
    },
    openSocket: () => {
      throw new Error('no sockets here');
    },
  };
  return { edge, requests };
}

async function reachedAt(
  network: Partial<NetworkOptions>,
  host: string,
  urls: string[] = [],
): Promise<string> {
  const { edge, requests } = recorded();
  const memory = new TestMemory();
  memory.urls = urls;
  const full = { issuer: 'aun.test', pinnedGatewayUrl: null, rootPem: null, ...network };
  await createWebClient({ network: full, runtime, memory, edge }).request({ ...GET, host });
  const target = requests[0]?.target;
  if (target === undefined) throw new Error('nothing was asked');
  const name = `${target.secure ? 'https' : 'http'}://${target.address}:${target.port}`;
  return `${name} host ${target.host ?? '-'} tls ${target.tlsName ?? '-'} ${target.unverified ? 'unverified' : ''}`.trim();
}

describe('where a host of a network is reached', () => {
  const loopback = 'ws://127.0.0.1:7000/aun';
  const secure = 'wss://127.0.0.1:7443/aun';
  const named = 'wss://gateway.aun.test:8443/aun';
  it.each([
    [
      'a public host without any known gateway',
      {},
      'alice.aun.test',
      [],
      'https://alice.aun.test:443 host - tls -',
    ],
    [
      'a public host with a discovered named gateway',
      {},
      'pki.aun.test',
      [named],
      'https://pki.aun.test:443 host - tls -',
    ],
    [
      'a host under a pinned plain gateway of this computer',
      { pinnedGatewayUrl: loopback },
      'alice.aun.test',
      [],
      'http://127.0.0.1:7000 host alice.aun.test tls alice.aun.test',
    ],
    [
      'a host under a pinned TLS gateway of this computer',
      { pinnedGatewayUrl: secure },
      'alice.aun.test',
      [],
      'https://127.0.0.1:7443 host alice.aun.test tls alice.aun.test',
    ],
    [
      'the same with TLS relaxed by the environment',
      { pinnedGatewayUrl: secure, verifyTls: false },
      'alice.aun.test',
      [],
      'https://127.0.0.1:7443 host alice.aun.test tls alice.aun.test unverified',
    ],
    [
      'a host under a pinned named gateway',
      { pinnedGatewayUrl: named },
      'aid_custody.aun.test',
      [],
      'https://gateway.aun.test:8443 host aid_custody.aun.test tls aid_custody.aun.test',
    ],
    [
      'a pinned named gateway with TLS relaxed',
      { pinnedGatewayUrl: named, verifyTls: false },
      'alice.aun.test',
      [],
      'https://gateway.aun.test:8443 host alice.aun.test tls alice.aun.test',
    ],
    [
      'a foreign host beside a pinned named gateway',
      { pinnedGatewayUrl: named },
      'bob.other.test',
      [],
      'https://bob.other.test:443 host - tls -',
    ],
    [
      'a foreign host on a gateway of this computer that may serve it',
      { pinnedGatewayUrl: secure },
      'bob.other.test',
      [],
      'https://127.0.0.1:7443 host bob.other.test tls gateway.aun.test',
    ],
    [
      'a remembered gateway without a name',
      {},
      'alice.aun.test',
      [secure],
      'https://127.0.0.1:7443 host alice.aun.test tls alice.aun.test',
    ],
  ] as const)('%s', async (_case, network, host, urls, expected) => {
    expect(await reachedAt(network, host, [...urls])).toBe(expected);
  });
});

describe('a web request', () => {
  it.each([false, true])(
    'carries method, headers, body and token and brings the answer (TLS: %s)',
    async (secure) => {
      const server = await gateway(secure);
      const seen: unknown[] = [];
      server.routes.set('/agent.md', (request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const { authorization, host, 'content-type': type, 'content-length': length } = request.headers;
          seen.push([request.method, host, authorization, type, length, Buffer.concat(chunks).toString()]);
          response.writeHead(201, { ETag: '"abc"', 'Set-Cookie': ['a=1', 'b=2'] }).end('{"ok":true}');
        });
      });
      const network = { issuer: 'aun.test', pinnedGatewayUrl: server.url, rootPem: pki.rootPem };
      const answer = await createWebClient({ network, runtime }).request({
        ...GET,
        method: 'PUT',
        headers: { 'Content-Type': 'text/markdown; charset=utf-8' },
        body: Buffer.from('# 你好'),
        token: 'secret-token',
      });
      expect(seen).toEqual([
        ['PUT', 'alice.aun.test', 'Bearer secret-token', 'text/markdown; charset=utf-8', '8', '# 你好'],
      ]);
      expect(answer).toMatchObject({ status: 201, headers: { etag: '"abc"', 'set-cookie': 'a=1' } });
      expect(answer.body.toString()).toBe('{"ok":true}');
    },
  );

  it('takes any status for an answer, follows no redirect and caps the size', async () => {
    const server = await gateway(false);
    const network = { issuer: 'aun.test', pinnedGatewayUrl: server.url, rootPem: null };
    const client = createWebClient({ network, runtime });
    for (const status of [204, 304, 302, 404, 413, 500]) {
      server.routes.set('/agent.md', (_request, response) =>
        response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end(),
      );
      expect((await client.request(GET)).status).toBe(status);
    }
    expect(server.requests.every((line) => line.endsWith('/agent.md'))).toBe(true);
    server.routes.set('/agent.md', (_request, response) => response.end('x'.repeat(10_001)));
    await expect(client.request(GET)).rejects.toMatchObject({ code: 'protocol_error' });
  });

  it('shows a token to hosts of its own issuer only', async () => {
    const { edge, requests } = recorded();
    const network = { issuer: 'aun.test', pinnedGatewayUrl: 'ws://127.0.0.1:1/aun', rootPem: null };
    const client = createWebClient({ network, runtime, edge });
    for (const host of ['bob.other.test', 'aun.test.evil.example', 'xaun.test', 'evil.example'])
      await expect(client.request({ ...GET, host, token: 't' })).rejects.toMatchObject({
        code: 'invalid_request',
      });
    expect(requests).toEqual([]);
    for (const host of ['aun.test', 'alice.aun.test', 'AID_custody.AUN.test'])
      await client.request({ ...GET, host, token: 't' });
    expect(requests.map((request) => request.headers)).toEqual(Array(3).fill({ authorization: 'Bearer t' }));
  });

  it('refuses hosts, paths, tokens and headers that are none', async () => {
    const { edge, requests } = recorded();
    const network = { issuer: 'aun.test', pinnedGatewayUrl: null, rootPem: null };
    const client = createWebClient({ network, runtime, edge });
    const bad: Partial<WebRequest>[] = [
      { host: 'alice.aun.test:444' },
      { host: 'alice.aun.test/x' },
      { host: '' },
      { host: 'a..test' },
      { path: 'agent.md' },
      { path: '/a b' },
      { path: '/a\r\nHost: x' },
      { token: 'two words' },
      { token: 'a\r\nb' },
      { headers: { Host: 'evil' } },
      { headers: { Authorization: 'Bearer stolen' } },
    ];
    for (const part of bad)
      await expect(client.request({ ...GET, ...part })).rejects.toMatchObject({ code: 'invalid_request' });
    expect(requests).toEqual([]);
  });

  it('goes to the next gateway when one cannot be reached, but never twice with a POST', async () => {
    const failure = new AunError('gateway_unreachable', 'x', { retryable: true });
    for (const [method, expected] of [
      ['GET', 2],
      ['PUT', 2],
      ['POST', 1],
    ] as const) {
      const { edge, requests } = recorded(failure);
      const memory = new TestMemory();
      memory.urls = ['wss://127.0.0.1:1/aun', 'wss://127.0.0.1:2/aun', 'wss://127.0.0.1:2/other'];
      const network = { issuer: 'aun.test', pinnedGatewayUrl: null, rootPem: null };
      const client = createWebClient({ network, runtime, memory, edge });
      await expect(client.request({ ...GET, method })).rejects.toBe(failure);
      expect(requests).toHaveLength(expected);
    }
  });

  it('checks TLS unless the environment relaxed it for this computer', async () => {
    const server = await gateway(true);
    server.routes.set('/agent.md', (_request, response) => response.end('hello'));
    const network = { issuer: 'aun.test', pinnedGatewayUrl: server.url, rootPem: null };
    await expect(createWebClient({ network, runtime }).request(GET)).rejects.toMatchObject({
      code: 'tls_failed',
    });
    const relaxed = createWebClient({ network: { ...network, verifyTls: false }, runtime });
    expect((await relaxed.request(GET)).body.toString()).toBe('hello');
  });
});
