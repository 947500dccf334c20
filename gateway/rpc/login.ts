import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { WireCode } from '../../shared/aun/errors';
import { splitAid } from '../../shared/aun/aid';
import type { LoginChallenge } from '../auth/challenges';
import { fingerprint, verifySignature } from '../ca/keys';
import type { GatewayContext } from '../context';
import { authFailed, RpcError } from '../errors';
import type { CertificateRecord } from '../store/certificates';
import type { OpenCall } from './method';
import { parseParams } from './method';

/** A certificate may be renewed this long after it has expired (`protocol/01 §7.5`), in ms. */
const RENEWAL_WINDOW_MS = 90 * 24 * 3_600_000;

const login1Schema = z.object({ aid: z.string(), cert: z.string(), client_nonce: z.string().min(1) });
const login2Schema = z.object({
  aid: z.string(),
  request_id: z.string(),
  nonce: z.string(),
  client_time: z.union([z.string(), z.number()]).transform(String),
  signature: z.string(),
});
const refreshSchema = z.object({ refresh_token: z.string().optional() });

interface Presented {
  readonly commonName: string;
  readonly publicKey: string;
  readonly fingerprint: string;
}

function readPresented(pem: string): Presented {
  try {
    const certificate = new X509Certificate(pem);
    return {
      commonName: /^CN=([^\n]+)$/.exec(certificate.subject)?.[1] ?? '',
      publicKey: certificate.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      fingerprint: fingerprint(certificate.raw),
    };
  } catch {
    throw authFailed('certificate cannot be parsed');
  }
}

function requireHosted(gateway: GatewayContext, aid: string): void {
  const { issuer } = splitAid(aid);
  if (!gateway.authority.issuers.includes(issuer)) throw authFailed(`issuer not hosted here: ${issuer}`);
}

/** The active certificate an AID logs in with. @throws RpcError −32001 with the texts of `protocol/01 §7.2`. */
function loginCertificate(gateway: GatewayContext, aid: string, presented: Presented): CertificateRecord {
  if (presented.commonName !== aid) throw authFailed('certificate subject does not match the AID');
  const all = gateway.store.certificates.ofOwner(aid);
  if (all.some((record) => record.fingerprint === presented.fingerprint && record.status === 'revoked')) {
    throw authFailed('certificate revoked');
  }
  const active = all.find((record) => record.status === 'active' && record.publicKey === presented.publicKey);
  if (active !== undefined) return active;
  if (all.some((record) => record.publicKey === presented.publicKey && record.status === 'revoked')) {
    throw authFailed('certificate revoked');
  }
  throw authFailed('public key mismatch');
}

/** `auth.aid_login1` (`protocol/01 §7.2`): proves the server and hands out a single-use nonce. */
export function login1({ gateway, params, remote }: OpenCall): unknown {
  gateway.limits.take('login', remote);
  const { aid, cert, client_nonce: clientNonce } = parseParams(login1Schema, params);
  if (!gateway.store.accounts.exists(aid)) throw authFailed('AID not registered');
  requireHosted(gateway, aid);
  const presented = readPresented(cert);
  const active = loginCertificate(gateway, aid, presented);
  if (gateway.clock.now() > active.notAfter + RENEWAL_WINDOW_MS) throw authFailed('certificate expired');
  const { issuer } = splitAid(aid);
  const challenge = gateway.challenges.create(
    aid,
    presented.fingerprint,
    active.curve === 'P-384' ? 'P-384' : 'P-256',
  );
  return {
    request_id: challenge.requestId,
    nonce: challenge.nonce,
    client_nonce_signature: gateway.authority.authSign(issuer, clientNonce),
    auth_cert: gateway.authority.authCertificate(issuer).pem,
    auth_curve: 'P-256',
    server_time: gateway.clock.seconds(),
  };
}

