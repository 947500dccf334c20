import { join } from 'node:path';
import type { CommandRouter } from '../bridge/router';
import { createCommandRouter } from '../bridge/router';
import { createCryptoPool } from '../e2ee';
import type { Desktop } from '../ports/desktop';
import type { Emit } from '../ports/events';
import type { ProcessLauncher } from '../ports/processes';
import type { ManagedVault } from '../ports/vault';
import { jsonFile } from '../runtime/json-file';
import type { Runtime } from '../runtime/runtime';
import { createStoreHost } from '../store/host';
import { AccountManager } from './account-manager';
import { createHandlers, settingsFile } from './handlers';
import { LocalNetwork } from './local-network';
import { LOCAL_NETWORK, NetworkRegistry } from './network-registry';
import { NetworkServices } from './network-services';

/** Everything the engine takes from the place it runs in. */
export interface EngineOptions {
  /** Parley's own data folder; created when missing. */
  readonly dataDir: string;
  readonly runtime: Runtime;
  readonly vault: ManagedVault;
  /** Bundles of the worker threads. */
  readonly workers: { readonly store: string; readonly crypto: string };
  /** Null where the embedded network is not offered (a demo agent needs none). */
  readonly launcher: ProcessLauncher | null;
  readonly desktop: Desktop;
  readonly info: {
    readonly version: string;
    readonly runtime: string;
    readonly platform: string;
    readonly locale: string;
  };
  /** Name of this computer, told to a session that ours displaces. */
  readonly hostName: string;
  readonly emit: Emit;
}

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
  const settings = jsonFile(
    join(options.dataDir, 'settings.json'),
    settingsFile.schema,
    settingsFile.fallback,
  );
  const handlers = createHandlers({ options, accounts, networks, networkServices, settings });

  function reportFailure(error: unknown): void {
    runtime.logger.log('error', 'engine.background_failed', { error });
  }

  return {
    router: createCommandRouter(handlers, runtime.logger),
    async start() {
      await networks.load();
      // The gateway takes a moment; the window and the accounts of other networks do not wait for it.
      local?.resume().catch(reportFailure);
      await accounts.load();
    },
    async stop() {
      await accounts.stop();
      await local?.stop();
      await cryptoPool.stop();
      await store.close();
    },
    networkChanged: () => accounts.networkChanged(),
  };
}
