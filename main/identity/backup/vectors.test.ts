import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseAid } from '../../../shared/aun/aid';
import type { ExportKind } from '../../ports/store';
import { exportKinds } from '../../ports/store';
import { restored, storeOf, temporaryFolder, writeCheaply } from './backup-test-support';
import { backupSettingsSchema, type BackupSource } from './content';
import { inspectBackup } from './index';
import { deriveBackupKey } from './key-derivation';

const vectorSchema = z.object({
  secret: z.string(),
  random: z.string().describe('hex: what the random source gives, in order'),
  created_at: z.string(),
  cost: z.number(),
  key: z.string().describe('hex: what scrypt makes of the secret'),
  identity: z.object({
    aid: z.string(),
    private_key_pem: z.string(),
    cert_pem: z.string(),
    gateway_url: z.string(),
    network: z.object({ issuer: z.string(), gateway_url: z.null(), root_pem: z.null() }),
  }),
  settings: backupSettingsSchema,
  rows: z.partialRecord(z.enum(exportKinds), z.array(z.string())),
  files: z.array(z.object({ name: z.string(), pattern_bytes: z.number() })),
  file: z.string().optional().describe('hex or, for version 1, the text'),
  file_bytes: z.number(),
  file_sha256: z.string(),
});
type Vector = z.infer<typeof vectorSchema>;

function vectors(name: string): Vector[] {
  const text = readFileSync(path.resolve('e2e', 'vectors', name), 'utf8');
  return z.object({ vectors: z.array(vectorSchema) }).parse(JSON.parse(text)).vectors;
}

/** Content of the files in the vectors: byte i is i mod 251. */
function pattern(bytes: number): Buffer {
  return Buffer.from(Array.from({ length: bytes }, (_, index) => index % 251));
}

function sourceOfVector(vector: Vector): BackupSource {
  const { identity } = vector;
  const aid = parseAid(identity.aid);
  if (aid === null) throw new Error('no address');
  const attachments = path.join(temporaryFolder(), 'attachments');
  mkdirSync(attachments);
  for (const { name, pattern_bytes: bytes } of vector.files)
    writeFileSync(path.join(attachments, name), pattern(bytes));
  return {
    material: {
      aid,
      privateKeyPem: identity.private_key_pem,
      certificatePem: identity.cert_pem,
      olderCertificatePems: [],
      formerKeys: [],
      gatewayUrl: identity.gateway_url,
    },
    network: { issuer: identity.network.issuer, gatewayUrl: null, rootPem: null },
    settings: vector.settings,
    store: storeOf(vector.rows),
    attachments,
  };
}

async function written(vector: Vector, version: 1 | 2): Promise<string> {
  const file = path.join(temporaryFolder(), 'a.aunbackup');
  let random = Buffer.from(vector.random, 'hex');
  await writeCheaply(file, version, sourceOfVector(vector), {
    secret: vector.secret,
    cost: vector.cost,
    clock: { now: () => Date.parse(vector.created_at) },
    random: {
      bytes(length) {
        const taken = random.subarray(0, length);
        random = random.subarray(length);
        return taken;
      },
    },
  });
  return file;
}

async function expectContent(file: string, vector: Vector, kinds: readonly ExportKind[]): Promise<void> {
  const { taken } = await restored(file, vector.secret);
  const source = sourceOfVector(vector);
  expect(taken.identity).toEqual([source.material, source.network]);
  expect(taken.settings).toEqual(vector.settings);
  for (const kind of kinds) expect(taken.rows[kind]).toEqual(vector.rows[kind]);
}

describe('the vectors of version 2', () => {
  it('are read', async () => {
    for (const vector of vectors('backup-v2.json')) {
      if (vector.file === undefined) continue;
      const file = path.join(temporaryFolder(), 'a.aunbackup');
      writeFileSync(file, Buffer.from(vector.file, 'hex'));
      expect(await inspectBackup(file)).toMatchObject({ version: 2, bytes: vector.file_bytes });
      await expectContent(file, vector, exportKinds);
      const { taken } = await restored(file, vector.secret);
      for (const { name, pattern_bytes: bytes } of vector.files)
        expect(taken.files.get(name)?.equals(pattern(bytes))).toBe(true);
    }
  });

  it('are written, byte for byte', async () => {
    const all = vectors('backup-v2.json');
    expect(all).toHaveLength(2);
    for (const vector of all) {
      const bytes = readFileSync(await written(vector, 2));
      expect(bytes.length).toBe(vector.file_bytes);
      if (vector.file !== undefined) expect(bytes.toString('hex')).toBe(vector.file);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(vector.file_sha256);
    }
  });

  it('name the key that their secret makes', async () => {
    for (const vector of vectors('backup-v2.json').concat(vectors('backup-v1.json'))) {
      const salt = Buffer.from(vector.random, 'hex').subarray(0, 16).toString('base64');
      const key = await deriveBackupKey(vector.secret, { alg: 'scrypt', N: vector.cost, r: 8, p: 1, salt });
      expect(key.toString('hex')).toBe(vector.key);
    }
  });

  it('stand in the documentation as they are tested', () => {
    const text = readFileSync(path.resolve('docs', 'backup-format.md'), 'utf8').replace(/\s+/g, '');
    for (const vector of vectors('backup-v2.json')) {
      if (vector.file !== undefined) expect(text).toContain(vector.file);
      expect(text).toContain(vector.file_sha256);
    }
    for (const vector of vectors('backup-v1.json')) expect(text).toContain(vector.file_sha256);
  });
});

describe('the vector of version 1', () => {
  it('is read, and what is written reads the same', async () => {
    for (const vector of vectors('backup-v1.json')) {
      const file = path.join(temporaryFolder(), 'a.aunbackup');
      writeFileSync(file, vector.file ?? '');
      expect(
        createHash('sha256')
          .update(vector.file ?? '')
          .digest('hex'),
      ).toBe(vector.file_sha256);
      await expectContent(file, vector, ['contacts', 'prekeys']);
      // Compressors differ between builds, so that only what is inside can be compared.
      const again = await written(vector, 1);
      await expectContent(again, vector, ['contacts', 'prekeys']);
      const outer = z.looseObject({ payload: z.string() });
      const [expected, made] = [vector.file ?? '', readFileSync(again, 'utf8')].map((text) => ({
        ...outer.parse(JSON.parse(text)),
        payload: '',
      }));
      expect(made).toEqual(expected);
    }
  });
});
