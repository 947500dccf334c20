import { APP_ORIGIN } from './app-path';

/** The frame an IPC message came from, as far as it is judged. */
export interface SenderFrame {
  readonly url: string;
  readonly parent: unknown;
}

/**
 * Whether a message may be answered: from the main frame of a window that we made, showing our own page. The window is
 * assumed to be hostile, so a frame that is gone is refused too.
 */
export function isTrustedSender(frame: SenderFrame | null, knownWindow: boolean): boolean {
  return knownWindow && frame !== null && frame.parent === null && frame.url.startsWith(`${APP_ORIGIN}/`);
}
