import type { BrowserWindow } from 'electron';
import type { Logger } from '../runtime/logger';
import type { Clock } from '../runtime/runtime';
import { ask } from './desktop';
import type { ShellTexts } from './texts';

/** A window that dies more often than this within {@link PERIOD_MS} is not loaded again without being asked. */
const MAX_RELOADS = 3;
const PERIOD_MS = 60_000;

/** Loads the page of a window again when its process dies, and says so; nothing is lost, the engine lives elsewhere. */
export function guardAgainstCrashes(
  window: BrowserWindow,
  options: { readonly clock: Clock; readonly logger: Logger; readonly texts: () => ShellTexts },
): void {
  const { clock, logger, texts } = options;
  let crashes: number[] = [];

  async function crashed(): Promise<void> {
    crashes = [...crashes.filter((time) => clock.monotonic() - time < PERIOD_MS), clock.monotonic()];
    const text = texts();
    if (crashes.length > MAX_RELOADS) {
      await ask({
        type: 'warning',
        title: 'Parley',
        message: text.crashedTitle,
        detail: text.crashedAgain,
        buttons: [text.reload],
      });
      crashes = [];
      if (!window.isDestroyed()) window.webContents.reload();
      return;
    }
    window.webContents.reload();
    await ask({
      type: 'info',
      title: 'Parley',
      message: text.crashedTitle,
      detail: text.reloaded,
      buttons: [text.ok],
    });
  }

  window.webContents.on('render-process-gone', (_event, details) => {
    logger.log('error', 'window.process_gone', { reason: details.reason, exitCode: details.exitCode });
    if (details.reason === 'clean-exit' || window.isDestroyed()) return;
    crashed().catch((error: unknown) => logger.log('error', 'window.reload_failed', { error }));
  });
  window.on('unresponsive', () => logger.log('warn', 'window.unresponsive'));
}
