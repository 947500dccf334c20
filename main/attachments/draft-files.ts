import { THUMBNAIL_BYTES } from '../../shared/bridge/commands/attachment';
import type { Attachments } from '../ports/attachments';
import type { AttachmentPatch, AttachmentRecord, NewAttachment } from '../ports/store';
import { AunError } from '../runtime/errors';
import type { AttachmentFolder, LocalFile, NewLocalFile } from './attachment-folder';
import type { AttachmentDependencies } from './dependencies';
import { mediaFacts, PLAIN_FILE } from './media-type';
import { inPieces } from './object-crypto';
import { withoutMetadata } from './strip';
import { uploadJsonOf, uploadStateOf } from './upload-state';
import type { AttachmentView } from './view';

type Facts = Parameters<Attachments['describe']>[1];

/** Kinds a small picture may be of. */
const PICTURE_TYPES: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/webp']);
/** Largest side of a small picture, in pixels. */
const MAX_PICTURE_SIDE = 2_048;

/** Draft attachments after they were taken: what the window found out about them, and copies for forwarding. */
export class DraftFiles {
  constructor(
    private readonly deps: Pick<AttachmentDependencies, 'store' | 'publish'>,
    private readonly folder: AttachmentFolder,
    private readonly view: AttachmentView,
  ) {}

  /**
   * Notes measures and the small picture of a draft attachment.
   * @throws AunError `not_found`, `invalid_request` for a small picture that is none, `disk_full`
   */
  async describe(id: number, facts: Facts): Promise<void> {
    const record = await this.view.record(id);
    if (record.message !== null) throw new AunError('invalid_request', 'the message was sent already');
    const patch: AttachmentPatch = {
      ...(facts.width === null || facts.height === null ? {} : { width: facts.width, height: facts.height }),
      ...(facts.durationMs === null ? {} : { durationMs: facts.durationMs }),
    };
    if (facts.thumbnail === null) return this.update(id, patch);
    const picture = await this.addPicture(record, facts.thumbnail);
    await this.update(id, { ...patch, uploadJson: uploadJsonOf({ ...uploadStateOf(record), picture }) });
  }

  /**
   * Copies files that are here, each under a new key: forwarded files become own ones (`protocol/06 §3`).
   * @throws AunError `not_found`, `attachment_unreadable`, `disk_full`
   */
  async copy(ids: readonly number[], conversation: string): Promise<number[]> {
    const made: number[] = [];
    for (const id of ids) made.push(await this.copyOne(await this.view.record(id), conversation));
    return made;
  }

  private async copyOne(record: AttachmentRecord, conversation: string): Promise<number> {
    const small = await this.view.pictureOf(record);
    const id = await this.copyRow(record, conversation, null);
    if (small?.file == null) return id;
    const picture = await this.copyRow(small, conversation, id);
    const uploadJson = uploadJsonOf({ ...uploadStateOf(record), picture, plan: null });
    await this.update(id, { uploadJson });
    return id;
  }

  private async copyRow(
    record: AttachmentRecord,
    conversation: string,
    parent: number | null,
  ): Promise<number> {
    const local = await this.copyFile(record);
    const { voice } = uploadStateOf(record);
    return this.add(local, {
      conversation,
      parent,
      role: parent === null ? 'main' : 'thumbnail',
      name: record.name,
      type: record.type,
      size: record.size,
      width: record.width,
      height: record.height,
      durationMs: record.durationMs,
      encrypted: true,
      referenceJson: null,
      uploadJson: uploadJsonOf({ voice, picture: null, plan: null }),
      file: local.name,
      fileKey: local.key,
      state: 'here',
      problem: null,
    });
  }

  private async copyFile(source: LocalFile): Promise<NewLocalFile> {
    const file = await this.folder.open(source);
    if (file === null) throw new AunError('attachment_unreadable', 'a file is not here');
    try {
      return await this.folder.write(file.read());
    } finally {
      await file.close();
    }
  }

  private async addPicture(record: AttachmentRecord, bytes: Uint8Array): Promise<number> {
    const { type, size } = mediaFacts(PLAIN_FILE, Buffer.from(bytes));
    const good =
      bytes.length <= THUMBNAIL_BYTES &&
      PICTURE_TYPES.has(type) &&
      size !== null &&
      Math.max(size.width, size.height) <= MAX_PICTURE_SIDE;
    if (!good) throw notAPicture();
    const parts = await withoutMetadata(type, Buffer.from(bytes));
    if (parts === null) throw notAPicture();
    const local = await this.folder.write(inPieces(Buffer.concat(parts)));
    const facts = { type, size: local.writer.size, width: size.width, height: size.height };
    const before = await this.view.pictureOf(record);
    if (before !== null) {
      // The old picture may be on the server already: the new one goes under a name and key of its own.
      await this.update(before.id, {
        ...facts,
        file: local.name,
        fileKey: local.key,
        referenceJson: null,
        uploadJson: null,
      });
      if (before.file !== null) await this.folder.remove([before.file]);
      return before.id;
    }
    return this.add(local, {
      ...facts,
      conversation: record.conversation,
      parent: record.id,
      role: 'thumbnail',
      name: `${record.name}.${type.slice(type.indexOf('/') + 1)}`,
      durationMs: null,
      encrypted: true,
      referenceJson: null,
      uploadJson: null,
      file: local.name,
      fileKey: local.key,
      state: 'here',
      problem: null,
    });
  }

  private async add(local: NewLocalFile, row: NewAttachment): Promise<number> {
    try {
      const { attachment, change } = await this.deps.store.addAttachment(row);
      this.deps.publish(change);
      return attachment.id;
    } catch (thrown) {
      await this.folder.remove([local.name]);
      throw thrown;
    }
  }

  private async update(id: number, patch: AttachmentPatch): Promise<void> {
    if (Object.keys(patch).length === 0) return;
    this.deps.publish(await this.deps.store.updateAttachment(id, patch));
  }
}

function notAPicture(): AunError {
  return new AunError('invalid_request', 'the small picture is none');
}
