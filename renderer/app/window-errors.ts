import { reportError } from '../stores/bridge';

/** Sends errors nobody caught to the application's log. */
export function hearWindowErrors(): void {
  window.addEventListener('error', (event) => {
    // Chromium's note about late resize notifications: no error of ours, nothing is lost.
    if (event.message.startsWith('ResizeObserver loop')) return;
    reportError(event.error ?? event.message);
  });
  window.addEventListener('unhandledrejection', (event) => reportError(event.reason));
}
