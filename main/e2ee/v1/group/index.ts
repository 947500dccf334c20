export {
  epochChain,
  groupStateHash,
  isChain,
  isCommitmentOf,
  membershipCommitment,
  sameHex,
  sortedAids,
} from './commitment';
export {
  GROUP_CONTROL_TYPES,
  GROUP_SECRET_BYTES,
  groupControlSchema,
  isGroupControl,
  keyDistributionSchema,
  keyRequestSchema,
  keyResponseSchema,
  manifestSchema,
  secretOf,
} from './controls';
export type { GroupManifest, KeyDistribution, KeyRequest, KeyResponse } from './controls';
export { openFromServer, sealForServer } from './escrow';
export {
  isManifestSigned,
  isResponseSigned,
  manifestText,
  responseText,
  rotationSignature,
  rotationText,
  signManifest,
  signResponse,
} from './signed-texts';
export type { RotationFacts } from './signed-texts';
