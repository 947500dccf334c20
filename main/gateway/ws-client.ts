import { isIP } from 'node:net';
import { WebSocket } from 'ws';
import type { RawData } from 'ws';
import { AunError } from '../runtime/errors';
import { isPortalAnswer, portalError } from './captive-portal';
import type { SocketLookup } from './data-target';
import type { HostTarget, WireSocket, WireSocketHandlers } from './edge';
import { plainHeaders } from './http-client';
import { fromSocketError } from './network-errors';
import { tlsOptions } from './tls-trust';

/** Largest frame we read, in bytes (`protocol/01 §4.1`). */
export const MAX_INCOMING_FRAME = 32 * 1024 * 1024;

const NO_BODY = Buffer.alloc(0);

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}

/** What differs between sockets to gateways and to stream servers. */
export interface SocketExtras {
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes of the largest frame that is read. */
  readonly maxPayload?: number;
  readonly handshakeTimeoutMs?: number;
  readonly lookup?: SocketLookup;
}

/** Opens a WebSocket: no sub-protocol, no compression, no redirects. */
export function openWebSocket(
  target: HostTarget,
  path: string,
  handlers: WireSocketHandlers,
  extras: SocketExtras = {},
): WireSocket {
  const address = isIP(target.address) === 6 ? `[${target.address}]` : target.address;
  const url = `${target.secure ? 'wss' : 'ws'}://${address}:${target.port}${path}`;
  const socket = new WebSocket(url, {
    perMessageDeflate: false,
    maxPayload: extras.maxPayload ?? MAX_INCOMING_FRAME,
    followRedirects: false,
    headers: { ...extras.headers, ...(target.host === null ? {} : { Host: target.host }) },
    ...(extras.handshakeTimeoutMs === undefined ? {} : { handshakeTimeout: extras.handshakeTimeoutMs }),
    ...(extras.lookup === undefined ? {} : { lookup: extras.lookup }),
    ...(target.secure ? tlsOptions(target) : {}),
  });
  let failed = false;
  socket.on('open', () => handlers.opened?.());
  socket.on('message', (data: RawData) => handlers.message(textOf(data)));
  socket.on('error', (error) => {
    if (failed) return;
    failed = true;
    handlers.failed(
      error.message.includes('Max payload size exceeded')
        ? new AunError('frame_too_large', 'the gateway sent a frame over the limit', { retryable: true })
        : fromSocketError(error, target),
    );
  });
  socket.on('unexpected-response', (_request, response) => {
    const answer = {
      status: response.statusCode ?? 0,
      headers: plainHeaders(response.headers),
      body: NO_BODY,
    };
    failed = true;
    handlers.failed(
      isPortalAnswer(answer, target)
        ? portalError(target)
        : new AunError('gateway_unreachable', `the gateway answered ${answer.status} to a WebSocket`, {
            retryable: true,
            detail: { host: target.host ?? target.address, status: answer.status },
          }),
    );
    response.resume();
    socket.terminate();
  });
  socket.on('close', (code, reason) => handlers.closed(code, reason.toString('utf8')));
  return {
    send: (text) => socket.send(text),
    close: (code) => socket.close(code),
    terminate: () => socket.terminate(),
  };
}
