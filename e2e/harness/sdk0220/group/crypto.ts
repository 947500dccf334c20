import { createHash, createPublicKey, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { canonicalE2ee } from '../canonical';
import { isDict, numberOf, textOf } from '../json';
import type { Dict } from '../json';
import {
  ecdh,
  gcmOpen,
  gcmSeal,
  generateKey,
  hkdf,
  keyFromPoint,
  pointOf,
  sha256Hex,
  signText,
  verifyText,
} from '../primitives';

const GENESIS = Buffer.from('aun-epoch-chain:genesis', 'ascii');
const ECIES_INFO = 'aun-epoch-key-ecies';
const [POINT_BYTES, IV_BYTES, SECRET_BYTES, TAG_BYTES] = [65, 12, 32, 16];

/** Texts of an array, in its order. */
export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(textOf).filter((text) => text !== '') : [];
}

/** Sorted by code unit, as every list of members is before it is hashed or signed. */
export function sorted(aids: readonly string[]): string[] {
  return [...aids].sort();
}

/** Whether two member lists name the same people, whatever their order. */
export function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  return sorted([...new Set(a)]).join('|') === sorted([...new Set(b)]).join('|');
}

/** What binds an epoch's secret to its members (protocol/02 §8.4). */
export function commitmentOf(
  members: readonly string[],
  epoch: number,
  groupId: string,
  secret: Buffer,
): string {
  return sha256Hex([...sorted(members), String(epoch), groupId, sha256Hex(secret)].join('|'));
}

