import { z } from 'zod';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** One HTTP exchange with the parts every handler needs. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly secure: boolean;
}

/** The address of a request; null for a target that is none, such as `//`. */
export function requestUrl({ url }: Pick<IncomingMessage, 'url'>): URL | null {
  try {
    return new URL(url ?? '/', 'http://gateway.invalid');
  } catch {
    return null;
  }
}

/** Finishes the exchange. `HEAD` gets the headers only. */
export function reply(
  { request, response }: Exchange,
  status: number,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    'Cache-Control': 'no-store',
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Expose-Headers': 'ETag, Last-Modified',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(bytes.length),
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

/** JSON reply; some clients insist on the content type (`protocol/01 §6.3`). */
export function replyJson(exchange: Exchange, status: number, value: unknown): void {
  reply(exchange, status, JSON.stringify(value), { 'Content-Type': 'application/json' });
}

/** PEM reply. */
export function replyPem(exchange: Exchange, pem: string): void {
  reply(exchange, 200, pem, { 'Content-Type': 'application/x-pem-file' });
}

/** Reads a body of at most `limit` bytes; `null` when it is longer. Reads on so that the answer can be sent. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = z.instanceof(Buffer).parse(chunk);
    size += bytes.length;
    if (size <= limit) chunks.push(bytes);
    if (size > limit + 8 * 1024 * 1024) return null;
  }
  return size > limit ? null : Buffer.concat(chunks);
}
