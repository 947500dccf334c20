import { membershipCommitment, sameHex } from '../../e2ee/v1/group';
import type { GroupKeyRecord } from '../../ports/group-store';
import type { EpochState, Keyholder, Rotation } from './wire';

/** A key with what it claims to be. */
export interface KeyClaim {
  readonly group: string;
  readonly epoch: number;
  readonly secret: Uint8Array;
  readonly commitment: string;
}

/**
 * What the gateway's word makes of a key (`protocol/02 §10.1` step 2): `committed` and `pending` are bound by the commitment of
 * a rotation; `unbound` belongs to an epoch that is over, for which there is nothing to compare with.
 */
export type Binding = 'committed' | 'pending' | 'unbound';

/** Whether a rotation is the one that made this key. A rotation that tells no commitment cannot say no. */
export function isKeyOf(rotation: Rotation, claim: KeyClaim): boolean {
  if (rotation.target !== claim.epoch) return false;
  if (rotation.commitment === '' || sameHex(rotation.commitment, claim.commitment)) return true;
  // The list that goes with the claim may be a later one; the key is the same if it fits the list of the rotation.
  const { expected } = rotation;
  const fitting = membershipCommitment(expected, claim.epoch, claim.group, claim.secret);
  return expected.length > 0 && sameHex(rotation.commitment, fitting);
}

/** Whether a pending rotation is still somebody's. `now` is the gateway's time, Unix ms. */
export function isLive(rotation: Rotation | null, now: number): rotation is Rotation {
  if (rotation === null || rotation.expired) return false;
  if (rotation.status !== '' && rotation.status !== 'distributing') return false;
  return rotation.leaseEndsAt === null || rotation.leaseEndsAt > now;
}

/** Whether two lists name the same people. */
export function sameMembers(left: readonly string[], right: readonly string[]): boolean {
  const names = new Set(left);
  return names.size === new Set(right).size && right.every((name) => names.has(name));
}

/** Binding of a key that was handed out, or null when it must be refused. */
export function bindingOfDistribution(
  state: EpochState,
  claim: KeyClaim & { readonly rotationId: string | null; readonly from: string },
): Binding | null {
  const { committed, pending, rotation } = state;
  if (claim.rotationId === null) {
    if (claim.epoch > committed) return null;
    if (rotation?.target === claim.epoch) return isKeyOf(rotation, claim) ? 'committed' : null;
    return claim.epoch < committed ? 'unbound' : 'committed';
  }
  for (const [candidate, binding] of [
    [pending, 'pending'],
    [rotation, 'committed'],
  ] as const) {
    if (candidate?.id !== claim.rotationId || (binding === 'committed' && committed < claim.epoch)) continue;
    const hers = candidate.rotator === '' || candidate.rotator === claim.from;
    return hers && isKeyOf(candidate, claim) ? binding : null;
  }
  return claim.epoch < committed ? 'unbound' : null;
}

/** Binding of a key that somebody or the server answered with, or null when it must be refused (`protocol/02 §10.3`, §12). */
export function bindingOfAnswer(state: EpochState, claim: KeyClaim): Binding | null {
  if (claim.epoch > state.committed) return null;
  if (state.rotation?.target === claim.epoch) return isKeyOf(state.rotation, claim) ? 'committed' : null;
  return claim.epoch < state.committed ? 'unbound' : 'committed';
}

/** Whether a key may be sealed with: the gateway's committed rotation must be the one that made it (`protocol/02 §9` step 5). */
export function isCommittedKey(state: EpochState, group: string, record: GroupKeyRecord): boolean {
  if (record.epoch !== state.committed) return false;
  const { rotation } = state;
  if (rotation?.target !== record.epoch) return record.pendingRotation === null;
  if (rotation.commitment === '' && record.pendingRotation !== null && record.pendingRotation !== rotation.id)
    return false;
  return isKeyOf(rotation, { ...record, group });
}

/** How the committed key and the members differ. Floors count, too: whoever left and came back must not read on. */
export interface Staleness {
  /** The key has to change. */
  readonly stale: boolean;
  /** Somebody came who has no part in the committed key. */
  readonly arrivals: boolean;
}

/** Compares the committed rotation with the members (`protocol/02 §9` step 4). */
export function stalenessOf(state: EpochState, members: readonly Keyholder[]): Staleness {
  const { committed, rotation } = state;
  if (committed === 0) return { stale: true, arrivals: true };
  const expected = rotation?.target === committed ? rotation.expected : [];
  const names = members.map(({ aid }) => aid);
  const known = new Set(expected);
  const arrivals =
    (expected.length > 0 && names.some((name) => !known.has(name))) ||
    // A floor further away than the next epoch is nonsense that no change of key could satisfy.
    members.some(({ floor }) => floor === committed + 1);
  const departures = expected.length > 0 && expected.some((name) => !names.includes(name));
  return { stale: arrivals || departures, arrivals };
}
