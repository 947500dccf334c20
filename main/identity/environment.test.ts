import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readEnvironment, requireRoots } from './environment';
import { issueLeaf, makeCa } from './testing/test-authority';
import { temporaryFolder } from './testing/temporary-folder';

const now = Date.UTC(2026, 10, 22, 12);
let folder: string;
let configFile: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  configFile = path.join(folder, 'config.json');
});

const read = (env: Record<string, string> = {}) => readEnvironment({ env, configFile, now });
const configure = (content: unknown) => writeFile(configFile, JSON.stringify(content));

describe('the environment', () => {
  it('says nothing where nothing is set', async () => {
    expect(await read()).toEqual({
      report: {
        variable: null,
        value: null,
        verifyTls: true,
        rootCaPath: null,
        rootCaLoaded: 0,
        seedPassword: 'none',
        trustAuthorityPath: null,
        problems: [],
      },
      configuredRoots: [],
      rootsProblem: null,
      seedPassword: null,
      trustAuthority: null,
      verifyTls: true,
    });
  });

  it.each<[Record<string, string>, string | null, boolean]>([
    [{ AUN_ENV: 'development' }, 'AUN_ENV', false],
    [{ AUN_ENV: 'Dev' }, 'AUN_ENV', false],
    [{ AUN_ENV: ' LOCAL ' }, 'AUN_ENV', false],
    [{ KITE_ENV: 'local' }, 'KITE_ENV', false],
    [{ AUN_ENV: '  ', KITE_ENV: 'dev' }, 'KITE_ENV', false],
    [{ AUN_ENV: 'production', KITE_ENV: 'dev' }, 'AUN_ENV', true],
    [{ AUN_ENV: 'devel' }, 'AUN_ENV', true],
    [{ AUN_ENV: 'false' }, 'AUN_ENV', true],
    [{ KITE_ENV: '' }, null, true],
  ])('%j is read as %s: TLS is checked %s', async (env, variable, verifyTls) => {
    expect((await read(env)).report).toMatchObject({ variable, verifyTls });
    expect((await read(env)).verifyTls).toBe(verifyTls);
  });

  it('gives way to the setting in the file', async () => {
    await configure({ verify_ssl: true });
    expect((await read({ AUN_ENV: 'dev' })).verifyTls).toBe(true);
    await configure({ verifySsl: false });
    expect((await read({ AUN_ENV: 'production' })).verifyTls).toBe(false);
    await configure({ verify_ssl: 'false' });
    const wrong = await read();
    expect([wrong.verifyTls, wrong.report.problems]).toEqual([true, ['verify_ssl has a wrong type']]);
  });
});

describe('the roots of the configuration', () => {
  it('are read from a bundle, also by a relative path', async () => {
    const [one, two] = [await makeCa('CN=One', { now }), await makeCa('CN=Two', { now })];
    await mkdir(path.join(folder, 'ca'));
    await writeFile(path.join(folder, 'ca', 'roots.pem'), one.pem + two.pem);
    await configure({ root_ca_path: 'ca/roots.pem' });
    const found = await read();
    expect(found.configuredRoots).toEqual([one.pem, two.pem]);
    expect(found.report).toMatchObject({ rootCaLoaded: 2, problems: [] });
    expect(found.report.rootCaPath).toBe(path.join(folder, 'ca', 'roots.pem'));
    expect(() => requireRoots(found)).not.toThrow();
  });

  it.each<[string, () => Promise<unknown>]>([
    ['is not there', async () => undefined],
    ['is a folder', () => mkdir(path.join(folder, 'roots.pem'))],
    ['holds no certificate', () => writeFile(path.join(folder, 'roots.pem'), 'nothing')],
    [
      'holds no root',
      async () => {
        const root = await makeCa('CN=One', { now });
        const below = await makeCa('CN=Below', { parent: root, now });
        return writeFile(path.join(folder, 'roots.pem'), below.pem);
      },
    ],
  ])('stop the networks that need them when the file %s', async (_name, prepare) => {
    await prepare();
    await configure({ root_ca_path: 'roots.pem', seed_password: 'still read' });
    const found = await read();
    expect(found.report.problems.join()).toContain('root_ca_path cannot be used');
    expect(() => requireRoots(found)).toThrow(
      expect.objectContaining({ code: 'gateway_not_trusted' }) as Error,
    );
    expect(found.configuredRoots).toEqual([]);
    expect(found.seedPassword).toBe('still read');
  });

  it('leave out what is no root, and say so', async () => {
    const root = await makeCa('CN=One', { now });
    const below = await makeCa('CN=Below', { parent: root, now });
    await writeFile(path.join(folder, 'roots.pem'), below.pem + root.pem);
    await configure({ root_ca_path: 'roots.pem' });
    const found = await read();
    expect(found.configuredRoots).toEqual([root.pem]);
    expect(found.report.problems).toEqual(['root_ca_path: CN=Below is not a root']);
    expect(found.rootsProblem).toBeNull();
  });
});

describe('the authority of trust lists', () => {
  it('is read as a key or as a certificate, also by a relative path', async () => {
    const key = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const spki = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .publicKey.export({ type: 'spki', format: 'der' })
      .toString('base64');
    const certificate = await issueLeaf(await makeCa('CN=One', { now }), 'CN=Authority', { now, spki });
    for (const pem of [key, certificate]) {
      await writeFile(path.join(folder, 'authority.pem'), pem);
      await configure({ trust_authority_path: 'authority.pem' });
      const found = await read();
      expect(found.trustAuthority).toBe(pem);
      expect(found.report).toMatchObject({
        trustAuthorityPath: path.join(folder, 'authority.pem'),
        problems: [],
      });
    }
  });

  it.each<[string, () => Promise<unknown>]>([
    ['is not there', async () => undefined],
    ['is a folder', () => mkdir(path.join(folder, 'authority.pem'))],
    ['holds nothing of the kind', () => writeFile(path.join(folder, 'authority.pem'), 'nothing')],
    [
      'holds a key of another kind',
      () => {
        const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
        return writeFile(
          path.join(folder, 'authority.pem'),
          publicKey.export({ type: 'spki', format: 'pem' }),
        );
      },
    ],
  ])('is missing, and that is told, when the file %s', async (_name, prepare) => {
    await prepare();
    await configure({ trust_authority_path: 'authority.pem' });
    const found = await read();
    expect(found.trustAuthority).toBeNull();
    expect(found.report.problems).toEqual([
      expect.stringContaining('trust_authority_path cannot be used') as unknown,
    ]);
    expect(found.rootsProblem).toBeNull();
  });
});

describe('the password of SDK folders', () => {
  it.each([
    [{ seed_password: 'a' }, 'a'],
    [{ encryption_seed: 'b' }, 'b'],
    [{ seed_password: '', encryption_seed: 'b' }, 'b'],
    [{ seed_password: 'a', encryption_seed: 'b' }, 'a'],
  ])('is read from %j and not shown', async (content, expected) => {
    await configure(content);
    const found = await read();
    expect(found.seedPassword).toBe(expected);
    expect(found.report.seedPassword).toBe('set');
  });

  it('stays out of the report of a damaged file', async () => {
    await writeFile(configFile, '{"seed_password":"secret-word"');
    const found = await read();
    expect(found.report.problems).toEqual(['config.json cannot be read: it is not a JSON object']);
    expect(JSON.stringify(found.report)).not.toContain('secret-word');
    expect(found.seedPassword).toBeNull();
  });
});
