import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { GatewayProcess } from './gateway-process';
import { parseDict, textOf } from './sdk0220/json';
import type { Dict } from './sdk0220/json';

/** What a frame becomes on its way to the client: itself, another one, several, or nothing. */
export type Meddling = (frame: Dict, method: string) => Dict | string | readonly (Dict | string)[] | null;

/** The largest frame passed on, in bytes. */
const MAX_FRAME = 64 * 1024 * 1024;

/**
 * A gateway nobody should trust: it stands before the real one, passes everything on and lets a test change replies and
 * events, send what it likes to the client, and see what the client sends. Plain text only, loopback only.
 */
export class Meddler {
  /** Every frame clients sent, in order. */
  readonly requests: Dict[] = [];
  /** Changes frames to the client; `method` is that of the request for a reply, of the frame itself otherwise. */
  meddle: Meddling | null = null;
  /** Answers an HTTP request itself when it gives a status and a body. */
  answer: ((path: string) => { status: number; body: string } | null) | null = null;
  readonly #gateway: GatewayProcess;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME });
  readonly #clients = new Set<WebSocket>();

  private constructor(gateway: GatewayProcess) {
    this.#gateway = gateway;
    this.#server = createServer((request, response) => this.#pass(request, response));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  static async before(gateway: GatewayProcess): Promise<Meddler> {
    const meddler = new Meddler(gateway);
    await new Promise<void>((resolve) => meddler.#server.listen(0, '127.0.0.1', resolve));
    return meddler;
  }

  /** The address a client takes for its gateway's. */
  get url(): string {
    const address = this.#server.address();
    return `ws://127.0.0.1:${String(typeof address === 'object' ? address?.port : 0)}/aun`;
  }

  /** Sends text, or a frame, to every client that is connected. */
  inject(...frames: readonly (Dict | string)[]): void {
    for (const client of this.#clients) for (const frame of frames) client.send(asText(frame));
  }

  /** Sends an event to every client that is connected. */
  event(name: string, params: unknown): void {
    this.inject({ jsonrpc: '2.0', method: `event/${name}`, params });
  }

  /** Closes every client with a code. */
  close(code: number, reason = ''): void {
    for (const client of this.#clients) client.close(code, reason);
  }

  /** Requests of one method so far. */
  requestsOf(method: string): Dict[] {
    return this.requests.filter((request) => request['method'] === method);
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(request: IncomingMessage, response: ServerResponse): void {
    const own = this.answer?.(request.url ?? '/') ?? null;
    if (own !== null) {
      response.writeHead(own.status).end(own.body);
      return;
    }
    const onward = httpRequest(
      {
        port: this.#gateway.port,
        host: '127.0.0.1',
        path: request.url,
        method: request.method,
        headers: request.headers,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      const host = request.headers.host;
      const onward = new WebSocket(
        this.#gateway.addresses.url,
        host === undefined ? {} : { headers: { host } },
      );
      const methods = new Map<string, string>();
      const waiting: string[] = [];
      this.#clients.add(client);
      client.on('message', (data: Buffer) => {
        const text = data.toString('utf8');
        const frame = parseDict(text);
        if (frame) {
          this.requests.push(frame);
          methods.set(JSON.stringify(frame['id']), textOf(frame['method']));
        }
        if (onward.readyState === WebSocket.OPEN) onward.send(text);
        else waiting.push(text);
      });
      onward.on('open', () => {
        for (const text of waiting.splice(0)) onward.send(text);
      });
      onward.on('message', (data: Buffer) => {
        for (const text of this.#meddled(data.toString('utf8'), methods)) client.send(text);
      });
      client.on('close', () => {
        this.#clients.delete(client);
        onward.terminate();
      });
      onward.on('close', (code, reason) => {
        if (code >= 1000 && code !== 1005 && code !== 1006) client.close(code, reason);
        else client.terminate();
      });
      client.on('error', () => undefined);
      onward.on('error', () => undefined);
    });
  }

  #meddled(text: string, methods: ReadonlyMap<string, string>): string[] {
    const frame = parseDict(text);
    if (this.meddle === null || !frame) return [text];
    const method = 'id' in frame ? (methods.get(JSON.stringify(frame['id'])) ?? '') : textOf(frame['method']);
    const changed = this.meddle(frame, method);
    if (changed === null) return [];
    if (typeof changed === 'string') return [changed];
    return isList(changed) ? changed.map(asText) : [asText(changed)];
  }
}

function isList(value: Dict | readonly (Dict | string)[]): value is readonly (Dict | string)[] {
  return Array.isArray(value);
}

function asText(frame: Dict | string): string {
  return typeof frame === 'string' ? frame : JSON.stringify(frame);
}
