import type { Attachment } from '../../shared/model/attachment';
import { SHOWN_TYPES } from '../../shared/aun/shown-types';
import type { MediaPart } from '../ports/attachments';
import type { AccountStore, AttachmentRecord } from '../ports/store';
import { AunError, toAunError } from '../runtime/errors';
import type { Logger } from '../runtime/logger';
import { opensMedia, parseMediaAddress } from '../runtime/media-address';
import { shownAttachment } from '../store/shown-attachment';
import type { AttachmentFolder } from './attachment-folder';
import { uploadStateOf } from './upload-state';

/** What of attachments is to be seen. */
export class AttachmentView {
  constructor(
    private readonly account: string,
    private readonly store: AccountStore,
    private readonly folder: AttachmentFolder,
    private readonly logger: Logger,
  ) {}

  /** The row of an attachment. @throws AunError `not_found` */
  async record(id: number): Promise<AttachmentRecord> {
    const record = await this.store.attachment(id);
    if (record === null) throw new AunError('not_found', 'there is no such attachment');
    return record;
  }

  /** The stored small picture of an attachment, or null. */
  async pictureOf(record: AttachmentRecord): Promise<AttachmentRecord | null> {
    const { picture } = uploadStateOf(record);
    if (picture !== null) return this.store.attachment(picture);
    if (record.message === null) return null;
    const all = await this.store.attachmentsOf(record.message);
    return all.find(({ parent }) => parent === record.id) ?? null;
  }

  /** An attachment as the window shows it. @throws AunError `not_found` */
  async attachment(id: number): Promise<Attachment> {
    return this.shown(await this.record(id));
  }

  async shown(record: AttachmentRecord): Promise<Attachment> {
    return shownAttachment(this.account, record, (await this.pictureOf(record)) ?? undefined);
  }

  /** See `Attachments.read`. */
  async read(
    address: string,
    range: { readonly start: number; readonly end: number | null } | null,
  ): Promise<MediaPart | null> {
    const asked = parseMediaAddress(address);
    if (asked?.account !== this.account) return null;
    const record = await this.store.attachment(asked.id);
    if (record?.fileKey == null || !SHOWN_TYPES.has(record.type)) return null;
    if (!opensMedia({ id: record.id, fileKey: record.fileKey }, asked.token)) return null;
    return this.part(record, range);
  }

  private async part(
    record: AttachmentRecord,
    range: { readonly start: number; readonly end: number | null } | null,
  ): Promise<MediaPart | null> {
    const start = range?.start ?? 0;
    const end = Math.min(range?.end ?? record.size - 1, record.size - 1);
    if (start < 0 || start > end) return null;
    try {
      const file = await this.folder.open(record);
      // Opened again when the body is really wanted: a part that nobody reads must not hold a file open.
      await file?.close();
      if (file === null) return null;
    } catch (thrown) {
      this.logger.log('warn', 'attachments.unreadable', { code: toAunError(thrown).code });
      return null;
    }
    return { type: record.type, size: record.size, start, end, body: this.bytes(record, start, end + 1) };
  }

  private async *bytes(record: AttachmentRecord, start: number, end: number): AsyncGenerator<Uint8Array> {
    const file = await this.folder.open(record);
    if (file === null) return;
    try {
      yield* file.read(start, end);
    } finally {
      await file.close();
    }
  }
}
