import { stripGif } from './gif';
import { stripJpeg } from './jpeg';
import { stripPng } from './png';
import { stripWebp } from './webp';

type Strip = (bytes: Buffer) => Buffer[] | null | Promise<Buffer[] | null>;

const STRIPPERS: ReadonlyMap<string, Strip> = new Map<string, Strip>([
  ['image/jpeg', stripJpeg],
  ['image/png', stripPng],
  ['image/webp', stripWebp],
  ['image/gif', stripGif],
]);

/** Whether pictures of this type are freed of what else they tell. */
export function isStripped(type: string): boolean {
  return STRIPPERS.has(type);
}

/**
 * The parts of a picture without its metadata (place, camera, time, author, comments, small pictures). The picture itself is
 * not touched: no pixel, no colour, no orientation changes. Null when the bytes are not what `type` says. Never throws.
 */
export async function withoutMetadata(type: string, bytes: Buffer): Promise<Buffer[] | null> {
  const strip = STRIPPERS.get(type);
  return strip === undefined ? [bytes] : strip(bytes);
}
