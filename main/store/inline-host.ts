import type { StoreHost } from '../ports/store';
import { AunError } from '../runtime/errors';
import { openAccountDatabase } from './account-database';
import { createClient, type Call } from './client';
import { toStoreError } from './errors';
import type { Arguments, Method, Result } from './protocol';
import type { Migration } from './migrations/migration';
import type { ConnectionContext } from './sqlite';

/** The same store in the calling thread: for tests and tools. Every call blocks until it is done. */
export function createInlineStoreHost(
  context: ConnectionContext,
  options: { readonly migrations?: readonly Migration[] } = {},
): StoreHost {
  const closers = new Set<() => void>();
  return {
    async open(file, key, account = '') {
      const database = openAccountDatabase(file, key, account, context, options.migrations);
      let open = true;
      const close = (): void => {
        if (!open) return;
        open = false;
        closers.delete(close);
        database.close();
      };
      closers.add(close);
      const call: Call = async <Name extends Method>(
        method: Name,
        args: Arguments<Name>,
      ): Promise<Result<Name>> => {
        if (!open) throw new AunError('internal', 'the database is closed');
        try {
          return database.handlers[method](args);
        } catch (thrown) {
          throw toStoreError(thrown);
        }
      };
      return createClient(call, async () => close());
    },
    async close() {
      for (const close of [...closers]) close();
    },
  };
}
