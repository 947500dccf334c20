import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { makePrivateFolder, syncFolder, systemErrorCode } from '../runtime/files';

/** What an unfinished identity is: a name being registered, or one that comes from outside. */
export type PendingKind = 'registration' | 'import';

/** A folder below `_pending`. */
export interface PendingFolder {
  readonly path: string;
  /** Folder name of the identity it is to become. */
  readonly safeAid: string;
  readonly kind: PendingKind;
  /** Unix seconds. */
  readonly startedAt: number;
}

/** An address never holds this sign, so no name can be taken for another. */
const IMPORT_MARK = 'import~';
const NAME = /^(import~)?(.+)-[0-9a-f]{8}-(\d{1,16})$/;

/** Name of a pending folder; registrations are named as 0.5.4 names them (`protocol/01 §2`). */
export function pendingName(safeAid: string, kind: PendingKind, suffix: string, seconds: number): string {
  return `${kind === 'import' ? IMPORT_MARK : ''}${safeAid}-${suffix}-${seconds}`;
}

/** Reads the name of a folder below `parent`; null when it is none of ours. */
export function readPendingName(parent: string, name: string): PendingFolder | null {
  const match = NAME.exec(name);
  const safeAid = match?.[2];
  if (match === null || safeAid === undefined) return null;
  const kind = match[1] === undefined ? 'registration' : 'import';
  return { path: path.join(parent, name), safeAid, kind, startedAt: Number(match[3]) };
}

/** Moves everything inside a folder into another one, the folder `last` at the end. */
async function merge(from: string, to: string, last: string): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true });
  entries.sort((left, right) => Number(left.name === last) - Number(right.name === last));
  for (const entry of entries) {
    const source = path.join(from, entry.name);
    const target = path.join(to, entry.name);
    if (entry.isDirectory() && entry.name !== last) {
      await makePrivateFolder(target);
      await merge(source, target, '');
      await syncFolder(target);
      continue;
    }
    if (entry.name === last) await syncFolder(to);
    await rename(source, target);
  }
}

/**
 * Makes a pending folder the folder of its identity with one rename. Where that folder is there already (public files
 * only), its parts move, the private one last: without a key nobody takes the folder for an identity.
 */
export async function moveIntoPlace(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (thrown) {
    if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(systemErrorCode(thrown) ?? '')) throw thrown;
    await merge(from, to, 'private');
    await syncFolder(to);
    await rm(from, { recursive: true, force: true });
  }
  await syncFolder(path.dirname(to));
}
