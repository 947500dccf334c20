import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { AunError } from '../../runtime/errors';
import { systemRandom } from '../../runtime/runtime';
import {
  collectingTarget,
  material,
  restored,
  SECRET,
  sourceOf,
  temporaryFolder,
  TEST_COST,
  writeCheaply,
} from './backup-test-support';
import { ChunkWriter } from './chunks';
import { identityDocument } from './content';
import { CHUNK_BYTES, MAGIC, PREAMBLE_BYTES, sealableHeader } from './header';
import { inspectBackup, restoreBackup } from './index';
import { deriveBackupKey, newKeyDerivation } from './key-derivation';
import { recordBytes } from './records';

const SEALED = CHUNK_BYTES + 16;
const REFUSALS = ['backup_damaged', 'backup_wrong_passphrase', 'backup_not_a_backup', 'backup_too_new'];

/** A backup of five chunks and another one of the same identity and secret. */
let whole = Buffer.alloc(0);
let other = Buffer.alloc(0);
let start = 0;

beforeAll(async () => {
  const file = path.join(temporaryFolder(), 'a');
  const rows = Array.from({ length: 280 }, () => JSON.stringify(systemRandom.bytes(500).toString('hex')));
  await writeCheaply(file, 2, sourceOf({ messages: rows }));
  whole = readFileSync(file);
  await writeCheaply(file, 2, sourceOf({ messages: rows.slice(1).concat(rows.slice(0, 1)) }));
  other = readFileSync(file);
  start = PREAMBLE_BYTES + whole.readUInt32BE(MAGIC.length);
});

function chunksOf(bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = start; at < bytes.length; at += SEALED) chunks.push(bytes.subarray(at, at + SEALED));
  return chunks;
}

function joined(chunks: readonly (Buffer | undefined)[]): Buffer {
  return Buffer.concat([whole.subarray(0, start), ...chunks.map((chunk) => chunk ?? Buffer.alloc(0))]);
}

/** How restoring these bytes ends: `restored`, or the code of the error. */
async function outcome(bytes: Uint8Array): Promise<string> {
  const file = path.join(temporaryFolder(), 'b');
  writeFileSync(file, bytes);
  return restored(file).then(
    () => 'restored',
    (thrown: unknown) => (thrown instanceof AunError ? thrown.code : String(thrown)),
  );
}

describe('a backup that is not as it was written', () => {
  it('is whole to begin with', async () => {
    expect(chunksOf(whole)).toHaveLength(5);
    expect(await outcome(whole)).toBe('restored');
    expect(await outcome(other)).toBe('restored');
  });

  it('is refused when it ends at any boundary of a chunk, or one byte beside it', async () => {
    for (let count = 0; count < 5; count += 1) {
      for (const beside of [-1, 0, 1, 15, 16, 17]) {
        const end = start + count * SEALED + beside;
        const code = await outcome(whole.subarray(0, end));
        // The first chunk alone, or a part of it, opens as little as with a wrong secret.
        const first = count === 0 ? beside > 16 : count === 1 && beside <= 0;
        expect(code, `${count} ${beside}`).toBe(first ? 'backup_wrong_passphrase' : 'backup_damaged');
      }
    }
  });

  it('is refused when it ends anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
        expect(REFUSALS).toContain(await outcome(whole.subarray(0, length)));
      }),
      { numRuns: 60 },
    );
  });

  it('is refused when chunks were swapped, dropped, repeated or come from another backup', async () => {
    const count = 5;
    const index = fc.integer({ min: 0, max: count - 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('swap', 'drop', 'repeat', 'foreign', 'cut'),
        index,
        index,
        async (how, first, second) => {
          const chunks: (Buffer | undefined)[] = chunksOf(whole);
          const foreign = chunksOf(other);
          if (how === 'swap') {
            if (first === second) return;
            [chunks[first], chunks[second]] = [chunks[second], chunks[first]];
          } else if (how === 'drop') chunks.splice(first, 1);
          else if (how === 'repeat') chunks.splice(first, 0, chunks[second]);
          else if (how === 'foreign') chunks[first] = foreign[first];
          else chunks.splice(0, first + 1);
          const expected = joined(chunks)
            .subarray(start, start + SEALED)
            .equals(chunksOf(whole)[0] ?? Buffer.alloc(0))
            ? 'backup_damaged'
            : joined(chunks).length > start
              ? 'backup_wrong_passphrase'
              : 'backup_damaged';
          expect(await outcome(joined(chunks)), `${how} ${first} ${second}`).toBe(expected);
        },
      ),
      { numRuns: 80 },
    );
  });

  it('is refused when something follows its last chunk', async () => {
    for (const more of [1, 16, 17, SEALED, SEALED + 1]) {
      expect(await outcome(Buffer.concat([whole, systemRandom.bytes(more)]))).toBe('backup_damaged');
    }
    expect(await outcome(Buffer.concat([whole, whole]))).toBe('backup_damaged');
  });

  it('is refused when any single bit is another one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.integer({ min: 0, max: start - 1 }),
          fc.integer({ min: 0, max: whole.length - 1 }),
          fc.integer({ min: whole.length - 20, max: whole.length - 1 }),
        ),
        fc.integer({ min: 0, max: 7 }),
        async (at, bit) => {
          const changed = Buffer.from(whole);
          changed[at] = (changed[at] ?? 0) ^ (1 << bit);
          const code = await outcome(changed);
          expect(REFUSALS, `${at} ${bit}: ${code}`).toContain(code);
          if (at >= start + SEALED) expect(code).toBe('backup_damaged');
          else if (at >= start) expect(code).toBe('backup_wrong_passphrase');
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is refused when any byte of its header is another one', async () => {
    const small = await forged([identity, end()]);
    expect(await outcome(small)).toBe('restored');
    const length = PREAMBLE_BYTES + small.readUInt32BE(MAGIC.length);
    const codes = new Set<string>();
    for (let at = 0; at < length; at += 1) {
      const changed = Buffer.from(small);
      changed[at] = (changed[at] ?? 0) ^ (at % 2 === 0 ? 1 : 4);
      codes.add(await outcome(changed));
    }
    expect([...codes].sort()).toEqual([...REFUSALS].sort());
  });

  it('is refused when it becomes shorter while it is read', async () => {
    const file = path.join(temporaryFolder(), 'c');
    writeFileSync(file, whole);
    const { target } = collectingTarget();
    const cutting = { ...target, identity: async () => truncateSync(file, start + 2 * SEALED + 5) };
    await expect(restoreBackup({ path: file, secret: SECRET, target: cutting })).rejects.toMatchObject({
      code: 'backup_damaged',
    });
  });
});

