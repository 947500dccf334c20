import type { RawData, WebSocket } from 'ws';
import { CloseCode, WireCode } from '../../shared/aun/errors';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { GatewayContext } from '../context';
import { RpcError } from '../errors';
import { MAX_CONNECT_ATTEMPTS, TOO_MANY_ATTEMPTS } from '../rpc/connect';
import type { Dispatcher } from '../rpc/dispatcher';
import { notified } from '../rpc/notifications';
import { randomHex } from '../runtime';
import { disconnect } from '../sessions/registry';
import type { Session, SessionChannel, SessionFacts } from '../sessions/session';
import type { RequestId } from '../wire/frames';
import { challengeFrame, errorFrame, eventFrame, requestFrame, resultFrame } from '../wire/frames';

/** A receiver that lets this many bytes pile up is cut off; it pulls what it missed when it comes back. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024;
/** How long a closing socket may take before it is cut, in ms. */
const CLOSE_WAIT_MS = 3000;
/** When a peer that has sent nothing yet hears the challenge again, in ms after the first one (`protocol/01 §4.2`). */
const CHALLENGE_REPEAT_MS = 2000;

/** Unexpected trouble such as a full disk: a code that clients repeat after a while (`protocol/01 §10.1`). */
const TEMPORARY_FAILURE = { code: 5003, message: 'temporary server failure' } as const;

/** One WebSocket from its upgrade to its end: challenge, frames in order, at most one session. */
export class Connection implements SessionChannel {
  readonly #gateway: GatewayContext;
  readonly #dispatcher: Dispatcher;
  readonly #socket: WebSocket;
  readonly #remote: string;
  readonly #secure: boolean;
  readonly #timers = new Set<NodeJS.Timeout>();
  #nonce: string | null = null;
  #session: Session | null = null;
  #attempts = 0;
  #queue: Promise<void> | null = null;
  #idle: NodeJS.Timeout | null = null;
  #lastRequestAt = 0;
  #lastHeard = Date.now();
  #closing = false;
  #spoken = false;
  /** Resolves when the socket is gone. */
  readonly ended: Promise<void>;

  constructor(
    gateway: GatewayContext,
    dispatcher: Dispatcher,
    socket: WebSocket,
    from: { remote: string; secure: boolean },
  ) {
    this.#gateway = gateway;
    this.#dispatcher = dispatcher;
    this.#socket = socket;
    this.#remote = from.remote;
    this.#secure = from.secure;
    const { timings } = gateway.config;
    // One of the SDKs attaches its listener only after the open event: a challenge sent at once would be lost.
    // Whatever arrives before it waits: every client takes the first frame of a socket as its challenge.
    this.#track(this.#challengeLater(timings.challenge));
    this.#after(timings.challenge + CHALLENGE_REPEAT_MS, () => this.#repeatChallenge());
    this.#after(timings.handshake, () => {
      if (this.#session === null) this.close(CloseCode.authTimeout, 'auth timeout');
    });
    socket.on('message', (data) => this.#receive(data));
    socket.on('pong', () => this.#heard());
    socket.on('ping', () => this.#heard());
    socket.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      socket.on('close', () => {
        this.#clear();
        resolve();
      });
    });
  }

  get backlog(): number {
    return this.#socket.bufferedAmount;
  }

  get session(): Session | null {
    return this.#session;
  }

  /** Milliseconds since anything arrived on this socket. */
  get silence(): number {
    return Date.now() - this.#lastHeard;
  }

  /** Asks the peer for a sign of life below the protocol. */
  ping(): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  pushEvent(name: string, params: string): boolean {
    const { pushes } = this.#gateway.faults;
    return pushes.pass(this.#session, name, params, (text) => this.#write(eventFrame(name, text)));
  }

  close(code: number, reason: string, event?: { name: string; params: string }): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#detach();
    const finish = (): void => this.#socket.close(code, reason);
    if (event !== undefined && this.#socket.readyState === this.#socket.OPEN) {
      this.#socket.send(eventFrame(event.name, event.params), finish);
    } else {
      finish();
    }
    setTimeout(() => this.#socket.terminate(), CLOSE_WAIT_MS).unref();
  }

  drop(): void {
    this.#closing = true;
    this.#detach();
    this.#socket.terminate();
  }

  #after(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    timer.unref();
    this.#timers.add(timer);
  }

