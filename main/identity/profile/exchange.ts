import { z } from 'zod';
import type { Aid } from '../../../shared/aun/aid';
import type { WebClient, WebResponse } from '../../ports/web';
import { AunError, toAunError } from '../../runtime/errors';
import { etagOf } from './document';

/** Time limit of one exchange in ms (`protocol/06 §5.3`). */
const TIMEOUT_MS = 30_000;
/** Largest answer in bytes: four times the largest document, for its signature block and then some. */
export const MAX_ANSWER_BYTES = 16 * 1024;
const PATH = '/agent.md';
const MARKDOWN = 'text/markdown; charset=utf-8';
/** Longest refusal text that is passed on, in characters. */
const MAX_REASON = 300;

/** What a host said about its document. */
export type Fetched =
  | {
      readonly kind: 'document';
      readonly bytes: Uint8Array;
      /** The right tag of these bytes as the host sent it, or null: then it is no use for asking again. */
      readonly etag: string | null;
      readonly lastModified: string | null;
    }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'none' }
  | { readonly kind: 'too_large' };

/** What is known of the last answer. */
export interface Validators {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** A header that is safe to send back. */
function printable(value: string | undefined): string | null {
  return value !== undefined && /^[\x20-\x7e]{1,128}$/.test(value) ? value : null;
}

function refusal(answer: WebResponse, action: string): AunError {
  const { status } = answer;
  const retryable = status >= 500 || status === 429;
  return new AunError(status === 429 ? 'rate_limited' : 'gateway_refused', `${action} answered ${status}`, {
    retryable,
    detail: { status },
  });
}

/**
 * Fetches the document of an address, if it is another one than `known` tells (`protocol/06 §5.3`, §5.4).
 * @throws AunError errors of {@link WebClient}, `gateway_refused`, `rate_limited`, `protocol_error`
 */
export async function fetchDocument(web: WebClient, aid: Aid, known: Validators | null): Promise<Fetched> {
  const headers = {
    accept: 'text/markdown',
    ...(known?.etag == null ? {} : { 'if-none-match': known.etag }),
    ...(known?.lastModified == null ? {} : { 'if-modified-since': known.lastModified }),
  };
  let answer: WebResponse;
  try {
    answer = await web.request({
      host: aid,
      method: 'GET',
      path: PATH,
      headers,
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
    });
  } catch (thrown) {
    const error = toAunError(thrown);
    if (error.code === 'protocol_error' && error.detail['maxBytes'] !== undefined)
      return { kind: 'too_large' };
    throw error;
  }
  if (answer.status === 304) {
    if (known?.etag == null && known?.lastModified == null)
      throw new AunError('protocol_error', 'the host says unchanged to somebody who knows nothing');
    return { kind: 'unchanged' };
  }
  if (answer.status === 404 || answer.status === 410) return { kind: 'none' };
  if (answer.status !== 200) throw refusal(answer, 'GET agent.md');
  if (/^\s*text\/html\b/i.test(answer.headers['content-type'] ?? ''))
    throw new AunError('protocol_error', 'the host answered a web page in place of a profile');
  const right = etagOf(answer.body);
  // A tag that does not fit the bytes would let the host tell us "unchanged" about something we never had.
  const etag = answer.headers['etag']?.replace(/^W\//, '') === right ? right : null;
  const sent = answer.headers['etag'] === undefined || etag !== null;
  const lastModified = sent ? printable(answer.headers['last-modified']) : null;
  return { kind: 'document', bytes: Uint8Array.from(answer.body), etag, lastModified };
}

const storedSchema = z.looseObject({
  aid: z.string().optional(),
  etag: z.string().optional(),
  last_modified: z.string().optional(),
});

/** What a host says it has stored. */
export interface Stored {
  /** True when it named the right tag of what was sent. */
  readonly confirmed: boolean;
  readonly lastModified: string | null;
}

function parseStored(answer: WebResponse, aid: Aid, document: Uint8Array): Stored {
  let json: unknown;
  try {
    json = JSON.parse(answer.body.toString('utf8'));
  } catch (cause) {
    throw new AunError('protocol_error', 'PUT agent.md did not answer JSON', { cause });
  }
  const stored = storedSchema.safeParse(json);
  if (!stored.success) throw new AunError('protocol_error', 'PUT agent.md answered something else');
  if (stored.data.aid !== undefined && stored.data.aid !== aid)
    throw new AunError('protocol_error', 'PUT agent.md answered for another address');
  return {
    confirmed: stored.data.etag === etagOf(document),
    lastModified: printable(stored.data.last_modified),
  };
}

/**
 * Publishes a document on the own host (`protocol/06 §5.3`).
 * @throws AunError `profile_too_large`, `profile_invalid`, `token_expired`, `permission_denied`, `gateway_refused`,
 *   `rate_limited`, `protocol_error`, errors of {@link WebClient}
 */
export async function putDocument(
  web: WebClient,
  aid: Aid,
  document: Uint8Array,
  token: string,
): Promise<Stored> {
  const answer = await web.request({
    host: aid,
    method: 'PUT',
    path: PATH,
    headers: { 'content-type': MARKDOWN, accept: 'application/json' },
    body: document,
    token,
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_ANSWER_BYTES,
  });
  const { status } = answer;
  if (status >= 200 && status <= 299) return parseStored(answer, aid, document);
  const reason = answer.body
    .toString('utf8')
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, MAX_REASON);
  const detail = { status, reason };
  if (status === 400) throw new AunError('profile_invalid', `the gateway refused it: ${reason}`, { detail });
  if (status === 401)
    throw new AunError('token_expired', 'the gateway did not take the token', { detail, retryable: true });
  if (status === 403)
    throw new AunError('permission_denied', 'the token is not for this address', { detail });
  if (status === 413) throw new AunError('profile_too_large', 'the gateway finds it too large', { detail });
  throw refusal(answer, 'PUT agent.md');
}
