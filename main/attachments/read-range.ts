import type { FileHandle } from 'node:fs/promises';
import { AunError } from '../runtime/errors';

/** Exactly so many bytes of a file. @throws AunError `attachment_unreadable` where it is shorter */
export async function readRange(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) throw new AunError('attachment_unreadable', 'a file is shorter than it was');
    filled += bytesRead;
  }
  return bytes;
}
