import { dictsOf, isDict, numberOf, textOf } from '../json';
import type { Dict } from '../json';
import { textsOf } from './crypto';
import type { EpochKey, GroupKeyRing } from './key-ring';

/** Reads the keys of one group as the data folder keeps them. */
export function readKeyRing(value: unknown): GroupKeyRing {
  const source = isDict(value) ? value : {};
  return {
    current: isDict(source['current']) ? readKey(source['current']) : null,
    old: dictsOf(source['old']).map(readKey),
  };
}

function readKey(source: Dict): EpochKey {
  return {
    epoch: numberOf(source['epoch']),
    secret: textOf(source['secret']),
    commitment: textOf(source['commitment']),
    memberAids: textsOf(source['memberAids']),
    epochChain: textOf(source['epochChain']),
    pendingRotationId: textOf(source['pendingRotationId']),
    chainUnverified: source['chainUnverified'] === true,
    chainReason: textOf(source['chainReason']),
    updatedAt: numberOf(source['updatedAt']),
  };
}
