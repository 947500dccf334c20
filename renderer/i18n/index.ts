import i18next, { type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Settings } from '../../shared/model/settings';
import { en } from './en';
import { marked, spacing } from './spacing';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof en };
  }
}

/** Languages Parley speaks. */
export type Language = 'en' | 'zh-CN';

/** The language to use: the setting, or what the operating system speaks. */
export function resolveLanguage(setting: Settings['language'], systemLocale: string): Language {
  if (setting !== 'system') return setting;
  return systemLocale.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

/** Prepares the texts. English is there when it returns, every other language comes with {@link changeLanguage}. */
export function startTexts(language: 'en' = 'en'): i18n {
  void i18next
    .use(initReactI18next)
    .use(spacing)
    .init({
      lng: language,
      fallbackLng: 'en',
      resources: { en: { translation: en } },
      // React escapes what it draws. The way values are put in is used to know where they stand.
      interpolation: { escapeValue: true, escape: marked },
      postProcess: spacing.name,
      returnNull: false,
      initAsync: false,
    });
  document.documentElement.lang = language;
  return i18next;
}

/** Reads the texts of a language unless they are here: the window starts with English, which everything falls back to. */
async function loadTexts(language: Language): Promise<void> {
  if (language !== 'zh-CN' || i18next.hasResourceBundle(language, 'translation')) return;
  i18next.addResourceBundle(language, 'translation', (await import('./zh-cn')).zhCn);
}

/** Changes the language of the running window; done when everything is drawn in it. */
export async function changeLanguage(language: Language): Promise<void> {
  await loadTexts(language);
  if (i18next.language === language) return;
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
