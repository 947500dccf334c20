import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createHeadlessVault } from '../keychain/headless';
import { AunError, RpcError } from '../runtime/errors';
import { silentLogger } from '../runtime/logger';
import { createIdentityStore } from './identity-store';
import type { IdentityStore } from './identity-store';
import { registerAgain, registerIdentity } from './registration';
import type { RegistrationPorts } from './registration';
import { temporaryFolder } from './testing/temporary-folder';
import { makeTestNetwork, testAid, testClock, testRuntime } from './testing/test-network';
import type { TestNetwork } from './testing/test-network';
import { createCertificateVerifier } from './verifier';

const alice = testAid('alice.aun.test');
const createParams = z.object({ aid: z.string(), public_key: z.string(), curve: z.literal('P-256') });

interface Registry {
  /** AID → SPKI. */
  readonly keys: Map<string, string>;
  readonly certificates: Map<string, string>;
  creates: number;
  /** Runs instead of the answer, after the registration took effect. */
  afterCreate: (() => void) | null;
}

let dataDir: string;
let network: TestNetwork;
let store: IdentityStore;
let registry: Registry;
let ports: RegistrationPorts;

function refused(code: number, message: string, retryable = false): RpcError {
  return new RpcError('invalid_request', { code, message }, retryable, 'auth.create_aid');
}

beforeEach(async () => {
  const clock = testClock();
  network = await makeTestNetwork('aun.test', clock);
  dataDir = await temporaryFolder();
  const runtime = testRuntime(clock);
  const vault = await createHeadlessVault({ dataDir, runtime, passphrase: null });
  store = createIdentityStore({ dataDir, vault, runtime });
  registry = { keys: new Map(), certificates: new Map(), creates: 0, afterCreate: null };
  network.answers.certificate = (aid) => registry.certificates.get(aid) ?? null;
  ports = {
    pki: network.pki,
    logger: silentLogger,
    verifier: createCertificateVerifier({
      pki: network.pki,
      trustRoots: [network.root.pem],
      pinnedIssuer: true,
      clock,
      logger: silentLogger,
    }),
    async rpc(_method, params) {
      registry.creates += 1;
      const { aid, public_key } = createParams.parse(params);
      const owner = registry.keys.get(aid);
      if (owner !== undefined && owner !== public_key) throw refused(-32602, 'AID already exists');
      if (owner === undefined) await occupy(aid, public_key);
      registry.afterCreate?.();
      return { aid, cert: registry.certificates.get(aid), curve: 'P-256' };
    },
  };
});

async function occupy(aid: string, spki?: string): Promise<void> {
  const pem = await network.leaf(`CN=${aid}`, spki === undefined ? {} : { spki });
  registry.keys.set(aid, spki ?? 'somebody else');
  registry.certificates.set(aid, pem);
}

async function pendingFolders(): Promise<string[]> {
  return readdir(path.join(dataDir, 'AIDs', '_pending')).catch(() => []);
}

describe('a new name', () => {
  it('gets a key, a certificate and a place on disk', async () => {
    const identity = await registerIdentity(ports, store, alice);
    expect(registry.keys.get(alice)).toBe(identity.publicKeySpki);
    expect(identity.certificate()).not.toBeNull();
    expect((await store.load(alice)).certificate()?.pem).toBe(identity.certificate()?.pem);
  });

  it('has its key on disk before anything is sent', async () => {
    const { rpc } = ports;
    let found: string[] = [];
    const watching: RegistrationPorts = {
      ...ports,
      rpc: async (method, params) => {
        found = await pendingFolders();
        return rpc(method, params);
      },
    };
    await registerIdentity(watching, store, alice);
    expect(found).toHaveLength(1);
  });

  it('that is taken is refused without leaving a key behind', async () => {
    await occupy(alice);
    await expect(registerIdentity(ports, store, alice)).rejects.toMatchObject({ code: 'name_taken' });
    expect(registry.creates).toBe(0);
    expect(await pendingFolders()).toEqual([]);
  });

  it('that somebody takes in the same moment is refused the same way', async () => {
    const { rpc } = ports;
    const racing: RegistrationPorts = {
      ...ports,
      rpc: async (method, params) => {
        await occupy(alice);
        return rpc(method, params);
      },
    };
    await expect(registerIdentity(racing, store, alice)).rejects.toMatchObject({ code: 'name_taken' });
    expect(await pendingFolders()).toEqual([]);
    expect(await store.has(alice)).toBe(false);
  });

  it('that the gateway refuses outright leaves nothing behind', async () => {
    const refusing = { ...ports, rpc: async () => Promise.reject(refused(-32602, 'invalid AID')) };
    await expect(registerIdentity(refusing, store, alice)).rejects.toMatchObject({ wireCode: -32602 });
    expect(await pendingFolders()).toEqual([]);
  });
});

