import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import https from 'node:https';
import WebSocket from 'ws';
import { SdkError, fromRemote, messageOf } from './errors';
import { isDict, parseDict } from './json';
import type { Dict } from './json';
import { socketPlace, tlsOptions } from './http';
import type { NetworkOptions } from './http';
import { frameText } from './short-socket';

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

export interface TransportOptions {
  network: NetworkOptions;
  /** Default waiting time of an RPC and of open plus challenge, in ms. */
  callTimeoutMs: number;
  /** How long {@link Transport.close} waits for the close frame, also on a socket that is long dead. */
  closeWaitMs: number;
}

/**
 * The main socket: JSON-RPC with `rpc-` ids and events. Emits `event` (name, params), `notification` (frame),
 * `bad-frame` (error), `meta` (what stands beside a result) and `lost` (close code). Kept defect: when the peer closes, waiting calls are not rejected;
 * they hang until their own timeout or until {@link close} runs.
 */
export class Transport extends EventEmitter {
  readonly #options: TransportOptions;
  readonly #waiting = new Map<string, Waiting>();
  #socket: WebSocket | null = null;

  constructor(options: TransportOptions) {
    super();
    this.#options = options;
  }

  /** Opens the socket and returns the parameters of the challenge. */
  async connect(url: string): Promise<Dict> {
    const { network } = this.#options;
    // With verification off a TLS agent is passed whatever the scheme; on `ws:` Node refuses it.
    const agent = network.verifySsl ? null : new https.Agent({ rejectUnauthorized: false });
    const socket = new WebSocket(url, {
      ...(agent ? { agent } : url.startsWith('wss:') ? tlsOptions(network) : {}),
      ...socketPlace(url, network),
      maxPayload: 256 * 1024 * 1024,
    });
    this.#socket = socket;
    return new Promise((resolve, reject) => {
      let settled = false;
      const fail = (error: Error): void => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        socket.terminate();
        reject(error);
      };
      const timer = setTimeout(() => {
        fail(new SdkError('TimeoutError', 'websocket connect timeout', { retryable: true }));
      }, this.#options.callTimeoutMs);
      socket.on('error', (error) => {
        fail(new SdkError('ConnectionError', messageOf(error), { retryable: true }));
      });
      socket.on('message', (data: WebSocket.RawData) => {
        const frame = parseDict(frameText(data));
        if (settled) {
          this.#route(frame);
          return;
        }
        if (!frame) {
          fail(new SdkError('SerializationError', 'malformed frame during handshake'));
          return;
        }
        settled = true;
        clearTimeout(timer);
        resolve(frame['method'] === 'challenge' && isDict(frame['params']) ? frame['params'] : {});
      });
      socket.on('close', (code: number) => {
        if (!settled) {
          fail(
            new SdkError('ConnectionError', `websocket closed: code=${String(code)}`, { retryable: true }),
          );
          return;
        }
        if (this.#socket === socket) this.emit('lost', code);
      });
    });
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** One request; the result is whatever the peer put there. */
  call(method: string, params: Dict, timeoutMs = this.#options.callTimeoutMs): Promise<unknown> {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) {
      return Promise.reject(new SdkError('ConnectionError', 'transport not connected', { retryable: true }));
    }
    const id = `rpc-${randomBytes(8).toString('hex')}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new SdkError('TimeoutError', `rpc timeout: ${method}`, { retryable: true }));
      }, timeoutMs);
      this.#waiting.set(id, { resolve, reject, timer });
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    });
  }

  /** Sends raw text, for tests of malformed frames. */
  sendRaw(text: string): void {
    this.#socket?.send(text);
  }

  /** Cuts the connection without a close frame, for tests. */
  drop(): void {
    this.#socket?.terminate();
  }

  /** Rejects what is waiting, then waits for the close frame or gives up after the waiting time. */
  async close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = null;
    for (const [id, waiting] of this.#waiting) {
      clearTimeout(waiting.timer);
      this.#waiting.delete(id);
      waiting.reject(new SdkError('ConnectionError', 'transport closed', { retryable: true }));
    }
    if (!socket) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        socket.terminate();
        resolve();
      }, this.#options.closeWaitMs);
      // A socket that is already closed never says so again, hence the full wait before each reconnect.
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      socket.close(1000);
    });
  }

  #route(frame: Dict | null): void {
    if (!frame) {
      this.emit('bad-frame', new SdkError('SerializationError', 'malformed frame'));
      return;
    }
    if ('id' in frame) {
      this.#settle(frame);
      return;
    }
    const method = typeof frame['method'] === 'string' ? frame['method'] : '';
    const params = isDict(frame['params']) ? frame['params'] : {};
    if (method === 'challenge') return;
    if (method.startsWith('event/')) this.emit('event', method.slice('event/'.length), params);
    else this.emit('notification', frame);
  }

  #settle(frame: Dict): void {
    const id = String(frame['id']);
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (isDict(frame['_meta'])) this.emit('meta', frame['_meta']);
    if (frame['error'] !== undefined) waiting.reject(fromRemote(frame['error']));
    else if (frame['result'] === undefined) {
      waiting.reject(new SdkError('SerializationError', 'reply without result'));
    } else waiting.resolve(frame['result']);
  }
}
