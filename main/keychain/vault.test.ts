import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createHmac, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WrappedSecret } from '../ports/vault';
import { silentLogger } from '../runtime/logger';
import { systemRandom, systemScheduler } from '../runtime/runtime';
import type { Runtime } from '../runtime/runtime';
import { openSafeStorage } from './safe-storage-backend';
import type { SafeStorage } from './safe-storage-backend';
import { openVaultManager } from './vault-manager';
import type { VaultManager } from './vault-manager';

const secret = Buffer.from('a database key of thirty-two byte');
let dataDir: string;
let time: number;
let runtime: Runtime;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'parley-vault-'));
  time = 1_000;
  const clock = { now: () => time, monotonic: () => time };
  runtime = { clock, random: systemRandom, scheduler: systemScheduler, logger: silentLogger };
});

afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** A keyring that is only as good as its process, in the shape of the old and the new Electron. */
function keyring(prefix = 'v11'): SafeStorage {
  const key = randomBytes(32);
  const mac = (text: string) => createHmac('sha256', key).update(text).digest('hex');
  return {
    isEncryptionAvailable: () => true,
    encryptString: (text) => Buffer.from(`${prefix}${mac(text)}${Buffer.from(text).toString('hex')}`),
    decryptString(bytes) {
      const text = Buffer.from(bytes.toString().slice(67), 'hex').toString();
      if (bytes.toString().slice(3, 67) !== mac(text)) throw new Error('wrong key');
      return text;
    },
  };
}

function open(storage: SafeStorage | null = null): Promise<VaultManager> {
  const openSystem = storage === null ? null : () => openSafeStorage(storage, 'linux', silentLogger);
  return openVaultManager({ dataDir, runtime, openSystem });
}

function secretsOf(store: Map<string, Uint8Array>): WrappedSecret[] {
  return [...store.keys()].map((name) => ({
    name,
    read: async () => store.get(name) ?? new Uint8Array(),
    replace: async (wrapped) => void store.set(name, wrapped),
  }));
}

function backendNamed(wrapped: Uint8Array | undefined): unknown {
  return (JSON.parse(Buffer.from(wrapped ?? []).toString()) as { backend: unknown }).backend;
}