/** Recomputes a commitment for a list that names `own`. */
export function fitsCommitment(
  claimed: string,
  own: string,
  members: readonly string[],
  epoch: number,
  groupId: string,
  secret: Buffer,
): boolean {
  if (!members.includes(own)) return false;
  const left = Buffer.from(claimed);
  const right = Buffer.from(commitmentOf(members, epoch, groupId, secret));
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Link of an epoch to the one before; an empty `previous` is the beginning (protocol/02 §8.5). */
export function chainOf(previous: string, epoch: number, commitment: string, rotator: string): string {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(epoch);
  const prefix = previous === '' ? GENESIS : Buffer.from(previous, 'hex');
  return sha256Hex(Buffer.concat([prefix, number, Buffer.from(commitment + rotator, 'utf8')]));
}

/** The nine lines a manifest's signature covers, lists in the order given (protocol/02 §8.6). */
export function manifestText(manifest: Dict): string {
  const previous = manifest['prev_epoch'];
  return [
    String(manifest['manifest_version']),
    textOf(manifest['group_id']),
    String(manifest['epoch']),
    typeof previous === 'number' ? String(previous) : '',
    textsOf(manifest['member_aids']).join('|'),
    textsOf(manifest['added']).join('|'),
    textsOf(manifest['removed']).join('|'),
    textOf(manifest['initiator_aid']),
    String(manifest['issued_at']),
  ].join('\n');
}

/** The nine lines that the signature of a key response covers (protocol/02 §10.3). */
export function responseText(response: Dict): string {
  return [
    String(response['response_version']),
    textOf(response['group_id']),
    String(response['epoch']),
    textOf(response['requester_aid']),
    textOf(response['request_id']),
    textOf(response['responder_aid']),
    textOf(response['commitment']),
    sorted(textsOf(response['member_aids'])).join('|'),
    String(response['issued_at']),
  ].join('\n');
}

/** What the second form of the rotation signature covers (protocol/02 §13.2). */
export function rotationText(params: Dict, aid: string): string {
  const clean = (value: unknown): string[] => sorted(textsOf(value).map((text) => text.trim()));
  return canonicalE2ee({
    version: 'v2',
    group_id: textOf(params['group_id']),
    base_epoch: numberOf(params['base_epoch']),
    target_epoch: numberOf(params['target_epoch']),
    aid,
    rotation_timestamp: textOf(params['rotation_timestamp']),
    rotation_id: textOf(params['rotation_id']),
    reason: textOf(params['reason']),
    key_commitment: textOf(params['key_commitment']),
    manifest_hash: textOf(params['manifest_hash']),
    epoch_chain: textOf(params['epoch_chain']),
    expected_members: clean(params['expected_members']),
    required_acks: clean(params['required_acks']),
  });
}

/** Signs, or checks, one of the texts above. */
export function signed(key: KeyObject, text: string): string {
  return signText(key, Buffer.from(text, 'utf8'));
}

export function verified(key: KeyObject, text: string, signature: unknown): boolean {
  return textOf(signature) !== '' && verifyText(key, Buffer.from(text, 'utf8'), textOf(signature));
}

/** Seals an epoch's secret to the key of somebody's certificate: 125 anonymous bytes (protocol/02 §12). */
export function sealToCertificate(
  publicKey: KeyObject,
  secret: Buffer,
  fixed?: { ephemeral: KeyObject; iv: Buffer },
): Buffer {
  const ephemeral = fixed?.ephemeral ?? generateKey().privateKey;
  const iv = fixed?.iv ?? randomBytes(IV_BYTES);
  const key = hkdf(ecdh(ephemeral, publicKey), ECIES_INFO);
  const { ciphertext, tag } = gcmSeal(key, iv, secret, Buffer.alloc(0));
  return Buffer.concat([pointOf(createPublicKey(ephemeral)), iv, ciphertext, tag]);
}

/** Opens what {@link sealToCertificate} made; throws for anything else. */
export function openFromServer(privateKey: KeyObject, blob: Buffer): Buffer {
  if (blob.length !== POINT_BYTES + IV_BYTES + SECRET_BYTES + TAG_BYTES) throw new Error('not an epoch key');
  const ephemeral = keyFromPoint(blob.subarray(0, POINT_BYTES));
  const key = hkdf(ecdh(privateKey, ephemeral), ECIES_INFO);
  const sealed = blob.subarray(POINT_BYTES + IV_BYTES);
  const secret = sealed.subarray(0, SECRET_BYTES);
  return gcmOpen(
    key,
    blob.subarray(POINT_BYTES, POINT_BYTES + IV_BYTES),
    secret,
    sealed.subarray(SECRET_BYTES),
    Buffer.alloc(0),
  );
}

/** What the hash of a group's state covers. */
export interface GroupState {
  groupId: string;
  version: number;
  keyEpoch: number;
  members: readonly { aid: string; role: string }[];
  policy: Dict;
  previous: string;
}

/**
 * Hash of a group's state as the TypeScript SDK computes it: members in the order of the locale, policy keys sorted at
 * the top level only (protocol/02 §14).
 */
export function stateHashOf(state: GroupState): string {
  const zero = Buffer.from([0]);
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(value));
    return bytes;
  };
  const members = [...state.members]
    .sort((a, b) => a.aid.localeCompare(b.aid))
    .map((member) => `${member.aid}:${member.role}`)
    .join('|');
  const keys = Object.keys(state.policy).sort();
  const policy =
    keys.length === 0 ? '' : JSON.stringify(Object.fromEntries(keys.map((key) => [key, state.policy[key]])));
  const parts = [
    Buffer.from(state.groupId, 'utf8'),
    number(state.version),
    number(state.keyEpoch),
    Buffer.from(members, 'utf8'),
    Buffer.from(policy, 'utf8'),
    state.previous === '' ? Buffer.alloc(SECRET_BYTES) : Buffer.from(state.previous, 'hex'),
  ];
  const hash = createHash('sha256');
  parts.forEach((part, index) => {
    if (index > 0) hash.update(zero);
    hash.update(part);
  });
  return hash.digest('hex');
}

/** Members and policy out of the two texts of a committed state; null when they are no JSON of that shape. */
export function readSnapshots(event: Dict): Pick<GroupState, 'members' | 'policy'> | null {
  try {
    const members: unknown = JSON.parse(textOf(event['membership_snapshot']) || '[]');
    const policy: unknown = JSON.parse(textOf(event['policy_snapshot']) || '{}');
    if (!Array.isArray(members) || !isDict(policy)) return null;
    return {
      policy,
      members: members
        .filter(isDict)
        .map((each) => ({ aid: textOf(each['aid']), role: textOf(each['role']) })),
    };
  } catch {
    return null;
  }
}
