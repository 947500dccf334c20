import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { upstreamFieldKey, writeUpstreamIdentity } from '../../../e2e/harness/sdk0220/upstream-folder';
import type { UpstreamStyle } from '../../../e2e/harness/sdk0220/upstream-folder';
import { makeTestNetwork, testAid, testClock } from '../testing/test-network';
import type { TestNetwork } from '../testing/test-network';
import { temporaryFolder } from '../testing/temporary-folder';
import { fieldKey, masterKey, openRecord, sealRecord } from './file-protection';
import { openSdkIdentity, readSdkFolder } from './index';
import { systemRandom } from '../../runtime/runtime';
import { snapshot } from './testing/snapshot';

const alice = testAid('alice.aun.test');
const clock = testClock();
const GATEWAY = 'ws://127.0.0.1:4711/aun';
let network: TestNetwork;
let root: string;

interface Keys {
  readonly pem: string;
  readonly spki: string;
}

function makeKeys(curve = 'P-256'): Keys {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve });
  return {
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    spki: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  };
}

beforeAll(async () => {
  network = await makeTestNetwork('aun.test', clock);
});
beforeEach(async () => {
  root = await temporaryFolder();
});

/** An identity in the folder, made by a writer that shares no code with what is tested. */
async function put(
  style: UpstreamStyle = {},
  more: { aid?: string; keys?: Keys; cert?: string; certificates?: string[]; gatewayUrl?: string } = {},
): Promise<{ keys: Keys; cert: string }> {
  const aid = more.aid ?? alice;
  const keys = more.keys ?? makeKeys();
  const cert = more.cert ?? (await network.leaf(`CN=${aid}`, { spki: keys.spki }));
  const { certificates = [], gatewayUrl = '' } = more;
  writeUpstreamIdentity(
    root,
    { aid, privateKeyPem: keys.pem, certPem: cert, certificates, gatewayUrl },
    style,
  );
  return { keys, cert };
}

const list = () => readSdkFolder(root, { clock });
const open = (password = '') => openSdkIdentity(root, alice, password);
const inside = (...steps: string[]) => path.join(root, 'AIDs', alice, ...steps);

describe('the protection of fields', () => {
  it('derives the published keys', async () => {
    const master = await masterKey(Buffer.from('seed-123'));
    expect(master.toString('hex')).toBe('ddad46fa7162ee8ff12c15ea5c54bd452c9d8623eb760d96a4fe3dffc0be94d5');
    const field = fieldKey(master, 'alice.aun.test', 'identity/private_key');
    expect(field.toString('hex')).toBe('5d51f8855c40478c58fa4dd1827690b503f8187ec8b7f57ea6c0fe7712cb2af2');
    const other = upstreamFieldKey(Buffer.from('seed-123'), 'alice.aun.test', 'identity/private_key');
    expect([other.master, other.field]).toEqual([master, field]);
  });

  it('opens what it sealed and nothing that was changed', () => {
    const key = Buffer.alloc(32, 7);
    const record = sealRecord(key, Buffer.from('plain'), systemRandom);
    expect(openRecord(key, record)?.toString()).toBe('plain');
    expect(openRecord(Buffer.alloc(32, 8), record)).toBeNull();
    expect(openRecord(key, { ...record, tag: 'AAAA' })).toBeNull();
    expect(openRecord(key, { ...record, ciphertext: '' })).toBeNull();
  });
});