describe('an interrupted registration', () => {
  function loseReply(): void {
    registry.afterCreate = () => {
      registry.afterCreate = null;
      throw new AunError('connection_closed', 'gone', { retryable: true });
    };
  }

  it('is completed with the same key when the reply was lost', async () => {
    loseReply();
    await expect(registerIdentity(ports, store, alice)).rejects.toMatchObject({ code: 'connection_closed' });
    const registered = registry.keys.get(alice);
    const identity = await registerIdentity(ports, store, alice);
    expect(identity.publicKeySpki).toBe(registered);
    expect(registry.creates).toBe(1);
  });

  it('is sent again with the same key when the request was lost', async () => {
    const { rpc } = ports;
    const closed = new AunError('connection_closed', 'gone', { retryable: true });
    const broken = { ...ports, rpc: async () => Promise.reject(closed) };
    await expect(registerIdentity(broken, store, alice)).rejects.toBe(closed);
    const key = (await store.pending(alice))?.publicKeySpki;
    const identity = await registerIdentity({ ...ports, rpc }, store, alice);
    expect(identity.publicKeySpki).toBe(key);
  });

  it('gives way when the name went to somebody else meanwhile', async () => {
    await store.begin(alice);
    await occupy(alice);
    await expect(registerIdentity(ports, store, alice)).rejects.toMatchObject({ code: 'name_taken' });
    expect(await pendingFolders()).toEqual([]);
  });

  it('accepts the certificate behind "already exists" when it is for the own key', async () => {
    const pending = await store.begin(alice);
    let asked = 0;
    await occupy(alice, pending.publicKeySpki);
    network.answers.certificate = (aid) =>
      (asked += 1) === 1 ? null : (registry.certificates.get(aid) ?? null);
    const exists = { ...ports, rpc: async () => Promise.reject(refused(-32602, 'AID already exists')) };
    const identity = await registerIdentity(exists, store, alice);
    expect(identity.publicKeySpki).toBe(pending.publicKeySpki);
  });

  it('keeps its key when the certificate that came back cannot be trusted', async () => {
    const other = await makeTestNetwork('aun.test', testClock());
    const lying: RegistrationPorts = {
      ...ports,
      rpc: async (_method, params) => {
        const spki = createParams.parse(params).public_key;
        return { cert: await other.leaf(`CN=${alice}`, { spki }) };
      },
    };
    await expect(registerIdentity(lying, store, alice)).rejects.toMatchObject({
      code: 'certificate_invalid',
    });
    expect(await pendingFolders()).toHaveLength(1);
    expect(await store.has(alice)).toBe(false);
  });
});

describe('an identity that is here already', () => {
  it('is returned without asking the network', async () => {
    await registerIdentity(ports, store, alice);
    const { calls } = network;
    const before = { ...calls };
    await registerIdentity(ports, store, alice);
    expect(calls).toEqual(before);
    expect(registry.creates).toBe(1);
  });

  it('gets a lost certificate back', async () => {
    await registerIdentity(ports, store, alice);
    await writeFile(path.join(store.folderOf(alice), 'public', 'cert.pem'), 'rubbish');
    const identity = await registerIdentity(ports, store, alice);
    expect(identity.certificate()).not.toBeNull();
    expect(registry.creates).toBe(1);
  });

  it('is registered again with the same key when the network forgot it', async () => {
    const identity = await registerIdentity(ports, store, alice);
    registry.keys.clear();
    registry.certificates.clear();
    await registerAgain(ports, identity);
    expect(registry.keys.get(alice)).toBe(identity.publicKeySpki);
    expect(identity.certificates()).toHaveLength(2);
  });

  it('is told apart from a name that the network gave to another key', async () => {
    const identity = await registerIdentity(ports, store, alice);
    await occupy(alice);
    await expect(registerAgain(ports, identity)).rejects.toMatchObject({ code: 'own_key_elsewhere' });
    expect((await store.load(alice)).publicKeySpki).toBe(identity.publicKeySpki);
  });

  it('with a damaged key file is never overwritten', async () => {
    await registerIdentity(ports, store, alice);
    await writeFile(path.join(store.folderOf(alice), 'private', 'key.json'), 'rubbish');
    await expect(registerIdentity(ports, store, alice)).rejects.toMatchObject({ code: 'key_unreadable' });
    expect(registry.creates).toBe(1);
  });
});
