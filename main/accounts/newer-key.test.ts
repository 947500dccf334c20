import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { generateIdentityKeys } from '../identity/key-file';
import { createIdentityStore } from '../identity/identity-store';
import type { IdentityStore } from '../identity/identity-store';
import { parseCertificate } from '../identity/certificate';
import { temporaryFolder } from '../identity/testing/temporary-folder';
import { makeTestNetwork, testAid, testClock, testRuntime } from '../identity/testing/test-network';
import { createHeadlessVault } from '../keychain/headless';
import type { Certificate, IdentityMaterial } from '../ports/identity';
import type { StoreHost } from '../ports/store';
import type { Vault } from '../ports/vault';
import { AunError } from '../runtime/errors';
import { systemRandom } from '../runtime/runtime';
import { createInlineStoreHost } from '../store/inline-host';
import { createKeyGate } from './key-gate';
import { bringNewerKey } from './newer-key';
import type { OutdatedIdentity } from './newer-key';

const alice = testAid('alice.aun.test');
const clock = testClock();
const runtime = testRuntime(clock);
let dataDir: string;
let vault: Vault;
let store: StoreHost;
let identities: IdentityStore;
let newer: IdentityMaterial;
let certificate: Certificate;
let heldSpki: string;
/** What was asked of the keeper of the slots, with the key of now and the number of keys that wait. */
let steps: unknown[];
let held: OutdatedIdentity;

async function note(step: string): Promise<void> {
  const names = await readdir(path.join(dataDir, 'AIDs', alice, 'private'));
  const waiting = names.filter((name) => name.includes('.next-')).length;
  const isNew = (await identities.load(alice)).publicKeySpki !== heldSpki;
  steps.push(`${step}: ${isNew ? 'new' : 'old'} key, ${String(waiting)} waiting`);
}

beforeEach(async () => {
  dataDir = await temporaryFolder();
  vault = await createHeadlessVault({ dataDir, runtime, passphrase: null });
  store = createInlineStoreHost({ clock, logger: runtime.logger });
  identities = createIdentityStore({ dataDir, vault, runtime });
  const network = await makeTestNetwork('aun.test', clock);
  const leaf = (spki: string) => network.leaf(`CN=${alice}`, { spki });
  const own = await identities.begin(alice);
  heldSpki = own.publicKeySpki;
  await identities.promote(own, parseCertificate(await leaf(heldSpki)));
  const keys = await generateIdentityKeys();
  const der = keys.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
  const certificatePem = await leaf(keys.publicKeySpki);
  certificate = parseCertificate(certificatePem);
  newer = {
    aid: alice,
    privateKeyPem: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`,
    certificatePem,
    olderCertificatePems: [],
    formerKeys: [],
    gatewayUrl: null,
  };
  steps = [];
  held = {
    certificateOf: async () => certificate,
    keep: (changed) => note(JSON.stringify(changed)),
    apart: (work) => work(),
    reopen: async (changed) => {
      await note(changed ? 'opened, changed' : 'opened as it was');
      throw new AunError('cancelled', 'no window here');
    },
  };
});

const bring = async (through: IdentityStore = identities): Promise<unknown> => {
  const pending = await identities.beginNewerKey(newer);
  const parts = { identities: through, keyGate: createKeyGate(), store, vault, random: systemRandom };
  return bringNewerKey(parts, { pending, held, certificate }).catch((thrown: unknown) => thrown);
};

describe('bringing a newer key', () => {
  it('ends the archive only when the key waits on disk, and proves it only when the key is the active one', async () => {
    await bring();
    expect(steps).toEqual([
      '{"archived":false,"unproven":true,"online":true}: old key, 1 waiting',
      '{"unproven":false}: new key, 0 waiting',
      'opened, changed: new key, 0 waiting',
    ]);
  });

  it('leaves a key that waits, in an account that looks for it, when the change cannot be ended', async () => {
    const failing: IdentityStore = {
      ...identities,
      commitRekey: () => Promise.reject(new AunError('disk_full', 'no space')),
    };
    await bring(failing);
    expect(steps).toEqual([
      '{"archived":false,"unproven":true,"online":true}: old key, 1 waiting',
      'opened as it was: old key, 1 waiting',
    ]);
  });

  it('leaves everything as it was when the history cannot be added', async () => {
    store = { ...store, open: () => Promise.reject(new AunError('database_damaged', 'no database')) };
    await bring();
    expect(steps).toEqual(['opened as it was: old key, 0 waiting']);
  });
});
