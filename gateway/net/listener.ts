import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { TlsIdentity } from '../ca/authority';
import { MAX_FRAME_BYTES } from '../config';

/** Who answers on the port. */
export interface ListenerHandlers {
  request(request: IncomingMessage, response: ServerResponse, secure: boolean): void;
  /** A raw HTTP answer for everybody who asks for a WebSocket, or null to let them in. */
  intercept(): string | null;
  /** Takes an upgrade for itself; `false` leaves it to `socket`. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  socket(socket: WebSocket, remote: string, secure: boolean): void;
}

const TLS_HANDSHAKE = 0x16;
/** A connection that says nothing for this long is cut, in ms. */
const FIRST_BYTE_WAIT_MS = 15_000;

/** One TCP port for ws, wss, http and https: the first byte of a connection decides (`protocol/01 §12` item 1). */
export class Listener {
  readonly #sockets = new Set<Socket>();
  readonly #plain: HttpServer;
  readonly #secure: HttpServer;
  readonly #webSockets: WebSocketServer;
  readonly #tcp = createTcpServer((socket) => this.#accept(socket));

  constructor(tls: TlsIdentity, handlers: ListenerHandlers) {
    this.#webSockets = new WebSocketServer({
      noServer: true,
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false,
    });
    this.#plain = createHttpServer((request, response) => handlers.request(request, response, false));
    this.#secure = createHttpsServer({ key: tls.key, cert: tls.cert }, (request, response) =>
      handlers.request(request, response, true),
    );
    for (const server of [this.#plain, this.#secure]) {
      const secure = server === this.#secure;
      // A large upload on a slow line may take its time; transfers that stand still are cut by those who serve them.
      server.requestTimeout = 0;
      server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head, handlers, secure));
      server.on('clientError', (_error, socket) => socket.destroy());
    }
    this.#secure.on('tlsClientError', (_error: Error, socket: Duplex) => socket.destroy());
  }

  /** Starts listening. @throws the system's error when the address cannot be bound. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#tcp.once('error', reject);
      this.#tcp.listen({ port, host }, () => {
        this.#tcp.off('error', reject);
        resolve(portOf(this.#tcp.address()));
      });
    });
  }

  /** Stops accepting and cuts what is still open. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#tcp.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    this.#webSockets.close();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    const impatient = setTimeout(() => socket.destroy(), FIRST_BYTE_WAIT_MS);
    impatient.unref();
    socket.once('close', () => clearTimeout(impatient));
    socket.once('data', (chunk: Buffer) => {
      clearTimeout(impatient);
      socket.pause();
      socket.unshift(chunk);
      const server = chunk[0] === TLS_HANDSHAKE ? this.#secure : this.#plain;
      server.emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  }

  #upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    handlers: ListenerHandlers,
    secure: boolean,
  ): void {
    socket.on('error', () => socket.destroy());
    const answer = handlers.intercept();
    if (answer !== null) {
      socket.end(answer);
      return;
    }
    if (handlers.upgrade(request, socket, head)) return;
    const remote = request.socket.remoteAddress ?? 'unknown';
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) =>
      handlers.socket(webSocket, remote, secure),
    );
  }
}

function portOf(address: string | AddressInfo | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
