import { signResponse } from '../../e2ee/v1/group';
import type { KeyRequest } from '../../e2ee/v1/group';
import { BoundedMap } from '../../runtime/bounded-map';
import type { KeysContext } from './context';
import { sendControl } from './handing';
import { isSettled } from './key-book';
import { ANSWERS_MOST, ASK_PERIOD, LOOK_AGE, REQUEST_AGE } from './limits';

const REMEMBERED = 500;

/** A question of ours that may be answered. */
interface Asked {
  readonly group: string;
  readonly epoch: number;
  readonly responder: string;
  readonly at: number;
}

/** Our own questions: what was asked of whom, so that nobody else's answer counts (`protocol/02 §10.3`). */
export class OwnRequests {
  readonly #asked = new BoundedMap<string, Asked>(REMEMBERED);
  readonly #last = new BoundedMap<string, number>(REMEMBERED * 4);

  constructor(private readonly context: KeysContext) {}

  /** Milliseconds until somebody may be asked about an epoch again; 0: now. */
  waitFor(group: string, epoch: number, responder: string): number {
    const last = this.#last.get(`${group} ${epoch} ${responder}`);
    return last === undefined ? 0 : Math.max(0, last + ASK_PERIOD - this.#monotonic());
  }

  /** Asks one member for the key of an epoch. @throws AunError as `E2eeEngine.seal`, gateway errors */
  async ask(group: string, epoch: number, responder: string): Promise<void> {
    const { deps } = this.context;
    const requestId = deps.runtime.random.uuid();
    const at = this.#monotonic();
    this.#last.set(`${group} ${epoch} ${responder}`, at);
    this.#asked.set(requestId, { group, epoch, responder, at });
    const request: KeyRequest = {
      type: 'e2ee.group_key_request',
      group_id: group,
      epoch,
      requester_aid: deps.aid,
      request_id: requestId,
      requested_at: deps.now(),
    };
    await sendControl(this.context, responder, request);
  }

  /** Whether this device asked that question. */
  isOurs(requestId: string): boolean {
    return this.#asked.has(requestId);
  }

  /** Whether an answer is one to a question of ours, from whom it was asked of; another device of ours may always answer. */
  expects(requestId: string, answer: { group: string; epoch: number; responder: string }): boolean {
    const asked = this.#asked.get(requestId);
    if (asked === undefined || this.#monotonic() - asked.at > REQUEST_AGE) return false;
    const same = asked.group === answer.group && asked.epoch === answer.epoch;
    return same && (answer.responder === asked.responder || answer.responder === this.context.deps.aid);
  }

  /** Forgets a question that was answered. */
  answered(requestId: string): void {
    this.#asked.delete(requestId);
  }

  #monotonic(): number {
    return this.context.deps.runtime.clock.monotonic();
  }
}

/** Why a question is not answered; for the log and tests. Nobody is told. */
export type Silence =
  'not_the_requester' | 'own_question' | 'no_member' | 'no_key' | 'not_in_epoch' | 'too_often' | 'answered';

/** Answers questions of members (`protocol/02 §10.3`). */
export class RequestAnswerer {
  readonly #answers = new BoundedMap<string, readonly { readonly epoch: number; readonly at: number }[]>(
    2_000,
  );

  constructor(
    private readonly context: KeysContext,
    private readonly own: OwnRequests,
  ) {}

  /**
   * Answers if the verified sender is who asks, is a member now, and was one in that epoch (nobody gets history from before their
   * time), at most once in half a minute.
   * @throws AunError gateway errors: to be tried again
   */
  async answer(group: string, request: KeyRequest, from: string): Promise<Silence> {
    const { book, deps } = this.context;
    const { requester_aid: requester, epoch } = request;
    if (requester !== from) return 'not_the_requester';
    if (requester === deps.aid && this.own.isOurs(request.request_id)) return 'own_question';
    // Whoever asks may do so from a device that is new: what is cached of their devices would not reach it.
    deps.e2ee.groupPeers.forgetDevices(requester);
    if (this.#tooOften(group, requester, epoch)) return 'too_often';
    if (book.get(group, epoch) === null) return 'no_key';
    if (!(await this.#isMember(group, requester))) return 'no_member';
    const record = book.get(group, epoch);
    if (!isSettled(record)) return 'no_key';
    if (record.members.length > 0 && !record.members.includes(requester)) return 'not_in_epoch';
    const response = signResponse(deps.identity, {
      type: 'e2ee.group_key_response',
      group_id: group,
      epoch,
      group_secret: Buffer.from(record.secret).toString('base64'),
      commitment: record.commitment,
      member_aids: [...record.members],
      requester_aid: requester,
      request_id: request.request_id,
      responder_aid: deps.aid,
      issued_at: deps.now(),
      ...(record.chain === null ? {} : { epoch_chain: record.chain }),
      response_version: 1,
    });
    await sendControl(this.context, requester, response);
    this.#note(group, requester, epoch);
    return 'answered';
  }

  async #isMember(group: string, requester: string): Promise<boolean> {
    const { deps, ledger } = this.context;
    if (requester === deps.aid) return true;
    const isIn = (look: { members: readonly { aid: string }[] }): boolean =>
      look.members.some(({ aid }) => aid === requester);
    if (isIn(await ledger.look(group, { maxAge: LOOK_AGE }))) return true;
    return isIn(await ledger.look(group, { maxAge: 0 }));
  }

  #tooOften(group: string, requester: string, epoch: number): boolean {
    const recent = this.#recent(group, requester);
    return recent.length >= ANSWERS_MOST || recent.some((answer) => answer.epoch === epoch);
  }

  #recent(group: string, requester: string): readonly { epoch: number; at: number }[] {
    const now = this.context.deps.runtime.clock.monotonic();
    return (this.#answers.get(`${group} ${requester}`) ?? []).filter(({ at }) => now - at < ASK_PERIOD);
  }

  #note(group: string, requester: string, epoch: number): void {
    const at = this.context.deps.runtime.clock.monotonic();
    this.#answers.set(`${group} ${requester}`, [...this.#recent(group, requester), { epoch, at }]);
  }
}
