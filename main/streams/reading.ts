import { MAX_STREAM_BYTES, MAX_STREAM_MS } from '../../shared/aun/streams';
import type { StreamReference } from '../../shared/aun/streams';
import type { Transfers } from '../ports/transfers';
import { AunError, toAunError } from '../runtime/errors';
import type { Disposer, Runtime } from '../runtime/runtime';
import { SseParser } from './sse-parser';
import type { SseEvent } from './sse-parser';

/** How a reading stands: `waiting` for the server, `live`, or over in one of three ways. */
export type StreamState = 'live' | 'waiting' | 'ended' | 'failed' | 'stopped';

/** Waits before each new try, in ms; the last one repeats (`protocol/04 §14.7`). */
const RETRY_MS = [1_000, 2_000, 4_000, 8_000] as const;
/** A server that cannot be reached for so long is given up, in ms. */
export const GIVE_UP_MS = 120_000;
/** A server that says nothing for so long is gone: it promises a sign every 10 s. */
const SILENCE_MS = 35_000;

/** What one reading needs. */
export interface ReadingDependencies {
  readonly reference: StreamReference;
  /** Own AID, told to the server. */
  readonly aid: string;
  readonly transfers: Transfers;
  readonly runtime: Runtime;
  /** Text or state changed. */
  readonly changed: () => void;
}

/** The server will not give us this stream any more. */
class StreamRefused extends Error {}

/**
 * Reads one stream: text in order, each frame once, resumed where it broke off. What was read stays in memory whatever
 * happens. Nothing is fetched before {@link resume}.
 */
export class Reading {
  readonly #deps: ReadingDependencies;
  #text = '';
  #bytes = 0;
  #state: StreamState = 'waiting';
  #lastId = 0;
  #tries = 0;
  #refused = false;
  /** Monotonic ms of the first connection, and since when nothing came; null while all is well. */
  #startedAt: number | null = null;
  #troubleSince: number | null = null;
  #connection: AbortController | null = null;
  #cancelTimers: Disposer = () => undefined;

  constructor(deps: ReadingDependencies) {
    this.#deps = deps;
  }

  get text(): string {
    return this.#text;
  }

  get state(): StreamState {
    return this.#state;
  }

  get isOver(): boolean {
    return this.#state === 'ended' || this.#state === 'failed' || this.#state === 'stopped';
  }

  /** Reads on from where it stands, unless it is reading, has come to its end, or was refused. */
  resume(): void {
    if (this.#state === 'ended' || this.#refused || this.#connection !== null) return;
    if (this.#isFull()) {
      this.#end('stopped');
      return;
    }
    this.#troubleSince = null;
    this.#tries = 0;
    this.#enter('waiting');
    this.#connect();
  }

  /** The network is gone: waits until {@link resume}. */
  suspend(): void {
    if (this.isOver) return;
    this.#disconnect();
    this.#enter('waiting');
  }

  /** Reads no further; the text stays. */
  stop(): void {
    if (!this.isOver) this.#end('stopped');
  }

  #end(state: 'ended' | 'failed' | 'stopped'): void {
    this.#disconnect();
    this.#enter(state);
  }

  #enter(state: StreamState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#deps.changed();
  }

  #disconnect(): void {
    this.#cancelTimers();
    this.#cancelTimers = () => undefined;
    this.#connection?.abort();
    this.#connection = null;
  }

  #isFull(): boolean {
    const { clock } = this.#deps.runtime;
    const since = this.#startedAt;
    return this.#bytes >= MAX_STREAM_BYTES || (since !== null && clock.monotonic() - since >= MAX_STREAM_MS);
  }

  #connect(): void {
    const { clock, scheduler } = this.#deps.runtime;
    this.#cancelTimers();
    const connection = new AbortController();
    this.#connection = connection;
    this.#startedAt ??= clock.monotonic();
    const left = this.#startedAt + MAX_STREAM_MS - clock.monotonic();
    this.#cancelTimers = scheduler.after(left, () => this.#end('stopped'));
    this.#read(connection).then(
      () => {
        if (this.#connection === connection) this.#broken(new AunError('connection_closed', 'no end came'));
      },
      (thrown: unknown) => {
        if (this.#connection === connection) this.#broken(thrown);
      },
    );
  }

  async #read(connection: AbortController): Promise<void> {
    const { reference, aid, transfers } = this.#deps;
    const answer = await transfers.request({
      method: 'GET',
      url: reference.pullUrl,
      headers: {
        accept: 'text/event-stream',
        authorization: `Bearer ${reference.pullToken}`,
        'x-stream-aid': aid,
        ...(this.#lastId === 0 ? {} : { 'last-event-id': String(this.#lastId) }),
      },
      idleTimeoutMs: SILENCE_MS,
      signal: connection.signal,
    });
    if (connection.signal.aborted || answer.status !== 200) {
      answer.close();
      if (connection.signal.aborted) return;
      // Too many readers, or a server in trouble, can pass; everything else is an answer for good.
      if (answer.status === 429 || answer.status >= 500)
        throw new AunError('server_busy', `the stream server answered ${answer.status}`, { retryable: true });
      throw new StreamRefused(`the stream server answered ${answer.status}`);
    }
    const parser = new SseParser(MAX_STREAM_BYTES + 1024);
    this.#enter('live');
    for await (const bytes of answer.body) {
      if (this.#connection !== connection) return;
      this.#troubleSince = null;
      for (const event of parser.push(bytes)) if (!this.#take(event)) return;
    }
  }

  /** Takes one event; false when the reading is over with it. */
  #take(event: SseEvent): boolean {
    if (event.event === 'done') {
      this.#end('ended');
      return false;
    }
    if (event.event !== 'message') return true;
    const id = event.id !== null && /^\d{1,15}$/.test(event.id) ? Number(event.id) : 0;
    if (id === 0) throw new StreamRefused('a frame of the stream has no number');
    if (id <= this.#lastId) return true;
    this.#lastId = id;
    this.#tries = 0;
    this.#append(event.data);
    if (!this.#isFull()) return true;
    this.#end('stopped');
    return false;
  }

  #append(text: string): void {
    if (text === '') return;
    const bytes = Buffer.byteLength(text);
    const room = MAX_STREAM_BYTES - this.#bytes;
    this.#text +=
      bytes <= room
        ? text
        : Buffer.from(text)
            .subarray(0, room)
            .toString('utf8')
            .replace(/\uFFFD$/, '');
    this.#bytes += Math.min(bytes, room);
    this.#deps.changed();
  }

  #broken(thrown: unknown): void {
    const { clock, scheduler, logger } = this.#deps.runtime;
    this.#disconnect();
    const error = toAunError(thrown);
    logger.log('info', 'stream.broken', { code: error.code, message: error.message, at: this.#lastId });
    const now = clock.monotonic();
    this.#troubleSince ??= now;
    const wait = RETRY_MS[Math.min(this.#tries, RETRY_MS.length - 1)] ?? 0;
    this.#refused = thrown instanceof StreamRefused || !mayPass(error);
    if (this.#refused || now + wait - this.#troubleSince > GIVE_UP_MS) {
      this.#end('failed');
      return;
    }
    this.#tries += 1;
    this.#enter('waiting');
    this.#cancelTimers = scheduler.after(wait, () => this.#connect());
  }
}

/** Whether trouble of this kind can be over in a moment. */
function mayPass(error: AunError): boolean {
  return error.retryable || error.code === 'connection_closed';
}
