import type { Identity } from '../../ports/identity';
import type { RpcCaller } from '../../ports/session';
import type { StoredPrekey } from '../../ports/store';
import { toAunError } from '../../runtime/errors';
import type { Disposer, Runtime } from '../../runtime/runtime';
import { generatePrekey } from './prekey';
import type { E2eeStore } from './store';

/** Times of `protocol/02 §2.3` in ms, and how many prekeys stay whatever their age. */
export const PREKEY_TIMES = {
  rotation: 3_600_000,
  retention: 7 * 24 * 3_600_000,
  keep: 7,
  firstRetry: 1_000,
  lastRetry: 300_000,
} as const;

type Upload = Readonly<Record<string, unknown>> & { readonly prekey_id: string };

/**
 * The prekeys of this device (`protocol/02 §2.1`, `§2.3`): a fresh one after every connect, after the active one was
 * used, and every hour while online. The private half is on disk before the public half leaves; none is deleted before
 * it is seven days old and seven newer ones exist.
 */
export class PrekeyService {
  readonly #identity: Identity;
  readonly #deviceId: string;
  readonly #rpc: RpcCaller;
  readonly #store: E2eeStore;
  readonly #runtime: Runtime;
  #online = false;
  #timers: Disposer[] = [];
  #retry: Disposer | null = null;
  #queue: Promise<void> = Promise.resolve();
  #active: string | null = null;
  /** The newest prekey: an older one is not uploaded any more. */
  #newest: string | null = null;
  #known: Map<string, StoredPrekey> | null = null;
  /** Counts connections: an upload that belongs to an earlier one is not repeated. */
  #connection = 0;

  constructor(options: {
    identity: Identity;
    deviceId: string;
    rpc: RpcCaller;
    store: E2eeStore;
    runtime: Runtime;
  }) {
    this.#identity = options.identity;
    this.#deviceId = options.deviceId;
    this.#rpc = options.rpc;
    this.#store = options.store;
    this.#runtime = options.runtime;
  }

  /** The prekey this process uploaded last, until a message to it was opened; else null. */
  get active(): string | null {
    return this.#active;
  }

  onOnline(): void {
    this.#stopTimers();
    this.#online = true;
    this.#connection += 1;
    this.#timers.push(this.#runtime.scheduler.every(PREKEY_TIMES.rotation, () => this.#renew()));
    this.#renew();
  }

  onOffline(): void {
    this.#online = false;
    this.#stopTimers();
  }

  /** Stops the timers and wipes what is kept in memory. */
  stop(): void {
    this.onOffline();
    for (const prekey of this.#known?.values() ?? []) prekey.privateKeyPkcs8.fill(0);
    this.#known = null;
  }

  /** Tells that messages were opened with these prekeys; the active one among them is replaced, once. */
  consumed(ids: ReadonlySet<string>): void {
    if (this.#active === null || !ids.has(this.#active)) return;
    this.#active = null;
    if (this.#online) this.#renew();
  }

  /**
   * Private keys (PKCS#8 DER) by id, whichever device id they were made for (`protocol/02 §2.3`). Ids that do not
   * exist are absent from the result. The bytes are copies: the caller wipes them.
   */
  async privateKeys(ids: Iterable<string>): Promise<Map<string, Uint8Array>> {
    const wanted = [...ids];
    if (wanted.length === 0) return new Map();
    let known = this.#known ?? (await this.#reload());
    // Another instance of this account, or a restored backup, may have written prekeys we have not seen.
    if (wanted.some((id) => !known.has(id))) known = await this.#reload();
    const found = new Map<string, Uint8Array>();
    for (const id of wanted) {
      const stored = known.get(id);
      if (stored !== undefined) found.set(id, Uint8Array.from(stored.privateKeyPkcs8));
    }
    return found;
  }

  /** Resolves when every upload that was asked for has ended, well or badly. */
  async settled(): Promise<void> {
    await this.#queue;
  }

  #renew(): void {
    const connection = this.#connection;
    this.#queue = this.#queue.then(() => this.#generate(connection));
  }

  async #generate(connection: number): Promise<void> {
    if (!this.#isCurrent(connection)) return;
    try {
      const { clock, random } = this.#runtime;
      const now = clock.now();
      const made = generatePrekey(random, now, (data) => this.#identity.sign(data));
      const stored: StoredPrekey = {
        prekeyId: made.upload.prekey_id,
        deviceId: this.#deviceId,
        privateKeyPkcs8: made.privateKeyPkcs8,
        createdAt: made.upload.created_at,
      };
      await this.#store.savePrekey(stored);
      this.#known?.set(stored.prekeyId, stored);
      this.#newest = stored.prekeyId;
      await this.#prune(now);
      const fingerprint = this.#identity.certificate()?.fingerprint;
      await this.#upload(connection, PREKEY_TIMES.firstRetry, {
        ...made.upload,
        ...(fingerprint === undefined ? {} : { cert_fingerprint: fingerprint }),
        ...(this.#deviceId === '' ? {} : { device_id: this.#deviceId }),
      });
    } catch (thrown) {
      // The disk refused: nothing was uploaded, so nobody can use a key we do not have. The next connect tries again.
      this.#log('prekey_not_stored', thrown);
    }
  }

  async #prune(now: number): Promise<void> {
    const removed = await this.#store.prunePrekeys(
      this.#deviceId,
      now - PREKEY_TIMES.retention,
      PREKEY_TIMES.keep,
    );
    if (removed > 0) await this.#reload();
  }

  async #upload(connection: number, delay: number, upload: Upload): Promise<void> {
    if (!this.#isCurrent(connection) || upload.prekey_id !== this.#newest) return;
    this.#retry?.();
    this.#retry = null;
    // Active before the answer: a message to it may arrive first, and a lost answer does not mean a lost upload.
    this.#active = upload.prekey_id;
    try {
      await this.#rpc.call('message.e2ee.put_prekey', upload);
    } catch (thrown) {
      this.#log('prekey_upload_failed', thrown);
      if (!this.#isCurrent(connection)) return;
      this.#retry = this.#runtime.scheduler.after(delay, () => {
        const next = Math.min(delay * 2, PREKEY_TIMES.lastRetry);
        this.#queue = this.#queue.then(() => this.#upload(connection, next, upload));
      });
    }
  }

  #isCurrent(connection: number): boolean {
    return this.#online && connection === this.#connection;
  }

  async #reload(): Promise<Map<string, StoredPrekey>> {
    const known = new Map<string, StoredPrekey>();
    for (const prekey of await this.#store.prekeys()) known.set(prekey.prekeyId, prekey);
    this.#known = known;
    return known;
  }

  #stopTimers(): void {
    for (const stop of this.#timers) stop();
    this.#timers = [];
    this.#retry?.();
    this.#retry = null;
  }

  #log(event: string, thrown: unknown): void {
    const { code, message } = toAunError(thrown);
    this.#runtime.logger.log('warn', event, { deviceId: this.#deviceId, code, message });
  }
}
