import type { AunError } from '../../runtime/errors';
import type { KeyBook } from './key-book';
import type { KeyGateway } from './gateway';
import type { Keyless } from './keyless';
import type { Ledger } from './ledger';
import type { GroupKeysDeps } from './types';

/** What the parts of the key service share. */
export interface KeysContext {
  readonly deps: GroupKeysDeps;
  readonly book: KeyBook;
  readonly gateway: KeyGateway;
  readonly ledger: Ledger;
  readonly keyless: Keyless;
  /** False after the service was stopped: nothing is begun any more. */
  readonly alive: () => boolean;
  /** Something about a group changed that its state may show. */
  readonly touched: (group: string) => void;
}

/** Resolves after `ms`. */
export function pause({ deps }: KeysContext, ms: number): Promise<void> {
  return new Promise((resolve) => {
    deps.runtime.scheduler.after(ms, resolve);
  });
}

/** A wait of `least` ms plus up to `spread`, so that not everybody does the same at once. */
export function spread({ deps }: KeysContext, least: number, most: number): number {
  return Math.round(least + deps.runtime.random.unit() * most);
}

/** Notes a failure that costs nothing but time. */
export function note({ deps }: KeysContext, event: string, group: string, error: AunError): void {
  deps.runtime.logger.log('warn', event, { group, code: error.code, message: error.message });
}
