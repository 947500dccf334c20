import { generateKeyPairSync } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHeadlessVault } from '../keychain/headless';
import type { IdentityMaterial } from '../ports/identity';
import type { Vault } from '../ports/vault';
import { silentLogger } from '../runtime/logger';
import { parseCertificate } from './certificate';
import { createIdentityStore } from './identity-store';
import type { IdentityStore } from './identity-store';
import { certificateOfKey, recoverRekey } from './rekey';
import { temporaryFolder } from './testing/temporary-folder';
import { makeTestNetwork, testAid, testClock, testRuntime, unreachable } from './testing/test-network';
import type { TestClock, TestNetwork } from './testing/test-network';
import { createCertificateVerifier } from './verifier';

const alice = testAid('alice.aun.test');
let clock: TestClock;
let network: TestNetwork;
let dataDir: string;
let vault: Vault;
let store: IdentityStore;
/** What the network names as the certificate of alice. */
let current: string | null;
/** Key and certificate that this computer has. */
let held: { spki: string; pem: string; certificate: string };

function newKey(): { pem: string; spki: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { pem, spki: publicKey.export({ type: 'spki', format: 'der' }).toString('base64') };
}

const newest = newKey();
const between = newKey();
const before = newKey();
const leaf = (spki: string) => network.leaf(`CN=${alice}`, { spki });
const again = () => createIdentityStore({ dataDir, vault, runtime: testRuntime(clock) });
const privateFiles = async () => (await readdir(path.join(dataDir, 'AIDs', alice, 'private'))).sort();
const pendingNames = () => readdir(path.join(dataDir, 'AIDs', '_pending'));
const verifier = () =>
  createCertificateVerifier({
    pki: network.pki,
    trustRoots: [network.root.pem],
    pinnedIssuer: true,
    clock,
    logger: silentLogger,
  });

/** What the other device has: the newest key, one between, and the one that is held here. */
async function newer(): Promise<IdentityMaterial> {
  return {
    aid: alice,
    privateKeyPem: newest.pem,
    certificatePem: await leaf(newest.spki),
    olderCertificatePems: [],
    formerKeys: [
      { privateKeyPem: between.pem, certificatePems: [await leaf(between.spki)] },
      { privateKeyPem: held.pem, certificatePems: [held.certificate] },
    ],
    gatewayUrl: null,
  };
}

beforeEach(async () => {
  clock = testClock();
  network = await makeTestNetwork('aun.test', clock);
  network.answers.certificate = () => current;
  dataDir = await temporaryFolder();
  vault = await createHeadlessVault({ dataDir, runtime: testRuntime(clock), passphrase: null });
  store = again();
  const own = newKey();
  held = { ...own, certificate: await leaf(own.spki) };
  const pending = await store.beginImport({
    aid: alice,
    privateKeyPem: own.pem,
    certificatePem: held.certificate,
    olderCertificatePems: [],
    formerKeys: [{ privateKeyPem: before.pem, certificatePems: [] }],
    gatewayUrl: null,
  });
  await store.promote(pending, null);
  current = await leaf(newest.spki);
});

describe('the newer key of an identity that is held', () => {
  it('becomes the key of now; the held one and those between stay as former ones, each once', async () => {
    const pending = await store.beginNewerKey(await newer());
    const next = await store.stageNewerKey(pending);
    const identity = await store.commitRekey(next, parseCertificate(current ?? ''));
    await store.discard(pending);
    for (const found of [identity, await again().load(alice)]) {
      expect(found.publicKeySpki).toBe(newest.spki);
      expect(found.certificate()?.pem).toBe(current);
      expect(found.certificates()).toHaveLength(2);
      expect(found.formerKeys().map((former) => former.publicKeySpki)).toEqual([
        held.spki,
        between.spki,
        before.spki,
      ]);
      expect(found.formerKeys().map((former) => former.certificates.length)).toEqual([1, 1, 0]);
    }
    expect(await privateFiles()).toEqual(['key.json', 'key.json.v1', 'key.json.v2', 'key.json.v3']);
    expect(await pendingNames()).toEqual([]);
  });

  it('changes nothing of the identity before it is committed, and is swept away like any import', async () => {
    await store.beginNewerKey(await newer());
    expect((await again().load(alice)).publicKeySpki).toBe(held.spki);
    expect(await privateFiles()).toEqual(['key.json', 'key.json.v1']);
    await again().sweep();
    expect(await pendingNames()).toEqual([]);
  });

  it('is taken up at the next start when a crash came before the commit', async () => {
    await store.stageNewerKey(await store.beginNewerKey(await newer()));
    expect((await again().load(alice)).publicKeySpki).toBe(held.spki);
    const found = await recoverRekey({
      store: again(),
      aid: alice,
      pki: network.pki,
      verifier: verifier(),
      logger: silentLogger,
    });
    expect(found.outcome).toBe('committed');
    expect((await again().load(alice)).publicKeySpki).toBe(newest.spki);
  });

  it('wins over a key that an interrupted change of ours left behind, also where the clock was set back', async () => {
    await store.beginRekey(alice);
    clock.advance(-60_000);
    const next = await store.stageNewerKey(await store.beginNewerKey(await newer()));
    expect((await again().pendingRekey(alice))?.publicKeySpki).toBe(newest.spki);
    await store.commitRekey(next, parseCertificate(current ?? ''));
    expect(await store.pendingRekey(alice)).toBeNull();
  });

  it('is refused where nothing is held, and where it is the key that is held', async () => {
    const same = { ...(await newer()), privateKeyPem: held.pem, certificatePem: null, formerKeys: [] };
    await expect(store.beginNewerKey(same)).rejects.toMatchObject({ code: 'already_exists' });
    const bob = { ...same, aid: testAid('bobby.aun.test') };
    await expect(store.beginNewerKey(bob)).rejects.toMatchObject({ code: 'not_found' });
    expect(await privateFiles()).toEqual(['key.json', 'key.json.v1']);
  });

  it('is not put beside a key that became the same one meanwhile', async () => {
    const pending = await store.beginNewerKey(await newer());
    await store.commitRekey(await store.stageNewerKey(pending), parseCertificate(current ?? ''));
    await expect(store.stageNewerKey(pending)).rejects.toMatchObject({ code: 'already_exists' });
  });
});

describe('the certificate of a key', () => {
  const of = (publicKeySpki: string) =>
    certificateOfKey({ aid: alice, publicKeySpki, pki: network.pki, verifier: verifier() });

  it('is that of the network, when it carries this key', async () => {
    expect((await of(newest.spki))?.pem).toBe(current);
    expect(await of(held.spki)).toBeNull();
    current = null;
    expect(await of(newest.spki)).toBeNull();
  });

  it('is not believed without a chain, nor made up when nobody answers', async () => {
    const stranger = await makeTestNetwork('aun.test', clock);
    current = await stranger.leaf(`CN=${alice}`, { spki: newest.spki });
    await expect(of(newest.spki)).rejects.toMatchObject({ code: 'certificate_invalid' });
    network.answers.certificate = () => {
      throw unreachable();
    };
    await expect(of(newest.spki)).rejects.toMatchObject({ retryable: true });
  });
});
