import { safeFileName } from '../../shared/aun/file-name';
import type { Attachment } from '../../shared/model/attachment';
import type { Attachments } from '../ports/attachments';
import type { AttachmentRecord } from '../ports/store';
import { AunError, toAunError } from '../runtime/errors';
import { replaceFileAtomically } from '../runtime/files';
import { AttachmentFolder } from './attachment-folder';
import type { AttachmentDependencies } from './dependencies';
import { DraftFiles } from './draft-files';
import { Downloads } from './downloads';
import { Intakes } from './intakes';
import { ProgressReporter } from './progress';
import { recoverAttachments } from './recovery';
import { uploadStateOf } from './upload-state';
import { Uploads } from './uploads';
import { AttachmentView } from './view';
import { Withdrawals } from './withdrawals';

export { createOutsideFiles } from './outside-files';
export { createPictures } from './pictures';
export type { AttachmentDependencies } from './dependencies';
export type { TransferProgress } from './progress';

/** The attachments of one account; see {@link Attachments}. `start` comes first, `stop` last. */
export function createAttachments(deps: AttachmentDependencies): Attachments {
  return new AccountAttachments(deps);
}

class AccountAttachments implements Attachments {
  private readonly folder: AttachmentFolder;
  private readonly view: AttachmentView;
  private readonly intakes: Intakes;
  private readonly draftFiles: DraftFiles;
  private readonly uploads: Uploads;
  private readonly downloads: Downloads;
  private readonly withdrawals: Withdrawals;

  constructor(private readonly deps: AttachmentDependencies) {
    const { account, runtime, store } = deps;
    const progress = new ProgressReporter(runtime.clock, (told) =>
      deps.emit('transfer.progress', { account, ...told }),
    );
    this.folder = new AttachmentFolder(deps.folder, runtime.random);
    this.view = new AttachmentView(account, store, this.folder, runtime.logger);
    this.intakes = new Intakes(deps, this.folder);
    this.draftFiles = new DraftFiles(deps, this.folder, this.view);
    this.uploads = new Uploads(deps, this.folder, progress);
    this.downloads = new Downloads(deps, this.folder, progress);
    this.withdrawals = new Withdrawals(deps);
  }

  async start(): Promise<void> {
    for (const id of await recoverAttachments(this.deps, this.folder)) this.downloads.prefetch(id);
  }

  online(): void {
    this.downloads.setOnline(true);
    this.withdrawals.setOnline(true);
  }

  offline(): void {
    this.downloads.setOnline(false);
    this.withdrawals.setOnline(false);
  }

  async stop(): Promise<void> {
    await Promise.all([
      this.intakes.stop(),
      this.uploads.stop(),
      this.downloads.stop(),
      this.withdrawals.stop(),
    ]);
  }

  begin: Attachments['begin'] = (file) => this.intakes.begin(file);
  append: Attachments['append'] = (upload, bytes) => this.intakes.append(upload, bytes);
  abandon: Attachments['abandon'] = (upload) => this.intakes.abandon(upload);
  complete: Attachments['complete'] = (payload, ids, signal) => this.uploads.complete(payload, ids, signal);
  read: Attachments['read'] = (address, range) => this.view.read(address, range);

  async finish(upload: string): Promise<Attachment> {
    return this.view.shown(await this.intakes.finish(upload));
  }

  async pick(conversation: string): Promise<Attachment[]> {
    const paths = await this.deps.desktop.chooseFiles({ purpose: 'attachment' });
    const taken: Attachment[] = [];
    let problem: unknown = null;
    for (const path of paths) {
      try {
        taken.push(await this.view.shown(await this.intakes.fromPath(conversation, path)));
      } catch (thrown) {
        problem ??= thrown;
      }
    }
    // What could be taken stands beside the draft; the user hears of the first that could not.
    if (problem !== null) throw toAunError(problem);
    return taken;
  }

  describe: Attachments['describe'] = async (id, facts) => {
    await this.draftFiles.describe(id, facts);
    return this.view.attachment(id);
  };

  async drafts(conversation: string): Promise<Attachment[]> {
    const records = await this.deps.store.draftAttachments(conversation);
    return Promise.all(records.filter(isMain).map((record) => this.view.shown(record)));
  }

  async discard(id: number): Promise<void> {
    const record = await this.deps.store.attachment(id);
    if (record?.message !== null) return;
    this.uploads.cancel(id);
    const picture = await this.view.pictureOf(record);
    await this.withdrawals.add(picture === null ? [record] : [record, picture]);
    const change = await this.deps.store.removeDraftAttachment(id);
    this.deps.publish(change);
    this.forget(change.files ?? []);
  }

  isVoice: Attachments['isVoice'] = (record) => uploadStateOf(record).voice;

  async download(id: number): Promise<Attachment> {
    await this.view.record(id);
    await this.downloads.fetch(id);
    return this.view.attachment(id);
  }

  async cancel(id: number): Promise<Attachment> {
    if (!this.uploads.cancel(id)) await this.downloads.cancel(id);
    return this.view.attachment(id);
  }

  leave: Attachments['leave'] = (conversation) => this.downloads.leave(conversation);

  async save(id: number): Promise<boolean> {
    const record = await this.view.record(id);
    const source = await this.folder.open(record);
    if (source === null) throw new AunError('attachment_unreadable', 'the file is not here');
    try {
      const suggestedName = safeFileName(record.name);
      const target = await this.deps.desktop.chooseSave({ purpose: 'attachment', suggestedName });
      if (target === null) return false;
      await replaceFileAtomically(target, async (handle) => {
        for await (const piece of source.read()) await handle.writeFile(piece);
      });
      return true;
    } finally {
      await source.close();
    }
  }

  copy: Attachments['copy'] = (ids, conversation) => this.draftFiles.copy(ids, conversation);

  async withdraw(message: number): Promise<void> {
    await this.withdrawals.add(await this.deps.store.attachmentsOf(message));
  }

  arrived(messages: readonly number[]): void {
    void this.fetchByItself(messages).catch((thrown: unknown) => {
      const { code, message } = toAunError(thrown);
      this.deps.runtime.logger.log('warn', 'attachments.not_looked_at', { code, message });
    });
  }

  forget(files: readonly string[]): void {
    if (files.length === 0) return;
    void this.folder.remove(files).then((left) => {
      // The sweep of the next start takes what could not be deleted, for example because it is being shown.
      if (left.length > 0) this.deps.runtime.logger.log('warn', 'attachments.left', { count: left.length });
    });
  }

  private async fetchByItself(messages: readonly number[]): Promise<void> {
    for (const message of messages) {
      for (const record of await this.deps.store.attachmentsOf(message)) {
        // Of an unknown size nothing can be said beforehand: an empty file is not worth fetching either.
        if (record.state !== 'remote' || record.size === 0) continue;
        if (await this.deps.mayFetch(record.conversation, record.size)) this.downloads.prefetch(record.id);
      }
    }
  }
}

function isMain(record: AttachmentRecord): boolean {
  return record.parent === null;
}
