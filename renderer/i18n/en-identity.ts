/** English texts about the identities of this installation, their connection, keys and backups. */
export const enIdentity = {
  identity: {
    title: 'Identity',
  },
} as const;
