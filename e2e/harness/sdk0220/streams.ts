import { WebSocket } from 'ws';
import { SdkError } from './errors';
import { httpOpen, socketPlace, tlsOptions } from './http';
import type { NetworkOptions } from './http';
import { parseDict, textOf } from './json';
import type { Dict } from './json';

/** One server-sent event; `id` is the number of the frame, 0 for events without one. */
export interface StreamEvent {
  id: number;
  event: string;
  data: string;
}

/** Pushes a stream over its WebSocket (protocol/04 §14.3). */
export class StreamPush {
  /** Everything the server said. */
  readonly answers: Dict[] = [];
  readonly #socket: WebSocket;
  readonly #closed: Promise<void>;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#closed = new Promise((resolve) => socket.on('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => this.answers.push(parseDict(data.toString('utf8')) ?? {}));
  }

  /** Opens `push_url` of a created stream; an HTTP refusal throws with its status. */
  static open(stream: Dict, network: NetworkOptions): Promise<StreamPush> {
    const url = textOf(stream['push_url']);
    const socket = new WebSocket(url, {
      headers: { Authorization: `Bearer ${textOf(stream['push_token'])}` },
      ...tlsOptions(network),
      ...socketPlace(url, network),
    });
    return new Promise((resolve, reject) => {
      const push = new StreamPush(socket);
      socket.once('open', () => resolve(push));
      socket.once('unexpected-response', (_request, response) => {
        reject(new SdkError('AUNError', `stream push: http ${String(response.statusCode)}`));
      });
      socket.once('error', reject);
    });
  }

  send(data: string, seq?: number): void {
    this.#socket.send(JSON.stringify({ cmd: 'data', data, ...(seq === undefined ? {} : { seq }) }));
  }

  /** Ends the stream and waits until the server has closed the socket. */
  async close(): Promise<void> {
    this.#socket.send(JSON.stringify({ cmd: 'close' }));
    await this.#closed;
  }

  /** Cuts the socket; the stream lives on. */
  drop(): void {
    this.#socket.terminate();
  }
}

/** Reads a stream as server-sent events (protocol/04 §14.4). */
export class StreamPull {
  readonly events: StreamEvent[] = [];
  /** Whether the stream came to its end, rather than the connection. */
  done = false;
  /** Resolves when the connection has ended. */
  readonly ended: Promise<void>;
  readonly #destroy: () => void;
  #rest = '';

  private constructor(ended: (take: (text: string) => void) => Promise<void>, destroy: () => void) {
    this.ended = ended((text) => this.#take(text));
    this.#destroy = destroy;
  }

  /** Begins to read; `after` is the last number that is known already. A refusal throws with its status. */
  static open(
    stream: { pull_url: string; pull_token: string },
    network: NetworkOptions,
    options: { after?: number; aid?: string } = {},
  ): Promise<StreamPull> {
    const headers = {
      accept: 'text/event-stream',
      authorization: `Bearer ${stream.pull_token}`,
      ...(options.after === undefined ? {} : { 'last-event-id': String(options.after) }),
      ...(options.aid === undefined ? {} : { 'x-stream-aid': options.aid }),
    };
    return new Promise((resolve, reject) => {
      const request = httpOpen('GET', stream.pull_url, network, headers, (response) => {
        if (response.statusCode !== 200) {
          response.resume();
          reject(new SdkError('AUNError', `stream pull: http ${String(response.statusCode)}`));
          return;
        }
        response.setEncoding('utf8');
        const ended = (take: (text: string) => void): Promise<void> =>
          new Promise((finish) => {
            response.on('data', take);
            response.on('error', () => undefined);
            response.on('close', () => finish());
          });
        resolve(new StreamPull(ended, () => response.destroy()));
      });
      request.on('error', reject);
      request.end();
    });
  }

  /** Data of all frames so far. */
  get text(): string {
    return this.events.map((event) => (event.id > 0 ? event.data : '')).join('');
  }

  /** Stops reading. */
  stop(): void {
    this.#destroy();
  }

  #take(text: string): void {
    this.#rest += text;
    for (let end = this.#rest.indexOf('\n\n'); end >= 0; end = this.#rest.indexOf('\n\n')) {
      this.#read(this.#rest.slice(0, end).split('\n'));
      this.#rest = this.#rest.slice(end + 2);
    }
  }

  #read(lines: string[]): void {
    const found: StreamEvent = { id: 0, event: 'message', data: '' };
    const data: string[] = [];
    for (const line of lines) {
      const colon = line.indexOf(':');
      if (colon <= 0) continue;
      const value = line.slice(colon + 1).replace(/^ /, '');
      if (line.startsWith('id:')) found.id = Number(value);
      else if (line.startsWith('event:')) found.event = value;
      else if (line.startsWith('data:')) data.push(value);
    }
    if (data.length === 0) return;
    this.events.push({ ...found, data: data.join('\n') });
    this.done ||= found.event === 'done';
  }
}
