import { generateKeyPairSync } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readUpstreamIdentity } from '../../../e2e/harness/sdk0220/upstream-folder';
import type { IdentityMaterial } from '../../ports/identity';
import { makeTestNetwork, testAid, testClock } from '../testing/test-network';
import { temporaryFolder } from '../testing/temporary-folder';
import { openSdkIdentity, readSdkFolder, writeSdkFolder } from './index';
import { snapshot } from './testing/snapshot';

const alice = testAid('alice.aun.test');
const PASSWORD = 'correct horse 马 battery';
let identity: IdentityMaterial;
let target: string;

beforeAll(async () => {
  const network = await makeTestNetwork('aun.test', testClock());
  const make = () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return {
      pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      spki: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    };
  };
  const [keys, newer, older] = [make(), make(), make()];
  const leaf = (spki: string) => network.leaf(`CN=${alice}`, { spki });
  identity = {
    aid: alice,
    privateKeyPem: keys.pem,
    certificatePem: await leaf(keys.spki),
    olderCertificatePems: [await leaf(keys.spki)],
    formerKeys: [
      { privateKeyPem: newer.pem, certificatePems: [await leaf(newer.spki)] },
      { privateKeyPem: older.pem, certificatePems: [] },
    ],
    gatewayUrl: 'wss://gateway.aun.test/aun',
  };
});
beforeEach(async () => {
  target = path.join(await temporaryFolder(), 'aun');
});

describe('a written SDK folder', () => {
  it('is read by an independent reader of the older generation', async () => {
    await writeSdkFolder(target, identity, PASSWORD);
    expect(readUpstreamIdentity(target, alice, PASSWORD)).toMatchObject({
      privateKeyPem: identity.privateKeyPem,
      certPem: identity.certificatePem,
      gatewayUrl: identity.gatewayUrl,
    });
    expect(() => readUpstreamIdentity(target, alice, 'something else')).toThrow();
  });

  it('comes back whole, former keys in their order', async () => {
    await writeSdkFolder(target, identity, PASSWORD);
    expect(await readSdkFolder(target, { clock: testClock() })).toMatchObject([
      { aid: alice, protection: 'password', certificate: 'valid', olderKeys: 2, peers: 0, problem: null },
    ]);
    expect(await openSdkIdentity(target, alice, PASSWORD)).toEqual(identity);
  });

  it('is for its owner only and holds no device id, no seed and no token', async () => {
    await writeSdkFolder(target, identity, PASSWORD);
    const entries = Object.entries(await snapshot(target));
    for (const [name, mark] of entries)
      expect([name, mark.split(' ')[0]]).toEqual([name, name.endsWith('/') ? '40700' : '100600']);
    expect(entries.map(([name]) => name).filter((name) => /^\.|token|\.tmp|wal|shm/.test(name))).toEqual([]);
    expect(await readdir(target)).toEqual(['AIDs']);
    expect(await readdir(path.dirname(target))).toEqual(['aun']);
    const database = await readFile(path.join(target, 'AIDs', alice, 'aun.db'), 'latin1');
    expect(database).not.toContain('device');
  });

  it('has no database when no gateway is known', async () => {
    await writeSdkFolder(target, { ...identity, gatewayUrl: null }, PASSWORD);
    expect(await readdir(path.join(target, 'AIDs', alice))).toEqual(['private', 'public']);
    expect(readUpstreamIdentity(target, alice, PASSWORD)?.gatewayUrl).toBeUndefined();
  });

  it('goes into an empty folder, never into one that holds something', async () => {
    await mkdir(target);
    await writeSdkFolder(target, identity, PASSWORD);
    const before = await snapshot(target);
    await expect(writeSdkFolder(target, identity, PASSWORD)).rejects.toMatchObject({
      code: 'already_exists',
    });
    expect(await snapshot(target)).toEqual(before);
    const file = path.join(path.dirname(target), 'file');
    await writeFile(file, '');
    await expect(writeSdkFolder(file, identity, PASSWORD)).rejects.toMatchObject({ code: 'already_exists' });
  });

  it('leaves nothing behind when it cannot be finished', async () => {
    const broken = { ...identity, olderCertificatePems: ['nonsense'] };
    await expect(writeSdkFolder(target, broken, PASSWORD)).rejects.toMatchObject({
      code: 'certificate_invalid',
    });
    expect(await readdir(path.dirname(target))).toEqual([]);
    await expect(lstat(target)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is not written without a password', async () => {
    await expect(writeSdkFolder(target, identity, '')).rejects.toMatchObject({ code: 'invalid_request' });
  });
});
