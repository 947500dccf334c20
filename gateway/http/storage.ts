import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { GatewayContext } from '../context';
import { RpcError } from '../errors';
import { TooLarge } from '../storage/blobs';
import type { TransferFault } from '../storage/faults';
import { DOWNLOAD_PATH, UPLOAD_PATH } from '../storage/links';
import type { ObjectRecord } from '../store/objects';
import type { HostRole } from './hosts';
import { byteRange } from './range';
import type { Exchange } from './response';
import { reply, replyJson } from './response';

/** A transfer in which nothing moves for this long is cut, in ms. */
const IDLE_MS = 60_000;
/** What a sender may still send after it was told that the body is too large, in bytes. */
const MAX_DRAINED_BYTES = 8 * 1024 * 1024;

class Cut extends Error {}

/** Whether a request is one of the data plane of storage (`protocol/06 §1.4`, `§1.7`). */
export function isStorageRequest(exchange: Exchange, role: HostRole): boolean {
  const { pathname } = exchange.url;
  return pathname === UPLOAD_PATH || pathname === DOWNLOAD_PATH || role.kind === 'storage';
}

/** Answers uploads, downloads, logical addresses and share links. */
export async function serveStorage(
  gateway: GatewayContext,
  exchange: Exchange,
  role: HostRole,
): Promise<void> {
  const { pathname } = exchange.url;
  const { method = '' } = exchange.request;
  if (!gateway.storage.faults.available) return reply(exchange, 503, 'storage temporarily unavailable');
  if (pathname === UPLOAD_PATH) {
    if (method !== 'PUT') return reply(exchange, 405, 'PUT expected', { Allow: 'PUT' });
    return upload(gateway, exchange);
  }
  if (method !== 'GET' && method !== 'HEAD') {
    return reply(exchange, 405, 'method not allowed', { Allow: 'GET, HEAD' });
  }
  if (pathname === DOWNLOAD_PATH) return download(gateway, exchange);
  return lasting(gateway, exchange, role.issuer);
}

/** `PUT`: streams the body into a file and stages it. Nothing is staged unless all of it came. */
async function upload(gateway: GatewayContext, exchange: Exchange): Promise<void> {
  const { request, url } = exchange;
  const { storage, store, clock } = gateway;
  const link = storage.links.verify('PUT', url.searchParams, clock.now());
  if (link === null) return refuseBody(exchange, 403, 'the upload address is forged or has expired');
  const fault = storage.faults.take('PUT');
  if (fault?.kind === 'status') return refuseBody(exchange, fault.status, 'refused on purpose');
  const limit = storage.limits.objectBytes;
  if (Number(request.headers['content-length'] ?? '0') > limit) {
    return refuseBody(exchange, 413, 'object too large');
  }
  request.setTimeout(IDLE_MS, () => request.destroy());
  try {
    const bytes = await storage.blobs.receive(incoming(gateway, exchange, fault), limit);
    const { owner, bucket, key, subject, expire } = link;
    const old = store.objects.stage(
      subject,
      { owner, bucket, key },
      bytes,
      clock.now(),
      (expire + 3600) * 1000,
    );
    if (old !== null) await storage.release([old]);
    replyJson(exchange, 200, { size_bytes: bytes.size, sha256: bytes.sha256 });
  } catch (error) {
    if (error instanceof TooLarge) return refuseBody(exchange, 413, 'object too large');
    if (error instanceof Cut || request.destroyed) {
      request.destroy();
      return;
    }
    throw error;
  }
}

/** The body, slowed down or cut where a test asked for it. */
async function* incoming(
  gateway: GatewayContext,
  { request }: Exchange,
  fault: TransferFault | null,
): AsyncGenerator<Buffer> {
  let passed = 0;
  // Leaving early must not destroy the socket: the answer still has to go out on it.
  for await (const piece of request.iterator({ destroyOnReturn: false })) {
    const chunk = z.instanceof(Buffer).parse(piece);
    passed += chunk.length;
    if (fault?.kind === 'cut' && passed >= fault.afterBytes) throw new Cut();
    await slowDown(gateway, chunk.length);
    yield chunk;
  }
  if (fault?.kind === 'cut') throw new Cut();
}

async function slowDown(gateway: GatewayContext, bytes: number): Promise<void> {
  const rate = gateway.storage.faults.bytesPerSecond;
  if (rate !== null && rate > 0) await delay((bytes / rate) * 1000);
}

/** Answers without having read the body: takes a little more of it, so that the sender gets to read the answer. */
function refuseBody(exchange: Exchange, status: number, text: string): void {
  const { request } = exchange;
  let drained = 0;
  request.on('data', (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > MAX_DRAINED_BYTES) request.destroy();
  });
  request.resume();
  reply(exchange, status, text, { Connection: 'close' });
}

