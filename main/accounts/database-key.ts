import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Vault, WrappedSecret } from '../ports/vault';
import { AunError } from '../runtime/errors';
import { makePrivateFolder, readFileIfPresent, systemErrorCode, writeFileAtomically } from '../runtime/files';
import type { Random } from '../runtime/runtime';

/** File of an account's database and of the wrapped key that opens it. */
export function databaseFiles(folder: string): { database: string; key: string } {
  return { database: join(folder, 'parley.db'), key: join(folder, 'private', 'database.key') };
}

/** Folder of the files of an account's messages. */
export function attachmentFolder(folder: string): string {
  return join(folder, 'attachments');
}

/**
 * The 32-byte key of an account's database; made and wrapped by the vault when there is none yet. Never makes a second
 * key for a database that exists: that database would be lost.
 * @throws AunError `vault_locked`, `key_unreadable`, `vault_unavailable`; files stay as they are
 */
export async function databaseKey(folder: string, vault: Vault, random: Random): Promise<Uint8Array> {
  const files = databaseFiles(folder);
  const wrapped = await readFileIfPresent(files.key);
  if (wrapped !== null) {
    const key = await vault.unwrap(wrapped);
    if (key.length !== 32) throw new AunError('key_unreadable', 'the database key has a wrong length');
    return key;
  }
  if (await exists(files.database)) {
    throw new AunError('key_unreadable', 'the database is there, but the file with its key is missing');
  }
  const key = random.bytes(32);
  await makePrivateFolder(join(folder, 'private'));
  await writeFileAtomically(files.key, await vault.wrap(key));
  return key;
}

/** The wrapped database key of an account, for moving it to another vault backend; null when there is none. */
export async function databaseSecret(folder: string): Promise<WrappedSecret | null> {
  const { key } = databaseFiles(folder);
  if (!(await exists(key))) return null;
  return {
    name: key,
    async read() {
      const wrapped = await readFileIfPresent(key);
      if (wrapped === null) throw new AunError('key_unreadable', 'the database key file is gone');
      return wrapped;
    },
    replace: (wrapped) => writeFileAtomically(key, wrapped),
  };
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
