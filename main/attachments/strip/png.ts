import { crc32 } from './crc32';
import { exifOrientation, orientationOnly } from './exif';

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** Chunks that change how the picture looks or moves. Everything else a decoder may leave out says who, when, where, with what. */
const KEPT: ReadonlySet<string> = new Set([
  'tRNS',
  'gAMA',
  'cHRM',
  'sRGB',
  'iCCP',
  'cICP',
  'mDCV',
  'cLLI',
  'sBIT',
  'bKGD',
  'hIST',
  'pHYs',
  'sPLT',
  'acTL',
  'fcTL',
  'fdAT',
]);

/** A PNG file without texts, times, camera data and what hangs behind its end. Null for what is no PNG file. */
export function stripPng(bytes: Buffer): Buffer[] | null {
  if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return null;
  const kept: Buffer[] = [SIGNATURE];
  for (let at = SIGNATURE.length; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const name = bytes.toString('latin1', at + 4, at + 8);
    const end = at + 12 + length;
    if (end > bytes.length || !/^[A-Za-z]{4}$/.test(name)) return null;
    const critical = /^[A-Z]/.test(name);
    if (critical || KEPT.has(name)) kept.push(bytes.subarray(at, end));
    else if (name === 'eXIf') kept.push(...turned(bytes.subarray(at + 8, end - 4)));
    if (name === 'IEND') return kept;
    at = end;
  }
  return null;
}

function turned(tiff: Buffer): Buffer[] {
  const orientation = exifOrientation(tiff);
  return orientation === null || orientation === 1 ? [] : [chunk('eXIf', orientationOnly(orientation))];
}

function chunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}
