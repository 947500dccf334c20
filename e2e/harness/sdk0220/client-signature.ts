import { canonicalRpc } from './canonical';
import type { OwnIdentity } from './auth-flow';
import type { Dict } from './json';
import { certificateFingerprint, sha256Hex, signText } from './primitives';

/** Methods of this generation that carry a signature; the group methods are outside this client. */
const SIGNED = new Set(['message.thought.put', 'group.thought.put', 'group.send']);

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