  #heard(): void {
    this.#lastHeard = Date.now();
  }

  /** Resolves when the challenge is out; never, when the socket closes before. */
  #challengeLater(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#after(ms, () => {
        this.#challenge();
        resolve();
      });
    });
  }

  #challenge(): void {
    this.#nonce = randomHex(16);
    this.#write(challengeFrame(this.#nonce, this.#gateway.clock.seconds()));
  }

  /**
   * A busy process of that SDK reads upgrade and challenge in one piece and loses the challenge all the same. Never once
   * a request has arrived: a socket used for one call takes the next frame as its reply.
   */
  #repeatChallenge(): void {
    if (this.#spoken || this.#nonce === null) return;
    this.#write(challengeFrame(this.#nonce, this.#gateway.clock.seconds()));
  }

  #write(frame: string): boolean {
    if (this.#socket.readyState !== this.#socket.OPEN) return false;
    if (this.#socket.bufferedAmount > MAX_BUFFERED_BYTES) {
      this.#gateway.log.warn('slow receiver dropped', { aid: this.#session?.aid });
      this.drop();
      return false;
    }
    this.#socket.send(frame);
    return true;
  }

  #receive(data: RawData): void {
    this.#heard();
    this.#spoken = true;
    if (this.#closing) return;
    const text = textOf(data);
    // Frames of one socket are handled strictly one after the other; the fast path needs no promise at all.
    if (this.#queue !== null) {
      this.#enqueue(text);
      return;
    }
    const pending = this.#handle(text);
    if (pending !== null) this.#track(pending);
  }

  #enqueue(text: string): void {
    const previous = this.#queue ?? Promise.resolve();
    this.#track(
      previous.then(async () => {
        if (this.#closing) return;
        await this.#handle(text);
      }),
    );
  }

  #track(pending: Promise<void>): void {
    const settled = pending.then(() => {
      if (this.#queue === settled) this.#queue = null;
    });
    this.#queue = settled;
  }

  /** Handles one frame; the promise (if any) never rejects. */
  #handle(text: string): Promise<void> | null {
    const parsed = parseFrame(text);
    if (parsed === null) {
      this.#reply(null, 'parse', errorFrame(null, { code: WireCode.parseError, message: 'parse error' }));
      return null;
    }
    const frame = requestFrame.safeParse(parsed.value);
    if (!frame.success) {
      const error = { code: WireCode.invalidRequest, message: 'invalid request' };
      this.#reply(null, 'invalid', errorFrame(null, error));
      return null;
    }
    const { id, method, params } = frame.data;
    // Notifications get no answer, not even an error (`protocol/04 §10.1`).
    if (id === undefined) {
      this.#notify(method, params ?? {});
      return null;
    }
    this.#touch();
    try {
      const result = this.#dispatcher.dispatch({
        gateway: this.#gateway,
        method,
        params: params ?? {},
        frame: text,
        remote: this.#remote,
        session: this.#session,
        connecting: {
          nonce: this.#nonce,
          secure: this.#secure,
          attach: (facts, admit) => this.#attach(facts, admit),
          channel: this,
        },
      });
      if (result instanceof Promise) {
        return result
          .then((value: unknown) => this.#succeed(id, method, value))
          .catch((error: unknown) => this.#fail(id, method, error));
      }
      this.#succeed(id, method, result);
    } catch (error) {
      this.#fail(id, method, error);
    }
    return null;
  }

  /** What cannot be handled, such as params nested too deep to be written, is dropped like everything that is not allowed. */
  #notify(method: string, params: JsonObject): void {
    try {
      notified(this.#gateway, this.#session, method, params);
    } catch (error) {
      const message = error instanceof Error ? error.message : 'unknown';
      this.#gateway.log.warn('notification failed', { method: method.slice(0, 64), error: message });
    }
  }

  #succeed(id: RequestId, method: string, result: unknown): void {
    const etag = this.#session === null ? null : this.#gateway.store.accounts.profileEtag(this.#session.aid);
    this.#reply(id, method, resultFrame(id, result, etag));
  }

  #fail(id: RequestId, method: string, error: unknown): void {
    if (!(error instanceof RpcError)) {
      const message = error instanceof Error ? error.message : 'unknown';
      this.#gateway.log.warn('handler failed', { method: method.slice(0, 64), error: message });
      this.#reply(id, method, errorFrame(id, TEMPORARY_FAILURE));
      return;
    }
    this.#reply(id, method, errorFrame(id, error));
    this.#attempts += method === 'auth.connect' ? 1 : 0;
    const exhausted = this.#session === null && this.#attempts >= MAX_CONNECT_ATTEMPTS;
    const closeAfter = error.closeAfter ?? (exhausted ? TOO_MANY_ATTEMPTS : undefined);
    if (closeAfter !== undefined) this.close(closeAfter.code, closeAfter.reason);
  }

  #reply(id: RequestId, method: string, frame: string): void {
    const { afterReply, faults } = this.#gateway;
    if (id !== null && faults.takeLostReply(method)) {
      this.drop();
      afterReply.flush();
      return;
    }
    if (faults.replyDelayMs <= 0) {
      this.#write(frame);
      afterReply.flush();
      return;
    }
    // Others do not have to wait for a socket that closes before its reply is due.
    this.#after(faults.replyDelayMs, () => this.#write(frame));
    setTimeout(() => afterReply.flush(), faults.replyDelayMs).unref();
  }

  #attach(facts: SessionFacts, admit: (session: Session) => void): Session {
    const session: Session = { ...facts, channel: this };
    admit(session);
    this.#session = session;
    this.#nonce = null;
    this.#touch();
    return session;
  }

  /** A short connection lives as long as it is used (`protocol/01 §5.7`). */
  #touch(): void {
    const session = this.#session;
    if (session === null || session.shortTtlMs <= 0) return;
    this.#lastRequestAt = Date.now();
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      disconnect(session, CloseCode.shortIdle, 'Short connection idle timeout', {
        aid: session.aid,
        idle_ms: Date.now() - this.#lastRequestAt,
        ttl_ms: session.shortTtlMs,
      });
    }, session.shortTtlMs);
    this.#idle.unref();
  }

  #detach(): void {
    if (this.#session !== null) this.#gateway.sessions.remove(this.#session);
  }

  #clear(): void {
    this.#closing = true;
    this.#detach();
    if (this.#idle !== null) clearTimeout(this.#idle);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}

/** Text of a frame; a binary frame that holds JSON is accepted too (`protocol/01 §4.1`). */
function textOf(data: RawData): string {
  if (Buffer.isBuffer(data)) return data.toString('utf8');
  if (data instanceof ArrayBuffer) return Buffer.from(data).toString('utf8');
  return Buffer.concat(data).toString('utf8');
}

function parseFrame(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}
