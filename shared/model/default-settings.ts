import type { Settings } from './settings';

/** Defaults of a new installation. */
export const defaultSettings: Settings = {
  theme: 'system',
  language: 'system',
  autoLockMinutes: 0,
  lockOnSuspend: false,
  notificationContent: 'full',
  notificationsOn: true,
  notificationSound: true,
  sendTyping: true,
  autoDownloadMegabytes: 5,
  listWidth: 300,
};