describe('without a secret store of the system', () => {
  it('uses a key file of its owner and says that it protects nothing', async () => {
    const vault = await open();
    const wrapped = await vault.wrap(secret);
    expect(vault.status()).toEqual({ backend: 'file', protected: false, locked: false });
    expect(Buffer.from(wrapped).includes(secret)).toBe(false);
    const key = path.join(dataDir, 'vault.key');
    expect((await stat(key)).mode & 0o777).toBe(0o600);
    expect(Buffer.from(await (await open()).unwrap(wrapped))).toEqual(secret);
  });

  it('makes one key even when many secrets are wrapped at once', async () => {
    const vault = await open();
    const wrapped = await Promise.all(Array.from({ length: 20 }, () => vault.wrap(secret)));
    const again = await open();
    for (const blob of wrapped) expect(Buffer.from(await again.unwrap(blob))).toEqual(secret);
  });

  it('refuses damaged and foreign secrets with a typed error', async () => {
    const vault = await open();
    const wrapped = await vault.wrap(secret);
    const text = Buffer.from(wrapped).toString();
    const tampered = text.replace(/"tag":"..../, '"tag":"AAAA');
    for (const blob of ['', 'rubbish', '{"vault":1,"backend":"nobody"}', tampered])
      await expect(vault.unwrap(Buffer.from(blob))).rejects.toMatchObject({ code: 'key_unreadable' });
    await writeFile(path.join(dataDir, 'vault.key'), randomBytes(32));
    await expect((await open()).unwrap(wrapped)).rejects.toMatchObject({ code: 'key_unreadable' });
    await rm(path.join(dataDir, 'vault.key'));
    await expect((await open()).unwrap(wrapped)).rejects.toMatchObject({ code: 'vault_unavailable' });
  });

  it('leaves a damaged record as it is', async () => {
    await writeFile(path.join(dataDir, 'vault.json'), '{"vault":');
    await expect(open()).rejects.toMatchObject({ code: 'key_unreadable' });
    expect(await readFile(path.join(dataDir, 'vault.json'), 'utf8')).toBe('{"vault":');
  });
});

describe('with a secret store of the system', () => {
  it('wraps under it and needs no key file', async () => {
    const storage = keyring();
    const vault = await open(storage);
    const wrapped = await vault.wrap(secret);
    expect(vault.status()).toEqual({ backend: 'keyring', protected: true, locked: false });
    expect(backendNamed(wrapped)).toBe('os');
    await expect(stat(path.join(dataDir, 'vault.key'))).rejects.toThrow();
    expect(Buffer.from(await (await open(storage)).unwrap(wrapped))).toEqual(secret);
  });

  it('prefers the asynchronous calls and names the backend where the version can', async () => {
    const old = keyring();
    const storage: SafeStorage = {
      isAsyncEncryptionAvailable: async () => true,
      encryptStringAsync: async (text) => old.encryptString?.(text) ?? Buffer.alloc(0),
      decryptStringAsync: async (bytes) => ({ result: old.decryptString?.(bytes) ?? '' }),
      getSelectedStorageBackend: () => 'gnome_libsecret',
    };
    const vault = await open(storage);
    expect(vault.status()).toMatchObject({ backend: 'gnome_libsecret', protected: true });
    expect(Buffer.from(await vault.unwrap(await vault.wrap(secret)))).toEqual(secret);
  });

  it('does not count a store without protection as one', async () => {
    for (const storage of [
      keyring('v10'),
      { ...keyring(), getSelectedStorageBackend: () => 'basic_text' },
      { ...keyring(), isEncryptionAvailable: () => false },
      {
        ...keyring(),
        encryptString: () => {
          throw new Error('no keyring');
        },
      },
    ])
      expect((await open(storage)).status()).toMatchObject({ backend: 'file', protected: false });
  });

  it('never falls back to the key file in silence', async () => {
    const wrapped = await (await open(keyring())).wrap(secret);
    const without = await open();
    await expect(without.unwrap(wrapped)).rejects.toMatchObject({
      code: 'vault_unavailable',
      retryable: true,
    });
    await expect(without.wrap(secret)).rejects.toMatchObject({ code: 'vault_unavailable' });
    expect(without.status()).toEqual({ backend: 'unavailable', protected: false, locked: false });
  });

  it('reports a keyring that lost its key as an unreadable secret', async () => {
    const wrapped = await (await open(keyring())).wrap(secret);
    await expect((await open(keyring())).unwrap(wrapped)).rejects.toMatchObject({ code: 'key_unreadable' });
  });

  it('still opens what the key file wrapped before the store was there', async () => {
    const wrapped = await (await open()).wrap(secret);
    const vault = await open(keyring());
    expect(Buffer.from(await vault.unwrap(wrapped))).toEqual(secret);
    expect(vault.status().backend).toBe('file');
  });
});

describe('with a passphrase', () => {
  const passphrase = 'correct horse';

  async function protectedFolder() {
    const vault = await open();
    const blobs = new Map([
      ['one', await vault.wrap(Buffer.from('first'))],
      ['two', await vault.wrap(Buffer.from('second'))],
    ]);
    await vault.setPassphrase(passphrase, secretsOf(blobs));
    return { vault, blobs };
  }

  it('moves every secret, drops the key file and asks for the passphrase next time', async () => {
    const { vault, blobs } = await protectedFolder();
    expect(vault.status()).toEqual({ backend: 'passphrase', protected: true, locked: false });
    expect([...blobs.values()].map(backendNamed)).toEqual(['passphrase', 'passphrase']);
    await expect(stat(path.join(dataDir, 'vault.key'))).rejects.toThrow();

    const next = await open();
    expect(next.status()).toEqual({ backend: 'passphrase', protected: true, locked: true });
    const one = blobs.get('one') ?? new Uint8Array();
    await expect(next.unwrap(one)).rejects.toMatchObject({ code: 'vault_locked' });
    await expect(next.wrap(secret)).rejects.toMatchObject({ code: 'vault_locked' });
    await next.unlock(passphrase);
    expect(next.status().locked).toBe(false);
    expect(Buffer.from(await next.unwrap(one)).toString()).toBe('first');
  });

  it('makes guessing slow', async () => {
    await protectedFolder();
    const vault = await open();
    for (let index = 0; index < 3; index += 1)
      await expect(vault.unlock('wrong')).rejects.toMatchObject({
        code: 'vault_wrong_passphrase',
        detail: {},
      });
    const waiting = { code: 'vault_wrong_passphrase', detail: { retryAfterMs: 1_000 } };
    await expect(vault.unlock(passphrase)).rejects.toMatchObject(waiting);
    time += 1_000;
    await vault.unlock(passphrase);
    expect(vault.status().locked).toBe(false);
  });

  it('can be changed while it is open; what it protects stays readable', async () => {
    const { vault, blobs } = await protectedFolder();
    await vault.setPassphrase('another one', secretsOf(blobs));
    const next = await open();
    await expect(next.unlock(passphrase)).rejects.toMatchObject({ code: 'vault_wrong_passphrase' });
    await next.unlock('another one');
    expect(Buffer.from(await next.unwrap(blobs.get('two') ?? new Uint8Array())).toString()).toBe('second');
  });

  it('cannot be set by somebody who does not know the present one', async () => {
    await protectedFolder();
    const vault = await open();
    await expect(vault.setPassphrase('mine now', [])).rejects.toMatchObject({ code: 'vault_locked' });
  });

  it('changes nothing when one of the secrets cannot be opened', async () => {
    const vault = await open();
    const one = await vault.wrap(secret);
    const blobs = new Map<string, Uint8Array>([
      ['one', one],
      ['two', Buffer.from('rubbish')],
    ]);
    await expect(vault.setPassphrase(passphrase, secretsOf(blobs))).rejects.toMatchObject({
      code: 'key_unreadable',
    });
    expect(blobs.get('one')).toBe(one);
    expect((await open()).status()).toMatchObject({ backend: 'file', locked: false });
  });

  it('leaves every secret readable when the move breaks off in the middle, and says what is so', async () => {
    const vault = await open();
    const blobs = new Map([
      ['one', await vault.wrap(Buffer.from('first'))],
      ['two', await vault.wrap(Buffer.from('second'))],
    ]);
    const [one, two] = secretsOf(blobs);
    if (one === undefined || two === undefined) throw new Error('two secrets are expected');
    const broken = { ...two, replace: () => Promise.reject(new Error('the power went')) };
    await expect(vault.setPassphrase(passphrase, [one, broken])).rejects.toThrow('the power went');

    const next = await open();
    expect(next.status()).toEqual({ backend: 'file', protected: false, locked: true });
    await next.unlock(passphrase);
    expect(Buffer.from(await next.unwrap(blobs.get('one') ?? new Uint8Array())).toString()).toBe('first');
    expect(Buffer.from(await next.unwrap(blobs.get('two') ?? new Uint8Array())).toString()).toBe('second');
    await next.setPassphrase(passphrase, secretsOf(blobs));
    expect(next.status()).toMatchObject({ backend: 'passphrase', protected: true });
    expect([...blobs.values()].map(backendNamed)).toEqual(['passphrase', 'passphrase']);
  });
});
