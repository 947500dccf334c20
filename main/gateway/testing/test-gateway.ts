import { randomBytes, sign, verify, X509Certificate } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { TestPki } from './test-pki';

const requestSchema = z.object({
  id: z.string(),
  method: z.string(),
  params: z.record(z.string(), z.unknown()),
});
type Params = Record<string, unknown>;

/** An error reply. */
export class WireFailure extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly data?: unknown,
  ) {
    super(message);
  }
}

/** What a method does; returning `undefined` answers nothing. */
export type Handler = (params: Params, socket: WebSocket) => unknown;

export interface TestGateway {
  readonly url: string;
  readonly port: number;
  /** Methods in the order they were called. */
  readonly calls: { method: string; params: Params }[];
  /** HTTP requests as `METHOD host path`. */
  readonly requests: string[];
  /** Overrides by method; a handler may throw {@link WireFailure}. */
  readonly handlers: Map<string, Handler>;
  /** Overrides by path (without query). */
  readonly routes: Map<string, (request: IncomingMessage, response: ServerResponse) => void>;
  /** Sockets that passed `auth.connect`. */
  readonly sessions: Set<WebSocket>;
  readonly tokens: Set<string>;
  readonly refreshTokens: Set<string>;
  readonly registered: Map<string, string>;
  healthStatus: number;
  /** Raw HTTP answer to give instead of a WebSocket, or null. */
  refuseUpgrade: string | null;
  hello: Params;
  push(name: string, params: unknown): void;
  close(): Promise<void>;
}

