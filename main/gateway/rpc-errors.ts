import { z } from 'zod';
import { isRetryableWireError, wireErrorClass, WireCode } from '../../shared/aun/errors';
import { rpcErrorSchema } from '../../shared/aun/wire';
import type { ErrorCode } from '../../shared/bridge/errors';
import { AunError, RpcError } from '../runtime/errors';

const dataSchema = z
  .object({
    retry_after: z.number().nonnegative().optional().catch(undefined),
    reason: z.string().max(200).optional().catch(undefined),
    // Facts of group errors (`protocol/05 §10.2`).
    expires_at: z.number().optional().catch(undefined),
    required_protocol: z.string().max(200).optional().catch(undefined),
  })
  .catch({});

/** Texts that decide where a code alone does not (`protocol/01 §7.1`, §7.2, `protocol/04 §3.1`, §8.2), most telling first. */
const BY_TEXT: readonly (readonly [RegExp, ErrorCode])[] = [
  [/target aid not found/i, 'recipient_unknown'],
  [/delivery_mode_conflict/i, 'delivery_mode_conflict'],
  [/payload too large/i, 'message_too_large'],
  [/missing to\/payload/i, 'invalid_request'],
  [/already exists/i, 'name_taken'],
  [/public key mismatch/i, 'own_key_elsewhere'],
  [/revoked/i, 'certificate_revoked'],
  [/prekey cert fingerprint mismatch/i, 'recipient_keys_invalid'],
  [/^rpc handler timeout/i, 'request_timeout'],
  [/rate limit/i, 'rate_limited'],
];

function codeByNumber(code: number): ErrorCode {
  if (code === WireCode.tokenInvalid) return 'token_expired';
  if (code === WireCode.protocolVersion) return 'protocol_error';
  if (code === WireCode.serviceUnavailable || code === 4500) return 'server_busy';
  if (code === 4003) return 'gateway_refused';
  switch (wireErrorClass(code)) {
    case 'auth':
      return 'sign_in_failed';
    case 'permission':
      return 'permission_denied';
    case 'not_found':
      return 'not_found';
    case 'rate_limit':
      return 'rate_limited';
    case 'session':
      return code === WireCode.notInitialized ? 'protocol_error' : 'unreachable_issuer';
    case 'validation':
      return 'invalid_request';
    case 'certificate_revoked':
      return 'certificate_revoked';
    case 'server_busy':
      return 'server_busy';
    default:
      return code === -32012 ? 'unreachable_issuer' : 'gateway_refused';
  }
}

/** Classes whose meaning no message text may change. */
function textMayDecide(code: number): boolean {
  const name = wireErrorClass(code);
  return name !== 'server_busy' && name !== 'rate_limit' && name !== 'not_found';
}

/** Turns the `error` member of a reply into what callers catch (`protocol/01 §10.1`). */
export function toRpcError(method: string, error: unknown): AunError {
  const parsed = rpcErrorSchema.safeParse(error);
  if (!parsed.success)
    return new AunError('protocol_error', `${method}: the gateway answered a malformed error`, {
      detail: { method },
    });
  const wire = parsed.data;
  const data = dataSchema.parse(wire.data);
  const message = wire.message.slice(0, 1000);
  const byText = textMayDecide(wire.code)
    ? BY_TEXT.find(([pattern]) => pattern.test(message))?.[1]
    : undefined;
  const code = data.reason === 'aid_not_found' ? 'recipient_unknown' : (byText ?? codeByNumber(wire.code));
  const retryable =
    code === 'rate_limited' ||
    code === 'request_timeout' ||
    code === 'recipient_keys_invalid' ||
    isRetryableWireError(wire.code, message);
  return new RpcError(
    code,
    {
      code: wire.code,
      message,
      retryAfterSeconds: data.retry_after ?? null,
      reason: data.reason ?? null,
      facts: { expires_at: data.expires_at, required_protocol: data.required_protocol },
    },
    retryable,
    method,
  );
}
