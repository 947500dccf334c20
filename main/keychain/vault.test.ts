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
    expect(vault.status()).toEqual({
      backend: 'file',
      protected: false,
      locked: false,
      passphraseSet: false,
      systemStore: null,
    });
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
    expect(vault.status()).toEqual({
      backend: 'keyring',
      protected: true,
      locked: false,
      passphraseSet: false,
      systemStore: 'keyring',
    });
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
    expect(without.status()).toMatchObject({ backend: 'unavailable', protected: false, locked: false });
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

describe('a better place', () => {
  async function inKeyFile(): Promise<Map<string, Uint8Array>> {
    const vault = await open();
    return new Map([
      ['one', await vault.wrap(Buffer.from('first'))],
      ['two', await vault.wrap(Buffer.from('second'))],
    ]);
  }

  it('is moved to as soon as there is one, and the key file goes', async () => {
    const blobs = await inKeyFile();
    const storage = keyring();
    const vault = await open(storage);
    expect(await vault.upgrade(secretsOf(blobs))).toBe(true);
    expect([...blobs.values()].map(backendNamed)).toEqual(['os', 'os']);
    await expect(stat(path.join(dataDir, 'vault.key'))).rejects.toThrow();
    const next = await open(storage);
    expect(next.status()).toMatchObject({ backend: 'keyring', protected: true });
    expect(Buffer.from(await next.unwrap(blobs.get('two') ?? new Uint8Array())).toString()).toBe('second');
    expect(await next.upgrade(secretsOf(blobs))).toBe(false);
  });

  it('is not where nothing is protected', async () => {
    const blobs = await inKeyFile();
    expect(await (await open()).upgrade(secretsOf(blobs))).toBe(false);
    expect(await (await open(keyring('v10'))).upgrade(secretsOf(blobs))).toBe(false);
    expect([...blobs.values()].map(backendNamed)).toEqual(['file', 'file']);
  });

  it('leaves the old wrapping where the new one does not give back what was put in', async () => {
    const blobs = await inKeyFile();
    const before = new Map(blobs);
    const storage = keyring();
    let calls = 0;
    const vault = await open({
      ...storage,
      decryptString: (bytes) => {
        calls += 1;
        return calls === 1 ? (storage.decryptString?.(bytes) ?? '') : 'AAAA';
      },
    });
    await expect(vault.upgrade(secretsOf(blobs))).rejects.toMatchObject({ code: 'vault_unavailable' });
    expect(blobs).toEqual(before);
    expect(Buffer.from(await vault.unwrap(blobs.get('one') ?? new Uint8Array())).toString()).toBe('first');
  });

  it('is reached at the next start when the move broke off', async () => {
    const blobs = await inKeyFile();
    const storage = keyring();
    const [one, two] = secretsOf(blobs);
    if (one === undefined || two === undefined) throw new Error('two secrets are expected');
    const broken = { ...two, replace: () => Promise.reject(new Error('the power went')) };
    await expect((await open(storage)).upgrade([one, broken])).rejects.toThrow('the power went');
    const next = await open(storage);
    expect(Buffer.from(await next.unwrap(blobs.get('two') ?? new Uint8Array())).toString()).toBe('second');
    expect(await next.upgrade(secretsOf(blobs))).toBe(true);
    expect([...blobs.values()].map(backendNamed)).toEqual(['os', 'os']);
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
    expect(vault.status()).toMatchObject({ backend: 'passphrase', protected: true, locked: false });
    expect([...blobs.values()].map(backendNamed)).toEqual(['passphrase', 'passphrase']);
    await expect(stat(path.join(dataDir, 'vault.key'))).rejects.toThrow();

    const next = await open();
    expect(next.status()).toMatchObject({
      backend: 'passphrase',
      protected: true,
      locked: true,
      passphraseSet: true,
    });
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

  it('makes guessing as slow after a start anew, and the first look for a better place does not end that', async () => {
    await protectedFolder();
    const vault = await open();
    for (let index = 0; index < 3; index += 1)
      await expect(vault.unlock('wrong')).rejects.toMatchObject({ code: 'vault_wrong_passphrase' });
    const next = await open(keyring());
    expect(await next.upgrade([])).toBe(false);
    const waiting = { code: 'vault_wrong_passphrase', detail: { retryAfterMs: 1_000 } };
    await expect(next.unlock(passphrase)).rejects.toMatchObject(waiting);
    time += 1_000;
    await next.unlock(passphrase);
    // Opened already: nothing is proved by asking again, and nothing is counted.
    await next.unlock('wrong');
    await expect((await open()).unlock(passphrase)).resolves.toBeUndefined();
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
    expect(next.status()).toMatchObject({ backend: 'file', protected: false, locked: true });
    for (const blob of blobs.values())
      await expect(next.unwrap(blob)).rejects.toMatchObject({ code: 'vault_locked' });
    await expect(next.wrap(secret)).rejects.toMatchObject({ code: 'vault_locked' });
    await next.unlock(passphrase);
    expect(Buffer.from(await next.unwrap(blobs.get('one') ?? new Uint8Array())).toString()).toBe('first');
    expect(Buffer.from(await next.unwrap(blobs.get('two') ?? new Uint8Array())).toString()).toBe('second');
    await next.setPassphrase(passphrase, secretsOf(blobs));
    expect(next.status()).toMatchObject({ backend: 'passphrase', protected: true });
    expect([...blobs.values()].map(backendNamed)).toEqual(['passphrase', 'passphrase']);
  });

  it('locks again: what is in use is forgotten, and the same passphrase opens it', async () => {
    const { vault, blobs } = await protectedFolder();
    const one = blobs.get('one') ?? new Uint8Array();
    const told: boolean[] = [];
    vault.onChange((state) => told.push(state.locked));
    vault.lock();
    expect(vault.status()).toMatchObject({ backend: 'passphrase', locked: true, passphraseSet: true });
    await expect(vault.unwrap(one)).rejects.toMatchObject({ code: 'vault_locked' });
    await expect(vault.wrap(secret)).rejects.toMatchObject({ code: 'vault_locked' });
    await vault.unlock(passphrase);
    expect(Buffer.from(await vault.unwrap(one)).toString()).toBe('first');
    expect(told).toEqual([true, false]);
  });

  it('never wraps under a blank key when it is locked in the middle', async () => {
    const { vault } = await protectedFolder();
    const wrapping = vault.wrap(secret);
    vault.lock();
    await expect(wrapping).rejects.toMatchObject({ code: 'vault_locked' });
  });

  it('loses nothing when it is locked while its passphrase is being changed', async () => {
    const { vault, blobs } = await protectedFolder();
    const changing = vault.setPassphrase('another one', secretsOf(blobs));
    const failed = expect(changing).rejects.toMatchObject({ code: 'vault_locked' });
    // The new passphrase is being turned into a key, which takes a noticeable part of a second.
    await new Promise((resolve) => setImmediate(resolve));
    vault.lock();
    await failed;
    expect(vault.status().locked).toBe(true);

    const next = await open();
    await next.unlock(passphrase);
    expect(Buffer.from(await next.unwrap(blobs.get('one') ?? new Uint8Array())).toString()).toBe('first');
  });

  it('leaves no copy of the master key in memory when it was changed and is locked', async () => {
    const made: Buffer[] = [];
    const random = {
      ...systemRandom,
      bytes: (size: number) => {
        const bytes = systemRandom.bytes(size);
        if (size === 32) made.push(bytes);
        return bytes;
      },
    };
    const vault = await openVaultManager({ dataDir, runtime: { ...runtime, random }, openSystem: null });
    await vault.setPassphrase(passphrase, []);
    await vault.setPassphrase('another one', []);
    vault.lock();
    expect(made).not.toEqual([]);
    for (const bytes of made) expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('cannot be locked without a passphrase that could open it', async () => {
    const vault = await open();
    expect(() => vault.lock()).toThrow();
    expect(vault.status().locked).toBe(false);
  });

  it('proves the present passphrase, as slowly as unlocking', async () => {
    const { vault } = await protectedFolder();
    await vault.checkPassphrase(passphrase);
    for (let index = 0; index < 3; index += 1)
      await expect(vault.checkPassphrase('wrong')).rejects.toMatchObject({ code: 'vault_wrong_passphrase' });
    const waiting = { code: 'vault_wrong_passphrase', detail: { retryAfterMs: 1_000 } };
    await expect(vault.checkPassphrase(passphrase)).rejects.toMatchObject(waiting);
  });

  it('goes back to the store of the system, where there is one', async () => {
    const { vault: first, blobs } = await protectedFolder();
    await expect(first.removePassphrase(secretsOf(blobs))).rejects.toMatchObject({
      code: 'vault_unavailable',
    });
    const storage = keyring();
    const vault = await open(storage);
    await expect(vault.removePassphrase(secretsOf(blobs))).rejects.toMatchObject({ code: 'vault_locked' });
    await vault.unlock(passphrase);
    await vault.removePassphrase(secretsOf(blobs));
    expect(vault.status()).toEqual({
      backend: 'keyring',
      protected: true,
      locked: false,
      passphraseSet: false,
      systemStore: 'keyring',
    });
    expect([...blobs.values()].map(backendNamed)).toEqual(['os', 'os']);
    const next = await open(storage);
    expect(Buffer.from(await next.unwrap(blobs.get('one') ?? new Uint8Array())).toString()).toBe('first');
  });

  it('keeps the passphrase until the last secret has moved', async () => {
    const { blobs } = await protectedFolder();
    const storage = keyring();
    const vault = await open(storage);
    await vault.unlock(passphrase);
    const [one, two] = secretsOf(blobs);
    if (one === undefined || two === undefined) throw new Error('two secrets are expected');
    const broken = { ...two, replace: () => Promise.reject(new Error('the power went')) };
    await expect(vault.removePassphrase([one, broken])).rejects.toThrow('the power went');
    const next = await open(storage);
    expect(next.status()).toMatchObject({ locked: true, passphraseSet: true });
    await next.unlock(passphrase);
    expect(Buffer.from(await next.unwrap(blobs.get('two') ?? new Uint8Array())).toString()).toBe('second');
    await next.removePassphrase(secretsOf(blobs));
    expect(next.status()).toMatchObject({ backend: 'keyring', passphraseSet: false });
  });
});
