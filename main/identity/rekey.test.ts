import { readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHeadlessVault } from '../keychain/headless';
import type { Vault } from '../ports/vault';
import { AunError } from '../runtime/errors';
import { silentLogger } from '../runtime/logger';
import { parseCertificate } from './certificate';
import { createIdentityStore } from './identity-store';
import type { IdentityStore } from './identity-store';
import { keyChangeSteps } from './key-change';
import { recoverRekey, rekeyIdentity } from './rekey';
import type { RekeyRecovery } from './rekey';
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

const privateFiles = () => readdir(path.join(dataDir, 'AIDs', alice, 'private'));
const reopened = () => createIdentityStore({ dataDir, vault, runtime: testRuntime(clock) });

async function certify(spki: string): Promise<string> {
  current = await network.leaf(`CN=${alice}`, { spki });
  return current;
}

const rekey = (ask: (spki: string) => Promise<string> = certify) =>
  rekeyIdentity({
    store,
    aid: alice,
    rekey: async (spki) => parseCertificate(await ask(spki)),
    logger: silentLogger,
  });

function recover(from: IdentityStore = reopened()): Promise<RekeyRecovery> {
  const verifier = createCertificateVerifier({
    pki: network.pki,
    trustRoots: [network.root.pem],
    pinnedIssuer: true,
    clock,
    logger: silentLogger,
  });
  return recoverRekey({
    store: from,
    aid: alice,
    pki: network.pki,
    verifier,
    logger: silentLogger,
  });
}

beforeEach(async () => {
  clock = testClock();
  network = await makeTestNetwork('aun.test', clock);
  network.answers.certificate = () => current;
  dataDir = await temporaryFolder();
  vault = await createHeadlessVault({ dataDir, runtime: testRuntime(clock), passphrase: null });
  store = reopened();
  const pending = await store.begin(alice);
  await store.promote(pending, parseCertificate(await certify(pending.publicKeySpki)));
});

