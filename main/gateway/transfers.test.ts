import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { LookupAddress } from 'node:dns';
import { createServer as createRawServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TransferRequest } from '../ports/transfers';
import { silentLogger } from '../runtime/logger';
import { systemClock, systemRandom, systemScheduler } from '../runtime/runtime';
import type { Runtime } from '../runtime/runtime';
import { FakeTime } from '../runtime/testing/fake-time';
import { createTransfers } from './index';
import { createTestPki } from './testing/test-pki';
import type { TestPki } from './testing/test-pki';
import { until } from './testing/until';

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
const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const task of cleanUp.splice(0).reverse()) task();
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const serve = (handler: RequestListener): Promise<number> => listen(createServer(handler));
const serveTls = (handler: RequestListener): Promise<number> =>
  listen(createTlsServer({ cert: pki.tls.cert, key: pki.tls.key }, handler));

interface Setting {
  readonly gateway?: string | null;
  readonly names?: Readonly<Record<string, readonly string[]>>;
  readonly own?: Partial<Runtime>;
}

/** Transfers of an account on `aun.test` whose gateway stands at a bare address of this computer. */
function transfers(setting: Setting = {}) {
  const asked: string[] = [];
  const made = createTransfers({
    network: {
      issuer: 'aun.test',
      pinnedGatewayUrl: setting.gateway === undefined ? 'ws://127.0.0.1:1/aun' : setting.gateway,
      rootPem: pki.rootPem,
    },
    runtime: { ...runtime, ...setting.own },
    resolveName: async (host): Promise<LookupAddress[]> => {
      asked.push(host);
      const found = setting.names?.[host];
      if (found === undefined) throw Object.assign(new Error(`no ${host}`), { code: 'ENOTFOUND' });
      return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    },
  });
  return Object.assign(made, { asked });
}

function get(url: string, more: Partial<TransferRequest> = {}): TransferRequest {
  return { method: 'GET', url, idleTimeoutMs: 10_000, signal: new AbortController().signal, ...more };
}

async function bytesOf(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  return bytesOf(request as AsyncIterable<Buffer>);
}

