import { open, readdir, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder, systemErrorCode } from '../runtime/files';

const CHUNK = Buffer.alloc(1024 * 1024);
/** Folder of the keys. */
const KEYS = 'private';

/**
 * Destroys a folder: every file is overwritten, synced and deleted, the folder with the keys first, because without them
 * the rest cannot be read. It is gone for good when this resolves; a folder that is not there is no error. (What the
 * hardware keeps of overwritten blocks is beyond a program's reach: that is why everything in there is encrypted.)
 */
export async function eraseFolder(folder: string): Promise<void> {
  await eraseContents(folder);
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  await syncFolder(dirname(folder)).catch((thrown: unknown) => {
    if (systemErrorCode(thrown) !== 'ENOENT') throw thrown;
  });
}

async function eraseContents(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((thrown: unknown) => {
    if (systemErrorCode(thrown) === 'ENOENT') return [];
    throw thrown;
  });
  entries.sort((one, other) => Number(other.name === KEYS) - Number(one.name === KEYS));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      await eraseContents(path);
      continue;
    }
    // A link is deleted, never followed: what it points to is not ours.
    if (entry.isFile()) await overwrite(path);
    await unlink(path);
  }
}

async function overwrite(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    const { size } = await handle.stat();
    for (let at = 0; at < size; at += CHUNK.length)
      await handle.write(CHUNK, 0, Math.min(CHUNK.length, size - at), at);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
