import { exifOrientation, orientationOnly } from './exif';

/** Chunks that make the picture. */
const KEPT: ReadonlySet<string> = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP']);
const EXIF_FLAG = 0x08;
const XMP_FLAG = 0x04;

/** A WebP file without camera data, descriptions, unknown chunks and what hangs behind its end. Null for what is no WebP file. */
export function stripWebp(bytes: Buffer): Buffer[] | null {
  if (bytes.length < 20 || bytes.toString('latin1', 0, 4) !== 'RIFF') return null;
  if (bytes.toString('latin1', 8, 12) !== 'WEBP') return null;
  const end = 8 + bytes.readUInt32LE(4);
  if (end > bytes.length) return null;
  const kept: Buffer[] = [];
  let turned: Buffer | null = null;
  for (let at = 12; at < end;) {
    if (at + 8 > end) return null;
    const name = bytes.toString('latin1', at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    if (at + 8 + length > end) return null;
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (KEPT.has(name)) kept.push(chunk(name, content));
    if (name === 'EXIF') turned ??= turnedChunk(content);
    // Chunks begin at even places; the last one may lack its filling.
    at += 8 + length + (length % 2);
  }
  if (!kept.some((part) => /^(VP8 |VP8L|ANMF)/.test(part.toString('latin1', 0, 4)))) return null;
  if (turned !== null) kept.push(turned);
  return withHeader(kept, turned !== null);
}

function withHeader(chunks: readonly Buffer[], hasExif: boolean): Buffer[] {
  const header = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1');
  header.writeUInt32LE(4 + chunks.reduce((sum, part) => sum + part.length, 0), 4);
  const [first] = chunks;
  if (first?.toString('latin1', 0, 4) === 'VP8X' && first.length > 8) {
    first[8] = ((first[8] ?? 0) & ~(EXIF_FLAG | XMP_FLAG)) | (hasExif ? EXIF_FLAG : 0);
  }
  return [header, ...chunks];
}

function chunk(name: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 0, 'latin1');
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

function turnedChunk(content: Buffer): Buffer | null {
  // Some writers put the name of a JPEG segment before it.
  const tiff = content.toString('latin1', 0, 6) === 'Exif\0\0' ? content.subarray(6) : content;
  const orientation = exifOrientation(tiff);
  return orientation === null || orientation === 1 ? null : chunk('EXIF', orientationOnly(orientation));
}
