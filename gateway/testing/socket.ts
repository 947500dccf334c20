import { WebSocket } from 'ws';
import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { jsonObject } from '../wire/frames';

const frameSchema = z.object({
  id: z.unknown().optional(),
  method: z.string().optional(),
  params: jsonObject.optional(),
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() }).optional(),
  _meta: z.unknown().optional(),
});
/** A text member of a reply. @throws when it is something else. */
export function field(value: JsonObject, key: string): string {
  return z.string().parse(value[key]);
}

/** A frame from the gateway. */
export type Frame = z.infer<typeof frameSchema>;

/** An error reply as an exception. */
export class ReplyError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(error: { code: number; message: string; data?: unknown }) {
    super(error.message);
    this.code = error.code;
    this.data = error.data;
  }
}

type Waiter = { readonly fits: (frame: Frame) => boolean; readonly resolve: (frame: Frame) => void };

/** A bare WebSocket client for tests: no retries, no hidden calls, every frame kept. */
export class TestSocket {
  readonly frames: Frame[] = [];
  readonly socket: WebSocket;
  /** Resolves with code and reason when the socket has closed. */
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #waiters = new Set<Waiter>();
  #next = 1;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      const parsed: unknown = JSON.parse(z.instanceof(Buffer).parse(data).toString('utf8'));
      const frame = frameSchema.parse(parsed);
      this.frames.push(frame);
      for (const waiter of this.#waiters) {
        if (!waiter.fits(frame)) continue;
        this.#waiters.delete(waiter);
        waiter.resolve(frame);
      }
    });
  }

  /** Opens a socket and waits for the handshake. `ca` is the PEM to trust for wss. */
  static async open(url: string, ca?: string): Promise<TestSocket> {
    const socket = new WebSocket(url, ca === undefined ? {} : { ca });
    const client = new TestSocket(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return client;
  }

  /** The first frame, past or future, that fits. */
  frame(fits: (frame: Frame) => boolean): Promise<Frame> {
    const found = this.frames.find(fits);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => this.#waiters.add({ fits, resolve }));
  }

  /** Params of the first event with this name that fits. */
  async event(name: string, fits: (params: JsonObject) => boolean = () => true): Promise<JsonObject> {
    const frame = await this.frame(
      (each) => each.method === `event/${name}` && each.params !== undefined && fits(each.params),
    );
    return frame.params ?? {};
  }

  /** Params of all events with this name so far. */
  events(name: string): JsonObject[] {
    return this.frames.flatMap((frame) =>
      frame.method === `event/${name}` && frame.params !== undefined ? [frame.params] : [],
    );
  }

  /** The nonce of the challenge. */
  async nonce(): Promise<string> {
    const frame = await this.frame((each) => each.method === 'challenge');
    return field(frame.params ?? {}, 'nonce');
  }

  /** Calls a method; the reply's frame, whether it succeeded or not. */
  request(method: string, params: unknown = {}): Promise<Frame> {
    const id = `rpc-${this.#next++}`;
    const reply = this.frame((frame) => frame.id === id);
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return reply;
  }

  /** Calls a method and returns its result as an object. @throws ReplyError for an error reply. */
  async call(method: string, params: unknown = {}): Promise<JsonObject> {
    const frame = await this.request(method, params);
    if (frame.error !== undefined) throw new ReplyError(frame.error);
    return jsonObject.parse(frame.result);
  }

  send(text: string): void {
    this.socket.send(text);
  }

  close(): void {
    this.socket.close();
  }
}
