/** A marker segment of a JPEG file. `start` and `end` bound its content, without marker and length. */
export interface JpegSegment {
  readonly marker: number;
  /** Where the marker itself begins. */
  readonly at: number;
  readonly start: number;
  readonly end: number;
}

/** Start of scan: entropy-coded data follows. */
export const START_OF_SCAN = 0xda;
/** End of image. */
export const END_OF_IMAGE = 0xd9;

/**
 * The segments of a JPEG file up to and including the first scan header. Stops, without an error, where the bytes are no
 * JPEG any more.
 */
export function* jpegSegments(bytes: Buffer): Generator<JpegSegment, void, undefined> {
  let at = 2;
  while (at < bytes.length) {
    const segment = segmentAt(bytes, at);
    if (segment === null) return;
    yield segment;
    if (segment.marker === START_OF_SCAN || segment.marker === END_OF_IMAGE) return;
    at = segment.end;
  }
}

/** The segment that begins at a place, or null where there is none. Fill bytes before a marker are allowed. */
export function segmentAt(bytes: Buffer, from: number): JpegSegment | null {
  if (bytes[from] !== 0xff) return null;
  let at = from;
  while (bytes[at + 1] === 0xff) at += 1;
  const marker = bytes[at + 1];
  if (marker === undefined || marker === 0) return null;
  // Markers that stand alone.
  if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd9))
    return { marker, at, start: at + 2, end: at + 2 };
  if (at + 4 > bytes.length) return null;
  const length = bytes.readUInt16BE(at + 2);
  const end = at + 2 + length;
  return length < 2 || end > bytes.length ? null : { marker, at, start: at + 4, end };
}
