import { createCipheriv, createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemRandom } from '../runtime/runtime';
import { collect } from './encrypted-file';
import { MAX_FILE_BYTES } from './limits';
import { digestObject, encryptObject, inPieces, objectSize, ObjectOpener, paddedSize } from './object-crypto';

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function newKey(): { key: Buffer; iv: Buffer } {
  return { key: systemRandom.bytes(32), iv: systemRandom.bytes(12) };
}

/** Opens an object that comes in pieces of these sizes. */
function openedIn(object: Buffer, opener: ObjectOpener, cuts: readonly number[]): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const cut of [...cuts, object.length]) {
    parts.push(opener.update(object.subarray(at, at + cut)));
    at += cut;
  }
  opener.finish();
  return Buffer.concat(parts);
}

const cuts = fc.array(fc.integer({ min: 0, max: 9_000 }), { maxLength: 12 });

describe('objects of the storage server', () => {
  it.each([
    [1, 4_096],
    [4_096, 4_096],
    [4_097, 8_192],
    [48_211, 49_152],
    [1_048_575, 1_048_576],
    [1_048_576, 1_048_576],
    [1_048_577, 1_114_112],
    [10_420_225, MAX_FILE_BYTES],
    [MAX_FILE_BYTES, MAX_FILE_BYTES],
  ])('hide the size of a file of %i bytes in %i', (size, padded) => {
    expect(paddedSize(size)).toBe(padded);
    expect(objectSize(size)).toBe(padded + 16);
  });

  it('are AES-256-GCM of the padded file under the agreed words, the tag at the end', async () => {
    const key = newKey();
    const file = systemRandom.bytes(5_000);
    const cipher = createCipheriv('aes-256-gcm', key.key, key.iv);
    cipher.setAAD(Buffer.from('aun-att-v1'));
    const padded = Buffer.concat([file, Buffer.alloc(8_192 - 5_000)]);
    const expected = Buffer.concat([cipher.update(padded), cipher.final(), cipher.getAuthTag()]);
    expect((await collect(encryptObject(inPieces(file), 5_000, key))).equals(expected)).toBe(true);
    expect(await digestObject(inPieces(file), 5_000, key)).toEqual({
      inner: { size: 5_000, sha256: sha(file) },
      outer: { size: 8_208, sha256: sha(expected) },
    });
  });

  it('open to the file again, however the bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 20_000 }), cuts, async (bytes, given) => {
        const key = newKey();
        const object = await collect(encryptObject(inPieces(bytes), bytes.length, key));
        const opener = new ObjectOpener(key, { size: bytes.length, sha256: sha(bytes) });
        expect(openedIn(object, opener, given).equals(bytes)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('do not open with a changed bit, cut, another length or another hash than the sender named', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 9_000 }),
        fc.nat(),
        cuts,
        async (bytes, place, given) => {
          const key = newKey();
          const object = await collect(encryptObject(inPieces(bytes), bytes.length, key));
          const expected = { size: bytes.length, sha256: sha(bytes) };
          const fails = (changed: Buffer, as = expected): void =>
            expect(() => openedIn(changed, new ObjectOpener(key, as), given)).toThrow(
              expect.objectContaining({ code: 'attachment_damaged' }),
            );
          const flipped = Buffer.from(object);
          flipped[place % object.length] = (flipped[place % object.length] ?? 0) ^ 1;
          fails(flipped);
          fails(object.subarray(0, place % object.length));
          fails(object, { ...expected, size: object.length });
          fails(object, { ...expected, size: bytes.length - 1 });
          fails(object, { ...expected, sha256: sha(Buffer.from('another')) });
        },
      ),
      { numRuns: 30 },
    );
  });
});
