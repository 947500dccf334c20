import { AunError } from '../runtime/errors';
import { parseUrl } from './parse-url';

/** A checked address that may be opened outside. */
export interface OutsideLink {
  readonly url: string;
  /** What the user decides by: the real host (non-ASCII names as `xn--…`), or the recipient of a mail. */
  readonly target: string;
}

const SCHEMES = new Set(['http:', 'https:', 'mailto:']);

/**
 * Checks an address that a message or a profile offers. Only web and mail; a name and password before the host, which
 * serve to disguise it, are refused.
 * @throws AunError `invalid_request`
 */
export function checkOutsideLink(text: string): OutsideLink {
  const url = parseUrl(text);
  if (url === null || !SCHEMES.has(url.protocol))
    throw new AunError('invalid_request', 'only http, https and mailto addresses are opened');
  if (url.protocol === 'mailto:') {
    const target = url.pathname.slice(0, 200);
    if (target === '') throw new AunError('invalid_request', 'the mail address is empty');
    return { url: url.href, target };
  }
  if (url.username !== '' || url.password !== '' || url.host === '')
    throw new AunError('invalid_request', 'addresses with a name before the host are not opened');
  return { url: url.href, target: url.host };
}
