import { z } from 'zod';
import { defaultSettings } from './default-settings';
import { settingsSchema } from './settings';
import type { Settings } from './settings';

/** Names of the settings, as the schema has them. */
const members = settingsSchema.shape;

/**
 * The settings as a file of any version holds them: a member that is missing or that this version cannot read counts as
 * its default, and the others stay what the user chose.
 */
export const storedSettingsSchema: z.ZodType<Settings> = z
  .record(z.string(), z.unknown())
  .transform((stored) => {
    const read = <Name extends keyof Settings>(name: Name): Settings[Name] => {
      const parsed = members[name].safeParse(stored[name]);
      return parsed.success ? (parsed.data as Settings[Name]) : defaultSettings[name];
    };
    return {
      theme: read('theme'),
      language: read('language'),
      autoLockMinutes: read('autoLockMinutes'),
      lockOnSuspend: read('lockOnSuspend'),
      notificationContent: read('notificationContent'),
      notificationsOn: read('notificationsOn'),
      notificationSound: read('notificationSound'),
      sendTyping: read('sendTyping'),
      autoDownloadMegabytes: read('autoDownloadMegabytes'),
      listWidth: read('listWidth'),
    };
  });
