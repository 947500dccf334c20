/** Names of key stores as people know them; they are names, so they are the same in every language. */
const names: Readonly<Record<string, string>> = {
  keychain: 'macOS Keychain',
  dpapi: 'Windows (DPAPI)',
  gnome_libsecret: 'GNOME Keyring',
  kwallet: 'KWallet',
  kwallet5: 'KWallet',
  kwallet6: 'KWallet',
};

/** What to call the backend of the vault; null where the passphrase or nothing protects. */
export function backendName(backend: string): string | null {
  return names[backend] ?? null;
}
