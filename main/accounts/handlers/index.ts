import { issuerOf, nameProblem, normalizeAidInput, parseAid, suggestNames } from '../../../shared/aun/aid';
import { DEMO_AGENTS } from '../../../shared/aun/demo-agents';
import type { Conversation } from '../../../shared/model/conversation';
import { defaultSettings } from '../../../shared/model/default-settings';
import { settingsSchema } from '../../../shared/model/settings';
import type { Settings } from '../../../shared/model/settings';
import type { CommandHandlers } from '../../bridge/router';
import type { StoreReader } from '../../ports/store';
import { AunError } from '../../runtime/errors';
import type { JsonFile } from '../../runtime/json-file';
import type { AccountManager } from '../account-manager';
import type { EngineOptions } from '../engine-options';
import type { NetworkServices } from '../network-services';
import type { NetworkRecord, NetworkRegistry } from '../network-registry';
import { searchAccounts } from '../search';

/** What the handlers work on. */
export interface HandlerContext {
  readonly options: EngineOptions;
  readonly accounts: AccountManager;
  readonly networks: NetworkRegistry;
  readonly networkServices: NetworkServices;
  readonly settings: JsonFile<Settings>;
}

/** Schema and default of the settings file; unknown members of older or newer versions are dropped. */
export const settingsFile = { schema: settingsSchema, fallback: defaultSettings };

/** How many candidates are asked about to find three free names. */
const SUGGESTION_CANDIDATES = 8;

/** Every command of the contract. Each is short: the work is in the services. */
export function createHandlers(context: HandlerContext): CommandHandlers {
  const { options, accounts, networks, settings } = context;
  return {
    'app.info': async () => ({
      ...options.info,
      dataFolder: options.dataDir,
      vault: { ...options.vault.status() },
    }),
    'app.settings.get': () => settings.read(),
    'app.settings.set': async (patch) => {
      const changed = settingsSchema.parse({ ...(await settings.read()), ...patch });
      await settings.write(changed);
      options.emit({ event: 'settings.changed', data: { account: null, settings: changed } });
      return changed;
    },
    'app.openLink': async ({ url }) => ({ opened: await options.desktop.openLink(url) }),
    'app.showDataFolder': async () => ({ shown: await options.desktop.showFolder(options.dataDir) }),
    'app.reportError': async ({ message, stack }) => {
      options.runtime.logger.log('error', 'window.error', { message, stack });
      return {};
    },
    'vault.status': async () => ({ ...options.vault.status() }),
    'vault.unlock': ({ passphrase }) => accounts.unlockVault(passphrase),
    'vault.setPassphrase': ({ passphrase }) => accounts.setVaultPassphrase(passphrase),
    'network.list': async () => ({ networks: networks.snapshot() }),
    'network.probe': ({ address }) => context.networkServices.probe(address),
    'network.add': async (input) => {
      const record = await networks.add(input);
      await accounts.networkReplaced(record.id);
      options.emit({ event: 'network.changed', data: { account: null, networks: networks.snapshot() } });
      return snapshotOf(networks, record);
    },
    'network.startLocal': async () => snapshotOf(networks, await context.networkServices.startLocal()),
    'network.checkName': (input) => checkName(context, input.network, input.name),
    'account.list': async () => ({ accounts: await accounts.snapshots() }),
    'account.create': async (input) => {
      const record = await context.networkServices.ready(input.network);
      const made = await accounts.create(record, input.name, input.displayName);
      // Somebody to talk to at once: the list of a newcomer is never empty.
      if (record.kind === 'local' && accounts.isOpen(made.account)) {
        for (const name of Object.values(DEMO_AGENTS).reverse()) {
          await (await accounts.get(made.account)).openConversation(`${name}.${record.issuer}`);
        }
      }
      return made;
    },
    'account.connect': ({ account }) => accounts.connect(account),
    'account.disconnect': ({ account }) => accounts.disconnect(account),
    'account.reregister': ({ account }) => accounts.reregister(account),
    'conversation.list': async ({ account, limit, offset }) =>
      (await accounts.get(account)).store.conversations(limit, offset),
    'conversation.open': async ({ account, peer }) => (await accounts.get(account)).openConversation(peer),
    'conversation.markRead': async ({ account, conversation, upTo }) => {
      const owner = await accounts.get(account);
      owner.publish(await owner.store.markRead(conversation, upTo));
      return conversationOf(owner.store, conversation);
    },
    'conversation.setDraft': async ({ account, conversation, text }) => {
      const owner = await accounts.get(account);
      owner.publish(await owner.store.setDraft(conversation, text));
      return {};
    },
    'peer.lookup': async ({ account, aid }) => (await accounts.get(account)).lookup(aid),
    'message.page': async ({ account, conversation, limit, before, after, around }) =>
      (await accounts.get(account)).store.page(conversation, { limit, before, after, around }),
    'message.send': async ({ account, conversation, text, requestId }) => {
      const owner = await accounts.get(account);
      await conversationOf(owner.store, conversation);
      return owner.outbox.sendText(conversation, text, requestId);
    },
    'message.retry': async ({ account, id }) => (await accounts.get(account)).outbox.retry(id),
    'message.cancel': async ({ account, id }) => ({
      text: await (await accounts.get(account)).outbox.cancel(id),
    }),
    'message.raw': async ({ account, id }) => {
      const json = await (await accounts.get(account)).store.raw(id);
      if (json === null) throw new AunError('unknown_message', 'no raw envelope is kept for this message');
      return { json };
    },
    'message.heal': async ({ account, conversation }) => (await accounts.get(account)).heal(conversation),
    'message.search': async (query) => ({ hits: await searchAccounts(accounts, query) }),
  };
}

async function conversationOf(store: StoreReader, id: string): Promise<Conversation> {
  const found = await store.conversation(id);
  if (found === null) throw new AunError('unknown_conversation', 'there is no such conversation');
  return found;
}

function snapshotOf(
  networks: NetworkRegistry,
  record: NetworkRecord,
): ReturnType<NetworkRegistry['snapshot']>[number] {
  const found = networks.snapshot().find((network) => network.id === record.id);
  if (found === undefined) throw new AunError('network_unknown', 'the network is gone');
  return found;
}

async function checkName(
  context: HandlerContext,
  network: string,
  typed: string,
): Promise<{ aid: string; available: boolean; suggestions: string[] }> {
  const record = await context.networkServices.ready(network);
  const name = normalizeAidInput(typed);
  const problem = nameProblem(name);
  const aid = parseAid(`${name}.${record.issuer}`);
  if (problem !== null || aid === null) {
    throw new AunError('invalid_aid', 'the name breaks the rules for names', { detail: { problem } });
  }
  if (await context.networkServices.isFree(record, aid)) return { aid, available: true, suggestions: [] };
  const salt = context.options.runtime.random.bytes(2).readUInt16BE(0);
  const candidates = suggestNames(name, salt).slice(0, SUGGESTION_CANDIDATES);
  const free = await Promise.all(
    candidates.map(async (candidate) => {
      const other = parseAid(`${candidate}.${issuerOf(aid)}`);
      return other !== null && (await context.networkServices.isFree(record, other)) ? candidate : null;
    }),
  );
  return {
    aid,
    available: false,
    suggestions: free.filter((found): found is string => found !== null).slice(0, 3),
  };
}
