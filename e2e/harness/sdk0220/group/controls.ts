import { randomUUID } from 'node:crypto';
import type { KeyObject, X509Certificate } from 'node:crypto';
import { numberOf, textOf } from '../json';
import { isDict } from '../json';
import type { Dict } from '../json';
import {
  chainOf,
  fitsCommitment,
  manifestText,
  responseText,
  sameMembers,
  signed,
  sorted,
  textsOf,
  verified,
} from './crypto';
import type { EpochKey, KeyBook } from './key-book';

export const DISTRIBUTION = 'e2ee.group_key_distribution';
export const REQUEST = 'e2ee.group_key_request';
export const RESPONSE = 'e2ee.group_key_response';

/** A key that passed every local check, ready to be stored. */
export type JudgedKey = Omit<EpochKey, 'updatedAt'>;

/** What judging needs to know. */
export interface ControlContext {
  own: string;
  book: KeyBook;
  /** A certificate that is at hand; the generation never fetches one here. */
  certificate(aid: string): X509Certificate | null;
}

/** `e2ee.group_key_distribution` with its signed member list (protocol/02 §10.1). */
export function buildDistribution(input: {
  groupId: string;
  key: Pick<EpochKey, 'epoch' | 'secret' | 'commitment' | 'memberAids' | 'epochChain'>;
  previousEpoch: number;
  added: readonly string[];
  rotationId: string;
  own: string;
  identityKey: KeyObject;
  now: number;
}): Dict {
  const { groupId, key, own, now } = input;
  const members = sorted(key.memberAids);
  const unsigned: Dict = {
    manifest_version: 1,
    group_id: groupId,
    epoch: key.epoch,
    prev_epoch: input.previousEpoch,
    member_aids: members,
    added: sorted(input.added),
    removed: [],
    initiator_aid: own,
    issued_at: now,
  };
  return {
    type: DISTRIBUTION,
    group_id: groupId,
    epoch: key.epoch,
    group_secret: key.secret,
    commitment: key.commitment,
    member_aids: members,
    distributed_by: own,
    distributed_at: now,
    manifest: { ...unsigned, signature: signed(input.identityKey, manifestText(unsigned)) },
    ...(key.epochChain === '' ? {} : { epoch_chain: key.epochChain }),
    ...(input.rotationId === '' ? {} : { rotation_id: input.rotationId }),
  };
}

/**
 * The checks of a distribution that need nobody else (protocol/02 §10.1, 3 and 4). The signature of the manifest is
 * only looked at when the distributor's certificate is at hand; else a manifest is not even demanded.
 */
export function judgeDistribution(payload: Dict, context: ControlContext): JudgedKey | null {
  const distributor = textOf(payload['distributed_by']);
  const certificate = context.certificate(distributor);
  const manifest = isDict(payload['manifest']) ? payload['manifest'] : null;
  const members = textsOf(payload['member_aids']);
  if (manifest !== null) {
    if (manifest['group_id'] !== payload['group_id'] || manifest['epoch'] !== payload['epoch']) return null;
    if (!sameMembers(textsOf(manifest['member_aids']), members)) return null;
  }
  if (certificate !== null) {
    if (manifest === null) return null;
    if (!verified(certificate.publicKey, manifestText(manifest), manifest['signature'])) return null;
  }
  return judgeKey(payload, context, distributor || textOf(payload['rotator_aid']));
}

/** Commitment and chain of a distribution or a response. */
function judgeKey(payload: Dict, context: ControlContext, rotator: string): JudgedKey | null {
  const groupId = textOf(payload['group_id']);
  const epoch = numberOf(payload['epoch']);
  const commitment = textOf(payload['commitment']);
  const memberAids = textsOf(payload['member_aids']);
  const secret = Buffer.from(textOf(payload['group_secret']), 'base64');
  if (epoch < 1 || secret.length !== 32) return null;
  if (!fitsCommitment(commitment, context.own, memberAids, epoch, groupId, secret)) return null;
  const rotationId = textOf(payload['rotation_id']);
  const epochChain = textOf(payload['epoch_chain']);
  const chain = assessChain(context.book, { groupId, epoch, commitment, epochChain, rotationId, rotator });
  if (chain === 'refused') return null;
  return {
    epoch,
    secret: secret.toString('base64'),
    commitment,
    memberAids,
    epochChain,
    pendingRotationId: rotationId,
    chainUnverified: chain !== '',
    chainReason: chain,
  };
}