/** Seals records that the writer would never write. */
async function forged(records: readonly (readonly [string, string | Uint8Array])[]): Promise<Buffer> {
  const { header } = sealableHeader({
    aid: material.aid,
    createdAt: '2026-02-01T10:00:00.000Z',
    contents: [],
    derivation: newKeyDerivation(systemRandom.bytes(16), TEST_COST),
    noncePrefix: systemRandom.bytes(7),
  });
  const { bytes } = sealableHeader(header);
  const parts = [bytes];
  const key = await deriveBackupKey(SECRET, header.derivation);
  const writer = new ChunkWriter({ key, header }, async (sealed) => void parts.push(sealed));
  for (const [kind, body] of records) await writer.push(recordBytes(kind, Buffer.from(body)));
  await writer.end();
  return Buffer.concat(parts);
}

const identity: readonly [string, string] = [
  'identity',
  JSON.stringify(identityDocument({ material, network: null })),
];
function end(parts: object = {}): readonly [string, string] {
  return ['end', JSON.stringify({ rows: {}, files: 0, bytes: 0, ...parts })];
}

describe('what was sealed with the right secret', () => {
  it('may hold records of a later program, which are passed over and counted', async () => {
    const file = path.join(temporaryFolder(), 'a');
    const records = [
      identity,
      ['hologram', systemRandom.bytes(200_000)],
      ['file', '{"name":"a.txt"}'],
      ['data', 'x'],
      ['checksum', 'later'],
      ['file_end', '{"bytes":1}'],
      end({ files: 1, bytes: 1, rows: { holograms: 7 } }),
    ] as const;
    writeFileSync(file, await forged(records));
    const { taken, result } = await restored(file);
    expect(result).toMatchObject({ skipped: 2, files: 1 });
    expect(taken.files.get('a.txt')?.toString()).toBe('x');
  });

  it('is refused when it is no whole backup', async () => {
    const file = ['file', '{"name":"a"}'] as const;
    const cases: Record<string, readonly (readonly [string, string])[]> = {
      'no identity': [end()],
      'identity of another address': [[identity[0], identity[1].replace('alice', 'mallory')], end()],
      'two identities': [identity, identity, end()],
      'identity that is none': [['identity', '{}'], end()],
      'no JSON': [identity, ['settings', '{'], end()],
      'settings that are none': [identity, ['settings', '{}'], end()],
      'no end': [identity],
      'something after the end': [identity, end(), end()],
      'fewer rows than its end says': [identity, ['messages', '{}\n'], end({ rows: { messages: 2 } })],
      'more rows than its end says': [identity, ['messages', '{}\n'], end()],
      'rows that do not end': [identity, ['messages', '{}'], end({ rows: { messages: 1 } })],
      'fewer files': [identity, end({ files: 1 })],
      'fewer bytes': [identity, end({ bytes: 1 })],
      'data without a file': [identity, ['data', 'x'], end({ bytes: 1 })],
      'a file without an end': [identity, file, end({ files: 1 })],
      'a file in a file': [identity, file, file, ['file_end', '{"bytes":0}'], end({ files: 1 })],
      'a file of another length': [identity, file, ['data', 'x'], ['file_end', '{"bytes":2}'], end()],
      'the same file twice': [
        identity,
        file,
        ['file_end', '{"bytes":0}'],
        ['file', '{"name":"A"}'],
        ['file_end', '{"bytes":0}'],
        end({ files: 1 }),
      ],
      'a record without a kind': [identity, ['', 'x'], end()],
    };
    for (const [what, records] of Object.entries(cases))
      expect(await outcome(await forged(records)), what).toBe('backup_damaged');
    const cut = recordBytes('messages', Buffer.from('{}\n'));
    cut[cut.length - 4] = 200;
    expect(await outcome(await forged([identity, ['zzz', cut]]))).toBe('backup_damaged');
  });

  it('is refused when a file in it would lie elsewhere, or is no file on some system', async () => {
    const names = [
      '',
      '.',
      '..',
      '../a',
      'a/b',
      'a\\b',
      '/etc/passwd',
      'C:a',
      '.hidden',
      'a\0b',
      'a\nb',
      'NUL',
    ];
    names.push('com1.txt', 'a ', 'a.', 'e\u0301', 'a\u202eb', 'x'.repeat(300), '-rf', '~a');
    for (const name of names) {
      const records = [
        identity,
        ['file', JSON.stringify({ name })],
        ['file_end', '{"bytes":0}'],
        end({ files: 1 }),
      ] as const;
      expect(await outcome(await forged(records)), JSON.stringify(name)).toBe('backup_damaged');
    }
  });

  it('reaches a target that leaves half of a file where it was', async () => {
    const file = path.join(temporaryFolder(), 'a');
    const part = ['data', systemRandom.bytes(1000)] as const;
    const records = [identity, ['file', '{"name":"a"}'], part, part, ['file_end', '{"bytes":2000}']] as const;
    writeFileSync(file, await forged([...records, end({ files: 1, bytes: 2000 })]));
    const { target } = collectingTarget();
    const lazy = {
      ...target,
      async file(_name: string, content: AsyncIterable<Uint8Array>) {
        for await (const _ of content) break;
      },
    };
    expect(await restoreBackup({ path: file, secret: SECRET, target: lazy })).toMatchObject({ files: 1 });
  });
});

