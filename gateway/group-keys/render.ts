import type { EpochRow, RotationRow } from './epoch-store';

/** A rotation as the wire has it; a committed one needs its epoch (`protocol/02 §11.4`). */
export function renderRotation(
  rotation: RotationRow,
  groupId: string,
  now: number,
  epoch: EpochRow | null,
): Record<string, unknown> {
  return {
    rotation_id: rotation.rotationId,
    group_id: groupId,
    base_epoch: rotation.baseEpoch,
    target_epoch: rotation.targetEpoch,
    status: rotation.status,
    reason: rotation.reason,
    key_commitment: rotation.keyCommitment,
    expected_members: rotation.expectedMembers,
    required_acks: rotation.requiredAcks,
    acks: rotation.acks,
    lease_owner: rotation.leaseOwner,
    lease_expires_at: rotation.leaseExpiresAt,
    expired: rotation.status === 'distributing' && rotation.leaseExpiresAt <= now,
    ...(rotation.status === 'distributing' ? { stale: rotation.stale } : {}),
    ...(rotation.status === 'committed' && epoch?.rotationId === rotation.rotationId
      ? provenance(epoch)
      : {}),
  };
}

/** The committed rotation that made an epoch; rotations themselves are not kept for ever, epochs are. */
export function renderEpoch(epoch: EpochRow, groupId: string): Record<string, unknown> {
  return {
    rotation_id: epoch.rotationId,
    group_id: groupId,
    base_epoch: epoch.epoch - 1,
    target_epoch: epoch.epoch,
    status: 'committed',
    key_commitment: epoch.keyCommitment,
    expected_members: epoch.expectedMembers,
    ...provenance(epoch),
  };
}

/** Who made an epoch, and how it hangs on the one before. */
export function provenance(epoch: EpochRow): Record<string, unknown> {
  return {
    epoch_chain: epoch.epochChain,
    rotated_by: epoch.rotatedBy,
    lease_owner: epoch.rotatedBy,
    committed_by: epoch.rotatedBy,
    committed_at: epoch.committedAt,
  };
}
