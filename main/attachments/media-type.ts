import { safeMediaType } from '../../shared/aun/file-name';
import { SHOWN_TYPES } from '../../shared/aun/shown-types';
import { imageSize } from './image-size';
import type { ImageSize } from './image-size';
import { MAX_PIXELS } from './limits';

/** What a file is that only says what it is by its name or not at all. */
export const PLAIN_FILE = 'application/octet-stream';
/** So much of the beginning of a file is looked at, in bytes. */
export const HEAD_BYTES = 524_288;

/** Kinds of content that can be told by their first bytes, with the type to be used where the file's claim is none of `also`. */
interface Signature {
  readonly type: string;
  readonly also: readonly string[];
  readonly matches: (head: Buffer) => boolean;
}

const startsWith =
  (text: string, at = 0) =>
  (head: Buffer): boolean =>
    head.subarray(at, at + text.length).equals(Buffer.from(text, 'latin1'));

const brand =
  (pattern: RegExp) =>
  (head: Buffer): boolean =>
    startsWith('ftyp', 4)(head) && pattern.test(head.toString('latin1', 8, 12));

const SIGNATURES: readonly Signature[] = [
  { type: 'image/png', also: [], matches: startsWith('\x89PNG\r\n\x1a\n') },
  { type: 'image/jpeg', also: [], matches: startsWith('\xff\xd8\xff') },
  { type: 'image/gif', also: [], matches: (head) => /^GIF8[79]a$/.test(head.toString('latin1', 0, 6)) },
  {
    type: 'image/webp',
    also: [],
    matches: (head) => startsWith('RIFF')(head) && startsWith('WEBP', 8)(head),
  },
  { type: 'image/avif', also: [], matches: brand(/^avi[fs]$/) },
  { type: 'image/heic', also: [], matches: brand(/^(hei[cxms]|hev[cxms]|mif1|msf1)$/) },
  { type: 'audio/mp4', also: ['video/mp4'], matches: brand(/^M4[AB] $/) },
  { type: 'video/quicktime', also: ['video/mp4', 'audio/mp4'], matches: brand(/^qt {2}$/) },
  { type: 'video/mp4', also: ['audio/mp4', 'video/quicktime'], matches: startsWith('ftyp', 4) },
  { type: 'video/webm', also: ['audio/webm'], matches: startsWith('\x1a\x45\xdf\xa3') },
  { type: 'audio/ogg', also: ['video/ogg'], matches: startsWith('OggS') },
  {
    type: 'audio/wav',
    also: [],
    matches: (head) => startsWith('RIFF')(head) && startsWith('WAVE', 8)(head),
  },
  { type: 'audio/mpeg', also: [], matches: startsWith('ID3') },
  // Frames without a header: twelve bits of sync, then the layer, which is zero for AAC.
  { type: 'audio/aac', also: [], matches: (head) => head[0] === 0xff && ((head[1] ?? 0) & 0xf6) === 0xf0 },
  {
    type: 'audio/mpeg',
    also: [],
    matches: (head) => head[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0 && ((head[1] ?? 0) & 0x06) !== 0,
  },
];

/** What a file is worth showing as. */
export interface MediaFacts {
  readonly type: string;
  /** Of an image, as it is to be shown; null for everything else. */
  readonly size: ImageSize | null;
}

/**
 * Compares what a file is said to be with its first {@link HEAD_BYTES} bytes. Only what really is a picture, sound or film of
 * a kind the window shows keeps or gets such a type; an image with too many pixels or none is a plain file. Other claims, such
 * as a document, are left as they are.
 */
export function mediaFacts(claim: string, head: Buffer): MediaFacts {
  const claimed = safeMediaType(claim);
  const generic = claimed === PLAIN_FILE;
  if (!generic && !SHOWN_TYPES.has(claimed)) return { type: claimed, size: null };
  const signature = SIGNATURES.find(({ matches }) => matches(head));
  // What shows may be named wrongly, but a film is never found in what was said to be a picture.
  if (
    signature === undefined ||
    (!generic && major(signature.type) !== major(claimed) && !signature.also.includes(claimed))
  ) {
    return { type: PLAIN_FILE, size: null };
  }
  const type = signature.also.includes(claimed) ? claimed : signature.type;
  if (major(type) !== 'image') return { type, size: null };
  const size = imageSize(type, head);
  const good = size !== null && size.width * size.height <= MAX_PIXELS;
  return good ? { type, size } : { type: SHOWN_TYPES.has(type) ? PLAIN_FILE : type, size: null };
}

function major(type: string): string {
  return type.slice(0, type.indexOf('/'));
}

const BY_EXTENSION: ReadonlyMap<string, string> = new Map([
  ['pdf', 'application/pdf'],
  ['txt', 'text/plain'],
  ['md', 'text/markdown'],
  ['csv', 'text/csv'],
  ['json', 'application/json'],
  ['zip', 'application/zip'],
  ['svg', 'image/svg+xml'],
  ['html', 'text/html'],
  ['doc', 'application/msword'],
  ['docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ['xls', 'application/vnd.ms-excel'],
  ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ['ppt', 'application/vnd.ms-powerpoint'],
  ['pptx', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
  ['odt', 'application/vnd.oasis.opendocument.text'],
  ['epub', 'application/epub+zip'],
  ['m4a', 'audio/mp4'],
  ['mp3', 'audio/mpeg'],
  ['mp4', 'video/mp4'],
  ['mov', 'video/quicktime'],
]);

/** What the ending of a name says of a file; a plain file where it says nothing. */
export function typeByName(name: string): string {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return BY_EXTENSION.get(extension) ?? PLAIN_FILE;
}
