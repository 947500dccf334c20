import type { CommandName } from '../../../shared/bridge/contract';
import type { CommandHandlers } from '../../bridge/router';
import type { Environment } from '../../identity/environment';
import type { Notifications } from '../../notifications';
import type { AccountManager } from '../account-manager';
import type { BackupJobs } from '../backup-jobs';
import type { CustodyDesk } from '../custody-desk';
import type { EngineOptions } from '../engine-options';
import type { IdentityTransfers } from '../identity-transfers';
import type { NetworkRegistry } from '../network-registry';
import type { NetworkServices } from '../network-services';
import type { RootDesk } from '../root-desk';
import type { SettingsKeeper } from '../settings-keeper';
import type { VaultControl } from '../vault-control';

/** What the handlers work on. */
export interface HandlerContext {
  readonly options: EngineOptions;
  readonly environment: () => Environment;
  readonly accounts: AccountManager;
  readonly networks: NetworkRegistry;
  readonly networkServices: NetworkServices;
  /** Tells everybody that the address or the trust of a network changed. */
  readonly networkReplaced: (id: string) => Promise<void>;
  readonly settings: SettingsKeeper;
  readonly notifications: Notifications;
  readonly vault: VaultControl;
  readonly backups: BackupJobs;
  readonly roots: RootDesk;
  readonly custody: CustodyDesk;
  readonly transfers: IdentityTransfers;
}

/** The handlers whose names begin with one of these words. */
export type HandlersOf<Domain extends string> = Pick<
  CommandHandlers,
  Extract<CommandName, `${Domain}.${string}`>
>;
