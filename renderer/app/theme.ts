import { useEffect } from 'react';
import type { Settings } from '../../shared/model/settings';

const darkSystem = window.matchMedia('(prefers-color-scheme: dark)');

/** Puts the theme on the document. */
export function applyTheme(setting: Settings['theme']): void {
  const dark = setting === 'dark' || (setting === 'system' && darkSystem.matches);
  document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
}

/** Follows the setting, and the system while the setting says so. */
export function useTheme(setting: Settings['theme']): void {
  useEffect(() => {
    const apply = (): void => applyTheme(setting);
    apply();
    darkSystem.addEventListener('change', apply);
    return () => darkSystem.removeEventListener('change', apply);
  }, [setting]);
}