async function download(gateway: GatewayContext, exchange: Exchange): Promise<void> {
  const { storage, clock } = gateway;
  const link = storage.links.verify('GET', exchange.url.searchParams, clock.now());
  if (link === null) return reply(exchange, 403, 'the download address is forged or has expired');
  const object = storage.find(link);
  if (object?.objectId !== link.subject) return reply(exchange, 404, 'object not found');
  return serveObject(gateway, exchange, object);
}

/** `/{name}/{key}` and `/s/{share id}` on the host of storage. */
async function lasting(gateway: GatewayContext, exchange: Exchange, issuer: string): Promise<void> {
  const { storage, shares, tokens } = gateway;
  const { pathname, searchParams } = exchange.url;
  const [, first = '', ...rest] = pathname.split('/');
  const bearer = /^Bearer\s+(\S+)$/i.exec(exchange.request.headers.authorization ?? '')?.[1];
  const caller = bearer === undefined ? null : tokens.check(bearer);
  try {
    if (first === 's' && rest.length === 1) {
      const shared = shares.open(rest[0] ?? '', caller);
      return shared === null
        ? reply(exchange, 404, 'share link not found')
        : await serveObject(gateway, exchange, shared);
    }
    const name = { owner: `${first}.${issuer}`, bucket: 'default', key: safeDecode(rest.join('/')) };
    const object = storage.find(name);
    if (object === null) return reply(exchange, 404, 'object not found');
    const token = searchParams.get('t');
    const readable =
      !object.isPrivate ||
      caller === object.owner ||
      (token !== null && shares.open(token, caller)?.objectId === object.objectId);
    if (!readable) return reply(exchange, 403, 'the object is private');
    return await serveObject(gateway, exchange, object);
  } catch (error) {
    if (error instanceof RpcError) return reply(exchange, 403, error.message);
    throw error;
  }
}

/**
 * The address of an object on its owner's host leads to the one on the host of storage (`protocol/06 §1.7`); `false` when
 * there is no such object.
 */
export function redirectToStorage(
  gateway: GatewayContext,
  exchange: Exchange,
  role: HostRole & { aid: string },
): boolean {
  const path = exchange.url.pathname;
  const shared = /^\/s\/[A-Za-z0-9]{10}$/.test(path);
  const key = safeDecode(path.slice(1));
  if (!shared && gateway.storage.find({ owner: role.aid, bucket: 'default', key }) === null) return false;
  const [name = ''] = role.aid.split('.');
  const base = gateway.addresses.http(`storage.${role.issuer}`, exchange.secure);
  const target = `${base}${shared ? '' : `/${name}`}${path}${exchange.url.search}`;
  reply(exchange, 302, '', { Location: target });
  return true;
}

function safeDecode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}

/** Whoever uploaded it chose type and bytes: nothing in it may run in a browser that is pointed here. */
const HARMLESS = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'Content-Disposition': 'attachment',
};

/** Sends an object or the part of it that was asked for. */
async function serveObject(gateway: GatewayContext, exchange: Exchange, object: ObjectRecord): Promise<void> {
  const { request, response } = exchange;
  const fault = gateway.storage.faults.take('GET');
  if (fault?.kind === 'status') return reply(exchange, fault.status, 'refused on purpose');
  const etag = `"${object.sha256}"`;
  const condition = request.headers['if-range'];
  const range =
    condition === undefined || condition === etag ? byteRange(request.headers.range, object.size) : null;
  const common = { ...HARMLESS, 'Accept-Ranges': 'bytes', ETag: etag, 'Content-Type': object.contentType };
  if (range === 'unsatisfiable') {
    return reply(exchange, 416, '', { ...HARMLESS, 'Content-Range': `bytes */${object.size}` });
  }
  const { start, end } = range ?? { start: 0, end: object.size };
  response.writeHead(range === null ? 200 : 206, {
    'Cache-Control': 'no-store',
    'Access-Control-Allow-Origin': '*',
    ...common,
    'Content-Length': String(end - start),
    ...(range === null ? {} : { 'Content-Range': `bytes ${start}-${end - 1}/${object.size}` }),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  response.setTimeout(IDLE_MS, () => response.destroy());
  await send(gateway, exchange, gateway.storage.blobs.read(object.blob, start, end), fault);
}

async function send(
  gateway: GatewayContext,
  { response }: Exchange,
  chunks: AsyncIterable<Buffer>,
  fault: TransferFault | null,
): Promise<void> {
  let left = fault?.kind === 'cut' ? fault.afterBytes : Number.POSITIVE_INFINITY;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  for await (const chunk of chunks) {
    if (response.destroyed) return;
    const piece = chunk.subarray(0, Math.min(left, chunk.length));
    left -= piece.length;
    await slowDown(gateway, piece.length);
    if (left <= 0) {
      // The cut comes after these bytes, not instead of them.
      response.write(piece, () => response.destroy());
      return;
    }
    if (!response.write(piece)) {
      await once(response, 'drain', { signal: gone.signal }).catch(() => undefined);
    }
  }
  response.end();
}
