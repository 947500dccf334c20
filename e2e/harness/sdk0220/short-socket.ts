import WebSocket from 'ws';
import { SdkError, fromRemote, messageOf } from './errors';
import { isDict, parseDict, textOf } from './json';
import type { Dict } from './json';
import { socketPlace } from './http';
import type { NetworkOptions } from './http';

/** Waiting times of a short socket, in ms (protocol/01 §4.3). */
export interface ShortSocketTimes {
  handshakeMs: number;
  receiveMs: number;
}

export const SHORT_SOCKET_TIMES: ShortSocketTimes = { handshakeMs: 5000, receiveMs: 10_000 };

/**
 * One request before authentication: open, read one frame and ignore it, send, take the next frame as the answer
 * whatever its id, close. Two known defects are kept on purpose: TLS is never verified here, and the listener is
 * attached only after the open promise has resolved, so a challenge that comes with the upgrade is lost.
 */
export async function shortCall(
  url: string,
  method: string,
  params: Dict,
  network: NetworkOptions,
  times: ShortSocketTimes = SHORT_SOCKET_TIMES,
): Promise<Dict> {
  const socket = new WebSocket(url, {
    handshakeTimeout: times.handshakeMs,
    ...(url.startsWith('wss:') ? { rejectUnauthorized: false } : {}),
    ...socketPlace(url, { ...network, verifySsl: false }),
  });
  try {
    await opened(socket);
    await nextFrame(socket, times.receiveMs);
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: `pre-${method}`, method, params }));
    const reply = parseDict(await nextFrame(socket, times.receiveMs));
    if (!reply) throw new SdkError('SerializationError', 'invalid json reply');
    if (reply['error'] !== undefined) throw fromRemote(reply['error']);
    const result = reply['result'];
    if (!isDict(result)) throw new SdkError('ValidationError', `invalid ${method} response`);
    if (result['success'] === false) {
      throw new SdkError('AuthError', textOf(result['error']) || `${method} failed`, { data: result });
    }
    return result;
  } finally {
    socket.on('error', ignore);
    socket.close();
  }
}

/** A socket that is being thrown away may still report that its peer went first. */
function ignore(): void {
  return;
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      resolve();
    });
    socket.once('error', (error) => {
      reject(new SdkError('ConnectionError', messageOf(error), { retryable: true }));
    });
  });
}

function nextFrame(socket: WebSocket, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      clearTimeout(timer);
      socket.off('message', onMessage);
      socket.off('close', onClose);
    };
    const timer = setTimeout(() => {
      finish();
      reject(new SdkError('TimeoutError', 'websocket recv timeout', { retryable: true }));
    }, timeoutMs);
    const onMessage = (data: WebSocket.RawData): void => {
      finish();
      resolve(frameText(data));
    };
    const onClose = (code: number): void => {
      finish();
      reject(new SdkError('ConnectionError', `websocket closed: code=${String(code)}`, { retryable: true }));
    };
    socket.on('message', onMessage);
    socket.on('close', onClose);
  });
}

/** The text of a frame; binary frames holding UTF-8 are read as well. */
export function frameText(data: WebSocket.RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
