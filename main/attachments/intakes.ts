import { open } from 'node:fs/promises';
import path from 'node:path';
import { safeFileName } from '../../shared/aun/file-name';
import { MAX_ATTACHMENTS } from '../../shared/bridge/commands/attachment';
import type { NewFile } from '../ports/attachments';
import type { AttachmentRecord } from '../ports/store';
import { AunError } from '../runtime/errors';
import type { Disposer } from '../runtime/runtime';
import { readRange } from './read-range';
import type { AttachmentDependencies } from './dependencies';
import type { AttachmentFolder, NewLocalFile } from './attachment-folder';
import { INTAKE_IDLE_MS, MAX_FILE_BYTES, MAX_INTAKES, PIECE_BYTES } from './limits';
import { PLAIN_FILE, typeByName } from './media-type';
import { finishFile } from './finish-file';
import { cancelled } from './transfer-errors';
import { uploadJsonOf } from './upload-state';

interface Intake {
  readonly file: NewFile;
  readonly local: NewLocalFile;
  /** Pieces are written one after the other. */
  tail: Promise<void>;
  idle: Disposer;
}

/** Takes files of the user: each piece is encrypted as it comes (design §7), then the file stands beside the draft. */
export class Intakes {
  private readonly open = new Map<string, Intake>();
  private stopped = false;

  constructor(
    private readonly deps: Pick<AttachmentDependencies, 'store' | 'runtime' | 'publish'>,
    private readonly folder: AttachmentFolder,
  ) {}

  /** @throws AunError `attachment_too_large`, `too_many_attachments`, `busy`, `disk_full`, `cancelled` */
  async begin(file: NewFile): Promise<string> {
    if (file.size > MAX_FILE_BYTES) throw tooLarge();
    if (this.open.size >= MAX_INTAKES) throw new AunError('busy', 'too many files are being taken at once');
    const drafts = await this.deps.store.draftAttachments(file.conversation);
    if (drafts.filter(({ parent }) => parent === null).length >= MAX_ATTACHMENTS) {
      throw new AunError('too_many_attachments', 'a message carries no more files');
    }
    const upload = this.deps.runtime.random.uuid();
    const local = await this.folder.create();
    // Nobody would ever end what begins behind the end.
    if (this.stopped) {
      await local.writer.discard();
      throw cancelled();
    }
    this.open.set(upload, { file, local, tail: Promise.resolve(), idle: this.expire(upload) });
    return upload;
  }

  /** @throws AunError `invalid_request` for more bytes than announced, `disk_full` */
  async append(upload: string, bytes: Uint8Array): Promise<void> {
    const intake = this.find(upload);
    intake.idle();
    intake.idle = this.expire(upload);
    const next = intake.tail.then(async () => {
      if (intake.local.writer.size + bytes.length > intake.file.size) {
        throw new AunError('invalid_request', 'a file is longer than was said');
      }
      await intake.local.writer.write(bytes);
    });
    intake.tail = next;
    try {
      await next;
    } catch (thrown) {
      await this.abandon(upload);
      throw thrown;
    }
  }

  /** @throws AunError `attachment_empty`, `invalid_request` for fewer bytes than announced, `disk_full` */
  async finish(upload: string): Promise<AttachmentRecord> {
    const intake = this.find(upload);
    this.open.delete(upload);
    intake.idle();
    const { file, local } = intake;
    try {
      await intake.tail;
      if (local.writer.size === 0) throw new AunError('attachment_empty', 'the file is empty');
      if (local.writer.size !== file.size) {
        throw new AunError('invalid_request', 'a file is shorter than was said');
      }
      await local.writer.commit();
    } catch (thrown) {
      await local.writer.discard();
      throw thrown;
    }
    return this.store(file, local);
  }

  async abandon(upload: string): Promise<void> {
    const intake = this.open.get(upload);
    if (intake === undefined) return;
    this.open.delete(upload);
    intake.idle();
    await intake.tail.catch(() => undefined);
    await intake.local.writer.discard();
  }

  /**
   * Takes a file from this computer.
   * @throws AunError `attachment_empty`, `attachment_too_large`, `attachment_unreadable`, `too_many_attachments`, `disk_full`
   */
  async fromPath(conversation: string, source: string): Promise<AttachmentRecord> {
    const handle = await open(source, 'r').catch((thrown: unknown) => {
      throw new AunError('attachment_unreadable', 'a chosen file cannot be opened', { cause: thrown });
    });
    try {
      const facts = await handle.stat();
      if (!facts.isFile()) throw new AunError('attachment_unreadable', 'what was chosen is no file');
      const name = path.basename(source);
      const size = facts.size;
      const upload = await this.begin({ conversation, name, type: typeByName(name), size, voice: false });
      try {
        for (let at = 0; at < size; at += PIECE_BYTES) {
          await this.append(upload, await readRange(handle, at, Math.min(PIECE_BYTES, size - at)));
        }
        return await this.finish(upload);
      } catch (thrown) {
        await this.abandon(upload);
        throw thrown;
      }
    } finally {
      await handle.close();
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.open.keys()].map((upload) => this.abandon(upload)));
  }

  private async store(file: NewFile, raw: NewLocalFile): Promise<AttachmentRecord> {
    const { store, publish } = this.deps;
    const finished = await finishFile(this.folder, raw, file.type);
    try {
      const { attachment, change } = await store.addAttachment({
        conversation: file.conversation,
        role: 'main',
        name: safeFileName(file.name),
        type: finished.type === '' ? PLAIN_FILE : finished.type,
        size: finished.local.writer.size,
        width: finished.size?.width ?? null,
        height: finished.size?.height ?? null,
        durationMs: null,
        encrypted: true,
        referenceJson: null,
        uploadJson: uploadJsonOf({ voice: file.voice, picture: null, plan: null }),
        file: finished.local.name,
        fileKey: finished.local.key,
        state: 'here',
        problem: null,
      });
      publish(change);
      return attachment;
    } catch (thrown) {
      await this.folder.remove([finished.local.name]);
      throw thrown;
    }
  }

  /** A window that went away finishes nothing. */
  private expire(upload: string): Disposer {
    return this.deps.runtime.scheduler.after(INTAKE_IDLE_MS, () => void this.abandon(upload));
  }

  private find(upload: string): Intake {
    const intake = this.open.get(upload);
    if (intake === undefined) throw new AunError('invalid_request', 'no such file is being taken');
    return intake;
  }
}

function tooLarge(): AunError {
  return new AunError('attachment_too_large', 'the file is larger than the network carries', {
    detail: { limitBytes: MAX_FILE_BYTES },
  });
}
