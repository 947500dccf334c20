import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { CloseCode } from '../../shared/aun/errors';
import { requestUrl } from '../http/response';
import type { StreamHub } from './hub';
import type { LiveStream, Pusher } from './stream';
import { holdsToken } from './tokens';

/** Largest frame of a pusher in bytes; a larger one ends the socket with 1009. */
const MAX_FRAME_BYTES = 1_048_576;
/** How long a socket may take to close before it is cut, in ms. */
const CLOSE_WAIT_MS = 2000;

const frameSchema = z.object({ cmd: z.string(), data: z.unknown().optional(), seq: z.unknown().optional() });
const seqSchema = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  410: 'Gone',
};

/** Writes of a stream over WebSocket at `/push/{id}` (`protocol/04 §14.3`). */
export class StreamPushes {
  readonly #hub: StreamHub;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
  });

  constructor(hub: StreamHub) {
    this.#hub = hub;
  }

  /** Takes an upgrade of `/push/{id}`, refusing it in HTTP where it must be; `false` for other paths. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const url = requestUrl(request);
    if (url === null) return refuse(socket, 400);
    const id = /^\/push\/([^/]+)$/.exec(url.pathname)?.[1];
    if (id === undefined) return false;
    const stream = this.#hub.find(id);
    if (stream === null) return refuse(socket, 404);
    if (!holdsToken(request, url, stream.pushToken)) return refuse(socket, 403);
    if (stream.closedAt !== null) return refuse(socket, 410);
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => serve(stream, webSocket));
    return true;
  }
}

function refuse(socket: Duplex, status: number): true {
  const body = REASONS[status] ?? '';
  socket.end(
    `HTTP/1.1 ${status} ${body}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  );
  return true;
}

function serve(stream: LiveStream, socket: WebSocket): void {
  const answer = (value: unknown): void => socket.send(JSON.stringify(value));
  const close = (code: number, reason: string): void => {
    socket.close(code, reason);
    setTimeout(() => socket.terminate(), CLOSE_WAIT_MS).unref();
  };
  const pusher: Pusher = {
    finish: () => {
      answer({ status: 'closed' });
      close(CloseCode.normal, 'closed');
    },
    replace: () => close(CloseCode.replaced, 'replaced by another pusher'),
    cut: () => socket.terminate(),
  };
  stream.attachPusher(pusher);
  socket.on('error', () => undefined);
  socket.on('close', () => stream.detachPusher(pusher));
  socket.on('message', (data) => {
    const problem = take(stream, data);
    if (problem !== null) answer({ error: problem });
  });
}

/** Carries out one frame; text of what is wrong with it, or null. */
function take(stream: LiveStream, raw: RawData): string | null {
  const value = parse(raw);
  if (value === undefined) return '无效 JSON';
  const frame = frameSchema.safeParse(value);
  if (!frame.success) return 'cmd expected';
  const { cmd, data, seq } = frame.data;
  if (cmd === 'close') {
    stream.close();
    return null;
  }
  if (cmd !== 'data') return 'unknown cmd';
  const text = z.string().safeParse(data);
  if (!text.success) return 'data must be a string';
  const wanted = seq === undefined || seq === null ? null : seqSchema.safeParse(seq);
  if (wanted !== null && !wanted.success) return 'invalid seq: a positive integer is expected';
  stream.push(text.data, wanted?.data ?? null);
  return null;
}

/** The JSON of a frame, text or bytes; undefined when it is none. */
function parse(raw: RawData): unknown {
  try {
    const bytes = Buffer.isBuffer(raw)
      ? raw
      : raw instanceof ArrayBuffer
        ? Buffer.from(raw)
        : Buffer.concat(raw);
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
