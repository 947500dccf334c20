import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import { systemErrorCode } from '../../runtime/files';

/** Entries of a folder that are looked at; a folder with more is somebody's joke. */
const MAX_ENTRIES = 5000;
/** What "is not there" looks like, a link in the way included. */
const ABSENT = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM', 'ENXIO', 'EISDIR', 'EMLINK'];

/**
 * Content of an ordinary file of at most `limit` bytes; null for anything else. The folder may come from anybody: links
 * are not followed, a pipe does not make us wait, and nothing is written, times of reading aside.
 */
export async function readOrdinaryFile(file: string, limit: number): Promise<Buffer | null> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(file, flags).catch((thrown: unknown) => {
    if (ABSENT.includes(systemErrorCode(thrown) ?? '')) return null;
    throw thrown;
  });
  if (handle === null) return null;
  try {
    const facts = await handle.stat();
    if (!facts.isFile() || facts.size > limit) return null;
    const bytes = Buffer.alloc(facts.size);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Whether there is a real folder of that name, not a link to one. */
export async function isFolder(folder: string): Promise<boolean> {
  return (await lstat(folder).catch(() => null))?.isDirectory() ?? false;
}

/** Names in a folder in order, `kind` only; empty when the folder is not there or is a link. */
export async function namesIn(folder: string, kind: 'file' | 'folder'): Promise<string[]> {
  if (!(await isFolder(folder))) return [];
  const entries = await readdir(folder, { withFileTypes: true }).catch((thrown: unknown) => {
    if (ABSENT.includes(systemErrorCode(thrown) ?? '')) return [];
    throw thrown;
  });
  return entries
    .filter((entry) => (kind === 'file' ? entry.isFile() : entry.isDirectory()))
    .map((entry) => entry.name)
    .sort()
    .slice(0, MAX_ENTRIES);
}

/** A path below a folder whose steps are real folders; null when one of them is missing or a link. */
export async function below(folder: string, ...steps: readonly string[]): Promise<string | null> {
  let place = folder;
  for (const step of steps) {
    place = path.join(place, step);
    if (!(await isFolder(place))) return null;
  }
  return place;
}