describe('an SDK folder', () => {
  it.each<[string, UpstreamStyle, string, { protection: string; generation: string }]>([
    [
      'a seed password',
      { password: 'seed-123' },
      'seed-123',
      { protection: 'password', generation: 'unknown' },
    ],
    ['a seed file', {}, '', { protection: 'seed_file', generation: '0.2' }],
    ['a seed file, in the hex of Python', { hex: true }, '', { protection: 'seed_file', generation: '0.2' }],
    ['the empty seed', { password: '' }, '', { protection: 'empty_seed', generation: '0.5' }],
    ['no protection at all', { plain: true }, '', { protection: 'plain', generation: 'unknown' }],
  ])('is read with %s', async (_name, style, password, expected) => {
    const { keys, cert } = await put(style, { gatewayUrl: GATEWAY });
    const [found] = await list();
    expect(found).toMatchObject({
      aid: alice,
      certificate: 'valid',
      gatewayUrl: GATEWAY,
      olderKeys: 0,
      peers: 0,
      held: 'no',
      problem: null,
      ...expected,
    });
    expect(await open(password)).toEqual({
      aid: alice,
      privateKeyPem: keys.pem,
      certificatePem: cert,
      olderCertificatePems: [],
      formerKeys: [],
      gatewayUrl: GATEWAY,
    });
  });

  it('is read with a seed file that the newer generation has moved aside', async () => {
    const { keys } = await put();
    await rename(path.join(root, '.seed'), path.join(root, '.seed.migrated.1760000000'));
    expect(await list()).toMatchObject([{ protection: 'seed_file', generation: '0.5' }]);
    expect((await open()).privateKeyPem).toBe(keys.pem);
  });

  it('opens with another seed when the password that was typed is not needed', async () => {
    const { keys } = await put();
    expect((await open('needless')).privateKeyPem).toBe(keys.pem);
  });

  it('stays closed for a wrong password and says which identity', async () => {
    await put({ password: 'right' });
    await expect(open('wrong')).rejects.toMatchObject({
      code: 'sdk_key_unreadable',
      detail: { aid: alice, reason: 'no_seed_fits' },
    });
  });

  it('gives keys and certificates that were replaced, and counts other people', async () => {
    const former = makeKeys();
    const formerCert = await network.leaf(`CN=${alice}`, { spki: former.spki });
    await put({ keyName: 'key.json.v1' }, { keys: former });
    const keys = makeKeys();
    const older = await network.leaf(`CN=${alice}`, { spki: keys.spki, notBefore: clock.now() - 9e8 });
    const stranger = await network.leaf('CN=bob.aun.test');
    const { cert } = await put({}, { keys, certificates: [older, formerCert, stranger] });
    await mkdir(path.join(root, 'AIDs', 'carol.aun.test', 'public', 'certs'), { recursive: true });
    expect(await list()).toMatchObject([{ olderKeys: 1, peers: 2, generation: '0.5', certificate: 'valid' }]);
    expect(await open()).toMatchObject({
      privateKeyPem: keys.pem,
      certificatePem: cert,
      olderCertificatePems: [older],
      formerKeys: [{ privateKeyPem: former.pem, certificatePems: [formerCert] }],
    });
  });

  it('does not hand out a certificate of another key', async () => {
    const { keys } = await put({}, { cert: await network.leaf(`CN=${alice}`) });
    expect(await list()).toMatchObject([{ certificate: 'mismatch', problem: null }]);
    expect(await open()).toMatchObject({ privateKeyPem: keys.pem, certificatePem: null });
  });

  it('takes a kept certificate of the key when the active one is of another', async () => {
    const keys = makeKeys();
    const kept = await network.leaf(`CN=${alice}`, { spki: keys.spki });
    await put({}, { keys, cert: await network.leaf(`CN=${alice}`), certificates: [kept] });
    expect(await open()).toMatchObject({ certificatePem: kept, olderCertificatePems: [] });
  });

  it('tells expired, missing and unreadable certificates apart', async () => {
    const keys = makeKeys();
    const notAfter = clock.now() - 60_000;
    await put({}, { keys, cert: await network.leaf(`CN=${alice}`, { spki: keys.spki, notAfter }) });
    expect(await list()).toMatchObject([{ certificate: 'expired', notAfter }]);
    await writeFile(inside('public', 'cert.pem'), 'nonsense');
    expect(await list()).toMatchObject([{ certificate: 'unreadable', notAfter: null }]);
    await rename(inside('public', 'cert.pem'), inside('public', 'old.pem'));
    expect(await list()).toMatchObject([{ certificate: 'missing' }]);
  });

  it('lists several identities by name and marks those that are held already', async () => {
    await put({}, { aid: 'zora.aun.test' });
    await put();
    const found = await readSdkFolder(root, { clock, held: (aid) => (aid === alice ? 'window' : 'no') });
    expect(found.map(({ aid, held }) => [aid, held])).toEqual([
      [alice, 'window'],
      ['zora.aun.test', 'no'],
    ]);
  });

  it('passes over what never became an identity, but not over a name that begins with a line', async () => {
    await put({}, { aid: '_pending' });
    await put({}, { aid: '_nora.aun.test' });
    expect(await list()).toMatchObject([{ aid: '_nora.aun.test' }]);
  });

  it('is found from its inner folder too, and is missed elsewhere', async () => {
    await put();
    expect(await readSdkFolder(path.join(root, 'AIDs'), { clock })).toHaveLength(1);
    const missing = { code: 'sdk_folder_not_found' };
    await expect(readSdkFolder(path.join(root, 'nowhere'))).rejects.toMatchObject(missing);
    await expect(readSdkFolder(inside())).rejects.toMatchObject(missing);
  });

  it('is exactly as before after it was listed and imported from', async () => {
    await put({ password: 'seed-123' }, { gatewayUrl: GATEWAY });
    await put({}, { aid: 'bobby.aun.test', gatewayUrl: GATEWAY });
    const before = await snapshot(root);
    await list();
    await open('seed-123');
    expect(await snapshot(root)).toEqual(before);
  });
});

