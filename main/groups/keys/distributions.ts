import { parseGroupId } from '../../../shared/aun/group-id';
import { isCommitmentOf, isManifestSigned, secretOf } from '../../e2ee/v1/group';
import type { KeyDistribution } from '../../e2ee/v1/group';
import type { GroupKeyRecord } from '../../ports/group-store';
import { ignored, refused } from './answers';
import type { Handled } from './answers';
import { bindingOfDistribution, sameMembers } from './authority';
import type { Binding } from './authority';
import { judgeChain } from './chain';
import type { KeysContext } from './context';
import { note } from './context';
import { failureOf, isPassing } from './failures';
import { isSettled, UNBOUND } from './key-book';

/**
 * Takes a key that a member hands out (`protocol/02 §10.1`). The verified sender of the envelope, the one who says to distribute and
 * the one who signed the list of members must be one and the same; the gateway is always asked whether the key is that of
 * its rotation, and asked again after a pending one was stored.
 * @throws AunError gateway errors: to be tried again
 */
export async function takeDistribution(
  context: KeysContext,
  group: string,
  distribution: KeyDistribution,
  from: string,
): Promise<Handled> {
  const { book, deps, gateway, ledger } = context;
  const { epoch, commitment, member_aids: members } = distribution;
  const fault = faultOf(group, distribution, from);
  if (fault !== null) return refused(fault);
  const secret = secretOf(distribution);
  const held = book.get(group, epoch);
  if (isSettled(held)) return ignored('the key is here');
  if (!isCommitmentOf(commitment, { members, epoch, group, secret, own: deps.aid }))
    return refused('the commitment does not fit');
  if (!(await isSigned(context, distribution)))
    return refused('the manifest is not signed by the distributor');
  const rotationId = distribution.rotation_id || null;
  const claim = { group, epoch, secret, commitment, rotationId, from };
  const bind = async (): Promise<Binding | null> =>
    bindingOfDistribution(await gateway.epoch(ledger.wireId(group)), claim);
  const binding = await bind();
  if (binding === null) return refused('the gateway knows no such rotation');
  const chain = distribution.epoch_chain || null;
  const verdict = judgeChain(
    { epoch, chain, commitment, rotator: from, rotationId },
    held,
    book.get(group, epoch - 1),
  );
  if (!verdict.accepted) return refused(verdict.reason);
  if (verdict.previousIsWrong && binding !== 'unbound') await book.dropDoubtful(group, epoch - 1);
  const record: GroupKeyRecord = {
    epoch,
    secret,
    commitment,
    members: [...members].sort(),
    chain,
    chainDoubt: binding === 'unbound' ? `${UNBOUND}_distribution` : verdict.doubt,
    pendingRotation: binding === 'pending' ? rotationId : null,
    origin: rotationId === null ? 'handed_on' : 'distributed',
    updatedAt: deps.now(),
  };
  const stored = await (binding === 'pending' ? book.transition(group, record) : book.epoch(group, record));
  if (stored === 'refused') return refused('another key of that epoch is held');
  if (binding === 'pending' && rotationId !== null && (await bind()) === null) {
    await book.discard(group, epoch, rotationId);
    return refused('the rotation ended meanwhile');
  }
  if (rotationId !== null && binding !== 'unbound') await acknowledge(context, group, rotationId, commitment);
  return { kind: 'stored', why: binding };
}

/** What is wrong with a distribution in itself, or null. */
function faultOf(group: string, distribution: KeyDistribution, from: string): string | null {
  const { manifest } = distribution;
  if (distribution.distributed_by !== from) return 'the sender is not the distributor';
  if (manifest.initiator_aid !== from) return 'the manifest is somebody else’s';
  if (parseGroupId(manifest.group_id) !== group) return 'the manifest is of another group';
  if (manifest.epoch !== distribution.epoch) return 'the manifest is of another epoch';
  const same = sameMembers(manifest.member_aids, distribution.member_aids);
  return same ? null : 'the manifest names other members';
}

async function isSigned({ deps }: KeysContext, distribution: KeyDistribution): Promise<boolean> {
  try {
    const certificate = await deps.e2ee.groupPeers.certificate(distribution.distributed_by);
    return isManifestSigned(distribution.manifest, certificate.publicKey);
  } catch (thrown) {
    if (isPassing(failureOf(thrown))) throw thrown;
    return false;
  }
}

/** Confirms a key; a gateway that does not take it costs nothing, since only the rotator's own word is required. */
async function acknowledge(
  context: KeysContext,
  group: string,
  rotationId: string,
  commitment: string,
): Promise<void> {
  try {
    await context.gateway.acknowledge(rotationId, commitment);
  } catch (thrown) {
    note(context, 'group_key.not_acknowledged', group, failureOf(thrown));
  }
}
