import { verify } from 'node:crypto';
import { z } from 'zod';
import { login1ResultSchema, login2ResultSchema, refreshResultSchema } from '../../shared/aun/wire';
import type { Certificate } from '../ports/identity';
import type { RpcCaller, TokenSet } from '../ports/session';
import { AunError, RpcError, toAunError } from '../runtime/errors';
import { CLOCK_OFF_MS, clockError, dependsOnClock } from './clock-errors';
import type { LoginContext } from './login-context';
import { adoptOfferedCertificates } from './own-certificate';

/** Bytes of our nonce (`protocol/01 §7.8`). */
const CLIENT_NONCE_BYTES = 12;
/**
 * We sign the gateway's nonce, so it must not be able to read as anything else we sign: no separators of RPC signatures, no
 * JSON, no white space, no control characters.
 */
const SERVER_NONCE = /^[A-Za-z0-9._~+/=:@-]{1,512}$/;

/** A result that is not what `protocol/01 §7` promises. */
export function malformed(method: string, cause: unknown): AunError {
  return new AunError('protocol_error', `${method}: the gateway answered a malformed result`, {
    detail: { method },
    cause,
  });
}

/** Reads a result. @throws RpcError for a failure in disguise; AunError `protocol_error` */
export function parseResult<Output>(method: string, schema: z.ZodType<Output>, value: unknown): Output {
  refuseFailure(method, value);
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw malformed(method, parsed.error);
  return parsed.data;
}

/** A result with `success: false` is an error in disguise (`protocol/01 §7`). */
function refuseFailure(method: string, value: unknown): void {
  const failure = z.object({ success: z.literal(false), error: z.string().default('') }).safeParse(value);
  if (failure.success && method !== 'auth.refresh_token')
    throw new RpcError(
      'sign_in_failed',
      { code: -32001, message: failure.data.error.slice(0, 200) },
      false,
      method,
    );
}

/** What the first half of a login brought. */
export interface LoginStart {
  readonly requestId: string;
  readonly nonce: string;
  /** Gateway clock minus ours in ms, or null. */
  readonly skewMs: number | null;
}

/** First half: proves that the gateway's authority holds the key of a certificate we trust (`protocol/01 §7.2`). */
export async function beginLogin(
  context: LoginContext,
  caller: RpcCaller,
  certificate: Certificate,
): Promise<LoginStart> {
  const method = 'auth.aid_login1';
  const clientNonce = context.runtime.random.bytes(CLIENT_NONCE_BYTES).toString('base64');
  const sentAt = context.runtime.clock.now();
  const result = parseResult(
    method,
    login1ResultSchema,
    await caller.call(method, { aid: context.aid, cert: certificate.pem, client_nonce: clientNonce }),
  );
  const now = context.runtime.clock.now();
  const skewMs =
    result.server_time === undefined ? null : Math.round(result.server_time * 1000 - (sentAt + now) / 2);
  context.authorityShown(result.auth_cert);
  const authority = await trustedAuthority(context, result.auth_cert, skewMs);
  const hash = authority.publicKey.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'sha384' : 'sha256';
  const signature = Buffer.from(result.client_nonce_signature, 'base64');
  if (!verify(hash, Buffer.from(clientNonce, 'utf8'), authority.publicKey, signature))
    throw new AunError(
      'gateway_not_trusted',
      'the gateway could not prove that it is the sign-in authority',
      {
        detail: { authority: authority.commonName },
      },
    );
  if (!SERVER_NONCE.test(result.nonce))
    throw new AunError('protocol_error', `${method}: the nonce of the gateway is not one we sign`);
  return { requestId: result.request_id, nonce: result.nonce, skewMs };
}

async function trustedAuthority(
  context: LoginContext,
  pem: string,
  skewMs: number | null,
): Promise<Certificate> {
  try {
    return await context.verifier.verifyAuthServer(context.issuer, pem);
  } catch (thrown) {
    const error = toAunError(thrown);
    if (skewMs !== null && Math.abs(skewMs) > CLOCK_OFF_MS && dependsOnClock(error))
      throw clockError(`certificates cannot be checked: ${error.message}`, { skewMs, cause: error });
    // Trouble on the way to the chain or the revocation list says nothing about the authority.
    if (error.retryable || error.code === 'clock_skew') throw error;
    throw new AunError('gateway_not_trusted', `the sign-in authority is not trusted: ${error.message}`, {
      detail: { ...error.detail, cause: error.code },
      cause: error,
    });
  }
}

/**
 * Signs in with the identity key (`protocol/01 §7.2`, §7.3) and returns tokens. Certificates that come along are verified
 * and adopted.
 * @throws RpcError of the gateway; AunError `gateway_not_trusted` | `clock_skew` | `protocol_error` and transport errors
 */
export async function signIn(
  context: LoginContext,
  caller: RpcCaller,
  certificate: Certificate,
): Promise<TokenSet> {
  const start = await beginLogin(context, caller, certificate);
  const method = 'auth.aid_login2';
  const { clock } = context.runtime;
  const clientTime = String(Math.floor((clock.now() + (start.skewMs ?? 0)) / 1000));
  const signature = context.identity
    .sign(Buffer.from(`${start.nonce}:${clientTime}`, 'utf8'))
    .toString('base64');
  const result = parseResult(
    method,
    login2ResultSchema,
    await caller.call(method, {
      aid: context.aid,
      request_id: start.requestId,
      nonce: start.nonce,
      client_time: clientTime,
      signature,
    }),
  );
  if (result.access === '') throw malformed(method, undefined);
  await adoptOfferedCertificates(context, result);
  return {
    accessToken: result.access,
    accessExpiresAt: clock.now() + result.expires_in * 1000,
    refreshToken: result.refresh_token || null,
  };
}

/**
 * Exchanges a refresh token (`protocol/01 §7.4`).
 * @throws AunError `token_expired` when the gateway refuses the token; RpcError and transport errors
 */
export async function refreshTokens(
  context: LoginContext,
  caller: RpcCaller,
  refreshToken: string,
): Promise<TokenSet> {
  const method = 'auth.refresh_token';
  const result = parseResult(
    method,
    refreshResultSchema,
    await caller.call(method, { refresh_token: refreshToken }),
  );
  if (!result.success || !result.access_token)
    throw new AunError('token_expired', 'the gateway refused the refresh token', {
      detail: { error: (result.error ?? '').slice(0, 100) },
    });
  await adoptOfferedCertificates(context, result);
  return {
    accessToken: result.access_token,
    accessExpiresAt: context.runtime.clock.now() + result.expires_in * 1000,
    refreshToken: result.refresh_token || refreshToken,
  };
}