describe('a damaged or hostile SDK folder', () => {
  const keyFile = () => inside('private', 'key.json');

  it.each([
    ['no JSON', '{"public_key', 'key_damaged', 'damaged'],
    ['another shape', '[1,2]', 'key_damaged', 'damaged'],
    [
      'a record with parts missing',
      '{"private_key_protection":{"scheme":"file_aes"}}',
      'key_damaged',
      'damaged',
    ],
    ['an unknown scheme', '{"private_key_protection":{"scheme":"dpapi"}}', 'key_scheme', 'scheme'],
    ['no key in its text', '{"private_key_pem":"hello"}', 'key_type', 'not_p256'],
    [
      'a key on another curve',
      JSON.stringify({ private_key_pem: makeKeys('P-384').pem }),
      'key_type',
      'not_p256',
    ],
  ])('says so of a key file with %s', async (_name, content, problem, reason) => {
    await put();
    await writeFile(keyFile(), content);
    expect(await list()).toMatchObject([{ problem }]);
    await expect(open()).rejects.toMatchObject({ code: 'sdk_key_unreadable', detail: { reason } });
  });

  it('names an address that is none, and lists the others', async () => {
    await put({}, { aid: 'NotAnAid' });
    await put();
    expect((await list()).map(({ problem }) => problem)).toEqual(['address', null]);
  });

  it('does not follow links and does not wait for pipes', async () => {
    const elsewhere = await temporaryFolder();
    await put();
    await rename(inside(), path.join(elsewhere, 'alice'));
    await symlink(path.join(elsewhere, 'alice'), inside());
    expect(await list()).toEqual([]);
    await expect(open()).rejects.toMatchObject({ detail: { reason: 'no_key' } });
    const bob = path.join(root, 'AIDs', 'bobby.aun.test');
    await mkdir(path.join(bob, 'private'), { recursive: true });
    await symlink(
      path.join(elsewhere, 'alice', 'private', 'key.json'),
      path.join(bob, 'private', 'key.json'),
    );
    expect(await list()).toEqual([]);
    const carol = path.join(root, 'AIDs', 'carol.aun.test', 'private');
    await mkdir(carol, { recursive: true });
    execFileSync('mkfifo', [path.join(carol, 'key.json')]);
    expect(await list()).toEqual([]);
  });

  it('passes over a key file of absurd size', async () => {
    await put();
    await writeFile(keyFile(), ' '.repeat(65 * 1024));
    expect(await list()).toEqual([]);
  });

  it('does without a database that is none', async () => {
    const { keys } = await put();
    await writeFile(inside('aun.db'), 'not a database at all, however long it may be');
    expect(await list()).toMatchObject([{ gatewayUrl: null, problem: null }]);
    expect(await open()).toMatchObject({ privateKeyPem: keys.pem, gatewayUrl: null });
  });

  it('does not believe a gateway address that is no socket', async () => {
    await put({}, { gatewayUrl: 'file:///etc/passwd' });
    expect(await list()).toMatchObject([{ gatewayUrl: null }]);
  });
});
