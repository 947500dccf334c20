import { letOthersRun } from '../../runtime/turn';
import { exifOrientation, orientationOnly } from './exif';
import type { Orientation } from './exif';
import { END_OF_IMAGE, segmentAt, START_OF_SCAN } from './jpeg-segments';
import type { JpegSegment } from './jpeg-segments';

const APP0 = 0xe0;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;
const APP15 = 0xef;
const COMMENT = 0xfe;
/** Bytes of a JFIF header without the small picture that may follow it. */
const JFIF_BYTES = 14;
/** Bytes of picture data that are walked through in one go. */
const STRIDE = 1_048_576;

/**
 * A JPEG file without anything but its picture: the pixels stay bit for bit, colour profile and orientation too; camera data,
 * places, comments, small pictures and whatever hangs behind the end go. Null for what is no JPEG file.
 */
export async function stripJpeg(bytes: Buffer): Promise<Buffer[] | null> {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  const kept: Buffer[] = [bytes.subarray(0, 2)];
  let scanned = false;
  let turned = false;
  for (let at = 2; ;) {
    const segment = segmentAt(bytes, at);
    // Cameras that stop in the middle leave no end: what was drawn by then is a picture too.
    if (segment === null) return scanned && at >= bytes.length ? kept : null;
    at = segment.end;
    if (segment.marker === START_OF_SCAN) {
      at = await endOfScan(bytes, segment.end);
      scanned = true;
      kept.push(bytes.subarray(segment.at, at));
      continue;
    }
    const orientation = turned ? null : orientationIn(bytes, segment);
    if (orientation !== null && orientation !== 1) {
      turned = true;
      kept.push(exifSegment(orientation));
    }
    kept.push(...whatStays(bytes, segment));
    if (segment.marker === END_OF_IMAGE) return scanned ? kept : null;
  }
}

/** Where the entropy-coded data that begins at `from` ends: at the next marker that is no restart, or with the file. */
async function endOfScan(bytes: Buffer, from: number): Promise<number> {
  let rested = from;
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== undefined && next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
    if (at - rested < STRIDE) continue;
    rested = at;
    await letOthersRun();
  }
  return bytes.length;
}

function whatStays(bytes: Buffer, segment: JpegSegment): Buffer[] {
  const { marker, at, start, end } = segment;
  const body = bytes.subarray(start, end);
  const whole = [bytes.subarray(at, end)];
  if (marker === COMMENT) return [];
  if (marker < APP0 || marker > APP15) return whole;
  if (marker === APP0 && begins(body, 'JFIF\0') && body.length >= JFIF_BYTES) return [jfifSegment(body)];
  if (marker === APP2 && begins(body, 'ICC_PROFILE\0')) return whole;
  // Says how the colours are coded: without it the picture looks different.
  return marker === APP14 && begins(body, 'Adobe') ? whole : [];
}

function begins(body: Buffer, text: string): boolean {
  return body.subarray(0, text.length).equals(Buffer.from(text, 'latin1'));
}

/** The header without its small picture. */
function jfifSegment(body: Buffer): Buffer {
  const segment = Buffer.concat([Buffer.from([0xff, APP0, 0, JFIF_BYTES + 2]), body.subarray(0, JFIF_BYTES)]);
  segment.fill(0, segment.length - 2);
  return segment;
}

function orientationIn(bytes: Buffer, { marker, start, end }: JpegSegment): Orientation | null {
  const body = bytes.subarray(start, end);
  return marker === APP1 && begins(body, 'Exif\0\0') ? exifOrientation(body.subarray(6)) : null;
}

function exifSegment(orientation: Orientation): Buffer {
  const content = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), orientationOnly(orientation)]);
  return Buffer.concat([Buffer.from([0xff, APP1, 0, content.length + 2]), content]);
}
