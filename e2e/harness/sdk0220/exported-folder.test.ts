import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway } from '../../../gateway/server';
import type { RunningGateway } from '../../../gateway/server';
import { openSdkIdentity, writeSdkFolder } from '../../../main/identity/sdk-folder';
import type { IdentityMaterial } from '../../../main/ports/identity';
import { parseAid } from '../../../shared/aun/aid';
import { temporaryFolder } from '../temporary-folder';
import { Sdk0220Client } from './index';
import { writeUpstreamIdentity } from './upstream-folder';

const PASSWORD = 'a seed password 你好';
let gateway: RunningGateway;
let folder: string;
let remove: () => void;
const clients: Sdk0220Client[] = [];

beforeAll(async () => {
  ({ folder, remove } = temporaryFolder('exported'));
  gateway = await startGateway({ dataDir: path.join(folder, 'gateway') });
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await gateway.stop();
  remove();
});

function client(name: string, options: { seedPassword?: string; gatewayUrl?: string } = {}): Sdk0220Client {
  const made = new Sdk0220Client({
    dataDir: path.join(folder, name),
    rootCaPath: gateway.rootCa,
    closeWaitMs: 150,
    ...options,
  });
  clients.push(made);
  return made;
}

/** Registers a name and gives what an installation of ours would hold of it. */
async function registered(name: string): Promise<IdentityMaterial> {
  const aid = parseAid(`${name}.aun.test`);
  if (aid === null) throw new Error(`${name} is no name`);
  const first = client(`${name}-first`, { gatewayUrl: gateway.url });
  await first.createAid(aid);
  const { privateKeyPem, certPem } = first.exportIdentity();
  return {
    aid,
    privateKeyPem,
    certificatePem: certPem,
    olderCertificatePems: [],
    formerKeys: [],
    gatewayUrl: gateway.url,
  };
}

describe('a data folder that was exported', () => {
  it('is all that a 0.2.20 client needs to log in and connect', async () => {
    const identity = await registered('alice');
    await writeSdkFolder(path.join(folder, 'exported'), identity, PASSWORD);
    // No address is preset: the client takes the one in the folder's database.
    const sdk = client('exported', { seedPassword: PASSWORD });
    expect(sdk.data.identities()).toEqual([identity.aid]);
    const credentials = await sdk.authenticate();
    expect(credentials).toMatchObject({ aid: identity.aid, gateway: gateway.url });
    expect(await sdk.connect(credentials)).toMatchObject({
      status: 'ok',
      identity: { aid: identity.aid },
      connection: { device_id: sdk.deviceId },
    });
  });

  it('opens for nobody without the password', async () => {
    const identity = await registered('bobby');
    await writeSdkFolder(path.join(folder, 'closed'), identity, PASSWORD);
    expect(() => client('closed', { seedPassword: 'guess' }).data.identities()).toThrow();
    expect(() => client('closed').data.identities()).toThrow();
  });

  it('gives back what the folder of an SDK held before', async () => {
    const identity = await registered('carol');
    const source = path.join(folder, 'source');
    const { aid, privateKeyPem } = identity;
    writeUpstreamIdentity(source, {
      aid,
      privateKeyPem,
      certPem: identity.certificatePem ?? '',
      gatewayUrl: gateway.url,
    });
    const imported = await openSdkIdentity(source, aid, '');
    expect(imported).toEqual(identity);
    await writeSdkFolder(path.join(folder, 'round'), imported, PASSWORD);
    const sdk = client('round', { seedPassword: PASSWORD });
    expect((await sdk.authenticate()).access_token).not.toBe('');
  });
});