describe('what is no backup this program can read', () => {
  async function codeOf(bytes: Uint8Array | string): Promise<string[]> {
    const file = path.join(temporaryFolder(), 'a');
    writeFileSync(file, bytes);
    const inspected = await inspectBackup(file).then(
      () => 'inspected',
      (thrown: unknown) => (thrown instanceof AunError ? thrown.code : String(thrown)),
    );
    return [inspected, await outcome(Buffer.from(bytes))];
  }

  it('is named as what it is', async () => {
    const header = (changes: object): Buffer => {
      const json: unknown = JSON.parse(whole.subarray(PREAMBLE_BYTES, start).toString());
      const text = Buffer.from(JSON.stringify(Object.assign({}, json, changes)));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(text.length);
      return Buffer.concat([MAGIC, length, text, whole.subarray(start)]);
    };
    const derivation = newKeyDerivation(Buffer.alloc(16), 16);
    const twice = (code: string): string[] => [code, code];
    for (const nothing of ['', 'hello', '{}', '[]', '{"format":"other","version":1}'])
      expect(await codeOf(nothing)).toEqual(twice('backup_not_a_backup'));
    expect(await codeOf(Buffer.alloc(200, 0x89))).toEqual(twice('backup_not_a_backup'));
    expect(await codeOf(header({ version: 3 }))).toEqual(twice('backup_too_new'));
    expect(await codeOf('{"format":"aun-backup","version":3}')).toEqual(twice('backup_too_new'));
    expect(
      await codeOf(header({ cipher: { alg: 'rot13', chunk: CHUNK_BYTES, nonce: 'AAAAAAAAAA==' } })),
    ).toEqual(twice('backup_too_new'));
    expect(await codeOf(whole.subarray(1))).toEqual(twice('backup_damaged'));
    expect(await codeOf(header({ aid: 'nobody' }))).toEqual(twice('backup_damaged'));
    expect(await codeOf(header({ version: 1 }))).toEqual(twice('backup_damaged'));
    for (const kdf of [
      { N: 2 ** 21 },
      { N: 2 ** 20, r: 32 },
      { r: 33 },
      { p: 17 },
      { N: 1000 },
      { N: 1 },
      { N: 0 },
      { r: 0 },
      { salt: 'AAAA' },
    ])
      expect(await codeOf(header({ kdf: { ...derivation, ...kdf } })), JSON.stringify(kdf)).toEqual([
        'inspected',
        'backup_damaged',
      ]);
    expect(await codeOf(header({ kdf: { ...derivation, alg: 'argon2id' } }))).toEqual([
      'inspected',
      'backup_too_new',
    ]);
    const missing = path.join(temporaryFolder(), 'missing');
    await expect(inspectBackup(missing)).rejects.toMatchObject({ code: 'not_found' });
    await expect(inspectBackup(temporaryFolder())).rejects.toMatchObject({ code: 'backup_not_a_backup' });
  });

  it('is looked at from outside without reading what is inside', async () => {
    expect(await codeOf(whole.subarray(0, start + 100))).toEqual(['inspected', 'backup_wrong_passphrase']);
    expect(await codeOf(whole.subarray(0, start - 1))).toEqual(['backup_damaged', 'backup_damaged']);
    expect(await codeOf(whole.subarray(0, 10))).toEqual(['backup_damaged', 'backup_damaged']);
  });
});
