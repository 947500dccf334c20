import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Whether a request carries a token: in its `Authorization` header if there is one, else in the query (`protocol/04 §14.2`). */
export function holdsToken(request: IncomingMessage, url: URL, token: string): boolean {
  const header = request.headers.authorization;
  const given = header === undefined ? url.searchParams.get('token') : /^Bearer\s+(\S+)$/i.exec(header)?.[1];
  const left = Buffer.from(given ?? '');
  const right = Buffer.from(token);
  return left.length === right.length && timingSafeEqual(left, right);
}
