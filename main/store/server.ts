import { AunError, toBridgeError } from '../runtime/errors';
import { openAccountDatabase, type AccountDatabase } from './account-database';
import { toStoreError } from './errors';
import { dispatch, isRead, type Request, type Response } from './protocol';
import type { ConnectionContext } from './sqlite';

/** So many reads may overtake a write that waits. */
const READS_BEFORE_A_WRITE = 32;

/**
 * Answers requests for all open databases, one at a time. Reads overtake writes that wait, so that a page shows at once
 * during a long catch-up; writes keep their order. Whoever wants to read what was written waits for the write first.
 */
export class StoreServer {
  private readonly databases = new Map<number, AccountDatabase>();
  private readonly files = new Map<string, number>();
  private readonly reads: Request[] = [];
  private readonly writes: Request[] = [];
  private nextStore = 1;

  constructor(
    private readonly context: ConnectionContext,
    private readonly reply: (response: Response) => void,
  ) {}

  /** Takes a request and everything `more` has, and works until nothing is left. */
  receive(request: Request, more: () => Request | undefined): void {
    this.take(request);
    let readsInRow = 0;
    for (;;) {
      for (let next = more(); next !== undefined; next = more()) this.take(next);
      const preferRead = readsInRow < READS_BEFORE_A_WRITE || this.writes.length === 0;
      const read = preferRead ? this.reads.shift() : undefined;
      readsInRow = read === undefined ? 0 : readsInRow + 1;
      const job = read ?? this.writes.shift();
      if (job === undefined) return;
      this.answer(job);
    }
  }

  private take(request: Request): void {
    (isRead(request) ? this.reads : this.writes).push(request);
  }

  private answer(request: Request): void {
    try {
      this.reply({ kind: 'done', id: request.id, value: this.work(request) });
    } catch (thrown) {
      this.reply({ kind: 'failed', id: request.id, error: toBridgeError(toStoreError(thrown)) });
    }
  }

  private work(request: Request): unknown {
    switch (request.kind) {
      case 'call':
        return dispatch(this.database(request.store).handlers, request);
      case 'open':
        return this.open(request);
      case 'close':
        return this.close(request.store);
      case 'shutdown':
        for (const store of [...this.databases.keys()]) this.close(store);
        return null;
    }
  }

  private open({ file, key, account }: Extract<Request, { kind: 'open' }>): number {
    if (this.files.has(file)) throw new AunError('already_exists', 'this database is open already');
    const database = openAccountDatabase(file, key, account, this.context);
    key.fill(0);
    const store = this.nextStore;
    this.nextStore += 1;
    this.databases.set(store, database);
    this.files.set(file, store);
    return store;
  }

  private close(store: number): null {
    const database = this.database(store);
    this.databases.delete(store);
    for (const [file, number] of this.files) if (number === store) this.files.delete(file);
    database.close();
    return null;
  }

  private database(store: number): AccountDatabase {
    const database = this.databases.get(store);
    if (database === undefined) throw new AunError('internal', 'the database is closed');
    return database;
  }
}