describe('servers of the own network', () => {
  it('are reached at the address of the gateway, under their own name and port', async () => {
    const seen: (string | undefined)[] = [];
    const port = await serve((request, response) => {
      seen.push(request.headers.host, request.url);
      response.writeHead(206, { 'content-range': 'bytes 1-2/9' }).end('ab');
    });
    const answer = await transfers().request(
      get(`http://storage.aun.test:${port}/o/a?sig=1`, { headers: { range: 'bytes=1-2' } }),
    );
    expect(answer.status).toBe(206);
    expect(answer.headers['content-range']).toBe('bytes 1-2/9');
    expect((await bytesOf(answer.body)).toString()).toBe('ab');
    expect(seen).toEqual([`storage.aun.test:${port}`, '/o/a?sig=1']);
  });

  it('have to show a certificate for their own name', async () => {
    const port = await serveTls((_request, response) => response.end('ok'));
    const own = transfers({ gateway: 'wss://127.0.0.1:1/aun' });
    const answer = await own.request(get(`https://storage.aun.test:${port}/`));
    expect((await bytesOf(answer.body)).toString()).toBe('ok');
    await expect(own.request(get(`https://deep.storage.aun.test:${port}/`))).rejects.toMatchObject({
      code: 'tls_failed',
    });
  });

  it('take a body of any size as fast as they read it', async () => {
    const sizes: number[] = [];
    const port = await serve((request, response) => {
      void readAll(request).then((body) => {
        sizes.push(body.length, Number(request.headers['content-length']));
        response.writeHead(201).end();
      });
    });
    async function* body(): AsyncGenerator<Uint8Array> {
      for (let piece = 0; piece < 64; piece += 1) yield Buffer.alloc(65_536, piece);
    }
    const length = 64 * 65_536;
    const answer = await transfers().request(
      get(`http://storage.aun.test:${port}/up`, { method: 'PUT', body: body(), length }),
    );
    expect(answer.status).toBe(201);
    answer.close();
    expect(sizes).toEqual([length, length]);
  });

  it('that do not read hold the body back', async () => {
    const port = await serve((request) => request.pause());
    const giveUp = new AbortController();
    let produced = 0;
    async function* body(): AsyncGenerator<Uint8Array> {
      for (; produced < 1_000; produced += 1) {
        yield Buffer.alloc(65_536);
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    }
    const attempt = transfers().request(
      get(`http://storage.aun.test:${port}/up`, {
        method: 'PUT',
        body: body(),
        length: 1_000 * 65_536,
        signal: giveUp.signal,
      }),
    );
    attempt.catch(() => undefined);
    let before = -1;
    await until('no more is produced', () => {
      const still = produced > 0 && produced === before;
      before = produced;
      return still;
    });
    expect(produced).toBeLessThan(1_000);
    giveUp.abort();
    await expect(attempt).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('may refuse a body before they have read it', async () => {
    const port = await serve((_request, response) => response.writeHead(403).end('no'));
    async function* body(): AsyncGenerator<Uint8Array> {
      for (let piece = 0; piece < 400; piece += 1) yield Buffer.alloc(65_536);
    }
    const answer = await transfers().request(
      get(`http://storage.aun.test:${port}/up`, { method: 'PUT', body: body(), length: 400 * 65_536 }),
    );
    expect(answer.status).toBe(403);
    answer.close();
  });

  it('never get half a body as a whole one: what breaks the body ends the transfer with its own error', async () => {
    const port = await serve((request) => request.resume());
    const disk = new Error('the disk is gone');
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(10);
      throw disk;
    }
    const attempt = transfers().request(
      get(`http://storage.aun.test:${port}/up`, { method: 'PUT', body: body(), length: 20 }),
    );
    await expect(attempt).rejects.toBe(disk);
  });
});

describe('what the caller and the network may do', () => {
  it('not reading holds the sender back', async () => {
    let written = 0;
    const total = 64 * 1024 * 1024;
    const port = await serve((_request, response) => {
      const piece = Buffer.alloc(65_536);
      const more = (): void => {
        while (written < total) {
          written += piece.length;
          if (!response.write(piece)) {
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      more();
    });
    const answer = await transfers().request(get(`http://storage.aun.test:${port}/`));
    const pieces = answer.body[Symbol.asyncIterator]();
    await pieces.next();
    let before = -1;
    await until('the sender stands still', () => {
      const still = written === before;
      before = written;
      return still;
    });
    expect(written).toBeLessThan(total);
    answer.close();
  });

  it('giving up ends the transfer, before and after the answer', async () => {
    const port = await serve((request, response) => {
      if (request.url === '/late') response.write('x');
    });
    for (const path of ['/never', '/late']) {
      const giveUp = new AbortController();
      const url = `http://storage.aun.test:${port}${path}`;
      const running = (async () => {
        const answer = await transfers().request(get(url, { signal: giveUp.signal }));
        const pieces = answer.body[Symbol.asyncIterator]();
        await pieces.next();
        setImmediate(() => giveUp.abort());
        await pieces.next();
      })();
      if (path === '/never') setImmediate(() => giveUp.abort());
      await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    }
  });

  it('a server that says nothing is given up, and so is one that falls silent', async () => {
    let heard = 0;
    const port = await serve((request, response) => {
      heard += 1;
      if (request.url === '/silent') response.write('x');
    });
    const time = new FakeTime();
    const own = transfers({ own: { scheduler: time, clock: time } });
    const mute = own.request(get(`http://storage.aun.test:${port}/mute`));
    mute.catch(() => undefined);
    await until('the request waits for an answer', () => heard === 1);
    time.advance(10_001);
    await expect(mute).rejects.toMatchObject({ code: 'request_timeout', retryable: true });

    const answer = await own.request(get(`http://storage.aun.test:${port}/silent`));
    const pieces = answer.body[Symbol.asyncIterator]();
    await pieces.next();
    const next = pieces.next();
    next.catch(() => undefined);
    time.advance(10_001);
    await expect(next).rejects.toMatchObject({ code: 'request_timeout' });
  });

  it('a body that breaks off is no whole body', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => response.destroy());
    });
    const answer = await transfers().request(get(`http://storage.aun.test:${port}/`));
    await expect(bytesOf(answer.body)).rejects.toMatchObject({ retryable: true });
  });

  it('headers without end are no answer', async () => {
    const server = createRawServer((socket) => {
      socket.on('error', () => undefined);
      socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(64 * 1024)}\r\n\r\n`);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanUp.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    await expect(transfers().request(get(`http://storage.aun.test:${port}/`))).rejects.toMatchObject({
      code: 'protocol_error',
    });
  });

  it('some headers are not the caller’s to set', async () => {
    for (const name of ['Host', 'cookie', 'Transfer-Encoding', 'content-length'])
      await expect(
        transfers().request(get('http://storage.aun.test/', { headers: { [name]: 'x' } })),
      ).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('nobody there is an error that can pass', async () => {
    await expect(transfers().request(get('http://storage.aun.test:1/'))).rejects.toMatchObject({
      code: 'gateway_unreachable',
      retryable: true,
    });
  });
});

describe('addresses that must not be asked', () => {
  const refusedUrls: readonly (readonly [string, Setting])[] = [
    ['ftp://storage.aun.test/', {}],
    ['file:///etc/passwd', {}],
    ['data:text/plain,x', {}],
    ['not an address', {}],
    ['http://user:secret@storage.aun.test/', {}],
    ['wss://storage.aun.test/', {}],
    // In plain text only to the own gateway's computer, and only where the gateway speaks plain text.
    ['http://storage.other.test/', {}],
    ['http://storage.aun.test/', { gateway: 'wss://127.0.0.1:1/aun' }],
    ['http://storage.aun.test/', { gateway: null }],
    ['http://storage.aun.test/', { gateway: 'wss://gateway.aun.test/aun' }],
    // This computer and the inside of networks.
    ['https://127.0.0.1/', {}],
    ['https://2130706433/', {}],
    ['https://[::1]/', {}],
    ['https://[::ffff:127.0.0.1]/', {}],
    ['https://169.254.169.254/latest/', {}],
    ['https://192.168.1.1/', {}],
    ['https://10.0.0.1/', { gateway: null }],
    ['https://evil.test/', { names: { 'evil.test': ['127.0.0.1'] } }],
    ['https://evil.test/', { names: { 'evil.test': ['::1'] } }],
    ['https://evil.test/', { names: { 'evil.test': ['10.0.0.7', '169.254.1.1'] } }],
    ['https://storage.aun.test/', { gateway: null, names: { 'storage.aun.test': ['127.0.0.1'] } }],
  ];
  it.each(refusedUrls)('%s %j', async (url, setting) => {
    await expect(transfers(setting).request(get(url))).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('inside a company network, its own servers are no strangers', async () => {
    const setting: Setting = {
      gateway: 'wss://gateway.corp.test/aun',
      names: { 'gateway.corp.test': ['10.0.0.1'], 'storage.aun.test': ['10.0.0.2', '127.0.0.1'] },
    };
    const giveUp = new AbortController();
    const attempt = transfers(setting).request(get('https://storage.aun.test:9/', { signal: giveUp.signal }));
    setTimeout(() => giveUp.abort(), 200);
    // It was tried: whatever came of it, it was not refused.
    await expect(attempt).rejects.not.toMatchObject({ code: 'invalid_request' });
  });

  it('what is checked is what is connected to: a name is looked up once', async () => {
    const own = transfers({ names: { 'evil.test': ['127.0.0.1'] } });
    await expect(own.request(get('https://evil.test/'))).rejects.toMatchObject({ code: 'invalid_request' });
    expect(own.asked).toEqual(['evil.test']);
  });
});

describe('redirects', () => {
  async function circle(handler: (request: IncomingMessage, response: ServerResponse, port: number) => void) {
    let port = 0;
    port = await serve((request, response) => handler(request, response, port));
    return port;
  }
  const to = (response: ServerResponse, location: string, status = 302): void => {
    response.writeHead(status, { location }).end();
  };

  it('are followed five times, and what lets us in stays with the server that gave it', async () => {
    const seen: (string | undefined)[] = [];
    const port = await circle((request, response, own) => {
      seen.push(request.headers.authorization);
      const step = Number((request.url ?? '').slice(1));
      if (step === 5) response.end('there');
      else if (step === 2) to(response, `http://other.aun.test:${own}/3`, 307);
      else to(response, `/${step + 1}`, step === 0 ? 301 : 303);
    });
    const answer = await transfers().request(
      get(`http://storage.aun.test:${port}/0`, { headers: { Authorization: 'Bearer t' } }),
    );
    expect((await bytesOf(answer.body)).toString()).toBe('there');
    expect(seen).toEqual(['Bearer t', 'Bearer t', 'Bearer t', undefined, undefined, undefined]);
  });

  it('without end are refused', async () => {
    let asked = 0;
    const port = await circle((_request, response) => {
      asked += 1;
      to(response, '/again');
    });
    await expect(transfers().request(get(`http://storage.aun.test:${port}/`))).rejects.toMatchObject({
      code: 'invalid_request',
    });
    expect(asked).toBe(6);
  });

  it.each(['http://127.0.0.1:80/', 'https://192.168.0.1/', 'file:///etc/passwd', 'http://elsewhere.test/'])(
    'to %s are refused',
    async (location) => {
      const port = await circle((_request, response) => to(response, location));
      await expect(transfers().request(get(`http://storage.aun.test:${port}/`))).rejects.toMatchObject({
        code: 'invalid_request',
      });
    },
  );

  it('of an upload are an answer, not an order', async () => {
    const port = await circle((request, response) => {
      request.resume();
      to(response, '/elsewhere', 307);
    });
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('x');
    }
    const answer = await transfers().request(
      get(`http://storage.aun.test:${port}/`, { method: 'PUT', body: body(), length: 1 }),
    );
    expect(answer.status).toBe(307);
    answer.close();
  });
});

describe('WebSockets', () => {
  it('go to the same place as everything else, with their headers', async () => {
    const server = createServer();
    const port = await listen(server);
    const sockets = new WebSocketServer({ server });
    const seen: (string | undefined)[] = [];
    sockets.on('connection', (socket, request) => {
      seen.push(request.headers.host, request.headers.authorization, request.url);
      socket.on('message', (data: Buffer) => socket.send(`got ${data.toString()}`));
    });
    const heard: string[] = [];
    const socket = await transfers().openSocket({
      url: `ws://stream.aun.test:${port}/push/1`,
      headers: { authorization: 'Bearer p' },
      handlers: {
        opened: () => socket.send('hello'),
        message: (text) => {
          heard.push(text);
          socket.close(1000);
        },
        failed: () => heard.push('failed'),
        closed: () => heard.push('closed'),
      },
    });
    await until('the socket is closed', () => heard.includes('closed'));
    expect(heard).toEqual(['got hello', 'closed']);
    expect(seen).toEqual([`stream.aun.test:${port}`, 'Bearer p', '/push/1']);
    sockets.close();
  });

  it.each(['ws://127.0.0.1:1/', 'ws://elsewhere.test/', 'https://stream.aun.test/', 'wss://10.0.0.1/'])(
    'are not opened to %s',
    async (url) => {
      const nothing = { opened: () => undefined, message: () => undefined, closed: () => undefined };
      const handlers = { ...nothing, failed: () => undefined };
      await expect(transfers().openSocket({ url, handlers })).rejects.toMatchObject({
        code: 'invalid_request',
      });
    },
  );
});
