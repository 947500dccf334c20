import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { databaseFiles, databaseKey } from '../../main/accounts/database-key';
import { createHeadlessVault } from '../../main/keychain/headless';
import type { AccountStore } from '../../main/ports/store';
import { silentLogger } from '../../main/runtime/logger';
import { systemClock, systemRandom, systemScheduler } from '../../main/runtime/runtime';
import { createInlineStoreHost } from '../../main/store/inline-host';
import type { GatewayProcess } from '../harness/gateway-process';
import { startBenchEngine } from './in-process-engine';

/** Makes an identity with one open conversation in a data folder; nothing runs on the folder afterwards. Returns its address. */
export async function makeAccount(
  gateway: GatewayProcess,
  dataDir: string,
  name: string,
  peer: string,
): Promise<string> {
  const { url, issuer } = gateway.addresses;
  const bench = await startBenchEngine(dataDir);
  await bench.call('network.add', { issuer, gatewayUrl: url, rootPem: gateway.rootPem });
  const network = `${issuer}@${new URL(url).host}`;
  await bench.call('account.create', { network, name, displayName: '' });
  const own = `${name}.${issuer}`;
  await bench.call('conversation.open', { account: own, peer });
  await bench.engine.stop();
  return own;
}

/** Opens the database of the only account in a data folder, with nothing else running on it. */
export async function openOnlyAccount(dataDir: string): Promise<AccountStore> {
  const accounts = path.join(dataDir, 'AIDs');
  const [name] = (await readdir(accounts)).filter((each) => !each.startsWith('_'));
  if (name === undefined) throw new Error('there is no account');
  const folder = path.join(accounts, name);
  const runtime = {
    clock: systemClock,
    random: systemRandom,
    scheduler: systemScheduler,
    logger: silentLogger,
  };
  const vault = await createHeadlessVault({ dataDir, runtime, passphrase: null });
  const key = await databaseKey(folder, vault, systemRandom);
  return createInlineStoreHost({ clock: systemClock, logger: silentLogger }).open(
    databaseFiles(folder).database,
    key,
  );
}
