import { Tooltip } from 'radix-ui';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changeLanguage, resolveLanguage, type Language } from '../i18n';
import { useAppStore } from '../stores/app-store';
import { reportError, toCommandError, type CommandError } from '../stores/bridge';
import { startStores } from '../stores/start';
import { Button } from '../ui/button';
import { EmptyState } from '../ui/empty-state';
import { AppErrorBoundary } from './app-error-boundary';
import { Notices } from './notices';
import { Root } from './root';
import { useTheme } from './theme';

function chosenLanguage(): Language {
  const { settings, info } = useAppStore.getState();
  return resolveLanguage(settings.language, info?.locale ?? navigator.language);
}

function useLanguage(): void {
  const setting = useAppStore((state) => state.settings.language);
  const locale = useAppStore((state) => state.info?.locale ?? navigator.language);
  useEffect(() => {
    changeLanguage(resolveLanguage(setting, locale)).catch(reportError);
  }, [setting, locale]);
}

function useStart(): { readonly ready: boolean; readonly error: CommandError | null } {
  const [state, setState] = useState<{ ready: boolean; error: CommandError | null }>({
    ready: false,
    error: null,
  });
  useEffect(() => {
    let dispose: (() => void) | undefined;
    startStores().then(
      async (disposer) => {
        dispose = disposer;
        // Nothing is shown in one language and then in another.
        await changeLanguage(chosenLanguage()).catch(reportError);
        setState({ ready: true, error: null });
      },
      (reason: unknown) => {
        reportError(reason);
        setState({ ready: false, error: toCommandError(reason) });
      },
    );
    return () => dispose?.();
  }, []);
  return state;
}

function Content() {
  const { t } = useTranslation();
  const { ready, error } = useStart();
  useTheme(useAppStore((state) => state.settings.theme));
  useLanguage();
  if (error !== null) {
    return (
      <EmptyState
        title={t('app.startFailedTitle')}
        text={window.parley === undefined ? t('app.noBridge') : t(`errors.${error.code}`)}
        testId="start-failed"
      >
        <Button tone="primary" onClick={() => window.location.reload()}>
          {t('common.retry')}
        </Button>
      </EmptyState>
    );
  }
  // Nothing rather than a spinner: the first answer takes a few milliseconds.
  if (!ready) return <div className="visually-hidden">{t('app.loading')}</div>;
  return (
    <>
      <Root />
      <Notices />
    </>
  );
}

/** The whole window. */
export function App() {
  return (
    <AppErrorBoundary>
      <Tooltip.Provider delayDuration={450} skipDelayDuration={200}>
        <Content />
      </Tooltip.Provider>
    </AppErrorBoundary>
  );
}
