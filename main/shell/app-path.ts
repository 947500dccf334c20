import path from 'node:path';
import { parseUrl } from './parse-url';

/** The one origin the window may come from. */
export const APP_SCHEME = 'app';
export const APP_ORIGIN = 'app://parley';
/** What the window opens. */
export const APP_URL = `${APP_ORIGIN}/index.html`;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
};

/** A file of the window and its MIME type. */
export interface AppFile {
  readonly file: string;
  readonly type: string;
}

/**
 * The file behind an address of the window, or null when the address leads anywhere but into `root` (no `..`, no other
 * host, no query tricks, no unknown kind of file).
 */
export function resolveAppFile(root: string, address: string): AppFile | null {
  const url = parseUrl(address);
  if (url === null) return null;
  if (
    url.protocol !== `${APP_SCHEME}:` ||
    url.host !== 'parley' ||
    url.username !== '' ||
    url.password !== ''
  )
    return null;
  let name: string;
  try {
    name = decodeURIComponent(url.pathname);
  } catch {
    return null;
  }
  // Everything the build makes has a plain name; a backslash, a colon or a control character is an attempt.
  if (!/^\/[A-Za-z0-9._/-]*$/.test(name)) return null;
  const file = path.join(root, name === '/' ? 'index.html' : name);
  const inside = path.relative(root, file);
  if (inside === '' || inside.startsWith('..') || path.isAbsolute(inside)) return null;
  const type = TYPES[path.extname(file).toLowerCase()];
  return type === undefined ? null : { file, type };
}

/**
 * Nothing but the window's own files: scripts and styles from itself only, no connection to anywhere (design §7).
 * Pictures may also come from data: and blob: addresses that the window makes itself.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'none'",
  "object-src 'none'",
  "frame-src 'none'",
  "worker-src 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** Headers of every answer. */
export function securityHeaders(type: string): Record<string, string> {
  return {
    'Content-Type': type,
    'Content-Security-Policy': CONTENT_SECURITY_POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'no-store',
  };
}
