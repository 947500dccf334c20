import { z } from 'zod';
import { splitAid } from '../../shared/aun/aid';
import { parsePublicKey } from '../ca/keys';
import { normalizeSerial } from '../ca/profile';
import { authFailed, invalidParams, permissionDenied, RpcError } from '../errors';
import { renew, requireSignature, takeChallenge } from './login';
import type { OpenCall, SessionCall } from './method';
import { parseParams } from './method';

const renewSchema = z.object({
  aid: z.string(),
  request_id: z.string(),
  nonce: z.string(),
  signature: z.string(),
});
const rekeySchema = renewSchema.extend({ new_public_key: z.string() });
const downloadSchema = z.object({ cert_sn: z.string() });
const requestSchema = z.object({
  aid: z.string(),
  public_key: z.string(),
  curve: z.enum(['P-256', 'P-384']).default('P-256'),
});

/** `auth.renew_cert` (`protocol/01 §7.5`): same key, new serial and validity. */
export async function renewCertificate({ gateway, params }: OpenCall): Promise<unknown> {
  const input = parseParams(renewSchema, params);
  const { active } = takeChallenge(gateway, input);
  requireSignature(active, input.nonce, input.signature);
  const fresh = await renew(gateway, active, gateway.clock.now());
  const issuer = gateway.authority.issuer(active.issuer);
  return {
    status: 'renewed',
    aid: input.aid,
    cert: fresh.pem,
    cert_pem: fresh.pem,
    ca_cert: issuer.certificate.pem,
  };
}

/**
 * `auth.rekey` (`protocol/01 §7.6`): signed by the old key. The old certificate stays downloadable; every refresh token
 * of the AID ends.
 */
export async function rekey({ gateway, params }: OpenCall): Promise<unknown> {
  const input = parseParams(rekeySchema, params);
  const { challenge, active } = takeChallenge(gateway, input);
  requireSignature(active, input.nonce + input.new_public_key, input.signature);
  if (parsePublicKey(input.new_public_key, challenge.curve) === null) {
    throw invalidParams('invalid new_public_key');
  }
  const now = gateway.clock.now();
  if (active.notAfter <= now) throw authFailed('certificate expired');
  const fresh = await gateway.authority.issueLeaf(
    input.aid,
    active.issuer,
    input.new_public_key,
    challenge.curve,
    now,
  );
  gateway.store.transaction(() => {
    gateway.store.certificates.supersede(
      fresh,
      gateway.config.revokeOnRekey ? 'revoked' : 'verify_only',
      now,
    );
    gateway.store.tokens.drop(input.aid, 'refresh');
  });
  gateway.log.info('key replaced', { aid: input.aid });
  const issuer = gateway.authority.issuer(active.issuer);
  return {
    status: 'rekeyed',
    aid: input.aid,
    cert: fresh.pem,
    cert_pem: fresh.pem,
    ca_cert: issuer.certificate.pem,
  };
}

/** `auth.download_cert` (`protocol/01 §7.7`): by serial, or the root. */
export function downloadCertificate({ gateway, params, session }: OpenCall): unknown {
  const { cert_sn: serial } = parseParams(downloadSchema, params);
  const { authority } = gateway;
  if (serial === 'root') {
    return { cert: authority.rootPem, ca_cert: authority.rootPem, cert_chain: [authority.rootPem] };
  }
  const issuers =
    session === null
      ? authority.issuers
      : [session.issuer, ...authority.issuers.filter((issuer) => issuer !== session.issuer)];
  for (const issuer of issuers) {
    const record = authority.certificates.bySerial(issuer, normalizeSerial(serial));
    if (record === null) continue;
    const ca = authority.issuer(issuer).certificate.pem;
    return { cert: record.pem, ca_cert: ca, cert_chain: [record.pem, ca, authority.rootPem] };
  }
  throw new RpcError(-32008, 'certificate not found');
}

/** `auth.request_cert` (`protocol/01 §7.7`): a further certificate for the caller, one active for each curve. */
export async function requestCertificate({ gateway, params, session }: SessionCall): Promise<unknown> {
  const { aid, public_key: publicKey, curve } = parseParams(requestSchema, params);
  if (aid !== session.aid) throw permissionDenied('aid must be the caller');
  if (parsePublicKey(publicKey, curve) === null) throw invalidParams('invalid public_key');
  const active = gateway.store.certificates.active(aid, curve);
  if (active !== null && active.publicKey !== publicKey) {
    throw invalidParams(`an active ${curve} certificate already exists`);
  }
  const now = gateway.clock.now();
  const { issuer } = splitAid(aid);
  const fresh = await gateway.authority.issueLeaf(aid, issuer, publicKey, curve, now);
  gateway.store.certificates.supersede(fresh, 'verify_only', now);
  return {
    status: 'issued',
    aid,
    cert: fresh.pem,
    ca_cert: gateway.authority.issuer(issuer).certificate.pem,
    curve,
  };
}
