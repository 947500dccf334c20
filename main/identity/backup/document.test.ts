import { createCipheriv } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AunError } from '../../runtime/errors';
import { systemRandom } from '../../runtime/runtime';
import {
  collectingTarget,
  material,
  network,
  restored,
  SECRET,
  settings,
  sourceOf,
  temporaryFolder,
  TEST_COST,
  writeCheaply,
} from './backup-test-support';
import { identityDocument } from './content';
import { inspectBackup, restoreBackup, writeBackup } from './index';
import { deriveBackupKey, newKeyDerivation } from './key-derivation';

const rows = {
  contacts: ['{"v":1,"aid":"bob.aun.test"}', '{"v":1,"aid":"carol.aun.test"}'],
  prekeys: ['{"v":1,"prekeyId":"p"}'],
  messages: ['{"v":1}'],
  conversations: ['{"v":1}'],
};

const outerSchema = z.looseObject({
  payload: z.string(),
  kdf: z.looseObject({ salt: z.string().regex(/^.{22}==$/) }),
  cipher: z.looseObject({ nonce: z.string().regex(/^.{16}$/) }),
});

/** A file of version 1 with any content, sealed as it should be. */
async function sealed(plain: object | Buffer, changes: object = {}): Promise<string> {
  const nonce = systemRandom.bytes(12);
  const kdf = newKeyDerivation(systemRandom.bytes(16), TEST_COST);
  const outer = {
    format: 'aun-backup',
    version: 1,
    aid: 'alice.aun.test',
    created_at: '2026-02-01T10:00:00.000Z',
    contents: ['identity'],
    kdf,
    cipher: { alg: 'aes-256-gcm', nonce: nonce.toString('base64') },
    compression: 'gzip',
  };
  const cipher = createCipheriv('aes-256-gcm', await deriveBackupKey(SECRET, kdf), nonce);
  cipher.setAAD(Buffer.from(`aun-backup|1|${outer.aid}|${outer.created_at}|${outer.compression}`));
  const packed = plain instanceof Buffer ? plain : gzipSync(JSON.stringify(plain));
  const body = Buffer.concat([cipher.update(packed), cipher.final(), cipher.getAuthTag()]);
  const file = path.join(temporaryFolder(), 'a.aunbackup');
  writeFileSync(file, JSON.stringify({ ...outer, payload: body.toString('base64'), ...changes }));
  return file;
}

async function codeOf(file: string): Promise<string> {
  return restored(file).then(
    () => 'restored',
    (thrown: unknown) => (thrown instanceof AunError ? thrown.code : String(thrown)),
  );
}

const identity = identityDocument({ material, network });

