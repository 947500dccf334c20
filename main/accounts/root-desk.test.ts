import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../shared/aun/canonical-json';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { readEnvironment } from '../identity/environment';
import type { Environment } from '../identity/environment';
import { readRootBundle } from '../identity/roots';
import { temporaryFolder } from '../identity/testing/temporary-folder';
import { makeCa } from '../identity/testing/test-authority';
import { testClock, testRuntime } from '../identity/testing/test-network';
import type { Desktop } from '../ports/desktop';
import { NetworkRegistry } from './network-registry';
import { RootDesk } from './root-desk';

const authority = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
const clock = testClock();
let folder: string;
let networks: NetworkRegistry;
let environment: Environment;
let desk: RootDesk;
let rootPem: string;
let network: string;
let other: string;

const desktop: Desktop = {
  openLink: async () => false,
  showFolder: async () => false,
  chooseSave: async () => null,
  chooseFile: async () => path.join(folder, 'chosen'),
  chooseFiles: async () => [],
  chooseFolder: async () => null,
  takeLinks: () => [],
};

async function start(): Promise<void> {
  networks = new NetworkRegistry(folder);
  await networks.load();
  const now = clock.now();
  environment = await readEnvironment({ env: {}, configFile: path.join(folder, 'config.json'), now });
  desk = new RootDesk({
    networks,
    desktop,
    runtime: testRuntime(clock),
    environment: () => environment,
  });
}

async function pinAuthority(): Promise<void> {
  const pem = authority.publicKey.export({ type: 'spki', format: 'pem' });
  await writeFile(path.join(folder, 'authority.pem'), pem);
  await writeFile(path.join(folder, 'config.json'), '{"trust_authority_path":"authority.pem"}');
  await start();
}

/** Puts a signed list where the next dialog finds it. */
async function list(version: number, key = authority.privateKey): Promise<void> {
  const [root] = readRootBundle(rootPem, clock.now());
  const entry = { id: 'one', certificate: rootPem, fingerprint_sha256: root?.fingerprint.slice(7) ?? '' };
  const content: JsonObject = {
    version,
    issued_at: new Date(clock.now()).toISOString(),
    next_update: new Date(clock.now() + 86_400_000).toISOString(),
    root_cas: [
      { ...entry, status: 'active' },
      { id: 'gone', status: 'retired' },
    ],
  };
  const signature = sign(null, Buffer.from(canonicalJson(content)), key).toString('base64');
  await offer(`\uFEFF ${JSON.stringify({ ...content, authority_signature: signature })}`);
}

const offer = (text: string): Promise<void> => writeFile(path.join(folder, 'chosen'), text);

beforeEach(async () => {
  folder = await temporaryFolder();
  rootPem = (await makeCa('CN=Listed Root', { now: clock.now() })).pem;
  await start();
  const pinned = { gatewayUrl: 'ws://127.0.0.1:1/aun', rootPem };
  network = (await networks.add({ issuer: 'one.test', ...pinned })).id;
  other = (await networks.add({ issuer: 'two.test', ...pinned })).id;
});

describe('a list of trust roots that the user brings along', () => {
  it('is shown with its active roots when the pinned authority signed it, and trusted when the user says so', async () => {
    await pinAuthority();
    await list(3);
    const { file, roots } = await desk.choose(network);
    expect(roots.map(({ subject }) => subject)).toEqual(['CN=Listed Root']);
    expect(networks.get(network).importedRoots).toEqual([]);
    await desk.import(network, file ?? '');
    expect(networks.get(network).importedRoots).toEqual([rootPem]);
  });

  it('is refused where no authority is named, and where its file cannot be read', async () => {
    await list(3);
    await expect(desk.choose(network)).rejects.toMatchObject({ code: 'trust_list_no_authority' });
    await writeFile(path.join(folder, 'config.json'), '{"trust_authority_path":"nowhere.pem"}');
    await start();
    expect(environment.report.problems.join()).toContain('trust_authority_path');
    await expect(desk.choose(network)).rejects.toMatchObject({ code: 'trust_list_no_authority' });
  });

  it('is refused when somebody else signed it, and when it is no list', async () => {
    await pinAuthority();
    await list(3, stranger.privateKey);
    await expect(desk.choose(network)).rejects.toMatchObject({ code: 'trust_list_refused' });
    for (const text of ['{"version":', '{}']) {
      await offer(text);
      await expect(desk.choose(network)).rejects.toMatchObject({ code: 'trust_list_refused' });
    }
  });

  it('is refused after a newer one was seen, for each network by itself, also after a restart', async () => {
    await pinAuthority();
    await list(3);
    const older = await desk.choose(network);
    await list(4);
    await desk.choose(network);
    await list(3);
    await expect(desk.choose(network)).rejects.toMatchObject({ code: 'trust_list_refused' });
    await expect(desk.import(network, older.file ?? '')).rejects.toMatchObject({
      code: 'trust_list_refused',
    });
    await start();
    await expect(desk.choose(network)).rejects.toMatchObject({ code: 'trust_list_refused' });
    expect((await desk.choose(other)).roots).toHaveLength(1);
    await list(4);
    expect((await desk.choose(network)).roots).toHaveLength(1);
  });

  it('needs no authority when it is a file of certificates', async () => {
    await offer(rootPem);
    expect((await desk.choose(network)).roots).toHaveLength(1);
  });
});
