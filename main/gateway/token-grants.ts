import { wireErrorClass } from '../../shared/aun/errors';
import type { RpcCaller, TokenSet } from '../ports/session';
import { AunError, RpcError } from '../runtime/errors';
import { renewCertificate } from './certificate-orders';
import { refreshTokens, signIn } from './login';
import type { LoginContext } from './login-context';
import { ensureOwnCertificate } from './own-certificate';
import type { CertificateLookup } from './own-certificate';
import type { TokenKeeper } from './tokens';

/** What is needed to get tokens. */
export interface GrantContext extends LoginContext {
  readonly lookup: CertificateLookup;
  readonly tokens: TokenKeeper;
}

/** Whether an error says that a token or a login is refused, rather than that something is out of order. */
export function isAuthRefusal(thrown: unknown): boolean {
  if (thrown instanceof RpcError) return wireErrorClass(thrown.wireCode) === 'auth' && !thrown.retryable;
  return thrown instanceof AunError && thrown.code === 'token_expired';
}

/**
 * Exchanges the refresh token (`protocol/01 §7.4`); null when there is none or the gateway refuses it. `used` is the refresh
 * token the caller saw: when somebody else exchanged it meanwhile, theirs counts.
 * @throws RpcError and transport errors
 */
export async function grantByRefresh(
  context: GrantContext,
  short: RpcCaller,
  used: string,
): Promise<string | null> {
  const { tokens } = context;
  return tokens.exchange(async () => {
    const now = await tokens.current();
    if (now?.refreshToken !== used) return tokens.usableAccess();
    try {
      const fresh = await refreshTokens(context, short, used);
      // Kept even when nobody waits any more: the old refresh token is used up.
      await tokens.adopt(fresh);
      return fresh.accessToken;
    } catch (thrown) {
      if (!isAuthRefusal(thrown)) throw thrown;
      await tokens.forgetRefresh(used);
      return null;
    }
  });
}

/**
 * Signs in with the identity key (`protocol/01 §7.2`, §7.3); where the certificate ran out it is renewed first (§11).
 * @throws RpcError of the gateway; AunError as `signIn` and `ensureOwnCertificate`
 */
export async function grantBySignIn(context: GrantContext, short: RpcCaller): Promise<string> {
  const fresh = await signInRenewing(context, short);
  await context.tokens.adopt(fresh);
  return fresh.accessToken;
}

async function signInRenewing(context: GrantContext, short: RpcCaller): Promise<TokenSet> {
  const certificate = await ensureOwnCertificate(context, context.lookup);
  try {
    return await signIn(context, short, certificate);
  } catch (thrown) {
    if (!(thrown instanceof RpcError) || !/certificate expired/i.test(thrown.wireMessage)) throw thrown;
    if (!thrown.message.startsWith('auth.aid_login2')) throw thrown;
    await renewCertificate(context, short, certificate);
    return await signIn(context, short, context.identity.certificate() ?? certificate);
  }
}

/**
 * An access token good for at least 30 s by the cheapest way: the one at hand, a refresh, a sign-in.
 * @throws as {@link grantByRefresh} and {@link grantBySignIn}
 */
export async function usableToken(context: GrantContext, short: RpcCaller): Promise<string> {
  const held = await context.tokens.usableAccess();
  if (held !== null) return held;
  const refreshToken = (await context.tokens.current())?.refreshToken ?? null;
  const refreshed = refreshToken === null ? null : await grantByRefresh(context, short, refreshToken);
  return refreshed ?? (await grantBySignIn(context, short));
}
