/** What is kept of one epoch of one group (protocol/02 §8.7). */
export interface EpochKey {
  epoch: number;
  /** 32 bytes in base64. */
  secret: string;
  commitment: string;
  memberAids: string[];
  epochChain: string;
  /** Set while the rotation is not known to be committed; empty otherwise. */
  pendingRotationId: string;
  chainUnverified: boolean;
  chainReason: string;
  updatedAt: number;
}

/** The current epoch of a group and the ones before. */
export interface GroupKeyRing {
  current: EpochKey | null;
  old: EpochKey[];
}
