import type { Settings } from './settings';

/** Defaults of a new installation. */
export const defaultSettings: Settings = {
  theme: 'system',
  language: 'system',
  autoLockMinutes: 0,
  lockOnSuspend: false,
  listWidth: 300,
};