/** Why the link to the epoch before is not proved, empty when it is, `refused` when it is wrong (protocol/02 §10.1, 4). */
export function assessChain(
  book: KeyBook,
  key: {
    groupId: string;
    epoch: number;
    commitment: string;
    epochChain: string;
    rotationId: string;
    rotator: string;
  },
): string {
  const { groupId, epoch, epochChain, rotationId } = key;
  if (rotationId !== '' && epochChain === '') return 'refused';
  const same = book.current(groupId);
  if (same?.epoch === epoch && same.epochChain !== '') {
    if (same.epochChain === epochChain) return same.chainReason;
    const replaceable = same.pendingRotationId !== '' && same.pendingRotationId !== rotationId;
    if (rotationId !== '' && !replaceable) return 'refused';
  }
  if (epochChain === '') return 'missing_epoch_chain';
  const previous = book.record(groupId, epoch - 1)?.epochChain ?? '';
  if (previous === '') return 'missing_prev_chain';
  if (chainOf(previous, epoch, key.commitment, key.rotator) !== epochChain) {
    return rotationId !== '' ? 'refused' : 'chain_mismatch_legacy';
  }
  return rotationId === '' ? 'missing_rotation_id' : '';
}

/** Requests that were sent, and whom they went to. */
export class RequestBook {
  readonly #expected = new Map<string, string>();

  /** Makes a request to one member and remembers it. */
  ask(groupId: string, epoch: number, own: string, responder: string, now: number): Dict {
    const requestId = randomUUID();
    this.remember(groupId, epoch, requestId, responder);
    return {
      type: REQUEST,
      group_id: groupId,
      epoch,
      requester_aid: own,
      request_id: requestId,
      requested_at: now,
    };
  }

  remember(groupId: string, epoch: number, requestId: string, responder: string): void {
    this.#expected.set(`${groupId}|${String(epoch)}|${requestId}`, responder);
  }

  /** Whether a response answers a request that went to its author. */
  expects(payload: Dict): boolean {
    const key = [textOf(payload['group_id']), String(payload['epoch']), textOf(payload['request_id'])].join(
      '|',
    );
    const responder = this.#expected.get(key);
    return responder !== undefined && responder === textOf(payload['responder_aid']);
  }
}

/** The answer to a request, or null when it must not be given (protocol/02 §10.3). The caller knows the members. */
export function buildResponse(
  request: Dict,
  input: { own: string; book: KeyBook; members: readonly string[]; identityKey: KeyObject; now: number },
): Dict | null {
  const groupId = textOf(request['group_id']);
  const requester = textOf(request['requester_aid']);
  const key = input.book.record(groupId, numberOf(request['epoch']));
  if (key === null || !input.members.includes(requester)) return null;
  if (key.memberAids.length > 0 && !key.memberAids.includes(requester)) return null;
  const unsigned: Dict = {
    type: RESPONSE,
    group_id: groupId,
    epoch: key.epoch,
    group_secret: key.secret,
    commitment: key.commitment,
    member_aids: sorted(key.memberAids),
    requester_aid: requester,
    request_id: textOf(request['request_id']),
    responder_aid: input.own,
    issued_at: input.now,
    ...(key.epochChain === '' ? {} : { epoch_chain: key.epochChain }),
    response_version: 1,
  };
  return { ...unsigned, response_signature: signed(input.identityKey, responseText(unsigned)) };
}

/** The local checks of a key response (protocol/02 §10.3). */
export function judgeResponse(
  payload: Dict,
  context: ControlContext,
  requests: RequestBook,
): JudgedKey | null {
  const responder = textOf(payload['responder_aid']);
  if (payload['requester_aid'] !== context.own || !requests.expects(payload)) return null;
  const certificate = context.certificate(responder);
  if (certificate === null) return null;
  const known = context.book.current(textOf(payload['group_id']))?.memberAids ?? [];
  if (known.length > 0 && !known.includes(responder)) return null;
  if (!verified(certificate.publicKey, responseText(payload), payload['response_signature'])) return null;
  const rotator = textOf(payload['distributed_by']) || textOf(payload['rotator_aid']) || responder;
  return judgeKey({ ...payload, rotation_id: '' }, context, rotator);
}
