import type { HandlerContext, HandlersOf } from './context';

/** The application itself and its window. */
export function appHandlers({ options, settings, notifications }: HandlerContext): HandlersOf<'app'> {
  return {
    'app.info': async () => ({
      ...options.info,
      dataFolder: options.dataDir,
      vault: { ...options.vault.status() },
    }),
    'app.settings.get': () => settings.read(),
    'app.settings.set': (patch) => settings.change(patch),
    'app.viewing': async (viewing) => {
      notifications.viewing(viewing);
      return {};
    },
    // Whoever closes the window listens to the call itself.
    'app.settled': async () => ({}),
    'app.openLink': async ({ url }) => ({ opened: await options.desktop.openLink(url) }),
    'app.showDataFolder': async () => ({ shown: await options.desktop.showFolder(options.dataDir) }),
    'app.reportError': async ({ message, stack }) => {
      options.runtime.logger.log('error', 'window.error', { message, stack });
      return {};
    },
  };
}
