import { app } from 'electron';
import type { Session, WebContents } from 'electron';
import type { Logger } from '../runtime/logger';
import type { Clock, Runtime } from '../runtime/runtime';
import { APP_ORIGIN } from './app-path';
import { mayRecord } from './microphone';

/** What the window may always do: putting text into the clipboard. Reading it stays with the user's paste. */
const GRANTED = new Set(['clipboard-sanitized-write']);

/** Addresses a window may load from at all; everything else is stopped before it leaves. */
function isOwn(url: string, developerTools: boolean): boolean {
  if (url.startsWith(`${APP_ORIGIN}/`) || url.startsWith('data:') || url.startsWith(`blob:${APP_ORIGIN}/`))
    return true;
  return developerTools && url.startsWith('devtools://');
}

/** Denies everything a page could ask of a session: permissions, devices, downloads, connections (design §7). */
export function lockSession(session: Session, { logger, clock }: Pick<Runtime, 'logger' | 'clock'>): void {
  const inputs = watchInputs(clock);
  /** The microphone opens only for a voice message that the user begins (design §7). */
  const listens = (contents: WebContents, permission: string, mediaTypes: readonly string[]): boolean =>
    permission === 'media' &&
    mayRecord({
      focused: contents.isFocused(),
      lastInputAt: inputs.get(contents) ?? null,
      mediaTypes,
      now: clock.now(),
    });
  session.setPermissionRequestHandler((contents, permission, decide, details) => {
    const mediaTypes = 'mediaTypes' in details ? (details.mediaTypes ?? []) : [];
    const own = contents.getURL().startsWith(`${APP_ORIGIN}/`);
    const granted = own && (GRANTED.has(permission) || listens(contents, permission, mediaTypes));
    if (!granted) logger.log('warn', 'window.permission_refused', { permission });
    decide(granted);
  });
  session.setPermissionCheckHandler((contents, permission, origin, details) => {
    if (!origin.startsWith(APP_ORIGIN)) return false;
    if (GRANTED.has(permission)) return true;
    return contents !== null && listens(contents, permission, [details.mediaType ?? 'unknown']);
  });
  session.setDevicePermissionHandler(() => false);
  session.on('will-download', (event) => {
    logger.log('warn', 'window.download_refused');
    event.preventDefault();
  });
  session.webRequest.onBeforeRequest((details, decide) => {
    const cancel = !isOwn(details.url, !app.isPackaged);
    if (cancel) logger.log('warn', 'window.request_refused', { url: details.url.slice(0, 200) });
    decide({ cancel });
  });
}

/** When the user last clicked or typed in each window. */
function watchInputs(clock: Clock): WeakMap<WebContents, number> {
  const inputs = new WeakMap<WebContents, number>();
  app.on('web-contents-created', (_event, contents) => {
    contents.on('input-event', (_input, { type }) => {
      if (type === 'mouseDown' || type === 'keyDown' || type === 'rawKeyDown')
        inputs.set(contents, clock.now());
    });
  });
  return inputs;
}

/** Denies navigation, new windows and embedded pages to whatever contents are ever made. */
export function lockContents(logger: Logger): void {
  app.on('web-contents-created', (_event, contents) => lock(contents, logger));
}

function lock(contents: WebContents, logger: Logger): void {
  const refuse = (what: string) => (event: { preventDefault(): void }) => {
    logger.log('warn', 'window.navigation_refused', { what });
    event.preventDefault();
  };
  contents.on('will-navigate', refuse('navigate'));
  contents.on('will-redirect', refuse('redirect'));
  contents.on('will-frame-navigate', refuse('frame'));
  contents.on('will-attach-webview', refuse('webview'));
  contents.setWindowOpenHandler(() => {
    logger.log('warn', 'window.navigation_refused', { what: 'window' });
    return { action: 'deny' };
  });
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
}
