import { isCommitmentOf, isResponseSigned, secretOf } from '../../e2ee/v1/group';
import type { KeyResponse } from '../../e2ee/v1/group';
import { bindingOfAnswer } from './authority';
import { judgeChain } from './chain';
import type { KeysContext } from './context';
import { failureOf, isPassing } from './failures';
import { isSettled, UNBOUND } from './key-book';
import { LOOK_AGE } from './limits';
import type { OwnRequests } from './requests';

/** What became of a control message; `ignored` and `refused` are over, too. */
export type Handled = { readonly kind: 'stored' | 'ignored' | 'refused'; readonly why: string };

export const refused = (why: string): Handled => ({ kind: 'refused', why });
export const ignored = (why: string): Handled => ({ kind: 'ignored', why });

/**
 * Takes the answer to a question of ours (`protocol/02 §10.3`): asked by this device, of that responder (or answered by another
 * device of ours), signed, bound by its commitment and, for the committed epoch, by the gateway's.
 * @throws AunError gateway errors: to be tried again
 */
export async function takeAnswer(
  context: KeysContext,
  requests: OwnRequests,
  group: string,
  response: KeyResponse,
  from: string,
): Promise<Handled> {
  const { book, deps, ledger } = context;
  const { epoch, responder_aid: responder, request_id: requestId } = response;
  if (responder !== from) return refused('the sender is not the responder');
  if (response.requester_aid !== deps.aid) return ignored('an answer to somebody else');
  if (!requests.expects(requestId, { group, epoch, responder })) return refused('nobody asked');
  const held = book.get(group, epoch);
  if (isSettled(held)) return ignored('the key is here');
  const look = await ledger.look(group, { maxAge: LOOK_AGE });
  if (responder !== deps.aid && !look.members.some(({ aid }) => aid === responder))
    return refused('the responder is no member');
  const certificate = await deps.e2ee.groupPeers.certificate(responder).catch((thrown: unknown) => {
    if (isPassing(failureOf(thrown))) throw thrown;
    return null;
  });
  if (certificate === null || !isResponseSigned(response, certificate.publicKey))
    return refused('the signature is not theirs');
  const secret = secretOf(response);
  const { commitment, member_aids: members } = response;
  if (!isCommitmentOf(commitment, { members, epoch, group, secret, own: deps.aid }))
    return refused('the commitment does not fit');
  const binding = bindingOfAnswer(look.state, { group, epoch, secret, commitment });
  if (binding === null) return refused('not the key of the committed rotation');
  const chain = response.epoch_chain || null;
  const rotator = binding === 'committed' ? (look.state.rotation?.rotator ?? '') || responder : responder;
  const previous = book.get(group, epoch - 1);
  const verdict = judgeChain({ epoch, chain, commitment, rotator, rotationId: null }, held, previous);
  if (!verdict.accepted) return refused(verdict.reason);
  if (verdict.previousIsWrong) await book.dropDoubtful(group, epoch - 1);
  const stored = await book.epoch(group, {
    epoch,
    secret,
    commitment,
    members,
    chain,
    chainDoubt: binding === 'unbound' ? `${UNBOUND}_answer` : verdict.doubt,
    pendingRotation: null,
    origin: 'answered',
    updatedAt: deps.now(),
  });
  requests.answered(requestId);
  return stored === 'refused'
    ? refused('another key of that epoch is held')
    : { kind: 'stored', why: binding };
}
