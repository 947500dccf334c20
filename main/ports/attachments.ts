import type { Attachment } from '../../shared/model/attachment';
import type { AttachmentRecord } from './store';
import type { JsonObject } from '../../shared/aun/canonical-json';

/** What `attachment.begin` is told of a file. */
export interface NewFile {
  readonly conversation: string;
  readonly name: string;
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  readonly voice: boolean;
}

/** The attachments of one account: draft files, uploads, downloads (`protocol/06 §1.6`, §3). */
export interface Attachments {
  /** Sweeps files nothing refers to, and takes up what a crash interrupted. */
  start(): Promise<void>;
  online(): void;
  offline(): void;
  stop(): Promise<void>;
  /** @throws AunError `attachment_too_large`, `disk_full` */
  begin(file: NewFile): Promise<string>;
  append(upload: string, bytes: Uint8Array): Promise<void>;
  /** @throws AunError `attachment_empty`, `disk_full` */
  finish(upload: string): Promise<Attachment>;
  abandon(upload: string): Promise<void>;
  /** Asks the user for files. */
  pick(conversation: string): Promise<Attachment[]>;
  describe(
    id: number,
    facts: {
      readonly width: number | null;
      readonly height: number | null;
      readonly durationMs: number | null;
      readonly thumbnail: Uint8Array | null;
    },
  ): Promise<Attachment>;
  drafts(conversation: string): Promise<Attachment[]>;
  discard(id: number): Promise<void>;
  /** Whether a file was recorded here ({@link NewFile.voice}); known of drafts and of own messages. */
  isVoice(record: AttachmentRecord): boolean;
  download(id: number): Promise<Attachment>;
  cancel(id: number): Promise<Attachment>;
  /** Stops fetching everything of a conversation, also what was to be fetched later; it stays on the server. */
  leave(conversation: string): Promise<void>;
  save(id: number): Promise<boolean>;
  /** Copies attachments that are here as draft attachments of another conversation, to be uploaded as own ones. */
  copy(ids: readonly number[], conversation: string): Promise<number[]>;
  /**
   * Uploads what a waiting message needs and returns its payload with the finished references (`protocol/06 §3`); resumes
   * after a crash under the same object names. Safe to repeat.
   * @throws AunError `storage_full`, `attachment_too_large`, `attachment_unreadable`, gateway errors, `cancelled` (by
   *   {@link cancel}, or because `signal` was aborted)
   */
  complete(payload: JsonObject, attachments: readonly number[], signal?: AbortSignal): Promise<JsonObject>;
  /**
   * Deletes the stored objects of an own message that is being recalled; failures are logged and tried again later. To be
   * called while the message still has its attachments, that is before the store blanks it.
   */
  withdraw(message: number): Promise<void>;
  /** Something new arrived: fetches what the rules allow to be fetched by itself. */
  arrived(messages: readonly number[]): void;
  /** Deletes files nothing refers to any more. */
  forget(files: readonly string[]): void;
  /**
   * Opens a part of a file for the window, decrypted. `address` is what {@link Attachment.media} or `thumbnail` said.
   * @returns null when there is no such file to be shown
   */
  read(
    address: string,
    range: { readonly start: number; readonly end: number | null } | null,
  ): Promise<MediaPart | null>;
}

/** A part of a decrypted file. */
export interface MediaPart {
  readonly type: string;
  /** Bytes of the whole file. */
  readonly size: number;
  readonly start: number;
  /** Last byte, inclusive. */
  readonly end: number;
  readonly body: AsyncIterable<Uint8Array>;
}
