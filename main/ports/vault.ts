/** What the vault says of itself. */
export interface VaultState {
  /** For example `gnome_libsecret`, `dpapi`, `keychain`, `passphrase`, `file`. */
  readonly backend: string;
  /** False when nothing on this computer protects the wrapped bytes. */
  readonly protected: boolean;
  /** True while a passphrase is needed. */
  readonly locked: boolean;
  readonly passphraseSet: boolean;
  /** Label of a protected secret store of the operating system that could be used, or null. */
  readonly systemStore: string | null;
}

/**
 * Wraps small secrets (database keys, identity keys) for rest on disk. Asynchronous from the first day. A wrapped blob
 * names the backend that wrote it, so that another backend can tell that it is not its own.
 */
export interface Vault {
  status(): VaultState;
  /** @throws AunError `vault_locked`, `vault_unavailable` */
  wrap(plain: Uint8Array): Promise<Uint8Array>;
  /** @throws AunError `vault_locked`, `vault_unavailable`, `key_unreadable` */
  unwrap(wrapped: Uint8Array): Promise<Uint8Array>;
}

/** A secret on disk that the vault wrapped, so that it can be wrapped again under another backend. */
export interface WrappedSecret {
  readonly name: string;
  read(): Promise<Uint8Array>;
  /** Replaces the blob atomically. */
  replace(wrapped: Uint8Array): Promise<void>;
}

/** The vault as the user manages it. */
export interface ManagedVault extends Vault {
  /** Opens a vault that is under a passphrase. @throws AunError `vault_wrong_passphrase` (throttled) */
  unlock(passphrase: string): Promise<void>;
  /**
   * Puts every secret under a passphrase from now on. Each is wrapped anew and read back before the old blob goes; a
   * failure on the way leaves every secret readable.
   */
  setPassphrase(passphrase: string, secrets: readonly WrappedSecret[]): Promise<void>;
  /** Forgets the passphrase: every secret under it needs {@link ManagedVault.unlock} again. */
  lock(): void;
  /** Proves the present passphrase. @throws AunError `vault_wrong_passphrase` (throttled) */
  checkPassphrase(passphrase: string): Promise<void>;
  /**
   * Moves what the key file still wraps into the operating system's store once there is one; each secret is read back
   * before its old wrapping goes. Does nothing where there is nothing to better. Returns whether it moved anything.
   */
  upgrade(secrets: readonly WrappedSecret[]): Promise<boolean>;
  /** Moves every secret from the passphrase back to the operating system's store. @throws AunError `vault_unavailable` */
  removePassphrase(secrets: readonly WrappedSecret[]): Promise<void>;
}
