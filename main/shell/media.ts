import { Readable } from 'node:stream';
import type { MediaPart } from '../ports/attachments';

/** Where the window gets pictures, sound and films from: decrypted pieces of checked attachments, never a path. */
export type MediaSource = (
  address: string,
  range: { readonly start: number; readonly end: number | null } | null,
) => Promise<MediaPart | null>;

/** First part of the path of every media address. */
export const MEDIA_PATH = '/media/';

/**
 * The one range of a `Range` header (RFC 9110 §14.2), or null where there is none that this server takes: then it answers
 * with the whole, as the standard allows.
 */
export function rangeOf(header: string | null): { start: number; end: number | null } | null {
  const match = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(header ?? '');
  if (match === null) return null;
  const start = Number(match[1]);
  const end = match[2] === '' ? null : Number(match[2]);
  return end !== null && end < start ? null : { start, end };
}

/** Headers of a media answer. It is shown by an element of the window and can do nothing even if it were opened itself. */
export function mediaHeaders(part: MediaPart, partial: boolean): Record<string, string> {
  return {
    'Content-Type': part.type,
    'Content-Length': String(Math.max(0, part.end - part.start + 1)),
    ...(partial ? { 'Content-Range': `bytes ${part.start}-${part.end}/${part.size}` } : {}),
    'Accept-Ranges': 'bytes',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-store',
  };
}

/** Answers a request of the window for media. */
export async function serveMedia(
  source: MediaSource,
  address: string,
  rangeHeader: string | null,
): Promise<Response> {
  const range = rangeOf(rangeHeader);
  const part = await source(address, range);
  if (part === null) return new Response(null, { status: 404 });
  if (range !== null && range.start >= part.size)
    return new Response(null, { status: 416, headers: { 'Content-Range': `bytes */${part.size}` } });
  const body = Readable.toWeb(Readable.from(part.body, { objectMode: false }));
  return new Response(body as ReadableStream, {
    status: range === null ? 200 : 206,
    headers: mediaHeaders(part, range !== null),
  });
}
