import { z } from 'zod';

/** Settings of the window, shared by all identities. */
export const settingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  language: z.enum(['system', 'en', 'zh-CN']),
  autoLockMinutes: z
    .union([z.literal(0), z.literal(1), z.literal(5), z.literal(15), z.literal(60)])
    .describe('Locks after so many minutes without input; 0 never. Needs a passphrase.'),
  lockOnSuspend: z.boolean().describe('Locks when the computer sleeps or its screen is locked.'),
  notificationContent: z
    .enum(['full', 'name', 'none'])
    .describe('What a notification shows: name and text, only who wrote, or only that something came.'),
  notificationsOn: z.boolean(),
  notificationSound: z.boolean(),
  sendTyping: z.boolean().describe('Tells people one talks to that one is writing.'),
  autoDownloadMegabytes: z
    .union([z.literal(0), z.literal(1), z.literal(5), z.literal(20)])
    .describe('Attachments of verified people up to this size are fetched by themselves; 0 never.'),
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
  passphraseSet: z.boolean(),
  systemStore: z
    .string()
    .nullable()
    .describe('Secret store of the operating system that could be used instead of a passphrase, or null.'),
});
export type VaultStatus = z.infer<typeof vaultStatusSchema>;
