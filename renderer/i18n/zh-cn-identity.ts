/** Chinese texts about the identities of this installation, their connection, keys and backups. */
export const zhIdentity = {
  identity: {
    title: '身份',
  },
} as const;
