import { pendingIndex } from '../../shared/aun/attachment-reference';
import type { JsonObject, JsonValue } from '../../shared/aun/canonical-json';
import type { ErrorCode } from '../../shared/bridge/errors';
import type { AttachmentPatch, AttachmentRecord } from '../ports/store';
import { AunError, toAunError } from '../runtime/errors';
import type { AttachmentFolder } from './attachment-folder';
import type { AttachmentDependencies } from './dependencies';
import { PARALLEL_UPLOADS } from './limits';
import { Limiter } from './limiter';
import type { ProgressReporter } from './progress';
import { cancelled, throwIfAborted } from './transfer-errors';
import { Uploader } from './uploader';
import { uploadStateOf } from './upload-state';

/** Failures that stay until somebody does something. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  'storage_full',
  'attachment_too_large',
  'attachment_empty',
  'attachment_unreadable',
]);

interface Running {
  readonly abort: AbortController;
  readonly done: Promise<unknown>;
}

/** Uploads the files of messages that wait in the outbox. */
export class Uploads {
  private readonly uploader: Uploader;
  private readonly places = new Limiter(PARALLEL_UPLOADS);
  private readonly running = new Map<number, Running>();
  private stopped = false;

  constructor(
    private readonly deps: AttachmentDependencies,
    folder: AttachmentFolder,
    private readonly progress: ProgressReporter,
  ) {
    this.uploader = new Uploader(deps, folder);
  }

  /** See `Attachments.complete`. */
  async complete(payload: JsonObject, ids: readonly number[], signal?: AbortSignal): Promise<JsonObject> {
    const references: JsonObject[] = [];
    for (const id of ids) references.push(await this.one(id, signal));
    return replacePending(payload, references);
  }

  /** Stops the upload of an attachment: its `complete` fails with `cancelled`. False when none runs. */
  cancel(id: number): boolean {
    const running = this.running.get(id);
    running?.abort.abort();
    return running !== undefined;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    const running = [...this.running.values()];
    for (const { abort } of running) abort.abort();
    await Promise.allSettled(running.map(({ done }) => done));
  }

  private async one(id: number, signal?: AbortSignal): Promise<JsonObject> {
    // A cancelled upload of the same file may still be winding up.
    while (this.running.has(id)) await this.running.get(id)?.done.catch(() => undefined);
    if (this.stopped || signal?.aborted === true) throw cancelled();
    const abort = new AbortController();
    const onAbort = (): void => abort.abort();
    signal?.addEventListener('abort', onAbort);
    const done = this.places.run(abort.signal, () => this.attempt(id, abort.signal));
    this.running.set(id, { abort, done });
    try {
      return await done;
    } finally {
      this.running.delete(id);
      this.progress.forget(id);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  private async attempt(id: number, signal: AbortSignal): Promise<JsonObject> {
    throwIfAborted(signal);
    const record = await this.deps.store.attachment(id);
    if (record === null) throw new AunError('attachment_unreadable', 'an attachment is gone');
    await this.mark(id, { state: 'uploading', problem: null });
    try {
      const reference = await this.withPicture(record, signal);
      await this.mark(id, { state: 'here', problem: null });
      return reference;
    } catch (thrown) {
      const error = toAunError(thrown);
      await this.mark(id, await this.stateAfter(id, error));
      throw error;
    }
  }

  private async stateAfter(id: number, error: AunError): Promise<AttachmentPatch> {
    if (FINAL.has(error.code)) return { state: 'failed', problem: error.code };
    // What went back to the draft waits for nothing.
    const record = await this.deps.store.attachment(id);
    return { state: record?.message === null ? 'here' : 'waiting', problem: null };
  }

  private async withPicture(record: AttachmentRecord, signal: AbortSignal): Promise<JsonObject> {
    const report = (done: number, total: number): void => this.progress.report(record.id, done, total);
    const reference = await this.uploader.upload(record, signal, report);
    const picture = await this.pictureOf(record);
    if (picture === null) return reference;
    try {
      return { ...reference, thumbnail: await this.uploader.upload(picture, signal, () => undefined) };
    } catch (thrown) {
      // Without its small picture the file is still worth sending.
      if (toAunError(thrown).code === 'attachment_unreadable') return reference;
      throw thrown;
    }
  }

  private async pictureOf(record: AttachmentRecord): Promise<AttachmentRecord | null> {
    const { picture } = uploadStateOf(record);
    return picture === null ? null : this.deps.store.attachment(picture);
  }

  private async mark(id: number, patch: AttachmentPatch): Promise<void> {
    this.deps.publish(await this.deps.store.updateAttachment(id, patch));
  }
}

/** Puts references where a payload names the place of a file in the list. */
function replacePending(payload: JsonObject, references: readonly JsonObject[]): JsonObject {
  const replaced: Record<string, JsonValue | undefined> = {};
  for (const [name, value] of Object.entries(payload)) {
    replaced[name] = value === undefined ? value : replaceIn(value, references);
  }
  return replaced;
}

function replaceIn(value: JsonValue, references: readonly JsonObject[]): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((item) => replaceIn(item, references));
  const index = pendingIndex(value);
  if (index === null) return replacePending(value, references);
  const reference = references[index];
  if (reference === undefined) {
    throw new AunError('attachment_unreadable', 'a message names a file that it does not have');
  }
  return reference;
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}
