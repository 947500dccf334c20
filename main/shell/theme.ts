import { nativeTheme } from 'electron';
import type { BrowserWindow } from 'electron';
import type { Settings } from '../../shared/model/settings';

/** Ground colours of the window, the same as the page's own, so that nothing flashes before the page is there. */
const GROUND = { light: '#fbfaf8', dark: '#101318' } as const;

/** Colour of the window before its page has painted. */
export function groundColour(): string {
  return nativeTheme.shouldUseDarkColors ? GROUND.dark : GROUND.light;
}

/** Follows the setting: native menus, scroll bars and what the page hears of the system's scheme. */
export function applyTheme(setting: Settings['theme'], window: BrowserWindow | null): void {
  nativeTheme.themeSource = setting;
  window?.setBackgroundColor(groundColour());
}
