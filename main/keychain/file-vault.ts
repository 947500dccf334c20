import path from 'node:path';
import { AunError } from '../runtime/errors';
import { makePrivateFolder, readFileIfPresent, writeFileAtomically } from '../runtime/files';
import type { Random } from '../runtime/runtime';
import type { VaultBackend } from './backend';
import { seal, unreadable, unseal } from './blob';
import { keyName } from './key-name';

const KEY_BYTES = 32;

/** File of the key in a data folder. */
export function keyFileOf(dataDir: string): string {
  return path.join(dataDir, 'vault.key');
}

/**
 * The vault of last resort: a random key in a file that only this user can read. Whoever can read the data folder can
 * read the key too, so it says of itself that it protects nothing.
 */
export function createFileVault(dataDir: string, random: Random): VaultBackend {
  let loaded: Promise<Buffer | null> | null = null;
  let made: Promise<Buffer> | null = null;

  async function read(): Promise<Buffer | null> {
    const key = await readFileIfPresent(keyFileOf(dataDir));
    if (key !== null && key.length !== KEY_BYTES) throw unreadable('the key file of the vault is damaged');
    return key;
  }

  async function make(): Promise<Buffer> {
    const key = random.bytes(KEY_BYTES);
    await makePrivateFolder(dataDir);
    await writeFileAtomically(keyFileOf(dataDir), key);
    return key;
  }

  /** Reads once; a failure is not remembered. */
  function existing(): Promise<Buffer | null> {
    const reading = loaded ?? read();
    loaded = reading;
    reading.catch(() => {
      loaded = null;
    });
    return made ?? reading;
  }

  /** Two callers at once never make two keys: the second waits for what the first makes. */
  async function keyForWriting(): Promise<Buffer> {
    const found = await existing();
    if (found !== null) return found;
    made ??= make();
    try {
      return await made;
    } catch (thrown) {
      made = null;
      throw thrown;
    }
  }

  return {
    label: 'file',
    protected: false,
    async wrap(plain) {
      const key = await keyForWriting();
      return seal(plain, key, { backend: 'file', key: keyName(key) }, random);
    },
    async unwrap(blob) {
      if (blob.backend !== 'file') throw unreadable('the secret was wrapped by another vault');
      const key = await existing();
      if (key === null)
        throw new AunError('vault_unavailable', 'the key file of the vault is missing from the data folder');
      if (keyName(key) !== blob.key)
        throw unreadable('the secret was wrapped with the key of another data folder');
      return unseal(blob, key);
    },
  };
}
