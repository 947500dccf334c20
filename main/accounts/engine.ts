import { join } from 'node:path';
import { defaultSettings } from '../../shared/model/default-settings';
import { storedSettingsSchema } from '../../shared/model/stored-settings';
import type { CommandRouter } from '../bridge/router';
import { createCommandRouter } from '../bridge/router';
import { createCryptoPool } from '../e2ee';
import { jsonFile } from '../runtime/json-file';
import { createStoreHost } from '../store/host';
import { AccountManager } from './account-manager';
import { BackupJobs } from './backup-jobs';
import type { EngineOptions } from './engine-options';
import { createHandlers } from './handlers';
import { IdentityTransfers } from './identity-transfers';
import { LocalNetwork } from './local-network';
import { LOCAL_NETWORK, NetworkRegistry } from './network-registry';
import { NetworkServices } from './network-services';
import { VaultControl } from './vault-control';

export type { EngineOptions } from './engine-options';

/** The engine: the messenger without its windows. */
export interface Engine {
  readonly router: CommandRouter;
  /** Opens every account; resolves when all are open or explained. */
  start(): Promise<void>;
  /** Closes sessions, databases and child programs; nothing queued is lost. */
  stop(): Promise<void>;
  /** The computer woke up or changed its network: everybody tries again now. */
  networkChanged(): void;
}

/** Builds the engine; nothing runs before {@link Engine.start}. */
export function createEngine(options: EngineOptions): Engine {
  const { runtime } = options;
  const networks = new NetworkRegistry(options.dataDir);
  const local =
    options.launcher === null
      ? null
      : new LocalNetwork(options.dataDir, options.launcher, runtime, (gateway) => {
          networks.setLocal(gateway);
          options.emit({ event: 'network.changed', data: { account: null, networks: networks.snapshot() } });
          if (gateway !== null) accounts.networkReplaced(LOCAL_NETWORK).catch(reportFailure);
        });
  const networkServices = new NetworkServices(networks, local, runtime);
  const store = createStoreHost({ workerPath: options.workers.store, logger: runtime.logger });
  const cryptoPool = createCryptoPool({
    workerPath: options.workers.crypto,
    size: 1,
    logger: runtime.logger,
  });
  const accounts = new AccountManager({ options, networks, networkServices, store, cryptoPool });
  const settings = jsonFile(join(options.dataDir, 'settings.json'), storedSettingsSchema, defaultSettings);
  const networksChanged = (): void =>
    options.emit({ event: 'network.changed', data: { account: null, networks: networks.snapshot() } });
  const backups = new BackupJobs({
    accounts,
    networks,
    ready: (id) => networkServices.ready(id),
    networksChanged,
    desktop: options.desktop,
    runtime,
    emit: options.emit,
  });
  const vault = new VaultControl({
    vault: options.vault,
    accounts,
    emit: options.emit,
    stopJobs: () => backups.stop(),
  });
  const transfers = new IdentityTransfers({
    accounts,
    networkServices,
    desktop: options.desktop,
    runtime,
    seedPassword: null,
  });
  const handlers = createHandlers({
    options,
    accounts,
    networks,
    networkServices,
    settings,
    vault,
    backups,
    transfers,
  });

  function reportFailure(error: unknown): void {
    runtime.logger.log('error', 'engine.background_failed', { error });
  }

  const router = createCommandRouter(handlers, runtime.logger);
  let listsRead: () => void = () => undefined;
  // An unread list must not be taken for an empty one: commands wait for the lists, not for the databases.
  const lists = new Promise<void>((resolve) => {
    listsRead = resolve;
  });

  return {
    router: {
      async invoke(command, params) {
        await lists;
        return router.invoke(command, params);
      },
    },
    async start() {
      try {
        await networks.load();
        await accounts.load();
      } finally {
        listsRead();
      }
      // The gateway takes a moment; the window and the accounts of other networks do not wait for it.
      const resumed = (options.beforeOnline ?? Promise.resolve()).then(() => local?.resume());
      resumed.catch(reportFailure);
      await accounts.openAll();
      vault.upgrade().catch(reportFailure);
    },
    async stop() {
      await backups.stop();
      await accounts.stop();
      await local?.stop();
      await cryptoPool.stop();
      await store.close();
    },
    networkChanged: () => accounts.networkChanged(),
  };
}
