import { epochChain, isChain, sameHex } from '../../e2ee/v1/group';
import type { GroupKeyRecord } from '../../ports/group-store';
import { UNBOUND } from './key-book';

/** What was claimed of a key, as far as its chain is concerned. */
export interface ChainClaim {
  readonly epoch: number;
  readonly chain: string | null;
  readonly commitment: string;
  readonly rotator: string;
  readonly rotationId: string | null;
}

/** Why a chain could not be checked; stored with the key. */
export type ChainDoubt =
  | 'missing_epoch_chain'
  | 'missing_prev_chain'
  | 'chain_mismatch_legacy'
  | 'missing_rotation_id'
  | 'missing_rotator_aid';

/** Verdict on a claim: refused, or accepted with a doubt or without. */
export type ChainVerdict =
  | { readonly accepted: false; readonly reason: string }
  | { readonly accepted: true; readonly doubt: string | null; readonly previousIsWrong: boolean };

/**
 * Judges the link of a key in the chain of its group (`protocol/02 §10.1` step 4). `held` is what we have of the same epoch,
 * `previous` of the one before. A previous key that nothing proves is no measure: when it does not fit, it is the one that is
 * wrong.
 */
export function judgeChain(
  claim: ChainClaim,
  held: GroupKeyRecord | null,
  previous: GroupKeyRecord | null,
): ChainVerdict {
  const rotation = claim.rotationId !== null;
  if (claim.chain === null) {
    if (rotation) return { accepted: false, reason: 'a rotation without a chain' };
    return accept('missing_epoch_chain');
  }
  if (held?.chain != null && !sameHex(held.chain, claim.chain) && rotation) {
    const yields = held.pendingRotation !== null && held.pendingRotation !== claim.rotationId;
    if (!yields && !(held.chainDoubt?.startsWith(UNBOUND) ?? false))
      return { accepted: false, reason: 'another chain of the same epoch' };
  }
  if (previous?.chain == null || !isChain(previous.chain)) {
    // The first link of a group hangs on nothing.
    const genesis = claim.epoch === 1 && sameHex(claim.chain, link(null, claim));
    return accept(genesis && rotation ? null : genesis ? 'missing_rotation_id' : 'missing_prev_chain');
  }
  if (!sameHex(claim.chain, link(previous.chain, claim))) {
    if (previous.chainDoubt?.startsWith(UNBOUND) ?? false)
      return { ...accept('missing_prev_chain'), previousIsWrong: true };
    if (previous.chainDoubt !== null) return accept('missing_prev_chain');
    return rotation
      ? { accepted: false, reason: 'the chain does not continue ours' }
      : accept('chain_mismatch_legacy');
  }
  return accept(rotation ? null : 'missing_rotation_id');
}

function accept(doubt: ChainDoubt | null): Extract<ChainVerdict, { accepted: true }> {
  return { accepted: true, doubt, previousIsWrong: false };
}

function link(previous: string | null, claim: ChainClaim): string {
  return epochChain(previous, claim.epoch, claim.commitment, claim.rotator);
}
