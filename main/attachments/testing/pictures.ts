import { deflateSync } from 'node:zlib';
import { crc32 } from '../strip/crc32';
import { orientationOnly } from '../strip/exif';

/** Words that must be gone from a picture that was freed of its metadata. */
export const SECRET = 'N 52.5200 E 13.4050 by Mallory';

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A segment of a JPEG file. */
export function jpegSegment(marker: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

/** A TIFF block with an orientation and a secret behind it. */
export function tiffWithSecret(orientation: number): Buffer {
  return Buffer.concat([orientationOnly(orientation), latin(SECRET)]);
}

/** What makes the picture of {@link jpeg}, from the first table to the end. */
export function jpegCore(
  width = 3,
  height = 2,
  data: Buffer = Buffer.from([1, 2, 0xff, 0, 3, 0xff, 0xd0, 4]),
): Buffer {
  const frame = Buffer.from([8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  frame.writeUInt16BE(height, 1);
  frame.writeUInt16BE(width, 3);
  return Buffer.concat([
    jpegSegment(0xdb, Buffer.alloc(65, 1)),
    jpegSegment(0xc0, frame),
    jpegSegment(0xc4, Buffer.alloc(20)),
    jpegSegment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    data,
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** A JPEG file with everything in it that tells too much. */
export function jpeg(orientation = 6, core: Buffer = jpegCore()): Buffer {
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    jpegSegment(0xe0, Buffer.concat([latin('JFIF\0'), Buffer.from([1, 1, 0, 0, 1, 0, 1, 1, 1, 9, 9, 9])])),
    jpegSegment(0xe1, Buffer.concat([latin('Exif\0\0'), tiffWithSecret(orientation)])),
    jpegSegment(0xe1, latin(`http://ns.adobe.com/xap/1.0/\0${SECRET}`)),
    jpegSegment(0xe2, latin('ICC_PROFILE\0profile')),
    jpegSegment(0xe2, latin(`MPF\0${SECRET}`)),
    jpegSegment(0xed, latin(`Photoshop 3.0\0${SECRET}`)),
    jpegSegment(0xee, latin('Adobe\0d')),
    jpegSegment(0xfe, latin(SECRET)),
    core,
    latin(SECRET),
  ]);
}

/** A chunk of a PNG file. */
export function pngChunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([latin(name), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

export const PNG_SIGNATURE = latin('\x89PNG\r\n\x1a\n');

/** The chunks of a grey picture. */
export function pngCore(width: number, height: number): { header: Buffer; data: Buffer } {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const rows = width * height > 1e6 ? Buffer.alloc(1) : Buffer.alloc((width + 1) * height, 0x40);
  for (let row = 0; row < height && rows.length > 1; row += 1) rows[row * (width + 1)] = 0;
  return { header: pngChunk('IHDR', header), data: pngChunk('IDAT', deflateSync(rows)) };
}

/** A PNG file; with `tells` it tells too much. */
export function png(width = 4, height = 3, tells = true): Buffer {
  const { header, data } = pngCore(width, height);
  return Buffer.concat([
    PNG_SIGNATURE,
    header,
    pngChunk('gAMA', Buffer.from([0, 0, 0xb1, 0x8f])),
    ...(tells
      ? [
          pngChunk('eXIf', tiffWithSecret(3)),
          pngChunk('tEXt', latin(`Author\0${SECRET}`)),
          pngChunk('iTXt', latin(`XML:com.adobe.xmp\0\0\0\0\0${SECRET}`)),
          pngChunk('zTXt', latin(`Comment\0\0${SECRET}`)),
          pngChunk('tIME', Buffer.from([7, 234, 1, 2, 3, 4, 5])),
          pngChunk('caBX', latin(SECRET)),
        ]
      : []),
    data,
    pngChunk('IEND', Buffer.alloc(0)),
    ...(tells ? [latin(SECRET)] : []),
  ]);
}

/** A chunk of a RIFF file. */
export function riffChunk(name: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 0, 'latin1');
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

/** A WebP file of these chunks. */
export function webpOf(chunks: readonly Buffer[]): Buffer {
  return riffChunk('RIFF', Buffer.concat([latin('WEBP'), ...chunks]));
}

/** A WebP file that tells too much. */
export function webp(orientation = 8): Buffer {
  const extended = Buffer.from([0x20 | 0x08 | 0x04, 0, 0, 0, 9, 0, 0, 7, 0, 0]);
  return Buffer.concat([
    webpOf([
      riffChunk('VP8X', extended),
      riffChunk('ICCP', latin('profile')),
      riffChunk('VP8L', Buffer.from([0x2f, 9, 0xc0, 1, 0, 1, 2])),
      riffChunk('EXIF', tiffWithSecret(orientation)),
      riffChunk('XMP ', latin(SECRET)),
      riffChunk('JUNK', latin(SECRET)),
    ]),
    latin(SECRET),
  ]);
}

/** A GIF film that tells too much. */
export function gif(): Buffer {
  const blocks = (text: string): Buffer =>
    Buffer.concat([Buffer.from([text.length]), latin(text), Buffer.from([0])]);
  return Buffer.concat([
    latin('GIF89a'),
    Buffer.from([5, 0, 4, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]),
    Buffer.from([0x21, 0xff, 11]),
    latin('NETSCAPE2.0'),
    Buffer.from([3, 1, 0, 0, 0]),
    Buffer.from([0x21, 0xfe]),
    blocks(SECRET),
    Buffer.from([0x21, 0xff, 11]),
    latin('XMP DataXMP'),
    blocks(SECRET),
    Buffer.from([0x21, 0xf9, 4, 0, 0, 0, 0, 0]),
    Buffer.from([0x2c, 0, 0, 0, 0, 5, 0, 4, 0, 0, 2, 2, 0x44, 1, 0]),
    Buffer.from([0x3b]),
    latin(SECRET),
  ]);
}
