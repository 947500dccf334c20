import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeIcns, makeIco } from './icon-containers.mjs';

const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
const folder = path.join(import.meta.dirname, '..', '..', 'assets', 'icons');
const pictures = new Map(sizes.map((size) => [size, readFileSync(path.join(folder, `${size}x${size}.png`))]));
const pngMagic = '89504e470d0a1a0a';

describe('icon files', () => {
  it('hold every small picture for Windows where the directory says', () => {
    const ico = makeIco(pictures);
    const count = ico.readUInt16LE(4);
    expect(count).toBe(7);
    for (let index = 0; index < count; index += 1) {
      const offset = ico.readUInt32LE(6 + 16 * index + 12);
      expect(ico.subarray(offset, offset + 8).toString('hex')).toBe(pngMagic);
    }
  });

  it('hold blocks for macOS that fill the file exactly', () => {
    const icns = makeIcns(pictures);
    expect(icns.readUInt32BE(4)).toBe(icns.length);
    let offset = 8;
    while (offset < icns.length) {
      expect(icns.subarray(offset + 8, offset + 16).toString('hex')).toBe(pngMagic);
      offset += icns.readUInt32BE(offset + 4);
    }
    expect(offset).toBe(icns.length);
  });

  it('are the committed ones', () => {
    expect(readFileSync(path.join(folder, 'icon.ico')).equals(makeIco(pictures))).toBe(true);
    expect(readFileSync(path.join(folder, 'icon.icns')).equals(makeIcns(pictures))).toBe(true);
  });
});
