import type { AttachmentFolder, NewLocalFile } from './attachment-folder';
import { collect } from './encrypted-file';
import { HEAD_BYTES, mediaFacts, PLAIN_FILE } from './media-type';
import type { MediaFacts } from './media-type';
import { inPieces } from './object-crypto';
import { isStripped, withoutMetadata } from './strip';

/** A file as it will be sent. */
export interface FinishedFile extends MediaFacts {
  readonly local: NewLocalFile;
}

/**
 * Looks at a file that was taken, says what it is and frees a picture of its metadata. A file that is not what it says is
 * kept as it is, as a plain file. On failure nothing is left of it.
 * @throws AunError `disk_full`
 */
export async function finishFile(
  folder: AttachmentFolder,
  taken: NewLocalFile,
  claim: string,
): Promise<FinishedFile> {
  try {
    const facts = mediaFacts(claim, await read(folder, taken, HEAD_BYTES));
    if (!isStripped(facts.type)) return { local: taken, ...facts };
    const bytes = await read(folder, taken, taken.writer.size);
    const parts = await withoutMetadata(facts.type, bytes);
    if (parts === null) return { local: taken, type: PLAIN_FILE, size: null };
    if (lengthOf(parts) === bytes.length) return { local: taken, ...facts };
    const local = await folder.write(allInPieces(parts));
    await folder.remove([taken.name]);
    return { local, ...facts };
  } catch (thrown) {
    await folder.remove([taken.name]);
    throw thrown;
  }
}

async function read(folder: AttachmentFolder, local: NewLocalFile, length: number): Promise<Buffer> {
  const file = await folder.open({ file: local.name, fileKey: local.key, size: local.writer.size });
  if (file === null) return Buffer.alloc(0);
  try {
    return await collect(file.read(0, length));
  } finally {
    await file.close();
  }
}

function lengthOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

async function* allInPieces(parts: readonly Buffer[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const part of parts) yield* inPieces(part);
}
