import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type {
  SocketRequest,
  TransferAnswer,
  TransferRequest,
  TransferSocket,
  Transfers,
  TransferSockets,
} from '../ports/transfers';
import { AunError } from '../runtime/errors';
import type { Runtime } from '../runtime/runtime';
import { dataTarget, parseDataUrl } from './data-target';
import type { DataTarget, GatewayPlace } from './data-target';
import { plainHeaders } from './http-client';
import { IdleTimer } from './idle-timer';
import { fromSocketError } from './network-errors';
import { tlsOptions } from './tls-trust';
import { openWebSocket } from './ws-client';

/** Time to reach a server, in ms (`protocol/06 §1.4`). */
export const CONNECT_TIMEOUT_MS = 30_000;
const MAX_REDIRECTS = 5;
/** Largest headers of an answer, in bytes. */
const MAX_HEADER_BYTES = 16 * 1024;
/** Largest frame that a stream server may send us, in bytes: it only confirms and complains. */
const MAX_SOCKET_FRAME = 64 * 1024;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** What only this client may say. */
const RESERVED: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'connection',
  'transfer-encoding',
  'cookie',
  'upgrade',
]);

function checkedHeaders(given: Readonly<Record<string, string>> = {}): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase();
    if (RESERVED.has(lower))
      throw new AunError('invalid_request', `the header ${lower} is not the caller's to set`);
    headers[lower] = value;
  }
  return headers;
}

function cancelled(): AunError {
  return new AunError('cancelled', 'the transfer was given up');
}

/** What went wrong, in the engine's words. */
function explain(thrown: unknown, place: DataTarget): AunError {
  const code: unknown = typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, 'code') : '';
  if (typeof code === 'string' && code.startsWith('HPE_'))
    return new AunError('protocol_error', `this is not how a web server answers: ${code}`, {
      retryable: true,
      cause: thrown,
    });
  return fromSocketError(thrown, place.target);
}

/** One exchange with one server. */
class Exchange {
  readonly #runtime: Runtime;
  readonly #place: DataTarget;
  readonly #request: TransferRequest;
  readonly #sent: ClientRequest;
  readonly #idle: IdleTimer;
  #response: IncomingMessage | null = null;

