import { isDict, numberOf, textOf } from '../json';
import type { Dict } from '../json';
import {
  DISTRIBUTION,
  REQUEST,
  RESPONSE,
  RequestBook,
  assessChain,
  buildResponse,
  judgeDistribution,
  judgeResponse,
} from './controls';
import type { ControlContext } from './controls';
import { commitmentOf, openFromServer, textsOf } from './crypto';
import type { EpochView, GroupDeps } from './deps';
import { epochOfGroup, holdsKeys, membersIn, waitFor } from './deps';

/** One request for each epoch, and one answer for each requester, in this time. */
const COOLDOWN_MS = 30_000;

export interface RecoveryHooks {
  /** A key of that group has arrived. */
  keyArrived: (group: string) => void;
  /** Whether the session has had to do with the group before; keys of others are not checked with the server. */
  isKnown: (group: string) => boolean;
  /** The first distribution of a group marks what is there as received. */
  touch: (group: string) => Promise<void>;
}

/** Missing epochs: got back from the server or from members, and given to those who ask (protocol/02 §10, §12). */
export class Recovery {
  readonly #deps: GroupDeps;
  readonly #hooks: RecoveryHooks;
  readonly #requests = new RequestBook();
  readonly #running = new Map<string, Promise<boolean>>();
  readonly #asked = new Set<string>();
  readonly #answered = new Set<string>();
  /** Certificates of people who have sent something here: the only ones that are at hand. */
  readonly #context: ControlContext;

  constructor(deps: GroupDeps, hooks: RecoveryHooks, certificate: ControlContext['certificate']) {
    this.#deps = deps;
    this.#hooks = hooks;
    this.#context = { own: deps.ownAid, book: deps.book, certificate };
  }

  /** Handles one control message that came sealed from somebody. */
  async onControl(payload: Dict): Promise<void> {
    const group = textOf(payload['group_id']);
    if (group === '') return;
    switch (payload['type']) {
      case DISTRIBUTION:
        return this.#onDistribution(group, payload);
      case REQUEST:
        return this.#onRequest(group, payload);
      case RESPONSE:
        return this.#onResponse(group, payload);
      default:
    }
  }