/** Takes a nonce and finds the certificate that must have signed. @throws RpcError −32001. */
export function takeChallenge(
  gateway: GatewayContext,
  params: { aid: string; request_id: string; nonce: string },
): { challenge: LoginChallenge; active: CertificateRecord } {
  const challenge = gateway.challenges.take(params.aid, params.request_id, params.nonce);
  if (challenge === null) throw authFailed('nonce invalid or expired');
  const active = gateway.store.certificates.active(params.aid, challenge.curve);
  if (active === null) throw authFailed('certificate revoked');
  return { challenge, active };
}

/** @throws RpcError −32003 when the signature over `text` was not made with the active key. */
export function requireSignature(active: CertificateRecord, text: string, signature: string): void {
  const hash = active.curve === 'P-384' ? 'sha384' : 'sha256';
  if (!verifySignature(active.publicKey, text, signature, hash)) {
    throw new RpcError(WireCode.signatureFailed, 'signature verification failed');
  }
}

/** `auth.aid_login2` (`protocol/01 §7.3`): the received text of `client_time` is what was signed. */
export async function login2({ gateway, params }: OpenCall): Promise<unknown> {
  const input = parseParams(login2Schema, params);
  const { challenge, active } = takeChallenge(gateway, input);
  requireSignature(active, `${input.nonce}:${input.client_time}`, input.signature);
  const now = gateway.clock.now();
  if (active.notAfter <= now) throw authFailed('certificate expired');
  const skew = Number(input.client_time) - now / 1000;
  if (Number.isFinite(skew) && Math.abs(skew) > 300) {
    gateway.log.warn('client clock differs', { aid: input.aid, seconds: Math.round(skew) });
  }
  const renewed = await renewIfDue(gateway, active, now);
  const pair = gateway.tokens.issue(input.aid);
  const superseded = renewed === null && challenge.presented !== active.fingerprint;
  return {
    status: 'ok',
    aid: input.aid,
    access_token: pair.accessToken,
    refresh_token: pair.refreshToken,
    expires_in: pair.expiresIn,
    ...(renewed === null ? {} : { new_cert: renewed.pem }),
    ...(superseded ? { active_cert: active.pem } : {}),
  };
}

/** Issues a successor with the same key when more than half of the validity has passed; `null` otherwise. */
async function renewIfDue(
  gateway: GatewayContext,
  active: CertificateRecord,
  now: number,
): Promise<CertificateRecord | null> {
  if (now <= active.notBefore + (active.notAfter - active.notBefore) / 2) return null;
  return renew(gateway, active, now);
}

/** Issues a new certificate for the key of `active` and makes it the active one. */
export async function renew(
  gateway: GatewayContext,
  active: CertificateRecord,
  now: number,
): Promise<CertificateRecord> {
  const curve = active.curve === 'P-384' ? 'P-384' : 'P-256';
  const fresh = await gateway.authority.issueLeaf(active.owner, active.issuer, active.publicKey, curve, now);
  gateway.store.certificates.supersede(fresh, 'verify_only', now);
  return fresh;
}

/** `auth.refresh_token` (`protocol/01 §7.4`): failures are a result with `success:false`, not an error. */
export async function refreshToken({ gateway, params }: OpenCall): Promise<unknown> {
  const { refresh_token: token = '' } = parseParams(refreshSchema, params);
  const rotated = token === '' ? null : gateway.store.transaction(() => gateway.tokens.refresh(token));
  const active = rotated === null ? null : gateway.store.certificates.active(rotated.aid);
  if (rotated === null || active === null) {
    return {
      success: false,
      error: token === '' ? 'missing refresh_token' : 'invalid_or_expired_refresh_token',
      relogin_required: true,
      retryable: false,
    };
  }
  const now = gateway.clock.now();
  const renewed = active.notAfter > now ? await renewIfDue(gateway, active, now) : null;
  return {
    success: true,
    aid: rotated.aid,
    access_token: rotated.pair.accessToken,
    refresh_token: rotated.pair.refreshToken,
    expires_in: rotated.pair.expiresIn,
    refresh_count: rotated.generation,
    ...(renewed === null ? {} : { new_cert: renewed.pem }),
  };
}