describe('a backup of version 1', () => {
  it('brings back identity, network, settings, contacts and prekeys, and no history', async () => {
    const file = path.join(temporaryFolder(), 'a.aunbackup');
    const written = await writeCheaply(file, 1, sourceOf(rows));
    expect(written).toEqual({ bytes: readFileSync(file).length, records: 3 });
    const { taken, result } = await restored(file);
    expect(taken.identity).toEqual([material, network]);
    expect(taken.settings).toEqual(settings);
    expect(taken.rows).toEqual({ contacts: rows.contacts, prekeys: rows.prekeys });
    expect(result).toMatchObject({ version: 1, aid: 'alice.aun.test', files: 0, skipped: 0 });
    expect(result.rows).toMatchObject({ contacts: 2, prekeys: 1, messages: 0 });
  });

  it('carries the keys of groups to read what was written, and nothing else of groups', async () => {
    const file = path.join(temporaryFolder(), 'a.aunbackup');
    const key = '{"v":3,"what":"key","group":"group.aun.test/team1","epoch":1}';
    const groups = [key, '{"v":3,"what":"group"}', '{"v":3,"what":"log"}', key];
    const written = await writeCheaply(file, 1, sourceOf({ ...rows, groups }));
    expect(written.records).toBe(4);
    const { taken, result } = await restored(file);
    expect(taken.rows).toEqual({ contacts: rows.contacts, prekeys: rows.prekeys, groups: [key] });
    expect(result.rows).toMatchObject({ groups: 1 });
  });

  it('is one JSON document of the form and with the parameters of the protocol', async () => {
    const file = path.join(temporaryFolder(), 'a.aunbackup');
    const now = Date.UTC(2026, 1, 1, 10);
    const source = sourceOf({ contacts: rows.contacts });
    const options = { path: file, version: 1, secret: SECRET, random: systemRandom } as const;
    await writeBackup({ ...options, source, clock: { now: () => now } });
    expect(outerSchema.parse(JSON.parse(readFileSync(file, 'utf8')))).toMatchObject({
      format: 'aun-backup',
      version: 1,
      aid: 'alice.aun.test',
      created_at: '2026-02-01T10:00:00.000Z',
      contents: ['identity', 'e2ee', 'contacts', 'settings'],
      kdf: { alg: 'scrypt', N: 131072, r: 8, p: 1 },
      cipher: { alg: 'aes-256-gcm' },
      compression: 'gzip',
    });
    expect(await inspectBackup(file)).toMatchObject({ version: 1, aid: 'alice.aun.test', createdAt: now });
    await expect(restored(file, 'wrong')).rejects.toMatchObject({ code: 'backup_wrong_passphrase' });
    expect((await restored(file)).taken.rows).toEqual({ contacts: rows.contacts });
    expect(readdirSync(path.dirname(file))).toEqual(['a.aunbackup']);
  });

  it('gives the same error for a wrong secret and for every change of what is sealed', async () => {
    const file = path.join(temporaryFolder(), 'a.aunbackup');
    await writeCheaply(file, 1, sourceOf(rows));
    const text = readFileSync(file, 'utf8');
    const outer = outerSchema.parse(JSON.parse(text));
    const other = path.join(temporaryFolder(), 'b');
    const flip = (value: string): string =>
      value.startsWith('A') ? `B${value.slice(1)}` : `A${value.slice(1)}`;
    const changes = [
      { aid: 'mallory.aun.test' },
      { created_at: '2027-02-01T10:00:00.000Z' },
      { payload: flip(outer.payload) },
      { payload: outer.payload.slice(4) },
      { payload: outer.payload.slice(0, -4) },
      { payload: `${outer.payload.slice(0, 8)}*${outer.payload.slice(8)}` },
      { payload: '' },
      { cipher: { alg: 'aes-256-gcm', nonce: 'AAAAAAAAAAAAAAAA' } },
      { cipher: { alg: 'aes-256-gcm', nonce: 'AAAA' } },
      { kdf: newKeyDerivation(Buffer.alloc(16), TEST_COST) },
    ];
    for (const change of changes) {
      writeFileSync(other, JSON.stringify({ ...outer, ...change }));
      expect(await codeOf(other), JSON.stringify(change)).toBe('backup_wrong_passphrase');
    }
    // From where the name of the format is whole, the file says what it was.
    const format = JSON.stringify(outer.format);
    const named = text.indexOf(format) + format.length;
    for (const length of [named - 1, named]) {
      writeFileSync(other, text.slice(0, length));
      expect(await codeOf(other)).toBe(length < named ? 'backup_not_a_backup' : 'backup_damaged');
    }
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: text.length - 2 }), async (length) => {
        writeFileSync(other, text.slice(0, length));
        expect(await codeOf(other)).toBe(length < named ? 'backup_not_a_backup' : 'backup_damaged');
      }),
      { numRuns: 40 },
    );
  });

  it('is refused when it is of a kind that this program does not know', async () => {
    const cases: [object, string][] = [
      [{ compression: 'zstd' }, 'backup_too_new'],
      [{ cipher: { alg: 'chacha', nonce: 'AAAAAAAAAAAAAAAA' } }, 'backup_too_new'],
      [{ kdf: { ...newKeyDerivation(Buffer.alloc(16)), alg: 'argon2id' } }, 'backup_too_new'],
      [{ kdf: { ...newKeyDerivation(Buffer.alloc(16)), N: 2 ** 21 } }, 'backup_damaged'],
      [{ kdf: null }, 'backup_damaged'],
      [{ version: 2 }, 'backup_not_a_backup'],
      [{ format: 'zip' }, 'backup_not_a_backup'],
    ];
    for (const [change, code] of cases)
      expect(await codeOf(await sealed({ identity }, change)), JSON.stringify(change)).toBe(code);
  });

  it('needs nothing but an identity', async () => {
    expect((await restored(await sealed({ identity }))).taken).toMatchObject({
      identity: [material, network],
      settings: null,
      rows: {},
    });
    const file = path.join(temporaryFolder(), 'a');
    await writeCheaply(file, 1, { ...sourceOf({}), settings: null, network: null });
    expect((await restored(file)).taken).toMatchObject({
      identity: [material, null],
      settings: null,
      rows: {},
    });
    expect((await inspectBackup(file)).contents).toEqual(['identity', 'e2ee', 'contacts']);
  });

  it('is refused when it unpacks to far more than it is', async () => {
    const bomb = gzipSync(JSON.stringify({ identity, padding: ' '.repeat(2_000_000) }));
    expect(bomb.length * 100).toBeLessThan(2_000_000);
    expect(await codeOf(await sealed(bomb))).toBe('backup_damaged');
    expect(await codeOf(await sealed(Buffer.from('no gzip at all')))).toBe('backup_damaged');
    expect(await codeOf(await sealed({ nothing: 1 }))).toBe('backup_damaged');
    expect(await codeOf(await sealed({ identity: { ...identity, aid: 'bob.aun.test' } }))).toBe(
      'backup_damaged',
    );
  });

  it('stays readable when its own content packs extremely well', async () => {
    const file = path.join(temporaryFolder(), 'a');
    const contacts = [JSON.stringify({ v: 1, alias: ' '.repeat(3_000_000) })];
    await writeCheaply(file, 1, sourceOf({ contacts }));
    expect((await restored(file)).taken.rows).toEqual({ contacts });
  });

  it('of another program is taken as far as it can be understood', async () => {
    const file = await sealed({
      identity: { aid: 'alice.aun.test', private_key_pem: 'key', cert_pem: 'cert', curve: 'P-256' },
      e2ee: { groups: [] },
      contacts: [{ name: 'Bob', pinned: 'x' }, JSON.parse(rows.contacts[0] ?? '')],
      settings: { theme: 'dark' },
      messages: [{ v: 1, kept: true }],
    });
    const { taken, result } = await restored(file);
    expect(taken.identity).toEqual([
      {
        aid: 'alice.aun.test',
        privateKeyPem: 'key',
        certificatePem: 'cert',
        olderCertificatePems: [],
        formerKeys: [],
        gatewayUrl: null,
      },
      null,
    ]);
    expect(taken.settings).toBeNull();
    expect(taken.rows).toEqual({ contacts: [rows.contacts[0]], messages: ['{"v":1,"kept":true}'] });
    expect(result.skipped).toBe(1);
  });

  it('can be cancelled, written or read, and leaves nothing behind', async () => {
    const file = path.join(temporaryFolder(), 'a');
    const stop = AbortSignal.abort();
    await expect(writeCheaply(file, 1, sourceOf(rows), { signal: stop })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(readdirSync(path.dirname(file))).toEqual([]);
    await writeCheaply(file, 1, sourceOf(rows));
    const { target, taken } = collectingTarget();
    const restoring = restoreBackup({ path: file, secret: SECRET, target, signal: stop });
    await expect(restoring).rejects.toMatchObject({ code: 'cancelled' });
    expect(taken.identity).toBeNull();
  });
});
