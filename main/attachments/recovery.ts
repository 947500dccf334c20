import type { AttachmentPatch } from '../ports/store';
import type { AttachmentFolder } from './attachment-folder';
import type { AttachmentDependencies } from './dependencies';

/** Rows looked at in one go. */
const MANY = 100_000;

/**
 * Brings rows and files together after a start: files nobody refers to are deleted, rows whose file is missing say so, and
 * what a crash interrupted goes on.
 * @returns attachments that were being fetched
 */
export async function recoverAttachments(
  deps: Pick<AttachmentDependencies, 'store' | 'publish' | 'runtime'>,
  folder: AttachmentFolder,
): Promise<number[]> {
  const { store, publish } = deps;
  const mark = async (id: number, patch: AttachmentPatch): Promise<void> =>
    publish(await store.updateAttachment(id, patch));
  const missing = await folder.sweep(await store.attachmentFiles());
  const interrupted = await store.attachmentsIn(['loading'], MANY);
  for (const { id } of interrupted) await mark(id, { state: 'remote', problem: null });
  for (const { id } of await store.attachmentsIn(['uploading'], MANY)) await mark(id, { state: 'waiting' });
  if (missing.size === 0) return interrupted.map(({ id }) => id);
  deps.runtime.logger.log('warn', 'attachments.missing', { count: missing.size });
  for (const record of await store.attachmentsIn(['here', 'waiting', 'failed'], MANY)) {
    if (record.file === null || !missing.has(record.file)) continue;
    // What came from a server can be fetched again; an own file that was never sent is lost.
    const remote = record.referenceJson !== null && record.message !== null;
    await mark(record.id, {
      file: null,
      fileKey: null,
      state: remote ? 'remote' : 'failed',
      problem: remote ? null : 'attachment_unreadable',
    });
  }
  return interrupted.map(({ id }) => id);
}
