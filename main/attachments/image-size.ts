import { exifOrientation } from './strip/exif';
import { jpegSegments } from './strip/jpeg-segments';

/** Measures of an image in pixels, as it is to be shown. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/**
 * Measures out of the header of an image, or null where there is none to be found. Nothing is decoded, so a hostile image
 * costs nothing. `head` is the beginning of the file.
 */
export function imageSize(type: string, head: Buffer): ImageSize | null {
  const size = READERS.get(type)?.(head) ?? null;
  return size !== null && size.width > 0 && size.height > 0 ? size : null;
}

const READERS: ReadonlyMap<string, (head: Buffer) => ImageSize | null> = new Map([
  ['image/png', pngSize],
  ['image/gif', gifSize],
  ['image/jpeg', jpegSize],
  ['image/webp', webpSize],
  ['image/avif', avifSize],
]);

function pngSize(head: Buffer): ImageSize | null {
  if (head.length < 24 || head.toString('latin1', 12, 16) !== 'IHDR') return null;
  return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
}

function gifSize(head: Buffer): ImageSize | null {
  return head.length < 10 ? null : { width: head.readUInt16LE(6), height: head.readUInt16LE(8) };
}

function jpegSize(head: Buffer): ImageSize | null {
  let orientation = 1;
  for (const { marker, start, end } of jpegSegments(head)) {
    const body = head.subarray(start, end);
    if (marker === 0xe1) orientation = exifOrientation(body.subarray(6)) ?? orientation;
    const frame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (!frame) continue;
    if (body.length < 5) return null;
    const size = { width: body.readUInt16BE(3), height: body.readUInt16BE(1) };
    // From five on the picture lies on its side.
    return orientation >= 5 ? { width: size.height, height: size.width } : size;
  }
  return null;
}

function webpSize(head: Buffer): ImageSize | null {
  if (head.length < 30) return null;
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8X':
      return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
    case 'VP8L': {
      const bits = head.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8 ':
      return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
    default:
      return null;
  }
}

/** The largest of the measures that the boxes at the beginning name: a grid names its tiles too. */
function avifSize(head: Buffer): ImageSize | null {
  let largest: ImageSize | null = null;
  for (let at = head.indexOf('ispe'); at >= 0 && at + 16 <= head.length; at = head.indexOf('ispe', at + 4)) {
    const size = { width: head.readUInt32BE(at + 8), height: head.readUInt32BE(at + 12) };
    if (largest === null || size.width * size.height > largest.width * largest.height) largest = size;
  }
  return largest;
}
