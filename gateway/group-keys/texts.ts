import { createHash } from 'node:crypto';
import { canonicalJson } from '../../shared/aun/canonical-json';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { sha256Hex } from '../ca/keys';

const GENESIS = Buffer.from('aun-epoch-chain:genesis', 'ascii');

/**
 * Link of an epoch to the one before it (`protocol/02 §8.5`); `previous` is empty for the first one. The gateway computes
 * it because 0.2.20 does not send it.
 */
export function epochChain(previous: string, epoch: number, commitment: string, rotator: string): string {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(epoch);
  const prefix = previous === '' ? GENESIS : Buffer.from(previous, 'hex');
  return sha256Hex(Buffer.concat([prefix, number, Buffer.from(`${commitment}${rotator}`, 'utf8')]));
}

/** What the rotation signature of form v2 covers (`protocol/02 §13.2`). */
export interface RotationClaim {
  readonly groupId: string;
  readonly baseEpoch: number;
  readonly targetEpoch: number;
  readonly aid: string;
  readonly timestamp: string;
  readonly rotationId: string;
  readonly reason: string;
  readonly keyCommitment: string;
  readonly manifestHash: string;
  readonly epochChain: string;
  readonly expectedMembers: readonly string[];
  readonly requiredAcks: readonly string[];
}

/** Canonical text of a rotation, lists trimmed, without empty names, sorted. */
export function rotationText(claim: RotationClaim): string {
  return canonicalJson({
    version: 'v2',
    group_id: claim.groupId,
    base_epoch: claim.baseEpoch,
    target_epoch: claim.targetEpoch,
    aid: claim.aid,
    rotation_timestamp: claim.timestamp,
    rotation_id: claim.rotationId,
    reason: claim.reason,
    key_commitment: claim.keyCommitment,
    manifest_hash: claim.manifestHash,
    epoch_chain: claim.epochChain,
    expected_members: cleanList(claim.expectedMembers),
    required_acks: cleanList(claim.requiredAcks),
  });
}

/** Names trimmed, without empty ones, sorted by code unit. */
export function cleanList(names: readonly string[]): string[] {
  return names
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .sort();
}

/** Whether two lists name the same people, in whatever order and however often. */
export function sameNames(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [new Set(a), new Set(b)];
  return left.size === right.size && [...left].every((name) => right.has(name));
}

/** A state as its hash covers it (`protocol/02 §14`). */
export interface StateClaim {
  readonly groupId: string;
  readonly version: number;
  readonly keyEpoch: number;
  readonly members: readonly { readonly aid: string; readonly role: string }[];
  readonly policy: JsonObject;
  /** Hex, empty for the first state. */
  readonly previous: string;
}

const ZERO = Buffer.from([0]);

function number64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** Hex SHA-256 of a state: members by AID in byte order, policy as compact JSON with sorted keys or nothing. */
export function stateHash(state: StateClaim): string {
  const members = [...state.members]
    .sort((a, b) => (a.aid < b.aid ? -1 : a.aid > b.aid ? 1 : 0))
    .map((member) => `${member.aid}:${member.role}`)
    .join('|');
  const policy = Object.keys(state.policy).length === 0 ? '' : canonicalJson(state.policy);
  const parts = [
    Buffer.from(state.groupId, 'utf8'),
    number64(state.version),
    number64(state.keyEpoch),
    Buffer.from(members, 'utf8'),
    Buffer.from(policy, 'utf8'),
    state.previous === '' ? Buffer.alloc(32) : Buffer.from(state.previous, 'hex'),
  ];
  const hash = createHash('sha256');
  for (const [index, part] of parts.entries()) {
    if (index > 0) hash.update(ZERO);
    hash.update(part);
  }
  return hash.digest('hex');
}
