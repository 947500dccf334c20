import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createIdentityStore } from '../identity/identity-store';
import { generateIdentityKeys } from '../identity/key-file';
import { temporaryFolder } from '../identity/testing/temporary-folder';
import { testAid, testClock, testRuntime } from '../identity/testing/test-network';
import { createHeadlessVault } from '../keychain/headless';
import type { IdentityMaterial } from '../ports/identity';
import { AunError } from '../runtime/errors';
import { systemRandom } from '../runtime/runtime';
import { createInlineStoreHost } from '../store/inline-host';
import type { AccountEntry } from './account-list';
import { AccountManager } from './account-manager';
import type { AccountManagerParts } from './account-opener';
import { importIdentity } from './identity-import';
import type { ImportParts } from './identity-import';
import { createKeyGate } from './key-gate';
import type { NetworkRecord } from './network-registry';

const alice = testAid('alice.aun.test');
const clock = testClock();
const runtime = testRuntime(clock);
const network: NetworkRecord = {
  id: 'aun.test@localhost',
  issuer: 'aun.test',
  kind: 'issuer',
  gatewayUrl: null,
  rootPem: null,
  importedRoots: [],
};
let dataDir: string;
let parts: ImportParts;
let material: IdentityMaterial;

beforeEach(async () => {
  dataDir = await temporaryFolder();
  const vault = await createHeadlessVault({ dataDir, runtime, passphrase: null });
  const keys = await generateIdentityKeys();
  const der = keys.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64');
  material = {
    aid: alice,
    privateKeyPem: `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`,
    certificatePem: null,
    olderCertificatePems: [],
    formerKeys: [],
    gatewayUrl: null,
  };
  parts = {
    identities: createIdentityStore({ dataDir, vault, runtime }),
    keyGate: createKeyGate(),
    store: createInlineStoreHost({ clock, logger: runtime.logger }),
    vault,
    random: systemRandom,
    held: () => null,
    // The program ends before the list is written.
    adopt: () => Promise.reject(new AunError('internal', 'the power went')),
  };
});

/** What the next start has in the window. */
async function nextStart(networks: readonly NetworkRecord[]): Promise<AccountEntry | null> {
  const options = { dataDir, vault: parts.vault, runtime, hostName: 'test', emit: () => undefined };
  const manager = new AccountManager({
    options,
    networks: { records: () => networks },
  } as unknown as AccountManagerParts);
  await manager.load();
  return manager.ids().includes(alice) ? manager.entry(alice) : null;
}

async function bringAndCrash(): Promise<void> {
  const read = importIdentity(parts, async (open) => {
    (await open(material, network)).keep({ displayName: 'Alice', notifications: 'mentions' });
  });
  await expect(read).rejects.toThrow('the power went');
}

describe('a crash between the place of an identity and the list of accounts', () => {
  it('forgets neither that it is unproven nor what came with it', async () => {
    await bringAndCrash();
    const other = { ...network, id: 'aun.test', gatewayUrl: null };
    expect(await nextStart([other, network])).toMatchObject({
      network: network.id,
      unproven: true,
      displayName: 'Alice',
      notifications: 'mentions',
    });
  });

  it('leaves it unproven also where its network is not known any more', async () => {
    await bringAndCrash();
    const other = { ...network, id: 'aun.test', gatewayUrl: null };
    expect(await nextStart([other])).toMatchObject({ network: 'aun.test', unproven: true, displayName: '' });
    expect(await nextStart([])).toBeNull();
  });

  it('does not believe a note about somebody else', async () => {
    await bringAndCrash();
    const note = { aid: 'bob.aun.test', network: network.id, displayName: 'Bob', unproven: false };
    await writeFile(path.join(dataDir, 'AIDs', alice, 'arrival.json'), JSON.stringify(note));
    expect(await nextStart([network])).toMatchObject({ aid: alice, displayName: '', unproven: true });
  });
});

describe('two imports of one address at the same moment', () => {
  it('leave one identity and nothing else, and the later one hears where it is', async () => {
    const inWindow = new Set<string>();
    const both: ImportParts = {
      ...parts,
      held: (aid) => {
        if (!inWindow.has(aid)) return null;
        throw new AunError('already_exists', 'here', { detail: { where: 'window' } });
      },
      adopt: async (entry) => {
        inWindow.add(entry.aid);
        throw new AunError('cancelled', 'no window here');
      },
    };
    let oneOpen: () => void = () => undefined;
    const first = new Promise<void>((resolve) => {
      oneOpen = resolve;
    });
    let endFirst: () => void = () => undefined;
    const last = new Promise<void>((resolve) => {
      endFirst = resolve;
    });
    const slow = importIdentity(both, async (open) => {
      const { folder } = await open(material, network);
      oneOpen();
      await last;
      return readdir(path.join(folder, 'private'));
    }).catch((thrown: unknown) => thrown);
    await first;
    const quick = await importIdentity(both, (open) => open(material, network)).catch(
      (thrown: unknown) => thrown,
    );
    expect(quick).toMatchObject({ code: 'cancelled' });
    endFirst();
    expect(await slow).toMatchObject({ code: 'already_exists', detail: { where: 'window' } });
    expect(await readdir(path.join(dataDir, 'AIDs', '_pending'))).toEqual([]);
    expect((await parts.identities.load(alice)).aid).toBe(alice);
  });
});
