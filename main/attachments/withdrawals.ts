import { z } from 'zod';
import type { ErrorCode } from '../../shared/bridge/errors';
import type { AttachmentRecord } from '../ports/store';
import { toAunError } from '../runtime/errors';
import type { Disposer } from '../runtime/runtime';
import type { AttachmentDependencies } from './dependencies';
import { WITHDRAW_RETRY_MS } from './limits';
import { storedReference } from './reference';
import { uploadStateOf } from './upload-state';

const META = 'attachments_to_withdraw';
/** Objects that wait to be deleted; older ones expire on the server by themselves. */
const MOST = 10_000;
/** Answers that no repeat changes. */
const SETTLED: ReadonlySet<ErrorCode> = new Set(['not_found', 'permission_denied', 'invalid_request']);
const listSchema = z.array(z.string()).catch([]);

/** Deletes own objects from the storage server; what could not be deleted yet is remembered in the database. */
export class Withdrawals {
  private working: Promise<void> = Promise.resolve();
  private changing: Promise<void> = Promise.resolve();
  private timer: Disposer | null = null;
  private online = false;
  private stopped = false;

  constructor(private readonly deps: Pick<AttachmentDependencies, 'account' | 'store' | 'rpc' | 'runtime'>) {}

  setOnline(online: boolean): void {
    this.online = online;
    if (online) this.work();
    else this.disarm();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.disarm();
    await this.working;
  }

  /** Notes that the objects of these rows are to be deleted, and does it as soon as the network lets it. */
  async add(records: readonly AttachmentRecord[]): Promise<void> {
    const keys = records.flatMap((record) => this.objectsOf(record));
    if (keys.length === 0) return;
    await this.change((list) => [...new Set([...list, ...keys])].slice(-MOST));
    this.work();
  }

  /** Names of the own objects of a row: the one its reference names, and one that an upload may have begun. */
  private objectsOf(record: AttachmentRecord): string[] {
    const reference = storedReference(record);
    const own = reference?.owner_aid === this.deps.account ? reference.object_key : undefined;
    const { plan } = uploadStateOf(record);
    return [...new Set([own, plan?.tried === true ? plan.objectKey : undefined])].filter(
      (key): key is string => key !== undefined,
    );
  }

  private work(): void {
    this.working = this.working.then(() => this.deleteAll()).catch((error: unknown) => this.later(error));
  }

  private async deleteAll(): Promise<void> {
    for (;;) {
      const [key] = await this.list();
      if (key === undefined || !this.online || this.stopped) return;
      await this.deleteOne(key);
      await this.change((list) => list.filter((other) => other !== key));
    }
  }

  private async deleteOne(key: string): Promise<void> {
    const address = { owner_aid: this.deps.account, bucket: 'default', object_key: key };
    try {
      await this.deps.rpc.call('storage.delete_object', address);
    } catch (thrown) {
      const { code, message } = toAunError(thrown);
      if (!SETTLED.has(code)) throw thrown;
      if (code !== 'not_found') this.deps.runtime.logger.log('warn', 'attachments.kept', { code, message });
    }
  }

  private later(thrown: unknown): void {
    const { code, message } = toAunError(thrown);
    const { logger, scheduler } = this.deps.runtime;
    logger.log('info', 'attachments.not_withdrawn', { code, message });
    this.disarm();
    if (!this.stopped && this.online) this.timer = scheduler.after(WITHDRAW_RETRY_MS, () => this.work());
  }

  private disarm(): void {
    this.timer?.();
    this.timer = null;
  }

  private async list(): Promise<string[]> {
    const text = await this.deps.store.getMeta(META);
    return text === null ? [] : listSchema.parse(JSON.parse(text));
  }

  /** One change of the list after the other. */
  private change(edit: (list: string[]) => string[]): Promise<void> {
    const next = this.changing
      .catch(() => undefined)
      .then(async () => {
        const list = edit(await this.list());
        await this.deps.store.setMeta(META, list.length === 0 ? null : JSON.stringify(list));
      });
    this.changing = next;
    return next;
  }
}
