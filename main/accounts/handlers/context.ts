import type { CommandName } from '../../../shared/bridge/contract';
import type { Settings } from '../../../shared/model/settings';
import type { CommandHandlers } from '../../bridge/router';
import { AunError } from '../../runtime/errors';
import type { JsonFile } from '../../runtime/json-file';
import type { AccountManager } from '../account-manager';
import type { BackupJobs } from '../backup-jobs';
import type { EngineOptions } from '../engine-options';
import type { IdentityTransfers } from '../identity-transfers';
import type { NetworkRegistry } from '../network-registry';
import type { NetworkServices } from '../network-services';
import type { VaultControl } from '../vault-control';

/** What the handlers work on. */
export interface HandlerContext {
  readonly options: EngineOptions;
  readonly accounts: AccountManager;
  readonly networks: NetworkRegistry;
  readonly networkServices: NetworkServices;
  readonly settings: JsonFile<Settings>;
  readonly vault: VaultControl;
  readonly backups: BackupJobs;
  readonly transfers: IdentityTransfers;
}

/** The handlers whose names begin with one of these words. */
export type HandlersOf<Domain extends string> = Pick<
  CommandHandlers,
  Extract<CommandName, `${Domain}.${string}`>
>;

/** For commands whose service has not landed. */
export const notWired = (): Promise<never> => Promise.reject(new AunError('internal', 'not wired'));