  /**
   * Whether a key comes too late: for an epoch before the current one, or for the current one when that is settled. A key
   * of a rotation that came to nothing must give way to the one of the next attempt (protocol/02 §8.7).
   */
  #isPast(group: string, epoch: number, rotationId: string): boolean {
    const current = this.#deps.book.current(group);
    if (current === null || epoch > current.epoch) return false;
    return (
      epoch < current.epoch || current.pendingRotationId === '' || current.pendingRotationId === rotationId
    );
  }

  async #onDistribution(group: string, payload: Dict): Promise<void> {
    const { book, call, deviceId } = this.#deps;
    const epoch = numberOf(payload['epoch']);
    if (this.#isPast(group, epoch, textOf(payload['rotation_id']))) return;
    const known = this.#hooks.isKnown(group);
    await this.#hooks.touch(group);
    if (known && !(await this.#fitsServer(group, payload))) return;
    const key = judgeDistribution(payload, this.#context);
    if (key === null || !book.store(group, key)) return;
    if (known && !(await this.#fitsServer(group, payload))) {
      book.discardPending(group, epoch, key.pendingRotationId);
      return;
    }
    if (key.pendingRotationId !== '') {
      await call('group.e2ee.ack_rotation_key', {
        rotation_id: key.pendingRotationId,
        key_commitment: key.commitment,
        device_id: deviceId,
      }).catch(() => undefined);
    }
    this.#hooks.keyArrived(group);
  }

  /** Whether the server knows of the rotation that a distribution belongs to (protocol/02 §10.1, 2). */
  async #fitsServer(group: string, payload: Dict): Promise<boolean> {
    const view = await epochOfGroup(this.#deps, group).catch(() => null);
    if (view === null) return false;
    const epoch = numberOf(payload['epoch']);
    const commitment = payload['commitment'];
    const rotationId = textOf(payload['rotation_id']);
    const agrees = (rotation: Dict): boolean =>
      textOf(rotation['key_commitment']) === '' || rotation['key_commitment'] === commitment;
    if (rotationId === '') return this.#fitsCommitted(view, epoch, commitment);
    if (view.pending?.['rotation_id'] === rotationId) {
      return view.pending['target_epoch'] === epoch && agrees(view.pending);
    }
    return view.committed?.['rotation_id'] === rotationId && view.epoch >= epoch && agrees(view.committed);
  }

  /** A key without a rotation must be of a committed epoch; newcomers are excused from the commitment. */
  #fitsCommitted(view: EpochView, epoch: number, commitment: unknown): boolean {
    if (epoch > view.epoch) return false;
    if (view.committed?.['target_epoch'] !== epoch) return true;
    return (
      view.committed['key_commitment'] === commitment || !view.expectedMembers.includes(this.#deps.ownAid)
    );
  }

  async #onRequest(group: string, payload: Dict): Promise<void> {
    const { book, ownAid, identity, timing, tell } = this.#deps;
    const requester = textOf(payload['requester_aid']);
    if (requester === '' || book.record(group, numberOf(payload['epoch'])) === null) return;
    const local = book.current(group)?.memberAids ?? [];
    const members = local.includes(requester)
      ? local
      : (await membersIn(this.#deps, group).catch(() => [])).map((each) => each.aid);
    const key = `${group}|${requester}`;
    if (this.#answered.has(key)) return;
    const identityKey = identity().key;
    const response = buildResponse(payload, { own: ownAid, book, members, identityKey, now: timing.now() });
    if (response === null) return;
    this.#cool(this.#answered, key);
    await tell(requester, response).catch(() => undefined);
  }

  async #onResponse(group: string, payload: Dict): Promise<void> {
    const { book, peers } = this.#deps;
    const epoch = numberOf(payload['epoch']);
    if (this.#isPast(group, epoch, '')) return;
    const view = await epochOfGroup(this.#deps, group).catch(() => null);
    if (view === null || !this.#fitsCommitted(view, epoch, payload['commitment'])) return;
    await peers.ensureSender(textOf(payload['responder_aid']), '');
    const key = judgeResponse(payload, this.#context, this.#requests);
    if (key !== null && book.storeEpoch(group, key)) this.#hooks.keyArrived(group);
  }

  /** Gets an epoch that is missing; one attempt for all who want the same. True when it is there afterwards. */
  recover(group: string, epoch: number, sender: string): Promise<boolean> {
    const key = `${group}|${String(epoch)}`;
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const work = this.#recover(group, epoch, sender)
      .catch(() => false)
      .finally(() => this.#running.delete(key));
    this.#running.set(key, work);
    return work;
  }

  async #recover(group: string, epoch: number, sender: string): Promise<boolean> {
    const { book } = this.#deps;
    const before = book.record(group, epoch);
    if (before !== null && before.pendingRotationId === '') return true;
    // What is pending may be of a rotation that was never committed: then another secret has to come.
    const has = (): boolean => {
      const key = book.record(group, epoch);
      return key !== null && (key.pendingRotationId === '' || key.secret !== before?.secret);
    };
    if ((await holdsKeys(this.#deps, group)) && (await this.#fromServer(group, epoch))) return true;
    const view = await epochOfGroup(this.#deps, group);
    const candidates = await this.#reachable(group, this.#candidates(group, view, sender));
    if (candidates.length === 0) return has();
    await this.#ask(group, epoch, candidates);
    return waitFor(this.#deps, has);
  }

  #candidates(group: string, view: EpochView, sender: string): string[] {
    const names = (value: unknown): string[] =>
      (Array.isArray(value) ? value : []).map((each) => (isDict(each) ? textOf(each['aid']) : textOf(each)));
    const { reply } = view;
    const all = [
      textOf(reply['rotated_by']),
      textOf(reply['owner_aid']),
      sender,
      ...names(reply['recovery_candidates']),
      ...names(reply['admins']),
      ...names(reply['members']),
      ...(this.#deps.book.current(group)?.memberAids ?? []),
    ];
    return [...new Set(all)].filter((aid) => aid !== '' && aid !== this.#deps.ownAid);
  }

  /** Only those online, when the server says who is. */
  async #reachable(group: string, candidates: string[]): Promise<string[]> {
    const reply = await this.#deps.call('group.get_online_members', { group_id: group }).catch(() => null);
    if (reply === null) return candidates;
    const rows = [reply['members'], reply['items'], reply['online_members']].find(Array.isArray) ?? [];
    const online = new Set(
      rows
        .filter(isDict)
        .filter((row) => row['online'] === true)
        .map((row) => textOf(row['aid'])),
    );
    return candidates.filter((aid) => online.has(aid));
  }

  async #ask(group: string, epoch: number, candidates: string[]): Promise<void> {
    const key = `${group}|${String(epoch)}`;
    if (this.#asked.has(key)) return;
    this.#cool(this.#asked, key);
    const { ownAid, tell, timing } = this.#deps;
    for (const aid of candidates) {
      await tell(aid, this.#requests.ask(group, epoch, ownAid, aid, timing.now())).catch(() => undefined);
    }
  }

  /** The key that a leader left with the server for this member (protocol/02 §12). */
  async #fromServer(group: string, epoch: number): Promise<boolean> {
    const { call, identity, book, ownAid } = this.#deps;
    const reply = await call('group.e2ee.get_epoch_key', { group_id: group, epoch }).catch(() => null);
    const sealed = textOf(reply?.['encrypted_key']);
    if (reply === null || sealed === '') return false;
    let secret: Buffer;
    try {
      secret = openFromServer(identity().key, Buffer.from(sealed, 'base64'));
    } catch {
      return false;
    }
    const view = await epochOfGroup(this.#deps, group);
    const members = view.expectedMembers.length > 0 ? view.expectedMembers : textsOf(view.reply['members']);
    if (members.length === 0) return false;
    const commitment = commitmentOf(members, epoch, group, secret);
    const isLatest = view.committed?.['target_epoch'] === epoch;
    if (isLatest && view.committed?.['key_commitment'] !== commitment) return false;
    const epochChain = textOf(reply['epoch_chain']);
    const rotator = [reply['rotated_by'], reply['lease_owner'], reply['committed_by']]
      .map(textOf)
      .find(Boolean);
    const facts = {
      groupId: group,
      epoch,
      commitment,
      epochChain,
      rotationId: '',
      rotator: rotator ?? ownAid,
    };
    const judged = assessChain(book, facts);
    const reason = judged === 'missing_rotation_id' ? '' : judged;
    const stored = book.storeEpoch(group, {
      epoch,
      secret: secret.toString('base64'),
      commitment,
      memberAids: members,
      epochChain,
      pendingRotationId: '',
      chainUnverified: reason !== '',
      chainReason: rotator === undefined ? 'missing_rotator_aid' : reason,
    });
    if (stored) this.#hooks.keyArrived(group);
    return stored;
  }

  #cool(set: Set<string>, key: string): void {
    set.add(key);
    this.#deps.timing.after(COOLDOWN_MS, () => set.delete(key));
  }
}
