import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gif, jpeg, jpegCore, png, pngCore, SECRET, webp } from '../testing/pictures';
import { imageSize } from '../image-size';
import { exifOrientation } from './exif';
import { withoutMetadata } from './index';

const PICTURES = [
  ['image/jpeg', jpeg()],
  ['image/png', png()],
  ['image/webp', webp()],
  ['image/gif', gif()],
] as const;

async function stripped(type: string, bytes: Buffer): Promise<Buffer> {
  const parts = await withoutMetadata(type, bytes);
  if (parts === null) throw new Error('this is no picture');
  return Buffer.concat(parts);
}

describe('pictures that are sent', () => {
  it.each(PICTURES)('tell nothing but the picture: %s', async (type, bytes) => {
    expect(bytes.includes(SECRET)).toBe(true);
    const clean = await stripped(type, bytes);
    expect(clean.includes(SECRET)).toBe(false);
    expect(imageSize(type, clean)).toEqual(imageSize(type, bytes));
    // Nothing is left to be taken away.
    expect((await stripped(type, clean)).equals(clean)).toBe(true);
  });

  it('keep every byte that makes a JPEG picture, its colours and how it lies', async () => {
    const clean = await stripped('image/jpeg', jpeg(6));
    expect(clean.includes(jpegCore())).toBe(true);
    expect(clean.includes('ICC_PROFILE\0profile')).toBe(true);
    expect(clean.includes('Adobe\0d')).toBe(true);
    expect(clean.includes('MPF\0')).toBe(false);
    const exif = clean.indexOf('Exif\0\0');
    expect(exifOrientation(clean.subarray(exif + 6))).toBe(6);
    expect((await stripped('image/jpeg', jpeg(1))).includes('Exif')).toBe(false);
    // The small picture inside the JFIF header is gone too.
    expect(clean.subarray(2, 20)).toEqual(
      Buffer.from([0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    );
  });

  it('keep a JPEG of several scans whole, and one that a camera did not finish', async () => {
    const scan = jpegCore().subarray(jpegCore().indexOf(Buffer.from([0xff, 0xda])), -2);
    const progressive = Buffer.concat([jpegCore().subarray(0, -2), scan, scan, Buffer.from([0xff, 0xd9])]);
    expect((await stripped('image/jpeg', jpeg(3, progressive))).includes(progressive)).toBe(true);
    const unfinished = Buffer.concat([Buffer.from([0xff, 0xd8]), jpegCore().subarray(0, -2)]);
    expect((await stripped('image/jpeg', unfinished)).equals(unfinished)).toBe(true);
  });

  it('keep the pixels of a PNG and how it lies', async () => {
    const clean = await stripped('image/png', png(4, 3));
    const { header, data } = pngCore(4, 3);
    for (const part of [header, data, Buffer.from('gAMA')]) expect(clean.includes(part)).toBe(true);
    expect(exifOrientation(clean.subarray(clean.indexOf('eXIf') + 4))).toBe(3);
    for (const name of ['tEXt', 'iTXt', 'zTXt', 'tIME', 'caBX']) expect(clean.includes(name)).toBe(false);
  });

  it('say in a WebP header what is left, and in its length how much', async () => {
    const clean = await stripped('image/webp', webp(8));
    expect(clean.readUInt32LE(4)).toBe(clean.length - 8);
    expect(clean[20]).toBe(0x20 | 0x08);
    expect(exifOrientation(clean.subarray(clean.indexOf('EXIF') + 8))).toBe(8);
    const upright = await stripped('image/webp', webp(1));
    expect(upright[20]).toBe(0x20);
    expect(upright.includes('EXIF')).toBe(false);
  });

  it('keep how often a GIF film is shown', async () => {
    const clean = await stripped('image/gif', gif());
    expect(clean.includes('NETSCAPE2.0')).toBe(true);
    expect(clean.includes('XMP')).toBe(false);
  });

  it.each(PICTURES)('never throw on garbage: %s', async (type, bytes) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length), fc.nat(255)), { maxLength: 8 }),
        fc.nat(bytes.length),
        async (changes, end) => {
          const garbage = Buffer.from(bytes);
          for (const [at, value] of changes) garbage[at % bytes.length] = value;
          await withoutMetadata(type, garbage.subarray(0, end));
          await withoutMetadata(type, garbage);
          imageSize(type, garbage.subarray(0, end));
        },
      ),
      { numRuns: 300 },
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (tail) => {
        await withoutMetadata(type, Buffer.concat([bytes.subarray(0, 12), tail]));
        imageSize(type, Buffer.concat([bytes.subarray(0, 12), tail]));
      }),
    );
  });

  it('are not pictures when they end before the picture, or say they are something else', async () => {
    for (const [type, bytes] of PICTURES) {
      expect(await withoutMetadata(type, bytes.subarray(0, 40))).toBeNull();
      expect(await withoutMetadata(type, Buffer.from('plain words, not a picture at all'))).toBeNull();
    }
  });
});
