import { join } from 'node:path';
import { DEMO_AGENTS } from '../../shared/aun/demo-agents';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { Message } from '../../shared/model/message';
import type { CommandRouter } from '../bridge/router';
import { createCommandRouter } from '../bridge/router';
import { createCryptoPool } from '../e2ee';
import { readEnvironment } from '../identity/environment';
import type { Environment } from '../identity/environment';
import { createNotifications } from '../notifications';
import type { MediaPart } from '../ports/attachments';
import type { Emit } from '../ports/events';
import { AunError } from '../runtime/errors';
import { createStoreHost } from '../store/host';
import { AccountManager } from './account-manager';
import { BackupJobs } from './backup-jobs';
import { CustodyDesk } from './custody-desk';
import type { EngineOptions } from './engine-options';
import { createHandlers } from './handlers';
import { IdentityTransfers } from './identity-transfers';
import { LocalNetwork } from './local-network';
import { LOCAL_ISSUER, LOCAL_NETWORK, NetworkRegistry } from './network-registry';
import { NetworkServices } from './network-services';
import { RootDesk } from './root-desk';
import { SettingsKeeper } from './settings-keeper';
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
  /** No window is open or answers any more: nothing is in sight until one says what is. */
  windowGone(): void;
  /**
   * A part of a decrypted attachment for the window, by an address that `Attachment.media` or `thumbnail` named; null where
   * there is nothing to be shown, also while the vault is locked.
   */
  media(
    address: string,
    range: { readonly start: number; readonly end: number | null } | null,
  ): Promise<MediaPart | null>;
  /**
   * Sends a finished payload in the name of an account; for agents that live in this process. Repeating it with the same id
   * never sends twice. @throws AunError as `message.send`
   */
  sendPayload(
    account: string,
    conversation: string,
    payload: JsonObject,
    requestId: string,
  ): Promise<Message>;
}

/** Addresses of the agents that live on the embedded network. */
const demoAgents = (): string[] => Object.values(DEMO_AGENTS).map((name) => `${name}.${LOCAL_ISSUER}`);

/** Builds the engine; nothing runs before {@link Engine.start}. */
export function createEngine(options: EngineOptions): Engine {
  const { runtime } = options;
  /** The window hears first, then whoever decides what still deserves a notification. */
  const emit: Emit = (event) => {
    options.emit(event);
    notifications.hear(event);
  };
  const settings = new SettingsKeeper(options.dataDir, emit);
  const notifications = createNotifications({
    notifier: options.notifier,
    settings: () => settings.current(),
    locale: options.info.locale,
    runtime,
    emit: options.emit,
  });
  const networks = new NetworkRegistry(options.dataDir);
  let surroundings: Environment | null = null;
  const environment = (): Environment => {
    if (surroundings === null) throw new AunError('internal', 'the engine was not started');
    return surroundings;
  };
  const tellNetworks = (): void =>
    emit({ event: 'network.changed', data: { account: null, networks: networks.snapshot() } });
  /** Address or trust of a network changed: whoever works with it starts anew. */
  const networkReplaced = async (id: string): Promise<void> => {
    tellNetworks();
    custody.forget(id);
    await accounts.networkReplaced(id);
  };
  const local =
    options.launcher === null
      ? null
      : new LocalNetwork(
          options.dataDir,
          options.launcher,
          runtime,
          (gateway) => {
            networks.setLocal(gateway);
            if (gateway === null) tellNetworks();
            else networkReplaced(LOCAL_NETWORK).catch(reportFailure);
          },
          () => accounts.lookAgain(LOCAL_NETWORK, demoAgents()),
        );
  const networkServices = new NetworkServices(networks, local, runtime, environment);
  const store = createStoreHost({ workerPath: options.workers.store, logger: runtime.logger });
  const cryptoPool = createCryptoPool({
    workerPath: options.workers.crypto,
    size: 1,
    logger: runtime.logger,
  });
  const { desktop } = options;
  const accounts = new AccountManager({
    options: { ...options, emit },
    networks,
    networkServices,
    store,
    cryptoPool,
    surroundings: { runtime, emit, desktop, settings: () => settings.current(), notifications },
  });
  const backups = new BackupJobs({
    accounts,
    networks,
    ready: (id) => networkServices.ready(id),
    networksChanged: tellNetworks,
    desktop,
    runtime,
    emit,
  });
  const vault = new VaultControl({
    vault: options.vault,
    accounts,
    emit,
    stopJobs: () => backups.stop(),
  });
  const custody = new CustodyDesk({ accounts, networkServices, runtime });
  const handlers = createHandlers({
    options,
    environment,
    accounts,
    networks,
    networkServices,
    networkReplaced,
    settings,
    notifications,
    vault,
    backups,
    custody,
    roots: new RootDesk({ networks, desktop, runtime, environment }),
    transfers: new IdentityTransfers({ accounts, networkServices, desktop, runtime, environment }),
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
        surroundings = await readEnvironment({
          env: options.environment ?? {},
          configFile: join(options.dataDir, 'config.json'),
          now: runtime.clock.now(),
        });
        await settings.read();
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
      notifications.stop();
      await backups.stop();
      await accounts.stop();
      await local?.stop();
      await cryptoPool.stop();
      await store.close();
    },
    networkChanged: () => accounts.networkChanged(),
    windowGone: () => notifications.viewing({ focused: false, account: null, conversation: null }),
    media: (address, range) => accounts.media(address, range),
    sendPayload: async (account, conversation, payload, requestId) =>
      (await accounts.get(account)).sendPayload(conversation, payload, requestId),
  };
}
