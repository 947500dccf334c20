import type { VaultStatus } from '../../shared/model/settings';
import type { Emit } from '../ports/events';
import type { ManagedVault } from '../ports/vault';
import { AunError } from '../runtime/errors';
import type { AccountManager } from './account-manager';

/** What the control of the vault works with. */
export interface VaultControlParts {
  readonly vault: ManagedVault;
  readonly accounts: AccountManager;
  readonly emit: Emit;
  /** Stops what works with keys in the background, such as a restore. */
  readonly stopJobs: () => Promise<void>;
}

/** Locks and unlocks the vault and changes its passphrase, together with the accounts that live from it. */
export class VaultControl {
  private locking: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: VaultControlParts) {}

  /** Opens the vault, then the accounts. @throws AunError `vault_wrong_passphrase` */
  async unlock(passphrase: string): Promise<VaultStatus> {
    // What is still being locked would close the accounts that were just opened.
    await this.locking;
    await this.parts.vault.unlock(passphrase);
    await this.parts.accounts.openClosed();
    return this.changed();
  }

  /** Closes every account and forgets the passphrase. @throws AunError `invalid_request` when there is none */
  async lock(): Promise<VaultStatus> {
    // From here on no key can be read, so that an account which is just being opened fails or is closed below.
    this.parts.vault.lock();
    const status = this.changed();
    // At once: a job takes a moment to end, and an account that waits for it would go on answering.
    const closed = Promise.all([this.parts.stopJobs(), this.parts.accounts.closeLocked()]);
    this.locking = closed.catch(() => undefined);
    await closed;
    return status;
  }

  /**
   * Puts every key of this installation under a passphrase. One that is set is changed with
   * {@link VaultControl.changePassphrase}, by whoever knows it.
   * @throws AunError `invalid_request`
   */
  async setPassphrase(passphrase: string): Promise<VaultStatus> {
    const { vault, accounts } = this.parts;
    const { passphraseSet, backend } = vault.status();
    // A move to a passphrase that broke off is ended by asking for it again.
    if (passphraseSet && backend === 'passphrase')
      throw new AunError('invalid_request', 'there is a passphrase already, and it was not named');
    return this.alone(async () => vault.setPassphrase(passphrase, await accounts.secrets()));
  }

  /** @throws AunError `vault_wrong_passphrase` */
  changePassphrase(current: string, passphrase: string): Promise<VaultStatus> {
    const { vault, accounts } = this.parts;
    return this.alone(async () => {
      await vault.checkPassphrase(current);
      await vault.setPassphrase(passphrase, await accounts.secrets());
    });
  }

  /** @throws AunError `vault_wrong_passphrase`, `vault_unavailable` */
  removePassphrase(current: string): Promise<VaultStatus> {
    const { vault, accounts } = this.parts;
    return this.alone(async () => {
      await vault.checkPassphrase(current);
      await vault.removePassphrase(await accounts.secrets());
    });
  }

  /** Moves keys to a better place the system offers now; a computer without one is no error. */
  async upgrade(): Promise<void> {
    const { vault, accounts } = this.parts;
    const moved = await accounts.keyGate.alone(async () => vault.upgrade(await accounts.secrets()));
    if (moved) this.changed();
  }

  private async alone(change: () => Promise<void>): Promise<VaultStatus> {
    await this.parts.accounts.keyGate.alone(change);
    return this.changed();
  }

  private changed(): VaultStatus {
    const vault = { ...this.parts.vault.status() };
    this.parts.emit({ event: 'vault.changed', data: { account: null, vault } });
    return vault;
  }
}
