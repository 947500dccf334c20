import type { Blob } from './blob';

/** One way to protect secrets. The vault manager chooses among them. */
export interface VaultBackend {
  /** What the user is told, for example `gnome_libsecret` or `file`. */
  readonly label: string;
  /** False when nothing on this computer protects what it wraps. */
  readonly protected: boolean;
  /** @throws AunError `vault_locked`, `vault_unavailable` */
  wrap(plain: Uint8Array): Promise<Blob>;
  /** @throws AunError `vault_locked`, `vault_unavailable`, `key_unreadable` */
  unwrap(blob: Blob): Promise<Buffer>;
}

/** Opens the operating system's secret store, or gives null where there is none that protects anything. */
export type OpenSystemBackend = () => Promise<VaultBackend | null>;
