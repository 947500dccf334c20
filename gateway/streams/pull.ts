import type { Exchange } from '../http/response';
import { reply, replyJson } from '../http/response';
import type { StreamHub } from './hub';
import type { Puller } from './stream';
import { holdsToken } from './tokens';

/** A reader that lets this many bytes pile up is cut off; it comes back with the last number it has. */
const MAX_BACKLOG_BYTES = 16 * 1024 * 1024;

/** Whether a path belongs to the data plane of streams. */
export function isStreamPath(pathname: string): boolean {
  return pathname.startsWith('/pull/') || pathname.startsWith('/push/');
}

/** Answers `/pull/{id}` with server-sent events, `/health`, and everything else with 404 (`protocol/04 §14.4`). */
export function serveStream(hub: StreamHub, exchange: Exchange): void {
  const { pathname } = exchange.url;
  if (exchange.request.method !== 'GET') return reply(exchange, 405, 'GET expected', { Allow: 'GET' });
  if (pathname === '/health') {
    return replyJson(exchange, 200, {
      status: 'healthy',
      active_streams: hub.activeCount,
      uptime_seconds: hub.uptimeSeconds,
    });
  }
  const id = /^\/pull\/([^/]+)$/.exec(pathname)?.[1];
  if (id === undefined) return reply(exchange, 404, 'not found');
  return pull(hub, exchange, id);
}

function pull(hub: StreamHub, exchange: Exchange, id: string): void {
  const { request, response, url } = exchange;
  const stream = hub.find(id);
  if (stream === null) return reply(exchange, 404, 'stream not found');
  if (!holdsToken(request, url, stream.pullToken)) return reply(exchange, 403, 'invalid token');
  const named = firstOf(request.headers['x-stream-aid']) ?? url.searchParams.get('aid');
  if (stream.wish.target !== null && named !== null && named !== '' && named !== stream.wish.target) {
    return reply(exchange, 403, 'the stream is for somebody else');
  }
  if (stream.closedAt !== null && !stream.replayable) return reply(exchange, 410, 'stream closed');
  if (stream.pullerCount >= hub.limits.pullers) return reply(exchange, 429, 'too many pullers');
  const last = firstOf(request.headers['last-event-id']) ?? '';
  if (last !== '' && !/^\d{1,15}$/.test(last)) return reply(exchange, 400, 'invalid Last-Event-ID');
  const after = Number(last === '' ? '0' : last);
  if (after > stream.seq) return reply(exchange, 416, 'Last-Event-ID is ahead of the stream');
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache',
    Connection: 'keep-alive',
    'Access-Control-Allow-Origin': '*',
    'X-Accel-Buffering': 'no',
  });
  // Readers wait for the headers before they believe that they are connected.
  response.flushHeaders();
  const puller: Puller = {
    writtenAt: 0,
    write: (text) => {
      if (response.destroyed || response.writableLength > MAX_BACKLOG_BYTES) {
        response.destroy();
        return false;
      }
      response.write(text);
      return true;
    },
    end: () => response.end(),
    cut: () => response.destroy(),
  };
  response.once('close', () => stream.detachPuller(puller));
  response.on('error', () => undefined);
  stream.attachPuller(puller, after);
}

function firstOf(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
