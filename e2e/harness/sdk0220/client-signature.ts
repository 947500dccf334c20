import { canonicalRpc } from './canonical';
import type { OwnIdentity } from './auth-flow';
import type { Dict } from './json';
import { certificateFingerprint, sha256Hex, signText } from './primitives';

const GROUP_METHODS =
  'send kick add_member leave remove_member update_rules update update_announcement update_join_requirements set_role ' +
  'transfer_owner review_join_request batch_review_join_request request_join use_invite_code thought.put set_settings ' +
  'resources.put resources.update resources.delete resources.request_add resources.direct_add ' +
  'resources.approve_request resources.reject_request commit_state e2ee.begin_rotation e2ee.commit_rotation ' +
  'e2ee.abort_rotation ban unban dissolve suspend resume';

/** Methods of this generation that carry a signature (protocol/02 §13.1). */
const SIGNED = new Set(['message.thought.put', ...GROUP_METHODS.split(' ').map((name) => `group.${name}`)]);

/** Adds `client_signature` to the parameters of a signed method (protocol/01 §9.2). */
export function withClientSignature(
  method: string,
  params: Dict,
  aid: string,
  identity: OwnIdentity,
  nowMs: number,
): Dict {
  if (!SIGNED.has(method)) return params;
  const covered = Object.fromEntries(
    Object.entries(params).filter(([key]) => key !== 'client_signature' && !key.startsWith('_')),
  );
  const hash = sha256Hex(canonicalRpc(covered));
  const timestamp = String(Math.floor(nowMs / 1000));
  return {
    ...params,
    client_signature: {
      aid,
      cert_fingerprint: certificateFingerprint(identity.certificate),
      timestamp,
      params_hash: hash,
      signature: signText(identity.key, `${method}|${aid}|${timestamp}|${hash}`),
    },
  };
}
