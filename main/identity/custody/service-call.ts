import { z } from 'zod';
import type { ErrorCode } from '../../../shared/bridge/error-codes';
import type { WebClient } from '../../ports/web';
import { AunError } from '../../runtime/errors';
import type { CustodyPlace } from './discovery';

const TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 256 * 1024;

const errorSchema = z.object({ error: z.object({ code: z.string() }) });

/** Refusals a service may name (`protocol/06 §6.2`); the text of any other is not ours to repeat. */
const REFUSALS = [
  'invalid_phone',
  'invalid_code',
  'invalid_crt',
  'invalid_key',
  'invalid_request',
  'invalid_token',
  'phone_not_bound',
  'wrong_auth_type',
  'aid_mismatch',
  'backup_not_found',
  'transfer_not_found',
  'transfer_claimed',
  'materials_missing',
  'transfer_expired',
  'rate_limited',
] as const;
const refusalSchema = z.enum(REFUSALS);

/** Why a custody service refused; `reason` in the detail of the error. */
export type CustodyRefusalReason = z.infer<typeof refusalSchema> | 'other';

/** The error for a refusal with that reason. */
export function custodyRefused(reason: CustodyRefusalReason, message: string, status?: number): AunError {
  const code: ErrorCode =
    reason === 'invalid_code'
      ? 'custody_wrong_code'
      : reason === 'rate_limited'
        ? 'custody_rate_limited'
        : 'custody_refused';
  return new AunError(code, message, {
    retryable: code === 'custody_rate_limited',
    detail: { reason, ...(status === undefined ? {} : { status }) },
  });
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function refusalOf(status: number, body: unknown): AunError {
  if (status >= 500)
    return new AunError('custody_unavailable', `the custody service has trouble (${status})`, {
      retryable: true,
      detail: { status },
    });
  const named = refusalSchema.safeParse(errorSchema.safeParse(body).data?.error.code);
  const reason = named.success ? named.data : status === 429 ? 'rate_limited' : 'other';
  return custodyRefused(reason, `the custody service refused (${reason})`, status);
}

/**
 * One call of a custody service: JSON in, a JSON object out, checked by `schema`. Nothing of either is logged.
 * @throws AunError `custody_wrong_code`, `custody_rate_limited`, `custody_refused`, `custody_unavailable`,
 *   `protocol_error` for an answer that makes no sense, and what the web client throws
 */
export async function callCustody<Output>(
  web: WebClient,
  place: CustodyPlace,
  call: {
    readonly path: string;
    readonly body: Readonly<Record<string, unknown>>;
    readonly token?: string | undefined;
  },
  schema: z.ZodType<Output>,
): Promise<Output> {
  const answer = await web.request({
    host: place.host,
    method: 'POST',
    path: `${place.basePath}/custody/${call.path}`,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: Buffer.from(JSON.stringify(call.body), 'utf8'),
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_ANSWER_BYTES,
    ...(call.token === undefined ? {} : { token: call.token }),
  });
  const body = parseJson(answer.body);
  if (answer.status < 200 || answer.status > 299) throw refusalOf(answer.status, body);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new AunError('protocol_error', 'the custody service answered something else than it was asked', {
    detail: { path: call.path.split('/')[0] },
  });
}
