import { appendFile, open, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../identity/testing/temporary-folder';
import { systemRandom } from '../runtime/runtime';
import { CHUNK_BYTES, collect, EncryptedFile, EncryptedFileWriter, sealedSize } from './encrypted-file';

/** Sizes around the places where something changes, and any other. */
const sizes = fc.oneof(
  fc.constantFrom(
    0,
    1,
    CHUNK_BYTES - 1,
    CHUNK_BYTES,
    CHUNK_BYTES + 1,
    4 * CHUNK_BYTES,
    4 * CHUNK_BYTES + 1,
    5 * CHUNK_BYTES,
  ),
  fc.integer({ min: 0, max: 6 * CHUNK_BYTES }),
);

interface Written {
  readonly file: string;
  readonly key: Buffer;
  readonly plain: Buffer;
}

async function written(size: number, pieces: readonly number[] = []): Promise<Written> {
  const plain = systemRandom.bytes(size);
  const key = systemRandom.bytes(32);
  const file = path.join(await temporaryFolder(), 'aa');
  const writer = await EncryptedFileWriter.create(file, key);
  let at = 0;
  for (const piece of [...pieces, size]) {
    await writer.write(plain.subarray(at, at + piece));
    at += piece;
  }
  expect(await writer.commit()).toBe(size);
  return { file, key, plain };
}

async function readAll({ file, key, plain }: Written, start?: number, end?: number): Promise<Buffer> {
  const opened = await EncryptedFile.open(file, key, plain.length);
  try {
    return await collect(opened.read(start, end));
  } finally {
    await opened.close();
  }
}

const unreadable = { code: 'attachment_unreadable' };

describe('files on this disk', () => {
  it('come back whole and in any part, whatever their size and however they were handed over', async () => {
    const pieces = fc.array(fc.integer({ min: 0, max: 3 * CHUNK_BYTES }), { maxLength: 4 });
    const part = fc.tuple(fc.nat(6 * CHUNK_BYTES), fc.nat(6 * CHUNK_BYTES));
    await fc.assert(
      fc.asyncProperty(sizes, pieces, part, async (size, given, [one, other]) => {
        const made = await written(size, given);
        expect((await stat(made.file)).size).toBe(sealedSize(size));
        expect((await readAll(made)).equals(made.plain)).toBe(true);
        const [start, end] = [Math.min(one, other, size), Math.max(one, other)];
        expect((await readAll(made, start, end)).equals(made.plain.subarray(start, end))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('show every changed bit, wherever it is', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(), fc.nat(7), async (size, place, bit) => {
        const made = await written(size);
        const bytes = await readFile(made.file);
        const at = place % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        await writeFile(made.file, bytes);
        await expect(readAll(made)).rejects.toMatchObject(unreadable);
      }),
      { numRuns: 40 },
    );
  });

  it('show every changed bit of a file without bytes, although nothing of it is given', async () => {
    for (let at = 0; at < sealedSize(0); at += 1) {
      const made = await written(0);
      const bytes = await readFile(made.file);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      await writeFile(made.file, bytes);
      await expect(readAll(made)).rejects.toMatchObject(unreadable);
    }
  });

  it('show that bytes are missing or too many, also when whole chunks go', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 2 * (CHUNK_BYTES + 16) }), async (size, count) => {
        const made = await written(size);
        const { size: length } = await stat(made.file);
        await truncate(made.file, Math.max(0, length - count));
        await expect(readAll(made)).rejects.toMatchObject(unreadable);
        const longer = await written(size);
        await appendFile(longer.file, systemRandom.bytes(count));
        await expect(readAll(longer)).rejects.toMatchObject(unreadable);
      }),
      { numRuns: 20 },
    );
  });

  it('show that they were cut at a chunk even to somebody who was told the shorter length', async () => {
    const made = await written(3 * CHUNK_BYTES);
    await truncate(made.file, sealedSize(2 * CHUNK_BYTES));
    const shorter = { ...made, plain: made.plain.subarray(0, 2 * CHUNK_BYTES) };
    await expect(readAll(shorter)).rejects.toMatchObject(unreadable);
  });

  it('show that chunks changed places', async () => {
    const made = await written(4 * CHUNK_BYTES);
    const bytes = await readFile(made.file);
    const sealed = CHUNK_BYTES + 16;
    const second = Buffer.from(bytes.subarray(8 + sealed, 8 + 2 * sealed));
    bytes.copyWithin(8 + sealed, 8 + 2 * sealed, 8 + 3 * sealed);
    second.copy(bytes, 8 + 2 * sealed);
    await writeFile(made.file, bytes);
    await expect(readAll(made)).rejects.toMatchObject(unreadable);
  });

  it('do not open with another key and leave nothing in the clear', async () => {
    const made = await written(CHUNK_BYTES * 2);
    await expect(readAll({ ...made, key: systemRandom.bytes(32) })).rejects.toMatchObject(unreadable);
    const bytes = await readFile(made.file);
    for (let at = 0; at < made.plain.length; at += 4096) {
      expect(bytes.indexOf(made.plain.subarray(at, at + 16))).toBe(-1);
    }
  });

  it('have a hidden name until they are complete, and leave nothing when they are given up', async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, 'aa');
    const writer = await EncryptedFileWriter.create(file, systemRandom.bytes(32));
    await writer.write(systemRandom.bytes(10));
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
    await writer.discard();
    await expect(stat(path.join(folder, '.aa.part'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(open(file, 'r')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
