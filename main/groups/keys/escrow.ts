import { membershipCommitment } from '../../e2ee/v1/group';
import type { GroupKeyRecord } from '../../ports/group-store';
import { letOthersRun } from '../../runtime/turn';
import { bindingOfAnswer } from './authority';
import { judgeChain } from './chain';
import type { KeysContext } from './context';
import { note } from './context';
import { failureOf, isPassing } from './failures';
import { UNBOUND } from './key-book';

/** Certificates looked up before others get their turn. */
const AT_ONCE = 8;

/**
 * A key for the server to hold, sealed to the certificate of each member; members without a certificate that can be had are left
 * out (`protocol/02 §12`).
 */
export async function sealForMembers(
  { deps }: KeysContext,
  secret: Uint8Array,
  members: readonly string[],
): Promise<Record<string, string>> {
  const { groupPeers } = deps.e2ee;
  const sealed: Record<string, string> = {};
  for (let at = 0; at < members.length; at += AT_ONCE) {
    await Promise.all(
      members.slice(at, at + AT_ONCE).map(async (aid) => {
        const certificate = await groupPeers.certificate(aid).catch(() => null);
        if (certificate !== null) sealed[aid] = groupPeers.sealForServer(secret, certificate);
      }),
    );
    await letOthersRun();
  }
  return sealed;
}

/**
 * Fetches the key of an epoch from the server and stores it when the commitment of its rotation allows (`protocol/02 §12`). For an
 * epoch that is over nothing binds the key: it is kept for opening only, where a message with a valid signature has to open
 * with it, and is neither sealed with nor handed on.
 * @returns whether the key is here now
 * @throws AunError gateway errors
 */
export async function fetchFromServer(context: KeysContext, group: string, epoch: number): Promise<boolean> {
  const { book, deps, gateway, ledger } = context;
  const wireId = ledger.wireId(group);
  const blob = await gateway.serverKey(wireId, epoch).catch((thrown: unknown) => {
    const error = failureOf(thrown);
    if (isPassing(error)) throw error;
    note(context, 'group_key.server_refused', group, error);
    return null;
  });
  if (blob === null) return false;
  const secret = deps.e2ee.groupPeers.openFromServer(blob);
  if (secret === null) return false;
  const state = await gateway.epoch(wireId);
  const { rotation } = state;
  const told = rotation !== null && rotation.expected.length > 0 ? rotation.expected : state.members;
  if (told.length === 0) return false;
  const commitment = membershipCommitment(told, epoch, group, secret);
  const binding = bindingOfAnswer(state, { group, epoch, secret, commitment });
  if (binding === null) return false;
  const record = await recordOf(context, group, { epoch, secret, commitment, members: told }, state, binding);
  return (await book.epoch(group, record)) !== 'refused';
}

async function recordOf(
  { book, deps }: KeysContext,
  group: string,
  key: Pick<GroupKeyRecord, 'epoch' | 'secret' | 'commitment' | 'members'>,
  state: Awaited<ReturnType<KeysContext['gateway']['epoch']>>,
  binding: 'committed' | 'pending' | 'unbound',
): Promise<GroupKeyRecord> {
  const base = { ...key, pendingRotation: null, origin: 'server', updatedAt: deps.now() } as const;
  const { rotation } = state;
  // A gateway that tells no commitment could hand us a key of its own making.
  if (binding === 'unbound' || rotation?.target !== key.epoch || rotation.commitment === '')
    return { ...base, chain: null, chainDoubt: `${UNBOUND}_server` };
  const chain = rotation.chain === '' ? null : rotation.chain;
  if (chain !== null && rotation.rotator === '') return { ...base, chain, chainDoubt: 'missing_rotator_aid' };
  const claim = { epoch: key.epoch, chain, commitment: key.commitment, rotator: rotation.rotator };
  const previous = book.get(group, key.epoch - 1);
  const verdict = judgeChain({ ...claim, rotationId: chain === null ? null : rotation.id }, null, previous);
  // The commitment binds the key; a chain that does not fit is a doubt about the history before it.
  if (!verdict.accepted) return { ...base, chain, chainDoubt: 'chain_mismatch_legacy' };
  if (verdict.previousIsWrong) await book.dropDoubtful(group, key.epoch - 1);
  return { ...base, chain, chainDoubt: verdict.doubt };
}