/** A gateway that speaks just enough of `protocol/01` to be connected to, with every answer replaceable. */
export async function startTestGateway(
  pki: TestPki,
  options: { secure?: boolean; port?: number } = {},
): Promise<TestGateway> {
  const secure = options.secure === true;
  const server = secure ? createTlsServer({ cert: pki.tls.cert, key: pki.tls.key }) : createServer();
  const sockets = new WebSocketServer({ noServer: true });
  const logins = new Map<string, { nonce: string; cert: string }>();
  const state: TestGateway = {
    url: '',
    port: 0,
    calls: [],
    requests: [],
    handlers: new Map(),
    routes: new Map(),
    sessions: new Set(),
    tokens: new Set(),
    refreshTokens: new Set(),
    registered: new Map(),
    healthStatus: 200,
    refuseUpgrade: null,
    hello: {},
    push(name, params) {
      for (const socket of state.sessions)
        socket.send(JSON.stringify({ jsonrpc: '2.0', method: `event/${name}`, params }));
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  function grant(): Params {
    const access = randomBytes(16).toString('hex');
    const refresh = randomBytes(16).toString('hex');
    state.tokens.add(access);
    state.refreshTokens.add(refresh);
    return { access_token: access, refresh_token: refresh, expires_in: 3600 };
  }

  const builtIn: Record<string, (params: Params, socket: WebSocket, nonce: string) => unknown> = {
    'auth.aid_login1': (params) => {
      if (!state.registered.has(String(params['aid']))) throw new WireFailure(-32001, 'aid not registered');
      const id = `req-${randomBytes(6).toString('hex')}`;
      const nonce = randomBytes(16).toString('hex');
      logins.set(id, { nonce, cert: String(params['cert']) });
      return {
        request_id: id,
        nonce,
        auth_cert: pki.authority.pem,
        client_nonce_signature: sign(
          'sha256',
          Buffer.from(String(params['client_nonce'])),
          pki.authority.key,
        ).toString('base64'),
        server_time: Date.now() / 1000,
      };
    },
    'auth.aid_login2': (params) => {
      const login = logins.get(String(params['request_id']));
      if (login === undefined) throw new WireFailure(-32001, 'nonce invalid or expired');
      logins.delete(String(params['request_id']));
      const key = new X509Certificate(login.cert).publicKey;
      const data = Buffer.from(`${login.nonce}:${String(params['client_time'])}`);
      if (!verify('sha256', data, key, Buffer.from(String(params['signature']), 'base64')))
        throw new WireFailure(-32003, 'signature verification failed');
      if (Date.parse(new X509Certificate(login.cert).validTo) < Date.now())
        throw new WireFailure(-32001, 'certificate expired');
      return { status: 'ok', ...grant() };
    },
    'auth.renew_cert': async (params) => {
      const login = logins.get(String(params['request_id']));
      if (login === undefined) throw new WireFailure(-32001, 'nonce invalid or expired');
      const key = new X509Certificate(login.cert).publicKey;
      if (
        !verify('sha256', Buffer.from(login.nonce), key, Buffer.from(String(params['signature']), 'base64'))
      )
        throw new WireFailure(-32003, 'signature verification failed');
      const spki = key.export({ type: 'spki', format: 'der' }).toString('base64');
      return { status: 'renewed', cert: await pki.issueFor(String(params['aid']), spki) };
    },
    'auth.refresh_token': (params) => {
      if (!state.refreshTokens.has(String(params['refresh_token'])))
        return { success: false, error: 'invalid_or_expired_refresh_token', relogin_required: true };
      return { success: true, ...grant() };
    },
    'auth.connect': (params, socket, nonce) => {
      const auth = z.object({ token: z.string() }).parse(params['auth']);
      if (params['nonce'] !== nonce) throw new WireFailure(4010, 'nonce invalid or expired');
      if (!state.tokens.has(auth.token)) throw new WireFailure(4001, 'token invalid or expired');
      state.sessions.add(socket);
      return { status: 'ok', protocol: '1.0', server_time: Date.now() / 1000, ...state.hello };
    },
    'meta.ping': () => ({ pong: true, timestamp: Date.now() / 1000 }),
    echo: (params) => params,
  };

  sockets.on('connection', (socket: WebSocket) => {
    const nonce = randomBytes(16).toString('hex');
    setTimeout(() => {
      if (socket.readyState === socket.OPEN)
        socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'challenge', params: { nonce } }));
    }, 5);
    socket.on('close', () => state.sessions.delete(socket));
    socket.on('message', (data: Buffer) => {
      const request = requestSchema.parse(JSON.parse(data.toString('utf8')));
      const { id, method, params } = request;
      state.calls.push({ method, params });
      const own = state.handlers.get(method);
      const run = async (): Promise<unknown> => {
        if (own !== undefined) return own(params, socket);
        const known = builtIn[method];
        if (known === undefined) throw new WireFailure(-32601, 'method not found');
        return known(params, socket, nonce);
      };
      run().then(
        (result) => {
          if (result !== undefined) socket.send(JSON.stringify({ jsonrpc: '2.0', id, result }));
        },
        (thrown: unknown) => {
          const failure = thrown instanceof WireFailure ? thrown : new WireFailure(-32603, String(thrown));
          const error = { code: failure.code, message: failure.message, data: failure.data };
          socket.send(JSON.stringify({ jsonrpc: '2.0', id, error }));
        },
      );
    });
  });

  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    // Nobody else reads this socket any more, and who does not read never hears that the other side is gone.
    if (state.refuseUpgrade !== null) socket.resume().end(state.refuseUpgrade);
    else if (request.url !== '/aun') socket.destroy();
    else sockets.handleUpgrade(request, socket, head, (made) => sockets.emit('connection', made, request));
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    state.requests.push(`${request.method ?? ''} ${request.headers.host ?? ''} ${request.url ?? ''}`);
    const route = state.routes.get(path);
    if (route !== undefined) {
      route(request, response);
      return;
    }
    const answer = (status: number, body: string): void => {
      response.writeHead(status).end(request.method === 'HEAD' ? undefined : body);
    };
    if (path === '/health') answer(state.healthStatus, '{}');
    else if (path === '/pki/chain') answer(200, pki.issuerPem + pki.rootPem);
    else if (path === '/pki/root.crt') answer(200, pki.rootPem);
    else if (path.startsWith('/pki/cert/')) {
      const pem = state.registered.get(decodeURIComponent(path.slice('/pki/cert/'.length)));
      answer(pem === undefined ? 404 : 200, pem ?? '');
    } else answer(404, '');
  });

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const port = (server.address() as AddressInfo).port;
  return Object.assign(state, { port, url: `${secure ? 'wss' : 'ws'}://127.0.0.1:${port}/aun` });
}
