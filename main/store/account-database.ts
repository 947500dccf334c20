import { createHandlers } from './handlers';
import type { Migration } from './migrations/migration';
import { openDatabase } from './open';
import type { Handlers } from './protocol';
import type { ConnectionContext } from './sqlite';

/** The open database of one account, in the thread that holds it. */
export interface AccountDatabase {
  readonly handlers: Handlers;
  /** Closes both connections; the write-ahead log is folded into the database. */
  close(): void;
}

/** Opens the database of one account; see `StoreHost.open`. */
export function openAccountDatabase(
  file: string,
  key: Uint8Array,
  account: string,
  context: ConnectionContext,
  migrations?: readonly Migration[],
): AccountDatabase {
  const { reader, writer } = openDatabase(file, key, context, migrations);
  return {
    handlers: createHandlers(reader, writer, context, account),
    close() {
      reader.close();
      writer.close();
    },
  };
}
