import { z } from 'zod';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { AttachmentRecord } from '../ports/store';
import { AunError, toAunError } from '../runtime/errors';
import type { AttachmentDependencies } from './dependencies';
import type { AttachmentFolder } from './attachment-folder';
import { collect } from './encrypted-file';
import type { EncryptedFile } from './encrypted-file';
import {
  COMPLETE_TIMEOUT_MS,
  INLINE_BYTES,
  MAX_OBJECT_BYTES,
  OBJECT_LIFETIME_SECONDS,
  TRANSFER_IDLE_MS,
} from './limits';
import { digestObject, encryptObject } from './object-crypto';
import type { Digest } from './object-crypto';
import { referenceOf } from './reference';
import {
  mayRetryUpload,
  pauseBeforeRepeat,
  statusError,
  storageError,
  throwIfAborted,
} from './transfer-errors';
import { keyOfPlan, newPlan, uploadJsonOf, uploadStateOf } from './upload-state';
import type { UploadPlan } from './upload-state';

const headSchema = z.looseObject({ size_bytes: z.number(), sha256: z.string() });
const sessionSchema = z.looseObject({ upload_url: z.string().max(8_192) });

/** A plan whose hashes are known. */
interface ReadyPlan extends UploadPlan {
  readonly inner: Digest;
  readonly outer: Digest;
}

/**
 * Puts single files on the storage server, encrypted (`protocol/06 §3`). Every step is on disk before the next one, and the
 * same file always becomes the same object: after a crash anywhere the object is found or made, once.
 */
export class Uploader {
  constructor(
    private readonly deps: Pick<
      AttachmentDependencies,
      'account' | 'store' | 'rpc' | 'transfers' | 'runtime'
    >,
    private readonly folder: AttachmentFolder,
  ) {}

  /**
   * Uploads the file of a row and returns its reference, which stands in the row from then on.
   * @throws AunError `attachment_unreadable`, `attachment_too_large`, `storage_full`, `cancelled`, gateway errors
   */
  async upload(
    record: AttachmentRecord,
    signal: AbortSignal,
    moved: (done: number, total: number) => void,
  ): Promise<JsonObject> {
    if (record.referenceJson !== null) return jsonObjectSchema.parse(JSON.parse(record.referenceJson));
    const file = await this.folder.open(record);
    if (file === null) throw new AunError('attachment_unreadable', 'the file of an attachment is missing');
    try {
      const plan = await this.send(record, file, signal, moved);
      const reference = referenceOf(this.deps.account, record, plan, plan);
      await this.deps.store.updateAttachment(record.id, { referenceJson: JSON.stringify(reference) });
      return reference;
    } finally {
      await file.close();
    }
  }

  private async send(
    record: AttachmentRecord,
    file: EncryptedFile,
    signal: AbortSignal,
    moved: (done: number, total: number) => void,
  ): Promise<ReadyPlan> {
    let plan = await this.ready(
      record,
      uploadStateOf(record).plan ?? newPlan(this.deps.runtime.random),
      file,
    );
    for (let nth = 0; ; nth += 1) {
      throwIfAborted(signal);
      try {
        const there = plan.tried ? await this.lookUp(plan) : 'nothing';
        if (there === 'ours') return plan;
        // Somebody else's bytes under our random name: take another one, with another key.
        if (there === 'other') plan = await this.ready(record, newPlan(this.deps.runtime.random), file);
        plan = await this.save(record, { ...plan, tried: true });
        if (plan.outer.size <= INLINE_BYTES) await this.putInline(plan, file);
        else await this.putBySession(plan, file, signal, moved);
        moved(plan.outer.size, plan.outer.size);
        return plan;
      } catch (thrown) {
        const error = storageError(toAunError(thrown));
        if (!mayRetryUpload(error)) throw error;
        if (!(await pauseBeforeRepeat(nth, this.deps.runtime.scheduler, signal))) throw error;
      }
    }
  }

  /** Fixes name, key and hashes of the object on disk before a byte of it leaves. */
  private async ready(record: AttachmentRecord, plan: UploadPlan, file: EncryptedFile): Promise<ReadyPlan> {
    const { inner, outer } = plan;
    if (inner !== null && outer !== null) return { ...plan, inner, outer };
    await this.save(record, plan);
    const digests = await digestObject(file.read(), file.size, keyOfPlan(plan));
    if (digests.outer.size > MAX_OBJECT_BYTES) {
      throw new AunError('attachment_too_large', 'the file is larger than an object of the storage server');
    }
    return this.save(record, { ...plan, ...digests });
  }

  private async save<Plan extends UploadPlan>(record: AttachmentRecord, plan: Plan): Promise<Plan> {
    const uploadJson = uploadJsonOf({ ...uploadStateOf(record), plan });
    await this.deps.store.updateAttachment(record.id, { uploadJson });
    return plan;
  }

  /** Whether an earlier try got through. */
  private async lookUp(plan: ReadyPlan): Promise<'ours' | 'other' | 'nothing'> {
    try {
      const answer = await this.deps.rpc.call('storage.head_object', this.address(plan));
      const head = headSchema.parse(answer);
      const same = head.size_bytes === plan.outer.size && head.sha256.toLowerCase() === plan.outer.sha256;
      return same ? 'ours' : 'other';
    } catch (thrown) {
      if (toAunError(thrown).code === 'not_found') return 'nothing';
      throw thrown;
    }
  }

  private async putInline(plan: ReadyPlan, file: EncryptedFile): Promise<void> {
    const content = await collect(encryptObject(file.read(), file.size, keyOfPlan(plan)));
    await this.deps.rpc.call('storage.put_object', {
      ...this.address(plan),
      content: content.toString('base64'),
      ...STORED_AS,
    });
  }

  private async putBySession(
    plan: ReadyPlan,
    file: EncryptedFile,
    signal: AbortSignal,
    moved: (done: number, total: number) => void,
  ): Promise<void> {
    const { size, sha256 } = plan.outer;
    const answer = await this.deps.rpc.call('storage.create_upload_session', {
      ...this.address(plan),
      size_bytes: size,
      content_type: STORED_AS.content_type,
    });
    const session = sessionSchema.parse(answer);
    const body = counted(encryptObject(file.read(), file.size, keyOfPlan(plan)), (done) => moved(done, size));
    const put = await this.deps.transfers.request({
      method: 'PUT',
      url: session.upload_url,
      headers: { 'content-type': STORED_AS.content_type },
      body,
      length: size,
      idleTimeoutMs: TRANSFER_IDLE_MS,
      signal,
    });
    put.close();
    if (put.status < 200 || put.status > 299) throw statusError(put.status);
    throwIfAborted(signal);
    await this.deps.rpc.call(
      'storage.complete_upload',
      { ...this.address(plan), sha256, size_bytes: size, ...STORED_AS },
      { timeoutMs: COMPLETE_TIMEOUT_MS },
    );
  }

  private address(plan: UploadPlan): { owner_aid: string; bucket: string; object_key: string } {
    return { owner_aid: this.deps.account, bucket: 'default', object_key: plan.objectKey };
  }
}

/** Who knows the random name may read it: the key is in the message (`protocol/06 §3`). */
const STORED_AS = {
  content_type: 'application/octet-stream',
  is_private: false,
  overwrite: false,
  expire_in_seconds: OBJECT_LIFETIME_SECONDS,
} as const;

const jsonObjectSchema = z.record(z.string(), z.json());

async function* counted(
  pieces: AsyncIterable<Uint8Array>,
  moved: (done: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  let done = 0;
  for await (const piece of pieces) {
    yield piece;
    done += piece.length;
    moved(done);
  }
}
