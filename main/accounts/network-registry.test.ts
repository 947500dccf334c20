import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../identity/testing/temporary-folder';
import { NetworkRegistry } from './network-registry';

const lab = { issuer: 'lab.test', gatewayUrl: 'wss://gateway.lab.test/aun', rootPem: null };
const labId = 'lab.test@gateway.lab.test';
let dataDir: string;
let networks: NetworkRegistry;

beforeEach(async () => {
  dataDir = await temporaryFolder();
  networks = new NetworkRegistry(dataDir);
  await networks.load();
});

function added(registry: NetworkRegistry = networks): string[] {
  return registry.records().flatMap(({ id, kind }) => (kind === 'issuer' ? [id] : []));
}

async function afterStart(): Promise<string[]> {
  const next = new NetworkRegistry(dataDir);
  await next.load();
  return added(next);
}

describe('a network that an import brings', () => {
  it('is not on disk before the import is about to succeed, and stays when it did', async () => {
    expect(networks.lend(lab).id).toBe(labId);
    await networks.add({ issuer: 'other.test', gatewayUrl: null, rootPem: null });
    expect(added()).toEqual([labId, 'other.test']);
    expect(await afterStart()).toEqual(['other.test']);
    await networks.keepLent(labId);
    expect(await afterStart()).toEqual([labId, 'other.test']);
    expect(await networks.giveBack(labId, true)).toBe(false);
    expect(added()).toEqual([labId, 'other.test']);
  });

  it.each([false, true])('is gone when the import failed (kept before: %s)', async (kept) => {
    networks.lend(lab);
    if (kept) await networks.keepLent(labId);
    await networks.sawTrustList(labId, 3);
    expect(await networks.giveBack(labId, false)).toBe(true);
    expect(added()).toEqual([]);
    expect(await afterStart()).toEqual([]);
    networks.lend(lab);
    expect(networks.trustListVersion(labId)).toBeNull();
  });

  it('stays as long as another import needs it', async () => {
    networks.lend(lab);
    expect(networks.borrow(labId)).toBe(true);
    expect(await networks.giveBack(labId, false)).toBe(false);
    expect(added()).toEqual([labId]);
    await networks.keepLent(labId);
    await networks.giveBack(labId, true);
    // The first one ends later: what has succeeded needs it for good.
    expect(await networks.giveBack(labId, false)).toBe(false);
    expect(await afterStart()).toEqual([labId]);
  });

  it('stays when the user adds it meanwhile, or had it before', async () => {
    networks.lend(lab);
    await networks.add(lab);
    expect(await networks.giveBack(labId, false)).toBe(false);
    expect(networks.borrow(labId)).toBe(false);
    expect(await afterStart()).toEqual([labId]);
  });
});
