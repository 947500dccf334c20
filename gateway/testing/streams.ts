import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { z } from 'zod';

/** Connects to this computer while the address names a host without DNS. */
function local(url: string): { createConnection: () => ReturnType<typeof connect> } {
  return { createConnection: () => connect(Number(new URL(url).port), '127.0.0.1') };
}

/** Writes a stream as an application does: frames as JSON, every answer kept. */
export class StreamPusher {
  readonly socket: WebSocket;
  readonly answers: unknown[] = [];
  /** Close code. */
  readonly closed: Promise<number>;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.on('close', (code) => resolve(code)));
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      const answer: unknown = JSON.parse(z.instanceof(Buffer).parse(data).toString('utf8'));
      this.answers.push(answer);
    });
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<StreamPusher> {
    const socket = new WebSocket(url, { ...local(url), headers });
    const pusher = new StreamPusher(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return pusher;
  }

  /** Status with which the handshake is refused. */
  static refusal(url: string): Promise<number> {
    const socket = new WebSocket(url, local(url));
    socket.on('error', () => undefined);
    return new Promise((resolve, reject) => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.on('open', () => reject(new Error('the handshake was accepted')));
    });
  }

  send(frame: unknown): void {
    this.socket.send(JSON.stringify(frame));
  }

  sendText(text: string | Buffer): void {
    this.socket.send(text);
  }
}

/** One server-sent event. */
export interface ReadEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

/** Reads a stream by the rules of server-sent events. */
export class StreamReader {
  readonly headers: IncomingHttpHeaders;
  readonly events: ReadEvent[] = [];
  comments = 0;
  /** The connection broke off. */
  cut = false;
  /** Resolves when nothing more comes. */
  readonly ended: Promise<void>;
  readonly #waiting = new Set<() => void>();
  #rest = '';

  private constructor(response: IncomingMessage) {
    this.headers = response.headers;
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.#take(text));
    this.ended = new Promise((resolve) => {
      response.on('error', () => {
        this.cut = true;
      });
      response.on('close', () => resolve());
    });
  }

  static open(url: string, headers: Record<string, string> = {}): Promise<StreamReader> {
    const target = new URL(url);
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        {
          host: '127.0.0.1',
          port: target.port,
          path: `${target.pathname}${target.search}`,
          headers: { Host: target.host, Accept: 'text/event-stream', ...headers },
          agent: false,
        },
        (response) => {
          if (response.statusCode === 200) resolve(new StreamReader(response));
          else reject(new Error(`status ${response.statusCode}`));
        },
      );
      request.on('error', reject);
      request.end();
    });
  }

  /** Data of all frames, put together. */
  get text(): string {
    return this.events.flatMap((event) => (event.event === 'message' ? [event.data] : [])).join('');
  }

  /** Waits until so many events have come. */
  received(count: number): Promise<void> {
    return this.#until(() => this.events.length >= count);
  }

  /** Waits for a sign of life. */
  comment(): Promise<void> {
    return this.#until(() => this.comments > 0);
  }

  #until(reached: () => boolean): Promise<void> {
    if (reached()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = (): void => {
        if (!reached()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }

  #take(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) this.#read(block);
    for (const look of this.#waiting) look();
  }

  #read(block: string): void {
    const data: string[] = [];
    let id: string | null = null;
    let event = 'message';
    for (const line of block.split('\n')) {
      if (line.startsWith(':')) this.comments += 1;
      const [, name = '', value = ''] = /^(\w+):? ?(.*)$/.exec(line) ?? [];
      if (name === 'data') data.push(value);
      else if (name === 'id') id = value;
      else if (name === 'event') event = value;
    }
    if (data.length > 0) this.events.push({ id, event, data: data.join('\n') });
  }
}