  constructor(
    runtime: Runtime,
    place: DataTarget,
    request: TransferRequest,
    headers: Record<string, string>,
  ) {
    this.#runtime = runtime;
    this.#place = place;
    this.#request = request;
    const { target, path, lookup } = place;
    const options = {
      method: request.method,
      host: target.address,
      port: target.port,
      path,
      agent: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      headers: {
        accept: '*/*',
        'user-agent': 'Parley',
        ...headers,
        ...(request.length === undefined ? {} : { 'content-length': String(request.length) }),
        ...(target.host === null ? {} : { host: target.host }),
      },
      ...(lookup === undefined ? {} : { lookup }),
    };
    this.#sent = target.secure ? httpsRequest({ ...options, ...tlsOptions(target) }) : httpRequest(options);
    this.#idle = new IdleTimer(runtime.scheduler, request.idleTimeoutMs, () => {
      this.#destroy(this.#timeout('nothing moved any more'));
    });
  }

  run(): Promise<TransferAnswer> {
    const { signal, body } = this.#request;
    const sent = this.#sent;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => this.#destroy(cancelled());
      const cancelConnect = this.#runtime.scheduler.after(CONNECT_TIMEOUT_MS, () => {
        this.#destroy(this.#timeout('could not be reached in time'));
      });
      sent.on('socket', (socket) => {
        socket.once(this.#place.target.secure ? 'secureConnect' : 'connect', () => {
          cancelConnect();
          if (this.#response === null) this.#idle.touch();
        });
      });
      sent.on('error', (error) => {
        // What is written after an answer came is of no interest any more.
        if (this.#response === null) reject(explain(error, this.#place));
      });
      sent.on('close', () => {
        cancelConnect();
        this.#idle.rest();
        signal.removeEventListener('abort', giveUp);
      });
      sent.on('response', (response) => {
        this.#idle.rest();
        this.#response = response;
        resolve(this.#answer(response));
      });
      signal.addEventListener('abort', giveUp);
      if (signal.aborted) giveUp();
      else if (body === undefined) sent.end();
      else
        this.#send(body).catch((thrown: unknown) => {
          reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
          this.#destroy(cancelled());
        });
    });
  }

  /** Writes the body as fast as the server takes it. Rejects only with what the body itself throws. */
  async #send(body: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const piece of body) {
      if (!this.#wantsMore()) return;
      const room = this.#sent.write(piece);
      if (this.#response === null) this.#idle.touch();
      if (!room) await this.#drained();
    }
    if (this.#wantsMore()) this.#sent.end();
  }

  /** A server that refuses need not read the rest. */
  #wantsMore(): boolean {
    const status = this.#response?.statusCode ?? 0;
    return !this.#sent.destroyed && status < 300;
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        for (const event of ['drain', 'close', 'response']) this.#sent.removeListener(event, done);
        if (this.#response === null && !this.#sent.destroyed) this.#idle.touch();
        resolve();
      };
      for (const event of ['drain', 'close', 'response']) this.#sent.once(event, done);
      if (this.#sent.destroyed) done();
    });
  }

  #answer(response: IncomingMessage): TransferAnswer {
    // Until somebody reads the body, its failure is nobody's.
    response.on('error', () => undefined);
    return {
      status: response.statusCode ?? 0,
      headers: plainHeaders(response.headers),
      body: this.#body(response),
      close: () => {
        this.#idle.rest();
        response.destroy();
        this.#sent.destroy();
      },
    };
  }

  async *#body(response: IncomingMessage): AsyncGenerator<Buffer> {
    const pieces: AsyncIterator<Buffer> = response[Symbol.asyncIterator]();
    try {
      for (;;) {
        this.#idle.touch();
        const next = await pieces.next();
        this.#idle.rest();
        if (next.done === true) return;
        yield next.value;
      }
    } catch (thrown) {
      if (this.#request.signal.aborted) throw cancelled();
      throw explain(thrown, this.#place);
    } finally {
      this.#idle.rest();
      response.destroy();
      this.#sent.destroy();
    }
  }

  #timeout(what: string): AunError {
    const host = this.#place.url.hostname;
    return new AunError('request_timeout', `${host}: ${what}`, { retryable: true, detail: { host } });
  }

  #destroy(error: AunError): void {
    this.#response?.destroy(error);
    this.#sent.destroy(error);
  }
}

/** Streams bytes to and from the servers of the data plane (`protocol/06 §1.4`, `protocol/04 §14`). */
export class DataPlane implements Transfers, TransferSockets {
  constructor(
    private readonly runtime: Runtime,
    private readonly place: () => Promise<GatewayPlace>,
  ) {}

  async request(request: TransferRequest): Promise<TransferAnswer> {
    const headers = checkedHeaders(request.headers);
    let url = parseDataUrl(request.url);
    for (let hops = 0; ; hops += 1) {
      if (request.signal.aborted) throw cancelled();
      if (url.protocol !== 'https:' && url.protocol !== 'http:')
        throw new AunError('invalid_request', `bytes are not fetched by ${url.protocol}`);
      const target = await dataTarget(url, await this.place());
      const answer = await new Exchange(this.runtime, target, request, headers).run();
      const location = answer.headers['location'];
      if (request.method !== 'GET' || !REDIRECTS.has(answer.status) || location === undefined) return answer;
      answer.close();
      if (hops === MAX_REDIRECTS)
        throw new AunError('invalid_request', 'the server sends us round in circles');
      const next = parseDataUrl(location, url);
      // What lets us in at one server is no other server's business.
      if (next.origin !== url.origin) delete headers['authorization'];
      url = next;
    }
  }

  async openSocket(request: SocketRequest): Promise<TransferSocket> {
    const headers = checkedHeaders(request.headers);
    const url = parseDataUrl(request.url);
    if (url.protocol !== 'wss:' && url.protocol !== 'ws:')
      throw new AunError('invalid_request', `a stream is not pushed by ${url.protocol}`);
    const { target, path, lookup } = await dataTarget(url, await this.place());
    return openWebSocket(target, path, request.handlers, {
      headers,
      maxPayload: MAX_SOCKET_FRAME,
      handshakeTimeoutMs: CONNECT_TIMEOUT_MS,
      ...(lookup === undefined ? {} : { lookup }),
    });
  }
}
