import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { AunError } from './errors';

/** Mode of files that hold keys, and of the folders around them. */
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
/** So much of a name stays in that of its temporary file, in UTF-16 units: the longest names leave no room for more. */
const MAX_STEM = 60;

/** The `code` of a system error (`ENOENT`, `ENOSPC` …), or null for anything else that was thrown. */
export function systemErrorCode(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || !('code' in thrown)) return null;
  return typeof thrown.code === 'string' ? thrown.code : null;
}

/** Rethrows a full disk as `disk_full`, everything else as it is. */
function translate(thrown: unknown, file: string): never {
  const code = systemErrorCode(thrown);
  if (code !== 'ENOSPC' && code !== 'EDQUOT') throw thrown;
  throw new AunError('disk_full', `no space left to write ${path.basename(file)}`, {
    retryable: true,
    cause: thrown,
  });
}

/** Makes a folder and its parents that only this user can enter. */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER }).catch((thrown: unknown) =>
    translate(thrown, folder),
  );
}

/** Makes renames and new names inside a folder durable. Windows has no such call and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Replaces a file as a whole: after a crash at any moment it has its old content or the new one. The file and its name
 * are on disk when this resolves. Only this user can read it.
 * @throws AunError `disk_full`
 */
export async function writeFileAtomically(file: string, content: string | Uint8Array): Promise<void> {
  await replaceFileAtomically(file, (handle) => handle.writeFile(content));
}

/**
 * As {@link writeFileAtomically}, for content that `write` brings bit by bit. When `write` throws nothing is left behind.
 * @throws AunError `disk_full`, and what `write` throws
 */
export async function replaceFileAtomically(
  file: string,
  write: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const folder = path.dirname(file);
  const temporary = path.join(
    folder,
    `.${path.basename(file).slice(0, MAX_STEM)}.${randomBytes(6).toString('hex')}.tmp`,
  );
  try {
    const handle = await open(temporary, 'wx', PRIVATE_FILE);
    try {
      await write(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (thrown) {
    await unlink(temporary).catch(() => undefined);
    translate(thrown, file);
  }
  await syncFolder(folder);
}

/** Content of a file, or null when there is no such file. */
export async function readFileIfPresent(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (thrown) {
    const code = systemErrorCode(thrown);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw thrown;
  }
}
