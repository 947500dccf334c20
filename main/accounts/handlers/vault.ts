import type { HandlerContext, HandlersOf } from './context';

/** The vault that wraps every key on disk. */
export function vaultHandlers({ options, vault }: HandlerContext): HandlersOf<'vault'> {
  return {
    'vault.status': async () => ({ ...options.vault.status() }),
    'vault.unlock': ({ passphrase }) => vault.unlock(passphrase),
    'vault.setPassphrase': ({ passphrase }) => vault.setPassphrase(passphrase),
    'vault.lock': () => vault.lock(),
    'vault.changePassphrase': ({ current, passphrase }) => vault.changePassphrase(current, passphrase),
    'vault.removePassphrase': ({ current }) => vault.removePassphrase(current),
  };
}
