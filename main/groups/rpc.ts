import type { JsonObject } from '../../shared/aun/canonical-json';
import { clientSignature } from '../e2ee';
import type { Identity } from '../ports/identity';
import type { RpcCaller } from '../ports/session';
import { groupCall } from './errors';

/** Methods whose params an SDK of this generation signs (`protocol/05 §9.1`). */
const SIGNED: ReadonlySet<string> = new Set(
  [
    ...['send', 'kick', 'remove_member', 'add_member', 'leave', 'update', 'set_role', 'transfer_owner'],
    ...['review_join_request', 'batch_review_join_request', 'request_join', 'use_invite_code'],
    ...['thought.put', 'set_settings', 'commit_state', 'ban', 'unban', 'dissolve', 'suspend', 'resume'],
    ...['update_rules', 'update_announcement', 'update_join_requirements'],
    ...['resources.put', 'resources.update', 'resources.delete', 'resources.request_add'],
    ...['resources.direct_add', 'resources.approve_request', 'resources.reject_request'],
    ...['e2ee.begin_rotation', 'e2ee.commit_rotation', 'e2ee.abort_rotation'],
  ].map((name) => `group.${name}`),
);

/** What group calls work with. */
export interface GroupRpcParts {
  readonly rpc: RpcCaller;
  readonly identity: Pick<Identity, 'aid' | 'certificate' | 'sign'>;
  readonly deviceId: string;
  readonly slotId: string;
  /** Our clock corrected by the gateway's, Unix ms. */
  readonly now: () => number;
}

/**
 * Calls group methods as a gateway expects them: with this device and slot in the params (`protocol/05 §6.0`), signed where the
 * method is one of those that are, and with errors in the terms of groups (see `groupError`).
 */
export function createGroupRpc({ rpc, identity, deviceId, slotId, now }: GroupRpcParts): RpcCaller {
  return {
    call(method, params, options) {
      if (!method.startsWith('group.')) return rpc.call(method, params, options);
      const complete = { device_id: deviceId, slot_id: slotId, ...params };
      if (!SIGNED.has(method)) return groupCall(() => rpc.call(method, complete, options));
      if (!isJson(complete)) throw new TypeError(`${method}: the params are no JSON`);
      const signature = clientSignature(identity, method, complete, now());
      return groupCall(() => rpc.call(method, { ...complete, client_signature: signature }, options));
    },
  };
}

/** What is sent is JSON; this only says so to the compiler, members that are functions excepted. */
function isJson(params: Readonly<Record<string, unknown>>): params is JsonObject {
  return Object.values(params).every((value) => typeof value !== 'function' && typeof value !== 'symbol');
}
