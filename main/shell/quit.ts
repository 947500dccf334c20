import { app } from 'electron';
import type { Logger } from '../runtime/logger';
import type { Scheduler } from '../runtime/runtime';

/** The engine gets this long to close its sessions and databases, in ms; every commit is on disk anyway. */
const LIMIT_MS = 3_000;

/** Lets the application end only after `stop` has run, but never keeps it longer than {@link LIMIT_MS}. */
export function quitGracefully(options: {
  readonly stop: () => Promise<void>;
  readonly logger: Logger;
  readonly scheduler: Scheduler;
}): void {
  const { stop, logger, scheduler } = options;
  let state: 'running' | 'stopping' | 'stopped' = 'running';

  function leave(): void {
    if (state === 'stopped') return;
    state = 'stopped';
    app.quit();
  }

  app.on('before-quit', (event) => {
    if (state === 'stopped') return;
    event.preventDefault();
    if (state === 'stopping') return;
    state = 'stopping';
    scheduler.after(LIMIT_MS, () => {
      if (state === 'stopping') logger.log('warn', 'application.stop_took_too_long');
      leave();
    });
    stop()
      .catch((error: unknown) => logger.log('error', 'application.stop_failed', { error }))
      .finally(leave);
  });
}
