import { generateKeyPairSync } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHeadlessVault } from '../keychain/headless';
import type { IdentityMaterial } from '../ports/identity';
import type { Vault } from '../ports/vault';
import { parseCertificate } from './certificate';
import { createIdentityStore } from './identity-store';
import type { IdentityStore } from './identity-store';
import { readPrivateKey } from './import-material';
import { temporaryFolder } from './testing/temporary-folder';
import { makeTestNetwork, testAid, testClock, testRuntime } from './testing/test-network';
import type { TestClock, TestNetwork } from './testing/test-network';

const alice = testAid('alice.aun.test');
let clock: TestClock;
let network: TestNetwork;
let dataDir: string;
let vault: Vault;
let store: IdentityStore;

function newKey(namedCurve = 'P-256'): { pem: string; spki: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { pem, spki: publicKey.export({ type: 'spki', format: 'der' }).toString('base64') };
}

const key = newKey();
const old = newKey();
const oldest = newKey();

async function material(changes: Partial<IdentityMaterial> = {}): Promise<IdentityMaterial> {
  const leaf = (spki: string) => network.leaf(`CN=${alice}`, { spki });
  return {
    aid: alice,
    privateKeyPem: key.pem,
    certificatePem: await leaf(key.spki),
    olderCertificatePems: [await leaf(key.spki)],
    formerKeys: [
      { privateKeyPem: old.pem, certificatePems: [await leaf(old.spki), await leaf(old.spki)] },
      { privateKeyPem: oldest.pem, certificatePems: [] },
    ],
    gatewayUrl: null,
    ...changes,
  };
}

const again = () => createIdentityStore({ dataDir, vault, runtime: testRuntime(clock) });
const pendingNames = () => readdir(path.join(dataDir, 'AIDs', '_pending'));

beforeEach(async () => {
  clock = testClock();
  network = await makeTestNetwork('aun.test', clock);
  dataDir = await temporaryFolder();
  vault = await createHeadlessVault({ dataDir, runtime: testRuntime(clock), passphrase: null });
  store = again();
});

describe('an identity from outside', () => {
  it('arrives whole: key, former keys, all certificates, and what was put beside them', async () => {
    const given = await material();
    const pending = await store.beginImport(given);
    expect(await again().list()).toEqual([]);
    await writeFile(path.join(pending.folder, 'parley.db'), 'history');
    const identity = await store.promote(pending, null);
    for (const found of [identity, await again().load(alice)]) {
      expect(found.publicKeySpki).toBe(key.spki);
      expect(found.certificate()?.pem).toBe(given.certificatePem);
      expect(found.certificates()).toHaveLength(2);
      expect(found.formerKeys().map((former) => former.publicKeySpki)).toEqual([old.spki, oldest.spki]);
      expect(found.formerKeys().map((former) => former.certificates.length)).toEqual([2, 0]);
    }
    expect(await readFile(path.join(dataDir, 'AIDs', alice, 'parley.db'), 'utf8')).toBe('history');
    expect(await pendingNames()).toEqual([]);
  });

  it('never has a plain key on disk', async () => {
    const pending = await store.beginImport(await material());
    const folder = path.join(pending.folder, 'private');
    for (const name of await readdir(folder))
      expect(await readFile(path.join(folder, name), 'utf8')).not.toContain('PRIVATE KEY');
    expect(await readdir(folder)).toHaveLength(3);
    expect(await store.secrets()).toHaveLength(3);
  });

  it('takes a newer certificate that the network gave out meanwhile', async () => {
    const pending = await store.beginImport(await material());
    const renewed = parseCertificate(await network.leaf(`CN=${alice}`, { spki: key.spki }));
    const identity = await store.promote(pending, renewed);
    expect(identity.certificate()?.fingerprint).toBe(renewed.fingerprint);
    expect(identity.certificates()).toHaveLength(3);
  });

  it('that comes in two ways at once leaves the other way alone, and gets its place once', async () => {
    const [one, other] = await Promise.all([
      store.beginImport(await material()),
      store.beginImport(await material()),
    ]);
    for (const { folder } of [one, other])
      expect(await readdir(path.join(folder, 'private'))).toContain('key.json');
    const settled = await Promise.allSettled([store.promote(one, null), store.promote(other, null)]);
    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await again().load(alice)).publicKeySpki).toBe(key.spki);
  });

  it('leaves nothing where its keys could not be written', async () => {
    const refusing: Vault = { ...vault, wrap: () => Promise.reject(new Error('no vault')) };
    const broken = createIdentityStore({ dataDir, vault: refusing, runtime: testRuntime(clock) });
    await expect(broken.beginImport(await material())).rejects.toThrow('no vault');
    expect(await pendingNames()).toEqual([]);
  });

  it('may be only a key', async () => {
    const pending = await store.beginImport(
      await material({ certificatePem: null, olderCertificatePems: [], formerKeys: [] }),
    );
    expect(pending.certificate).toBeNull();
    const identity = await store.promote(pending, null);
    expect([identity.certificate(), identity.certificateProblem()]).toEqual([null, 'missing']);
  });

  it('joins a folder that holds only public files', async () => {
    await mkdir(path.join(dataDir, 'AIDs', alice, 'public', 'certs'), { recursive: true });
    const identity = await store.promote(await store.beginImport(await material()), null);
    expect(identity.certificates()).toHaveLength(2);
    expect(identity.formerKeys()[0]?.certificates).toHaveLength(2);
    expect(await pendingNames()).toEqual([]);
  });

  it('never replaces a key that is there', async () => {
    await store.promote(await store.beginImport(await material()), null);
    await expect(store.beginImport(await material())).rejects.toMatchObject({ code: 'already_exists' });
  });
});

