import { challengeSchema, serverFrameSchema } from '../../shared/aun/wire';
import type { RpcCaller } from '../ports/session';
import { AunError } from '../runtime/errors';
import type { Disposer, Runtime } from '../runtime/runtime';
import { parseDisconnectNotice } from './disconnect-notice';
import type { DisconnectNotice } from './disconnect-notice';
import type { HostTarget, NetworkEdge, WireSocket } from './edge';
import { toRpcError } from './rpc-errors';

/** Time limits in ms (`protocol/01 §4.3`). */
export const RPC_TIMEOUT_MS = 35_000;
export const HANDSHAKE_TIMEOUT_MS = 10_000;
const CLOSE_WAIT_MS = 3_000;
/** Announced payload limit when the gateway names none, and what a frame may need around a payload, in bytes. */
const DEFAULT_MESSAGE_SIZE = 1_048_576;
const FRAME_ROOM = 64 * 1024;
/** Largest params of a notification, bytes of UTF-8 JSON (`protocol/04 §10.1`). */
export const MAX_NOTIFICATION_BYTES = 64 * 1024;
/** No announcement of a gateway lets us send more than it can read (`protocol/01 §4.1`). */
const LARGEST_FRAME = 4 * 1024 * 1024;

/** How a connection ended. */
export interface SocketEnd {
  /** Code of the disconnect notice if one came, else of the close frame; 1006 without either. */
  readonly code: number;
  readonly notice: DisconnectNotice | null;
  /** Transport error before the close, if any. */
  readonly error: AunError | null;
}

/** A call or a handshake that ended because the connection did. */
export class ConnectionClosedError extends AunError {
  readonly end: SocketEnd;

  constructor(end: SocketEnd, doing: string) {
    super('connection_closed', `connection closed (${end.code}) during ${doing}`, {
      retryable: true,
      detail: { closeCode: end.code },
      ...(end.error === null ? {} : { cause: end.error }),
    });
    this.name = 'ConnectionClosedError';
    this.end = end;
  }
}

export interface Challenge {
  readonly nonce: string;
}

interface PendingCall {
  readonly method: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: AunError) => void;
  readonly cancelTimer: Disposer;
}

interface Waiter<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: AunError) => void;
}

