import { z } from 'zod';
import { aidProblem, splitAid } from '../../shared/aun/aid';
import { parsePublicKey } from '../ca/keys';
import type { GatewayContext } from '../context';
import { authFailed, invalidParams } from '../errors';
import type { CertificateRecord } from '../store/certificates';
import type { OpenCall } from './method';
import { parseParams } from './method';

const schema = z.object({ aid: z.string(), public_key: z.string(), curve: z.string().optional() });

/**
 * Checks an AID that a caller names and returns its issuer. Nothing is folded: an upper-case name is refused.
 * @throws RpcError −32602 when it breaks the rules of `protocol/01 §1.1` or its issuer is not hosted here.
 */
export function hostedIssuer(gateway: GatewayContext, aid: string): string {
  const problem = aidProblem(aid);
  if (problem !== null || aid !== aid.toLowerCase().trim()) {
    throw invalidParams(`invalid aid: ${problem ?? 'bad_character'}`);
  }
  const { issuer } = splitAid(aid);
  if (!gateway.authority.issuers.includes(issuer)) throw invalidParams(`issuer not hosted here: ${issuer}`);
  return issuer;
}

/**
 * `auth.create_aid` (`protocol/01 §7.1`): issues the certificate of a new AID; asked again with the same key it returns
 * the stored one, or a new one when that has expired.
 */
export async function createAid({ gateway, params, remote }: OpenCall): Promise<unknown> {
  gateway.limits.take('createAid', remote);
  const { aid, public_key: publicKey, curve } = parseParams(schema, params);
  const issuer = hostedIssuer(gateway, aid);
  if (curve !== undefined && curve !== 'P-256') throw invalidParams('unsupported curve');
  if (parsePublicKey(publicKey, 'P-256') === null) throw invalidParams('invalid public_key');
  const now = gateway.clock.now();
  const stored = storedFor(gateway, aid, publicKey);
  if (stored !== null && stored.notAfter > now) return answer(gateway, issuer, stored);
  const fresh = await gateway.authority.issueLeaf(aid, issuer, publicKey, 'P-256', now);
  const record = gateway.store.transaction(() => {
    // Another call may have been faster while the certificate was being signed.
    const current = storedFor(gateway, aid, publicKey);
    if (current !== null && current.notAfter > now) return current;
    if (!gateway.store.accounts.exists(aid)) gateway.store.accounts.insert(aid, issuer, now);
    gateway.store.certificates.supersede(fresh, 'verify_only', now);
    return fresh;
  });
  if (record === fresh) gateway.log.info('aid registered', { aid });
  return answer(gateway, issuer, record);
}

/** The active certificate of a registered AID for this key; `null` for a free name. */
function storedFor(gateway: GatewayContext, aid: string, publicKey: string): CertificateRecord | null {
  if (!gateway.store.accounts.exists(aid)) return null;
  const active = gateway.store.certificates.active(aid, 'P-256');
  if (active !== null) {
    if (active.publicKey === publicKey) return active;
    throw invalidParams('AID already exists');
  }
  const latest = gateway.store.certificates.ofOwner(aid)[0];
  if (latest !== undefined && latest.publicKey !== publicKey) throw invalidParams('AID already exists');
  throw authFailed('certificate revoked');
}

function answer(gateway: GatewayContext, issuer: string, record: CertificateRecord) {
  return {
    aid: record.owner,
    cert: record.pem,
    ca_cert: gateway.authority.issuer(issuer).certificate.pem,
    curve: record.curve,
  };
}