describe('an import is refused and leaves nothing', () => {
  const bad = newKey('P-384');
  it.each<[string, string, () => Promise<Partial<IdentityMaterial>>]>([
    ['a key that is none', 'key_unreadable', async () => ({ privateKeyPem: 'rubbish' })],
    ['a key on another curve', 'key_unreadable', async () => ({ privateKeyPem: bad.pem })],
    [
      'a certificate for another name',
      'certificate_mismatch',
      async () => ({ certificatePem: await network.leaf('CN=mallory.aun.test', { spki: key.spki }) }),
    ],
    [
      'a certificate for another key',
      'certificate_mismatch',
      async () => ({ certificatePem: await network.leaf(`CN=${alice}`, { spki: old.spki }) }),
    ],
    ['a certificate that is none', 'certificate_invalid', async () => ({ certificatePem: 'rubbish' })],
    [
      'an older certificate for another key',
      'certificate_mismatch',
      async () => ({ olderCertificatePems: [await network.leaf(`CN=${alice}`)] }),
    ],
    [
      'a former key with a certificate of the present one',
      'certificate_mismatch',
      async () => ({
        formerKeys: [
          {
            privateKeyPem: old.pem,
            certificatePems: [await network.leaf(`CN=${alice}`, { spki: key.spki })],
          },
        ],
      }),
    ],
    [
      'a former key that is the present one',
      'certificate_mismatch',
      async () => ({ formerKeys: [{ privateKeyPem: key.pem, certificatePems: [] }] }),
    ],
    [
      'a former key on another curve',
      'key_unreadable',
      async () => ({ formerKeys: [{ privateKeyPem: bad.pem, certificatePems: [] }] }),
    ],
  ])('with %s', async (_name, code, changes) => {
    await expect(store.beginImport(await material(await changes()))).rejects.toMatchObject({ code });
    await expect(pendingNames()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('and its error says nothing of the key', () => {
    const text = key.pem.replace('PRIVATE', 'SECRET');
    expect(() => readPrivateKey(text)).toThrow(/^the private key cannot be read$/);
  });
});

describe('an import that is killed', () => {
  it('before its key file leaves nothing behind', async () => {
    const pending = await store.beginImport(await material());
    await rm(path.join(pending.folder, 'private', 'key.json'));
    const next = again();
    expect([await next.list(), await next.pending(alice), await next.has(alice)]).toEqual([[], null, false]);
    await next.sweep();
    expect(await pendingNames()).toEqual([]);
  });

  it('before it was in its place is not taken for a registration, and goes at the next start', async () => {
    await store.beginImport(await material());
    const registration = await store.begin(testAid('bob-x.aun.test'));
    const next = again();
    expect([await next.list(), await next.pending(alice)]).toEqual([[], null]);
    await next.sweep();
    expect(await pendingNames()).toEqual([path.basename(registration.folder)]);
  });

  it('can be begun again, and the first try is gone', async () => {
    await store.beginImport(await material());
    const identity = await again().promote(await again().beginImport(await material()), null);
    expect(identity.publicKeySpki).toBe(key.spki);
    expect(await pendingNames()).toEqual([]);
  });

  it('and is not wanted any more can be discarded', async () => {
    await store.discard(await store.beginImport(await material()));
    expect(await pendingNames()).toEqual([]);
    expect(await store.has(alice)).toBe(false);
  });
});
