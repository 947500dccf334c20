import { z } from 'zod';

/** Settings of the window, shared by all identities. */
export const settingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  language: z.enum(['system', 'en', 'zh-CN']),
  listWidth: z.number().int().min(240).max(420).describe('Width of the conversation list in px.'),
});
export type Settings = z.infer<typeof settingsSchema>;

/** State of the vault that wraps every key on disk. */
export const vaultStatusSchema = z.object({
  backend: z.string(),
  protected: z
    .boolean()
    .describe('False when the computer offers no protected place and no passphrase is set.'),
  locked: z.boolean().describe('True while a passphrase is needed before any identity can be opened.'),
});
export type VaultStatus = z.infer<typeof vaultStatusSchema>;