describe('a change of key', () => {
  it('makes the new key the active one and keeps the old one with its certificates', async () => {
    const before = await store.load(alice);
    const after = await rekey();
    for (const identity of [after, await reopened().load(alice)]) {
      expect(identity.publicKeySpki).not.toBe(before.publicKeySpki);
      expect(identity.certificate()?.pem).toBe(current);
      expect(identity.certificates()).toHaveLength(1);
      expect(identity.formerKeys()).toHaveLength(1);
      const [former] = identity.formerKeys();
      expect(former?.publicKeySpki).toBe(before.publicKeySpki);
      expect(former?.certificates.map(({ fingerprint }) => fingerprint)).toEqual([
        before.certificate()?.fingerprint,
      ]);
      const plain = (key: typeof before.privateKey | undefined) =>
        key?.export({ type: 'pkcs8', format: 'der' }).toString('hex');
      expect(plain(former?.privateKey)).toBe(plain(before.privateKey));
    }
    expect((await privateFiles()).sort()).toEqual(['key.json', 'key.json.v1']);
    const file = path.join(dataDir, 'AIDs', alice, 'private', 'key.json.v1');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('can happen again: the newest former key comes first', async () => {
    const keys = [(await store.load(alice)).publicKeySpki];
    for (let time = 0; time < 3; time += 1) keys.unshift((await rekey()).publicKeySpki);
    const identity = await reopened().load(alice);
    expect([identity.publicKeySpki, ...identity.formerKeys().map((key) => key.publicKeySpki)]).toEqual(keys);
  });

  it('has the new key on disk, wrapped, before the network is asked', async () => {
    await rekey(async (spki) => {
      expect((await privateFiles()).filter((name) => name.startsWith('key.json.next-'))).toHaveLength(1);
      expect((await reopened().pendingRekey(alice))?.publicKeySpki).toBe(spki);
      return certify(spki);
    });
  });

  it('leaves the identity as it is when the network fails, and asks with the same key again', async () => {
    const before = await store.load(alice);
    const asked: string[] = [];
    const failing = rekey((spki) => {
      asked.push(spki);
      throw new AunError('request_timeout', 'no answer', { retryable: true });
    });
    await expect(failing).rejects.toMatchObject({ code: 'request_timeout' });
    expect((await reopened().load(alice)).publicKeySpki).toBe(before.publicKeySpki);
    await rekey((spki) => {
      asked.push(spki);
      return certify(spki);
    });
    expect(asked[1]).toBe(asked[0]);
  });

  it('is not held up by a damaged key of an earlier try, which goes in the end', async () => {
    const damaged = await store.beginRekey(alice);
    await writeFile(path.join(damaged.folder, 'private', damaged.name), 'rubbish');
    clock.advance(1000);
    expect((await rekey()).publicKeySpki).not.toBe(damaged.publicKeySpki);
    expect((await privateFiles()).sort()).toEqual(['key.json', 'key.json.v1']);
  });

  it('refuses a certificate that is not for the new key', async () => {
    const before = await store.load(alice);
    const failing = rekey(() => certify(before.publicKeySpki));
    await expect(failing).rejects.toMatchObject({ code: 'certificate_mismatch' });
    expect((await reopened().load(alice)).certificate()?.pem).toBe(before.certificate()?.pem);
  });
});

describe('a change of key that is killed', () => {
  it.each([0, 1, 2, 3, 4, 5])('after %i steps of the commit is ended by the next start', async (done) => {
    const before = await store.load(alice);
    const next = await store.beginRekey(alice);
    const certificate = parseCertificate(await certify(next.publicKeySpki));
    for (const step of keyChangeSteps(next, certificate).slice(0, done)) await step();

    const found = await reopened().load(alice);
    expect([before.publicKeySpki, next.publicKeySpki]).toContain(found.publicKeySpki);
    expect(found.certificateProblem()).toBeNull();
    expect(found.formerKeys().map((key) => key.publicKeySpki)).not.toContain(found.publicKeySpki);

    const { outcome } = await recover();
    expect(outcome).toBe(done < 3 ? 'committed' : 'nothing');
    const after = await reopened().load(alice);
    expect(after.publicKeySpki).toBe(next.publicKeySpki);
    expect(after.certificate()?.fingerprint).toBe(certificate.fingerprint);
    expect(after.formerKeys().map((key) => key.publicKeySpki)).toEqual([before.publicKeySpki]);
    expect((await privateFiles()).sort()).toEqual(['key.json', 'key.json.v1']);
  });

  it('before the request leaves the old identity', async () => {
    const before = await store.load(alice);
    await store.beginRekey(alice);
    expect((await recover()).outcome).toBe('kept');
    expect((await reopened().load(alice)).publicKeySpki).toBe(before.publicKeySpki);
  });

  it.each([
    ['an old certificate', (old: string) => old],
    ['no certificate at all', () => '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ])('never loses a registered key to a gateway that answers with %s for weeks', async (_, answer) => {
    const old = current ?? '';
    const next = await store.beginRekey(alice);
    const registered = await certify(next.publicKeySpki);
    current = answer(old);
    clock.advance(21 * 24 * 60 * 60_000);
    expect((await recover()).outcome).toBe('kept');
    current = registered;
    expect((await recover()).outcome).toBe('committed');
    expect((await reopened().load(alice)).publicKeySpki).toBe(next.publicKeySpki);
  });

  it('keeps the new key while nobody can say what the network knows', async () => {
    await store.beginRekey(alice);
    clock.advance(48 * 60 * 60_000);
    network.answers.certificate = () => {
      throw unreachable();
    };
    expect((await recover()).outcome).toBe('kept');
    network.answers.certificate = () => null;
    expect((await recover()).outcome).toBe('kept');
    expect(await store.pendingRekey(alice)).not.toBeNull();
  });

  it('does not believe a certificate for the new key that no authority issued', async () => {
    const next = await store.beginRekey(alice);
    const stranger = await makeTestNetwork('aun.test', clock);
    current = await stranger.leaf(`CN=${alice}`, { spki: next.publicKeySpki });
    await expect(recover()).rejects.toMatchObject({ code: 'certificate_invalid' });
    expect(await store.pendingRekey(alice)).not.toBeNull();
  });
});

describe('the vault', () => {
  it('gets every key to wrap anew: active, former and waiting', async () => {
    await rekey();
    await store.beginRekey(alice);
    const secrets = await store.secrets();
    expect(secrets.map(({ name }) => path.basename(name).replace(/\d{6,}/, 'N')).sort()).toEqual([
      'key.json',
      'key.json.next-N',
      'key.json.v1',
    ]);
  });

  it('does not put an old key under the name of a new one', async () => {
    const [secret] = await store.secrets();
    if (secret === undefined) throw new Error('no secret');
    const wrapped = await secret.read();
    const after = await rekey();
    await expect(secret.replace(wrapped)).rejects.toMatchObject({ code: 'busy' });
    expect((await reopened().load(alice)).publicKeySpki).toBe(after.publicKeySpki);
  });
});
