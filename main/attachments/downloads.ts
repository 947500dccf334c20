import type { AttachmentPatch, AttachmentRecord } from '../ports/store';
import { toAunError } from '../runtime/errors';
import type { AunError } from '../runtime/errors';
import type { AttachmentFolder } from './attachment-folder';
import type { AttachmentDependencies } from './dependencies';
import { Downloader } from './downloader';
import type { Origin } from './downloader';
import { PARALLEL_DOWNLOADS } from './limits';
import { Limiter } from './limiter';
import type { ProgressReporter } from './progress';
import { isTransient } from './transfer-errors';

/** What may be fetched: everything else is here already or is ours. */
const FETCHABLE: readonly AttachmentRecord['state'][] = ['remote', 'failed', 'gone'];

interface Job {
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

/** Fetches files of messages, a few at a time, each of them once. */
export class Downloads {
  private readonly downloader: Downloader;
  private readonly places = new Limiter(PARALLEL_DOWNLOADS);
  private readonly jobs = new Map<number, Job>();
  /** What began by itself and was cut off with the connection. */
  private readonly again = new Set<number>();
  private online = false;
  private stopped = false;

  constructor(
    private readonly deps: AttachmentDependencies,
    private readonly folder: AttachmentFolder,
    private readonly progress: ProgressReporter,
  ) {
    this.downloader = new Downloader(deps, folder);
  }

  setOnline(online: boolean): void {
    this.online = online;
    if (!online) return;
    const again = [...this.again];
    this.again.clear();
    for (const id of again) void this.begin(id, true);
  }

  /** Fetches a file; resolves when it is here or the row says why not. */
  async fetch(id: number): Promise<void> {
    await this.begin(id, false);
  }

  /** Fetches a file without anybody having asked: a failure of the network is tried again when it is back. */
  prefetch(id: number): void {
    if (this.online) void this.begin(id, true);
    else this.again.add(id);
  }

  /** Stops fetching a file; it stays on the server. */
  async cancel(id: number): Promise<void> {
    this.again.delete(id);
    const job = this.jobs.get(id);
    job?.abort.abort();
    await job?.done;
  }

  /** Stops fetching every file of a conversation. */
  async leave(conversation: string): Promise<void> {
    const ids = new Set([...this.jobs.keys(), ...this.again]);
    await Promise.all(
      [...ids].map(async (id) => {
        const record = await this.deps.store.attachment(id);
        if (record?.conversation === conversation) await this.cancel(id);
      }),
    );
  }

  async stop(): Promise<void> {
    this.stopped = true;
    const jobs = [...this.jobs.values()];
    for (const { abort } of jobs) abort.abort();
    await Promise.all(jobs.map(({ done }) => done));
  }

  private begin(id: number, byItself: boolean): Promise<void> {
    const running = this.jobs.get(id);
    if (running !== undefined) return running.done;
    if (this.stopped) return Promise.resolve();
    const abort = new AbortController();
    const done = this.run(id, byItself, abort.signal).finally(() => {
      this.jobs.delete(id);
      this.progress.forget(id);
    });
    this.jobs.set(id, { abort, done });
    return done;
  }

  private async run(id: number, byItself: boolean, signal: AbortSignal): Promise<void> {
    const { store, runtime } = this.deps;
    try {
      const record = await store.attachment(id);
      if (record === null || !FETCHABLE.includes(record.state)) return;
      const origin = await this.originOf(record);
      if (origin === null) return;
      await this.mark(id, { state: 'loading', problem: null });
      await this.attempt(record, origin, byItself, signal);
    } catch (thrown) {
      // The database refused: the row is put right at the next start.
      const { code, message } = toAunError(thrown);
      runtime.logger.log('warn', 'attachments.not_stored', { code, message });
    }
  }

  private async attempt(
    record: AttachmentRecord,
    origin: Origin,
    byItself: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const report = (done: number, total: number): void => this.progress.report(record.id, done, total);
    try {
      const patch = await this.places.run(signal, () =>
        this.downloader.fetch(record, origin, signal, report),
      );
      await this.keep(record.id, patch);
    } catch (thrown) {
      const error = toAunError(thrown);
      const { code, message } = error;
      // Stopped: the row says that it is being fetched, and the next start goes on.
      if (this.stopped) return;
      this.deps.runtime.logger.log('info', 'attachments.not_fetched', { code, message });
      await this.mark(record.id, this.stateAfter(record.id, error, byItself));
    }
  }

  /** The file is complete; if its message was deleted meanwhile it goes too. */
  private async keep(id: number, patch: AttachmentPatch): Promise<void> {
    const remove = (): Promise<string[]> =>
      typeof patch.file === 'string' ? this.folder.remove([patch.file]) : Promise.resolve([]);
    try {
      await this.mark(id, patch);
    } catch (thrown) {
      await remove();
      throw thrown;
    }
    if ((await this.deps.store.attachment(id)) === null) await remove();
  }

  private stateAfter(id: number, error: AunError, byItself: boolean): AttachmentPatch {
    if (error.code === 'cancelled') return { state: 'remote', problem: null };
    if (error.code === 'attachment_gone') return { state: 'gone', problem: error.code };
    if (byItself && (error.code === 'connection_closed' || isTransient(error))) {
      this.again.add(id);
      return { state: 'remote', problem: null };
    }
    return { state: 'failed', problem: error.code };
  }

  private async originOf(record: AttachmentRecord): Promise<Origin | null> {
    if (record.message === null) return null;
    const message = await this.deps.store.message(record.message);
    return message === null ? null : { sender: message.sender, endToEnd: message.protection !== 'none' };
  }

  private async mark(id: number, patch: AttachmentPatch): Promise<void> {
    this.deps.publish(await this.deps.store.updateAttachment(id, patch));
  }
}
