import { deflateSync } from 'node:zlib';
import type { MadeFile } from './steps';

const CRC_TABLE = Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

/** CRC-32 as PNG wants it; Node has its own only from 22.2 on. */
function crc32(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (CRC_TABLE[(crc ^ byte) & 255] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** A small picture of a sun over hills, computed pixel by pixel. */
export function makePicture(name: string, width = 480, height = 320): MadeFile {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const hill = 0.72 + 0.1 * Math.sin(x / 60) + 0.04 * Math.sin(x / 17);
      const ground = y / height > hill;
      const sun = Math.hypot(x - width * 0.7, y - height * 0.3) < height * 0.12;
      const fade = y / height;
      const colour = ground
        ? [40 + 60 * fade, 110 + 40 * fade, 80]
        : sun
          ? [255, 214, 120]
          : [90 + 150 * fade, 150 + 70 * fade, 235 - 30 * fade];
      rows.set(colour, y * (width * 3 + 1) + 1 + x * 3);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const bytes = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  return { name, type: 'image/png', bytes, voice: false, width, height, durationMs: null };
}

/** Two seconds of three soft tones, as an uncompressed recording. */
export function makeRecording(name: string): MadeFile {
  const rate = 8_000;
  const samples = rate * 2;
  const bytes = Buffer.alloc(44 + samples * 2);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(samples * 2, 40);
  for (let index = 0; index < samples; index += 1) {
    const at = index / rate;
    const tone = [392, 494, 587][Math.min(2, Math.floor(at / 0.66))] ?? 392;
    const swell = Math.sin(Math.PI * ((at % 0.66) / 0.66));
    bytes.writeInt16LE(Math.round(9_000 * swell * Math.sin(2 * Math.PI * tone * at)), 44 + index * 2);
  }
  return { name, type: 'audio/wav', bytes, voice: true, width: null, height: null, durationMs: 2_000 };
}

/** A text file. */
export function makeTextFile(name: string, text: string): MadeFile {
  const bytes = Buffer.from(text, 'utf8');
  return { name, type: 'text/plain', bytes, voice: false, width: null, height: null, durationMs: null };
}