function waiter<Value>(): Waiter<Value> {
  let resolve: (value: Value) => void = () => undefined;
  let reject: (error: AunError) => void = () => undefined;
  const promise = new Promise<Value>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

/**
 * One WebSocket speaking JSON-RPC (`protocol/01 §4`). It opens on construction; `challenge` settles the handshake. Events are
 * kept back until {@link deliverEvents} names a receiver, so that nothing is heard before the session is ready for it.
 * When the connection ends every open call is rejected at once.
 */
export class RpcSocket implements RpcCaller {
  /** Rejects with the transport's error, ConnectionClosedError or `request_timeout`. */
  readonly challenge: Promise<Challenge>;
  /** Resolves when the connection is over; never rejects. */
  readonly ended: Promise<SocketEnd>;

  readonly #runtime: Runtime;
  readonly #wire: WireSocket;
  readonly #challenge = waiter<Challenge>();
  readonly #ended = waiter<SocketEnd>();
  readonly #pending = new Map<string, PendingCall>();
  readonly #cancelHandshake: Disposer;
  #cancelTerminate: Disposer = () => undefined;
  #kept: { name: string; params: unknown }[] = [];
  #receive: ((name: string, params: unknown) => void) | null = null;
  #hearMeta: (meta: unknown) => void = () => undefined;
  #frameLimit = DEFAULT_MESSAGE_SIZE + FRAME_ROOM;
  #error: AunError | null = null;
  #notice: DisconnectNotice | null = null;
  #end: SocketEnd | null = null;
  #closing = false;

  constructor(edge: NetworkEdge, target: HostTarget, path: string, runtime: Runtime) {
    this.#runtime = runtime;
    this.challenge = this.#challenge.promise;
    this.ended = this.#ended.promise;
    this.#cancelHandshake = runtime.scheduler.after(HANDSHAKE_TIMEOUT_MS, () => {
      this.#fail(
        new AunError('request_timeout', 'the gateway sent no challenge in time', { retryable: true }),
      );
    });
    this.#wire = edge.openSocket(target, path, {
      message: (text) => this.#onFrame(text),
      failed: (error) => {
        this.#error ??= error;
      },
      closed: (code) => this.#onClosed(code),
    });
  }

  /** Whether calls can still be made. */
  get isOpen(): boolean {
    return this.#end === null && !this.#closing;
  }

  /** Takes over the payload limit of the hello, in bytes. */
  announceMessageSize(bytes: number): void {
    if (bytes > 0) this.#frameLimit = Math.min(bytes, LARGEST_FRAME - FRAME_ROOM) + FRAME_ROOM;
  }

  /** From now on events go to `receive`, those kept back first, in order of arrival. */
  deliverEvents(receive: (name: string, params: unknown) => void): void {
    this.#receive = receive;
    const kept = this.#kept;
    this.#kept = [];
    for (const event of kept) receive(event.name, event.params);
  }

  /** From now on the `_meta` member of replies and events goes to `hear`, before the frame itself does. */
  deliverMeta(hear: (meta: unknown) => void): void {
    this.#hearMeta = hear;
  }

  call(
    method: string,
    params: Readonly<Record<string, unknown>>,
    options: { timeoutMs?: number } = {},
  ): Promise<unknown> {
    if (this.#end !== null) return Promise.reject(new ConnectionClosedError(this.#end, method));
    if (this.#closing)
      return Promise.reject(new AunError('connection_closed', `${method}: closing`, { retryable: true }));
    const id = `rpc-${this.#runtime.random.bytes(8).toString('hex')}`;
    const text = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    const bytes = Buffer.byteLength(text);
    if (bytes > this.#frameLimit)
      return Promise.reject(
        new AunError('frame_too_large', `${method}: ${bytes} bytes are more than the gateway reads`, {
          detail: { method, bytes, limit: this.#frameLimit },
        }),
      );
    return new Promise((resolve, reject) => {
      const timeoutMs = options.timeoutMs ?? RPC_TIMEOUT_MS;
      const cancelTimer = this.#runtime.scheduler.after(timeoutMs, () => {
        this.#pending.delete(id);
        reject(
          new AunError('request_timeout', `${method}: no answer in ${timeoutMs} ms`, {
            retryable: true,
            detail: { method },
          }),
        );
      });
      this.#pending.set(id, { method, resolve, reject, cancelTimer });
      try {
        this.#wire.send(text);
      } catch (cause) {
        cancelTimer();
        this.#pending.delete(id);
        reject(new AunError('connection_closed', `${method}: cannot send`, { retryable: true, cause }));
      }
    });
  }

  /** Sends a frame that nobody answers (`protocol/04 §10.1`); what is too large or cannot be sent is dropped. */
  notify(method: string, params: Readonly<Record<string, unknown>>): void {
    if (!this.isOpen) return;
    const bytes = Buffer.byteLength(JSON.stringify(params));
    if (bytes > MAX_NOTIFICATION_BYTES) {
      this.#runtime.logger.log('warn', 'socket.notification.too_large', { method, bytes });
      return;
    }
    try {
      this.#wire.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
    } catch (cause) {
      this.#runtime.logger.log('debug', 'socket.notification.failed', { method, cause });
    }
  }

  /** Closes; resolves when the connection is over, at the latest after 3 s. */
  async close(code = 1000): Promise<void> {
    if (this.#end === null && !this.#closing) {
      this.#closing = true;
      this.#cancelTerminate = this.#runtime.scheduler.after(CLOSE_WAIT_MS, () => this.#terminate());
      try {
        this.#wire.close(code);
      } catch (cause) {
        this.#runtime.logger.log('debug', 'socket.close.failed', { cause });
        this.#terminate();
      }
    }
    await this.ended;
  }

  /** Ends the connection now, because `error` happened or because nobody waits for it any more. */
  #fail(error: AunError): void {
    this.#error ??= error;
    this.#terminate();
  }

  #terminate(): void {
    if (this.#end !== null) return;
    try {
      this.#wire.terminate();
    } catch (cause) {
      this.#runtime.logger.log('debug', 'socket.terminate.failed', { cause });
    }
    this.#onClosed(1006);
  }

  #onClosed(code: number): void {
    if (this.#end !== null) return;
    const end: SocketEnd = { code: this.#notice?.code ?? code, notice: this.#notice, error: this.#error };
    this.#end = end;
    this.#cancelHandshake();
    this.#cancelTerminate();
    const doing = 'the handshake';
    this.#challenge.reject(
      end.notice === null && end.error !== null ? end.error : new ConnectionClosedError(end, doing),
    );
    for (const call of this.#pending.values()) {
      call.cancelTimer();
      call.reject(new ConnectionClosedError(end, call.method));
    }
    this.#pending.clear();
    this.#kept = [];
    this.#ended.resolve(end);
  }

  #onFrame(text: string): void {
    if (this.#end !== null) return;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      this.#malformed('not JSON', text.length, cause);
      return;
    }
    const frame = serverFrameSchema.safeParse(value);
    if (!frame.success || Array.isArray(value)) {
      this.#malformed('not a frame', text.length);
      return;
    }
    if (frame.data['_meta'] !== undefined && frame.data.error === undefined)
      this.#hearMeta(frame.data['_meta']);
    if ('id' in frame.data) this.#onReply(frame.data);
    else if (frame.data.method === 'challenge') this.#onChallenge(frame.data.params);
    else if (frame.data.method === 'event/gateway.disconnect') this.#onDisconnect(frame.data.params);
    else if (frame.data.method?.startsWith('event/') === true)
      this.#onEvent(frame.data.method.slice('event/'.length), frame.data.params);
    else this.#runtime.logger.log('debug', 'socket.frame.ignored', { method: frame.data.method ?? '' });
  }

  #onReply(frame: { id?: unknown; result?: unknown; error?: unknown }): void {
    const id = typeof frame.id === 'string' ? frame.id : '';
    const call = this.#pending.get(id);
    if (call === undefined) {
      this.#runtime.logger.log('debug', 'socket.reply.unknown', { id });
      return;
    }
    this.#pending.delete(id);
    call.cancelTimer();
    if (frame.error !== undefined && frame.error !== null) call.reject(toRpcError(call.method, frame.error));
    else if (frame.result === undefined)
      call.reject(
        new AunError('protocol_error', `${call.method}: the reply has neither result nor error`, {
          detail: { method: call.method },
        }),
      );
    else call.resolve(frame.result);
  }

  #onChallenge(params: unknown): void {
    this.#cancelHandshake();
    const parsed = challengeSchema.safeParse(params);
    if (parsed.success) this.#challenge.resolve({ nonce: parsed.data.nonce });
    else
      this.#fail(
        new AunError('protocol_error', 'the challenge of the gateway has no nonce', { retryable: true }),
      );
  }

  #onDisconnect(params: unknown): void {
    const notice = parseDisconnectNotice(params);
    if (notice === null) {
      this.#malformed('disconnect notice', 0);
      return;
    }
    this.#notice = notice;
    // The close frame follows; a gateway that forgets it must not leave us on a dead session.
    this.#cancelTerminate();
    this.#cancelTerminate = this.#runtime.scheduler.after(CLOSE_WAIT_MS, () => this.#terminate());
  }

  #onEvent(name: string, params: unknown): void {
    if (this.#receive === null) this.#kept.push({ name, params });
    else this.#receive(name, params);
  }

  #malformed(what: string, size: number, cause?: unknown): void {
    this.#runtime.logger.log('warn', 'socket.frame.malformed', {
      what,
      size,
      ...(cause === undefined ? {} : { cause: cause instanceof Error ? cause.name : 'unknown' }),
    });
  }
}
