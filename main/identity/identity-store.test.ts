import { verify } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHeadlessVault } from '../keychain/headless';
import type { Vault } from '../ports/vault';
import { parseCertificate } from './certificate';
import { createIdentityStore } from './identity-store';
import type { IdentityStore } from './identity-store';
import { temporaryFolder } from './testing/temporary-folder';
import { makeTestNetwork, testAid, testClock, testRuntime } from './testing/test-network';
import type { TestClock, TestNetwork } from './testing/test-network';

const alice = testAid('alice.aun.test');
let clock: TestClock;
let network: TestNetwork;
let dataDir: string;
let vault: Vault;
let store: IdentityStore;

beforeEach(async () => {
  clock = testClock();
  network = await makeTestNetwork('aun.test', clock);
  dataDir = await temporaryFolder();
  vault = await createHeadlessVault({ dataDir, runtime: testRuntime(clock), passphrase: null });
  store = createIdentityStore({ dataDir, vault, runtime: testRuntime(clock) });
});

async function certificateFor(spki: string, subject = `CN=${alice}`) {
  return parseCertificate(await network.leaf(subject, { spki }));
}

async function made() {
  const pending = await store.begin(alice);
  return store.promote(pending, await certificateFor(pending.publicKeySpki));
}

describe('an identity on disk', () => {
  it('keeps the layout of the protocol, with the private key wrapped', async () => {
    const identity = await made();
    const folder = path.join(dataDir, 'AIDs', 'alice.aun.test');
    const text = await readFile(path.join(folder, 'private', 'key.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      public_key_der_b64: identity.publicKeySpki,
      curve: 'P-256',
      private_key_protection: { scheme: 'parley_vault', name: 'identity/private_key', persisted: true },
    });
    expect(Buffer.from(identity.publicKeySpki, 'base64')).toHaveLength(91);
    expect(text).not.toContain('PRIVATE KEY');
    const active = await readFile(path.join(folder, 'public', 'cert.pem'), 'utf8');
    expect(active).toBe(identity.certificate()?.pem);
    const name = `sha256_${identity.certificate()?.fingerprint.slice(7) ?? ''}.pem`;
    expect(await readdir(path.join(folder, 'public', 'certs'))).toEqual([name]);
  });

  it('can be read by its owner alone', async () => {
    await made();
    const folder = path.join(dataDir, 'AIDs', 'alice.aun.test');
    expect((await stat(path.join(folder, 'private', 'key.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(path.join(folder, 'private'))).mode & 0o777).toBe(0o700);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('comes back with the same key and certificate, and signs DER signatures', async () => {
    const before = await made();
    const after = await store.load(alice);
    expect(after.publicKeySpki).toBe(before.publicKeySpki);
    expect(after.certificate()?.fingerprint).toBe(before.certificate()?.fingerprint);
    const signature = after.sign(Buffer.from('hello'));
    const key = { key: before.publicKey, dsaEncoding: 'der' as const };
    expect(verify('sha256', Buffer.from('hello'), key, signature)).toBe(true);
  });

  it('is listed with its hue, beside folders that only look like one', async () => {
    const identity = await made();
    await mkdir(path.join(dataDir, 'AIDs', 'peer.aun.test', 'public', 'certs'), { recursive: true });
    await mkdir(path.join(dataDir, 'AIDs', '_pending_binds'), { recursive: true });
    const listed = await store.list();
    expect(listed).toMatchObject([{ aid: alice, publicKeySpki: identity.publicKeySpki }]);
    expect(listed[0]?.hue).toBeGreaterThanOrEqual(0);
    expect(listed[0]?.hue).toBeLessThan(360);
  });

  it('keeps older certificates of the same key behind the active one', async () => {
    const identity = await made();
    const first = identity.certificate();
    clock.advance(86_400_000);
    const renewed = await certificateFor(identity.publicKeySpki);
    await identity.adoptCertificate(renewed.pem);
    const fingerprints = [renewed.fingerprint, first?.fingerprint];
    expect(identity.certificates().map((each) => each.fingerprint)).toEqual(fingerprints);
    const again = await store.load(alice);
    expect(again.certificates().map((each) => each.fingerprint)).toEqual(fingerprints);
  });

  it('refuses a certificate for another key or another name', async () => {
    const identity = await made();
    const foreign = await network.leaf(`CN=${alice}`);
    const misnamed = await network.leaf('CN=mallory.aun.test', { spki: identity.publicKeySpki });
    await expect(identity.adoptCertificate(foreign)).rejects.toMatchObject({ code: 'certificate_mismatch' });
    await expect(identity.adoptCertificate(misnamed)).rejects.toMatchObject({ code: 'certificate_mismatch' });
  });
});

describe('a damaged identity', () => {
  const keyFile = () => path.join(dataDir, 'AIDs', 'alice.aun.test', 'private', 'key.json');

  it('is explained, and its key file stays as it is', async () => {
    await made();
    for (const damage of ['{"curve":"P-256"', '', '{"curve":"P-256","private_key_pem":"x"}']) {
      await writeFile(keyFile(), damage);
      await expect(store.load(alice)).rejects.toMatchObject({ code: 'key_unreadable' });
      expect(await readFile(keyFile(), 'utf8')).toBe(damage);
      expect(await store.list()).toEqual([]);
      expect(await store.damaged()).toEqual([path.join(dataDir, 'AIDs', 'alice.aun.test')]);
      expect(await store.has(alice)).toBe(true);
    }
  });

  it('with another public key in it is not believed', async () => {
    await made();
    const other = (await store.begin(alice)).publicKeySpki;
    const content = JSON.parse(await readFile(keyFile(), 'utf8')) as Record<string, unknown>;
    await writeFile(keyFile(), JSON.stringify({ ...content, public_key_der_b64: other }));
    await expect(store.load(alice)).rejects.toMatchObject({ code: 'key_unreadable' });
  });

  it('loses a certificate of somebody else, but keeps its key', async () => {
    const identity = await made();
    const file = path.join(dataDir, 'AIDs', 'alice.aun.test', 'public', 'cert.pem');
    await writeFile(file, await network.leaf(`CN=${alice}`));
    const mismatch = await store.load(alice);
    expect([mismatch.certificate(), mismatch.certificateProblem()]).toEqual([null, 'mismatch']);
    expect(mismatch.publicKeySpki).toBe(identity.publicKeySpki);
    expect(mismatch.certificates()).toHaveLength(1);
    await writeFile(file, 'rubbish');
    expect((await store.load(alice)).certificateProblem()).toBe('damaged');
  });
});

describe('an unfinished registration', () => {
  it('survives a crash before anything was sent, and is found again', async () => {
    const pending = await store.begin(alice);
    const again = createIdentityStore({ dataDir, vault, runtime: testRuntime(clock) });
    expect((await again.pending(alice))?.publicKeySpki).toBe(pending.publicKeySpki);
    expect(await again.list()).toEqual([]);
    expect(path.basename(pending.folder)).toMatch(/^alice\.aun\.test-[0-9a-f]{8}-\d+$/);
  });

  it('leaves nothing pending once it has ended', async () => {
    await made();
    expect(await store.pending(alice)).toBeNull();
    expect(await readdir(path.join(dataDir, 'AIDs', '_pending'))).toEqual([]);
  });

  it('joins a folder that holds only public files', async () => {
    await mkdir(path.join(dataDir, 'AIDs', alice, 'public', 'certs'), { recursive: true });
    const identity = await made();
    expect((await store.load(alice)).certificate()?.pem).toBe(identity.certificate()?.pem);
    expect(await readdir(path.join(dataDir, 'AIDs', '_pending'))).toEqual([]);
  });

  it('never replaces a key that is there', async () => {
    const first = await made();
    const second = await store.begin(alice);
    const certificate = await certificateFor(second.publicKeySpki);
    await expect(store.promote(second, certificate)).rejects.toMatchObject({ code: 'already_exists' });
    expect((await store.load(alice)).publicKeySpki).toBe(first.publicKeySpki);
  });

  it('does not stand in the way when its key file is damaged', async () => {
    const pending = await store.begin(alice);
    await writeFile(path.join(pending.folder, 'private', 'key.json'), 'rubbish');
    expect(await store.pending(alice)).toBeNull();
  });
});

it('every wrapped key can be moved to another vault', async () => {
  await made();
  await store.begin(testAid('bob-x.aun.test'));
  const secrets = await store.secrets();
  expect(secrets).toHaveLength(2);
  const other = await createHeadlessVault({
    dataDir: await temporaryFolder(),
    runtime: testRuntime(clock),
    passphrase: null,
  });
  for (const secret of secrets)
    await secret.replace(await other.wrap(await vault.unwrap(await secret.read())));
  await expect(store.load(alice)).rejects.toMatchObject({ code: 'key_unreadable' });
  const moved = createIdentityStore({ dataDir, vault: other, runtime: testRuntime(clock) });
  expect((await moved.load(alice)).certificate()).not.toBeNull();
});
