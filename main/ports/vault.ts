/** What the vault says of itself. */
export interface VaultState {
  /** For example `gnome_libsecret`, `dpapi`, `keychain`, `passphrase`, `file`. */
  readonly backend: string;
  /** False when nothing on this computer protects the wrapped bytes. */
  readonly protected: boolean;
  /** True while a passphrase is needed. */
  readonly locked: boolean;
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
