import { readFile } from 'node:fs/promises';
import { protocol } from 'electron';
import type { Session } from 'electron';
import type { Logger } from '../runtime/logger';
import { systemErrorCode } from '../runtime/files';
import { APP_ORIGIN, APP_SCHEME, resolveAppFile, securityHeaders } from './app-path';
import { MEDIA_PATH, serveMedia } from './media';
import type { MediaSource } from './media';

/**
 * Declares the scheme; Electron wants this before it is ready. The first `Response` of a process loads the whole of
 * fetch; made here, it does so while Electron is still starting, not while the window waits for its page.
 */
export function declareAppScheme(): void {
  new Response(null);
  protocol.registerSchemesAsPrivileged([
    {
      scheme: APP_SCHEME,
      privileges: {
        standard: true,
        secure: true,
        supportFetchAPI: true,
        corsEnabled: true,
        codeCache: true,
        // Sound and film are played while they are read.
        stream: true,
      },
    },
  ]);
}

/** Serves the files of the window from `root` and the media of the engine, and nothing else. */
export function serveApp(session: Session, root: string, media: MediaSource, logger: Logger): void {
  session.protocol.handle(APP_SCHEME, async (request) => {
    if (request.method === 'GET' && request.url.startsWith(`${APP_ORIGIN}${MEDIA_PATH}`)) {
      return serveMedia(media, request.url, request.headers.get('range'));
    }
    const found = request.method === 'GET' ? resolveAppFile(root, request.url) : null;
    if (found === null) {
      logger.log('warn', 'window.address_refused', { url: request.url.slice(0, 200) });
      return refused();
    }
    try {
      const content = await readFile(found.file);
      return new Response(content, { headers: securityHeaders(found.type) });
    } catch (thrown) {
      if (systemErrorCode(thrown) !== 'ENOENT') throw thrown;
      return refused();
    }
  });
}

function refused(): Response {
  return new Response('not found', { status: 404, headers: securityHeaders('text/plain; charset=utf-8') });
}
