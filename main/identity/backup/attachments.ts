import { open, opendir } from 'node:fs/promises';
import path from 'node:path';
import { makePrivateFolder, replaceFileAtomically, systemErrorCode } from '../../runtime/files';

const PART_BYTES = 256 * 1024;
const MAX_NAME_BYTES = 200;
/** Names that Windows keeps for devices, with any ending. */
const RESERVED = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/**
 * Whether a name may become the name of a file in one folder, on every system: no path, no device, nothing hidden, no name
 * that two systems read differently.
 */
export function isSafeFileName(name: string): boolean {
  return (
    /^[\p{L}\p{M}\p{N}_(][\p{L}\p{M}\p{N} ._()+,@=#~-]*$/u.test(name) &&
    !/[ .]$/.test(name) &&
    name === name.normalize('NFC') &&
    Buffer.byteLength(name) <= MAX_NAME_BYTES &&
    !RESERVED.test(name)
  );
}

/** A file to be carried. */
export interface AttachmentFile {
  readonly name: string;
  readonly path: string;
}

/**
 * The files of a folder that can be carried, one at a time; none when there is no such folder. Folders, links and names that
 * are not safe are passed over.
 */
export async function* attachmentFiles(folder: string): AsyncGenerator<AttachmentFile, void, undefined> {
  let entries;
  try {
    entries = await opendir(folder);
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return;
    throw thrown;
  }
  for await (const entry of entries) {
    if (entry.isFile() && isSafeFileName(entry.name))
      yield { name: entry.name, path: path.join(folder, entry.name) };
  }
}

/** The bytes of a file, piece by piece; null when it has gone meanwhile. */
export async function readAttachment(
  file: AttachmentFile,
  take: (part: Uint8Array) => Promise<void>,
): Promise<boolean> {
  let handle;
  try {
    handle = await open(file.path, 'r');
  } catch (thrown) {
    if (systemErrorCode(thrown) === 'ENOENT') return false;
    throw thrown;
  }
  try {
    const buffer = Buffer.allocUnsafe(PART_BYTES);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, PART_BYTES);
      if (bytesRead === 0) return true;
      await take(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}

/** Writes a file of a backup into a folder; for `RestoreTarget.file`. @throws AunError `disk_full` */
export async function writeAttachment(
  folder: string,
  name: string,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  await makePrivateFolder(folder);
  await replaceFileAtomically(path.join(folder, name), async (handle) => {
    for await (const part of content) await handle.writeFile(part);
  });
}
