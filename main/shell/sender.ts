import { APP_ORIGIN } from './app-path';

/** The frame an IPC message came from, as far as it is judged. */
export interface SenderFrame {
  readonly url: string;
  readonly origin: string;
  readonly parent: unknown;
}

/**
 * Whether a message may be answered: from the main frame of a window that we made, showing our own page. The window is
 * assumed to be hostile, so a frame that is gone is refused too.
 */
export function isTrustedSender(frame: SenderFrame | null, knownWindow: boolean): boolean {
  if (!knownWindow || frame?.parent !== null) return false;
  // An error page keeps the address that failed, but not its origin.
  return frame.origin === APP_ORIGIN && frame.url.startsWith(`${APP_ORIGIN}/`);
}
