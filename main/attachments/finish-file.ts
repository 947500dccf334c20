import type { AttachmentFolder, NewLocalFile } from './attachment-folder';
import { collect } from './encrypted-file';
import { HEAD_BYTES, mediaFacts } from './media-type';
import type { MediaFacts } from './media-type';

/** A file as it will be sent. */
export interface FinishedFile extends MediaFacts {
  readonly local: NewLocalFile;
}

/** Looks at a file that was taken and says what it is. On failure the file is gone. */
export async function finishFile(
  folder: AttachmentFolder,
  local: NewLocalFile,
  claim: string,
): Promise<FinishedFile> {
  try {
    const row = { file: local.name, fileKey: local.key, size: local.writer.size };
    const file = await folder.open(row);
    if (file === null) return { local, ...mediaFacts(claim, Buffer.alloc(0)) };
    try {
      return { local, ...mediaFacts(claim, await collect(file.read(0, HEAD_BYTES))) };
    } finally {
      await file.close();
    }
  } catch (thrown) {
    await folder.remove([local.name]);
    throw thrown;
  }
}
