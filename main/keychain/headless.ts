import type { Runtime } from '../runtime/runtime';
import { openVaultManager } from './vault-manager';
import type { VaultManager } from './vault-manager';

/**
 * The vault where there is no desktop: a key file, or a passphrase if the data folder has one. A passphrase that is
 * given unlocks it.
 * @throws AunError `vault_wrong_passphrase`, `key_unreadable`
 */
export async function createHeadlessVault(options: {
  readonly dataDir: string;
  readonly runtime: Runtime;
  readonly passphrase: string | null;
}): Promise<VaultManager> {
  const vault = await openVaultManager({ ...options, openSystem: null });
  if (options.passphrase !== null && vault.status().locked) await vault.unlock(options.passphrase);
  return vault;
}
