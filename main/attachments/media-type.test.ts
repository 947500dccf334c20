import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SHOWN_TYPES } from '../../shared/aun/shown-types';
import { mediaFacts, PLAIN_FILE, typeByName } from './media-type';
import { gif, jpeg, jpegCore, png, webp } from './testing/pictures';

const box = (brand: string): Buffer =>
  Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from(`ftyp${brand}`), Buffer.alloc(16)]);
const webm = Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 1, 2]);

describe('what a file is shown as', () => {
  it.each([
    ['image/png', png(4, 3), 'image/png', { width: 4, height: 3 }],
    ['image/jpeg', jpeg(1, jpegCore(30, 20)), 'image/jpeg', { width: 30, height: 20 }],
    // Lying on its side.
    ['image/jpeg', jpeg(6, jpegCore(30, 20)), 'image/jpeg', { width: 20, height: 30 }],
    ['image/gif', gif(), 'image/gif', { width: 5, height: 4 }],
    ['image/webp', webp(), 'image/webp', { width: 10, height: 8 }],
    // A picture with the wrong ending is still a picture.
    ['image/png', gif(), 'image/gif', { width: 5, height: 4 }],
    [PLAIN_FILE, png(4, 3), 'image/png', { width: 4, height: 3 }],
    ['nonsense', png(4, 3), 'image/png', { width: 4, height: 3 }],
    ['audio/webm; codecs=opus', webm, 'audio/webm', null],
    [PLAIN_FILE, webm, 'video/webm', null],
    ['audio/mp4', box('M4A '), 'audio/mp4', null],
    ['video/mp4', box('isom'), 'video/mp4', null],
    ['audio/mpeg', Buffer.from('ID3\x04'), 'audio/mpeg', null],
    ['audio/ogg', Buffer.from('OggS\0'), 'audio/ogg', null],
    ['audio/wav', Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVEfmt ')]), 'audio/wav', null],
    // What is neither shown nor dangerous to name stays what it says.
    ['application/pdf', Buffer.from('%PDF-1.7'), 'application/pdf', null],
    ['application/pdf', png(), 'application/pdf', null],
    ['image/svg+xml', Buffer.from('<svg/>'), 'image/svg+xml', null],
    // What is not what it says is a plain file.
    ['image/png', Buffer.from('<html><script>alert(1)</script>'), PLAIN_FILE, null],
    ['image/png', webm, PLAIN_FILE, null],
    ['video/mp4', Buffer.from('MZ'), PLAIN_FILE, null],
    ['audio/ogg', png(), PLAIN_FILE, null],
    ['image/png', Buffer.alloc(0), PLAIN_FILE, null],
    // Too many pixels, or none.
    ['image/png', png(60_000, 60_000), PLAIN_FILE, null],
    ['image/png', png(0, 5), PLAIN_FILE, null],
  ])('%s', (claim, bytes, type, size) => {
    expect(mediaFacts(claim, bytes)).toEqual({ type, size });
  });

  it('is never a type of the window for bytes that are something else', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SHOWN_TYPES), fc.string({ minLength: 1 }), (claim, text) => {
        const head = Buffer.from(`a${text}`);
        expect(mediaFacts(claim, head)).toEqual({ type: PLAIN_FILE, size: null });
      }),
    );
  });

  it('comes from the ending of a name where nothing else says it', () => {
    expect(typeByName('Minutes.PDF')).toBe('application/pdf');
    expect(typeByName('README')).toBe(PLAIN_FILE);
    expect(typeByName('toString')).toBe(PLAIN_FILE);
    expect(typeByName('a.constructor')).toBe(PLAIN_FILE);
  });
});
