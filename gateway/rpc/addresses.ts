import { aidProblem, issuerProblem, splitAid } from '../../shared/aun/aid';
import { WireCode } from '../../shared/aun/errors';
import type { GatewayContext } from '../context';
import { RpcError, sendFailed } from '../errors';

/**
 * Checks that mail for `to` can be delivered here (`protocol/04 §3.1`, `§8.2`).
 * @throws RpcError −32603 for the group service, a malformed or an unregistered address, −32010 for an issuer that is
 * not hosted.
 */
export function requireRecipient(gateway: GatewayContext, to: string): void {
  const { name, issuer } = splitAid(to);
  if (issuer === '' || issuerProblem(issuer) !== null) throw sendFailed('missing to/payload');
  if (name === 'group') throw sendFailed('the group service cannot receive messages');
  if (!gateway.authority.issuers.includes(issuer)) {
    throw new RpcError(WireCode.peerUnreachable, `federation unavailable: ${issuer}`);
  }
  if (aidProblem(to) !== null || !gateway.store.accounts.exists(to)) {
    throw sendFailed(`target AID not found: ${to}`, { reason: 'aid_not_found' });
  }
}

/** Extra members of results that cross from one hosted issuer to another. */
export function crossDomain(fromIssuer: string, to: string) {
  const { issuer } = splitAid(to);
  return issuer === fromIssuer ? {} : { cross_domain: true, target_issuer: issuer };
}
