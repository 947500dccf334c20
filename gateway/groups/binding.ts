import type { JsonObject } from '../../shared/aun/canonical-json';
import { nameProblem } from '../../shared/aun/aid';
import { parsePublicKey } from '../ca/keys';
import { invalidParams } from '../errors';
import type { CallContext } from './calls';
import { groupError } from './errors';

/** An AID that a group is to get, with the key its owner made for it. */
export interface Binding {
  readonly aid: string;
  readonly issuer: string;
  readonly publicKey: string;
}

/** A certificate that has been signed and waits to be stored with the change it belongs to. */
export interface GroupCertificate {
  /** `aid_cert` of the reply. */
  readonly answer: JsonObject;
  /** Call it inside the transaction. @throws RpcError −32602 when the name was taken meanwhile. */
  store(): void;
}

/** @throws RpcError −32602 for a name that breaks the rules or is taken, or a key that is none. */
export function bindingFor(
  context: CallContext,
  issuer: string,
  groupNameText: string,
  given: { public_key?: string | undefined; curve?: string | undefined },
): Binding {
  const name = groupNameText.trim().toLowerCase();
  if (nameProblem(name) !== null) throw invalidParams('invalid params: group_name');
  if (given.curve !== undefined && given.curve !== 'P-256') throw invalidParams('unsupported curve');
  const publicKey = given.public_key ?? '';
  if (parsePublicKey(publicKey, 'P-256') === null) throw invalidParams('invalid public_key');
  const binding = { aid: `${name}.${issuer}`, issuer, publicKey };
  requireFreeName(context, binding.aid);
  return binding;
}

function requireFreeName({ gateway }: CallContext, aid: string): void {
  if (gateway.store.accounts.exists(aid) || gateway.store.groups.byAid(aid) !== null) {
    throw groupError('id_taken');
  }
}

/** Signs the certificate of a group's AID; nothing is stored yet. */
export async function issueGroupCertificate(
  context: CallContext,
  { aid, issuer, publicKey }: Binding,
): Promise<GroupCertificate> {
  const { gateway, now } = context;
  const record = await gateway.authority.issueLeaf(aid, issuer, publicKey, 'P-256', now);
  const caCert = gateway.authority.issuer(issuer).certificate.pem;
  return {
    answer: {
      cert: record.pem,
      cert_pem: record.pem,
      ca_cert: caCert,
      ca_chain: [caCert, gateway.authority.rootPem],
      cert_sn: record.serial,
      curve: record.curve,
    },
    store: () => {
      if (gateway.store.accounts.exists(aid)) throw groupError('id_taken');
      gateway.store.accounts.insert(aid, issuer, now);
      gateway.store.certificates.supersede(record, 'verify_only', now);
    },
  };
}
