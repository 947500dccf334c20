import { expect, it } from 'vitest';
import { defaultSettings } from './default-settings';
import { storedSettingsSchema } from './stored-settings';

it('keeps what a file of an older version says and fills in what it does not know yet', () => {
  expect(storedSettingsSchema.parse({ theme: 'dark', language: 'zh-CN' })).toEqual({
    ...defaultSettings,
    theme: 'dark',
    language: 'zh-CN',
  });
});

it('keeps the others when one member is damaged or from a newer version', () => {
  const stored = { ...defaultSettings, theme: 'sepia', listWidth: 'wide', autoLockMinutes: 5, sound: true };
  expect(storedSettingsSchema.parse(stored)).toEqual({ ...defaultSettings, autoLockMinutes: 5 });
});

it('does not take something else for settings', () => {
  expect(storedSettingsSchema.safeParse(['dark']).success).toBe(false);
  expect(storedSettingsSchema.safeParse('dark').success).toBe(false);
});
