import { Worker } from 'node:worker_threads';
import { errorCodeSchema, type BridgeError } from '../../shared/bridge/errors';
import type { AccountStore, StoreHost } from '../ports/store';
import { AunError } from '../runtime/errors';
import type { Logger } from '../runtime/logger';
import { createClient, type Call } from './client';
import type { Method, Request, Response, Result } from './protocol';

/** A request as it is posted; the worker checks method and arguments by type. */
type Posted =
  | Exclude<Request, { kind: 'call' }>
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly store: number;
      readonly method: Method;
      readonly args: readonly unknown[];
    };

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: AunError) => void;
}

function revive(error: BridgeError): AunError {
  const code = errorCodeSchema.catch('internal').parse(error.code);
  return new AunError(code, error.message, { retryable: error.retryable, detail: error.detail });
}

/** The main side of the store's worker thread. */
class WorkerStoreHost implements StoreHost {
  private readonly worker: Worker;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private gone: AunError | null = null;

  constructor(
    workerPath: string,
    private readonly logger: Logger,
  ) {
    this.worker = new Worker(workerPath, { name: 'store' });
    this.worker.on('message', (response: Response) => this.receive(response));
    this.worker.on('error', (error) =>
      this.fail(new AunError('internal', 'the store stopped', { cause: error })),
    );
    this.worker.on('exit', () => this.fail(new AunError('internal', 'the store is closed')));
  }

  async open(file: string, key: Uint8Array, account = ''): Promise<AccountStore> {
    const answer = await this.request((id) => ({ kind: 'open', id, file, key, account }));
    const store = Number(answer);
    // The worker answers each method with its result: that is what the shared list of handlers promises.
    const call: Call = async <Name extends Method>(method: Name, args: readonly unknown[]) =>
      (await this.request((id) => ({ kind: 'call', id, store, method, args }))) as Result<Name>;
    let closing: Promise<void> | null = null;
    return createClient(call, () => {
      closing ??= this.request((id) => ({ kind: 'close', id, store })).then(() => undefined);
      return closing;
    });
  }

  async close(): Promise<void> {
    if (this.gone !== null) return;
    await this.request((id) => ({ kind: 'shutdown', id }));
    this.gone = new AunError('internal', 'the store is closed');
    await this.worker.terminate();
  }

  private request(make: (id: number) => Posted): Promise<unknown> {
    if (this.gone !== null) return Promise.reject(this.gone);
    const id = this.nextId;
    this.nextId += 1;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      try {
        this.worker.postMessage(make(id));
      } catch (error) {
        this.pending.delete(id);
        reject(new AunError('internal', 'a request could not be posted', { cause: error }));
      }
    });
  }

  private receive(response: Response): void {
    if (response.kind === 'log') {
      this.logger.log(response.level, response.event, response.fields);
      return;
    }
    const waiting = this.pending.get(response.id);
    this.pending.delete(response.id);
    if (response.kind === 'done') waiting?.resolve(response.value);
    else waiting?.reject(revive(response.error));
  }

  private fail(error: AunError): void {
    this.gone ??= error;
    const waiting = [...this.pending.values()];
    this.pending.clear();
    for (const pending of waiting) pending.reject(this.gone);
  }
}

/**
 * Starts the store's worker thread.
 *
 * @param options.workerPath bundle of `worker.ts`
 */
export function createStoreHost(options: {
  readonly workerPath: string;
  readonly logger: Logger;
}): StoreHost {
  return new WorkerStoreHost(options.workerPath, options.logger);
}
