import { randomBytes } from 'node:crypto';
import { messageOf } from '../errors';
import { isDict, numberOf, textOf } from '../json';
import type { Dict } from '../json';
import { buildDistribution } from './controls';
import {
  chainOf,
  commitmentOf,
  rotationText,
  sameMembers,
  sealToCertificate,
  signed,
  textsOf,
} from './crypto';
import type { EpochView, GroupDeps } from './deps';
import { epochOfGroup, holdsKeys, isLive, membersIn } from './deps';
import type { JudgedKey } from './controls';

const LEASE_MS = 120_000;
const HEARTBEAT_MS = 20_000;
const TRY_PAUSES = [1000, 2000];
const CREATE_PAUSES = [500, 1000];
const RETRY_CAP_MS = 300_000;

/** What a rotation ended with. */
type Ending = 'committed' | 'given_up' | 'later';

/** New epochs: made, distributed and committed (protocol/02 §11). */
export class Rotations {
  readonly #deps: GroupDeps;
  readonly #running = new Map<string, Promise<boolean>>();
  readonly #retries = new Map<string, () => void>();
  readonly #seen = new Set<string>();

  constructor(deps: GroupDeps) {
    this.#deps = deps;
  }

  /** False when the same trigger was handled before. */
  firstTime(trigger: string): boolean {
    if (this.#seen.has(trigger)) return false;
    this.#seen.add(trigger);
    return true;
  }

  /** Makes epoch 1 of a group that was just created and puts it on the server. */
  async create(group: string): Promise<void> {
    const { book } = this.#deps;
    if (book.current(group) === null) this.#make(group, 1, [this.#deps.ownAid], null, '');
    await this.syncCreation(group);
  }

  /** Puts the local epoch 1 on the server; three attempts. */
  async syncCreation(group: string): Promise<void> {
    const { ownAid, timing, stopped, book } = this.#deps;
    const key = book.record(group, 1);
    if (key === null) return;
    for (let attempt = 0; ; attempt += 1) {
      try {
        const rotation = await this.#begin(group, 0, key, [ownAid], 'create_group');
        const id = isDict(rotation['rotation']) ? textOf(rotation['rotation']['rotation_id']) : '';
        if (rotation['success'] === true && id !== '') {
          await this.#acknowledge(id, key.commitment);
          await this.#commit(group, id, key);
        }
        return;
      } catch (error) {
        const pause = CREATE_PAUSES[attempt];
        if (pause === undefined) {
          this.#trouble('create_epoch', group, ownAid, error);
          return;
        }
        await timing.sleep(pause, stopped);
      }
    }
  }

  /**
   * Elects a leader and, if it is this client, rotates. Others wait and look again. Resolves when this client has done
   * its part; true when the group has a newer epoch than `expected`.
   */
  async elect(group: string, expected: number | null, membersLead: boolean): Promise<boolean> {
    const { ownAid, book, timing, stopped } = this.#deps;
    try {
      const view = await epochOfGroup(this.#deps, group);
      const base = expected ?? view.epoch;
      if (view.epoch > base) return true;
      const members = await membersIn(this.#deps, group);
      const leads = (role: string): boolean => role === 'owner' || role === 'admin';
      const admins = members.filter((each) => leads(each.role)).map((each) => each.aid);
      const others = members.filter((each) => !leads(each.role)).map((each) => each.aid);
      let candidates = [...admins.sort(), ...(membersLead ? others.sort() : [])];
      const holds = base === 0 || book.record(group, base) !== null;
      const alone = candidates.every((aid) => aid === ownAid);
      if (!holds && !(alone && membersLead)) candidates = candidates.filter((aid) => aid !== ownAid);
      if (!candidates.includes(ownAid)) return false;
      if (candidates[0] !== ownAid) {
        await timing.sleep(2000 + timing.random() * 4000, stopped);
        if (stopped.aborted) return false;
        const again = await epochOfGroup(this.#deps, group);
        if (again.epoch > base) return true;
        if (again.pending !== null) return false;
      }
      return await this.rotate(group);
    } catch (error) {
      this.#trouble('rotate_epoch', group, ownAid, error);
      return false;
    }
  }

  /** One rotation at a time for each group. True when a new epoch was committed. */
  rotate(group: string): Promise<boolean> {
    const running = this.#running.get(group);
    if (running !== undefined) return running;
    const work = this.#rotate(group).finally(() => this.#running.delete(group));
    this.#running.set(group, work);
    return work;
  }

  async #rotate(group: string): Promise<boolean> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      if (this.#deps.stopped.aborted) return false;
      const ending = await this.#once(group);
      if (ending !== 'later') return ending === 'committed';
    }
    return false;
  }

  /** One pass; `later` asks for another one at once. */
  async #once(group: string): Promise<Ending> {
    const { book, ownAid } = this.#deps;
    const members = (await membersIn(this.#deps, group)).map((each) => each.aid);
    if (!members.includes(ownAid)) return 'given_up';
    const view = await epochOfGroup(this.#deps, group);
    if (view.pending !== null) return this.#standsInTheWay(group, view.pending, members);
    const rotationId = `rot-${randomBytes(16).toString('hex')}`;
    const key = this.#make(group, view.epoch + 1, members, view, rotationId);
    if (key === null) return 'given_up';
    const begun = await this.#beginOrDiscard(group, view.epoch, key, members);
    if (begun['success'] !== true || !isDict(begun['rotation'])) {
      book.discardPending(group, key.epoch, rotationId);
      const blocking = isDict(begun['rotation']) ? begun['rotation'] : null;
      if (blocking !== null && isLive(blocking)) return this.#standsInTheWay(group, blocking, members);
      if (begun['reason'] === 'expected_members_mismatch') this.#retryLater(group, 5000);
      return 'given_up';
    }
    return (await this.#carryOut(group, view.epoch, key, members)) ? 'committed' : 'given_up';
  }

  async #beginOrDiscard(group: string, base: number, key: JudgedKey, members: string[]): Promise<Dict> {
    try {
      return await this.#begin(group, base, key, members, 'membership_changed');
    } catch (error) {
      this.#deps.book.discardPending(group, key.epoch, key.pendingRotationId);
      throw error;
    }
  }

  /** From the distribution to the commit. */
  async #carryOut(group: string, base: number, key: JudgedKey, members: string[]): Promise<boolean> {
    const { book, ownAid } = this.#deps;
    const rotationId = key.pendingRotationId;
    const failed = async (why: string): Promise<false> => {
      await this.#abort(rotationId, why);
      book.discardPending(group, key.epoch, rotationId);
      this.#retryLater(group, 5000);
      return false;
    };
    const distributed = await this.#distribute(
      group,
      key,
      members.filter((aid) => aid !== ownAid),
      base,
    );
    if (!distributed) return failed('distribution_failed');
    await this.#heartbeat(rotationId);
    if (!(await this.#acknowledge(rotationId, key.commitment))) return failed('self_ack_failed');
    try {
      return await this.#commit(group, rotationId, key);
    } catch (error) {
      // Nobody knows whether it was committed; the key is given up and got back if it was.
      book.discardPending(group, key.epoch, rotationId);
      throw error;
    }
  }

  /** Somebody else's rotation is under way: ends one of the wrong members, waits for the end of a right one. */
  async #standsInTheWay(group: string, rotation: Dict, members: string[]): Promise<Ending> {
    if (!sameMembers(textsOf(rotation['expected_members']), members)) {
      const done = await this.#abort(textOf(rotation['rotation_id']), 'membership_changed_during_rotation');
      if (done) return 'later';
    }
    const left = numberOf(rotation['lease_expires_at']) - this.#deps.timing.now() + 1000;
    this.#retryLater(group, Math.max(1000, left));
    return 'given_up';
  }

  /** Plans another attempt for a rotation that somebody else's lease blocks. */
  retryAfter(group: string, pending: Dict): void {
    const left = numberOf(pending['lease_expires_at']) - this.#deps.timing.now() + 1000;
    this.#retryLater(group, Math.max(1000, left));
  }

  #retryLater(group: string, ms: number): void {
    if (this.#retries.has(group) || this.#deps.stopped.aborted) return;
    const { timing } = this.#deps;
    const delay = Math.min(RETRY_CAP_MS, ms + timing.random() * 2000);
    const cancel = timing.after(delay, () => {
      this.#retries.delete(group);
      if (this.#deps.stopped.aborted) return;
      void this.#retry(group);
    });
    this.#retries.set(group, cancel);
  }

  async #retry(group: string): Promise<void> {
    try {
      const members = (await membersIn(this.#deps, group)).map((each) => each.aid);
      const view = await epochOfGroup(this.#deps, group);
      if (view.epoch > 0 && sameMembers(view.expectedMembers, members)) return;
      await this.rotate(group);
    } catch (error) {
      this.#trouble('rotate_epoch', group, this.#deps.ownAid, error);
    }
  }

  /** Gives up every attempt that waits. */
  stop(): void {
    for (const cancel of this.#retries.values()) cancel();
    this.#retries.clear();
  }

  /** A fresh secret, stored as pending unless it is the first of all. */
  #make(
    group: string,
    epoch: number,
    members: string[],
    view: EpochView | null,
    rotationId: string,
  ): JudgedKey | null {
    const { book, ownAid } = this.#deps;
    const secret = randomBytes(32);
    const commitment = commitmentOf(members, epoch, group, secret);
    const previous = book.record(group, epoch - 1)?.epochChain || textOf(view?.committed?.['epoch_chain']);
    const key: JudgedKey = {
      epoch,
      secret: secret.toString('base64'),
      commitment,
      memberAids: members,
      epochChain: chainOf(previous, epoch, commitment, ownAid),
      pendingRotationId: rotationId,
      chainUnverified: false,
      chainReason: '',
    };
    return book.store(group, key) ? key : null;
  }

  #begin(group: string, base: number, key: JudgedKey, members: string[], reason: string): Promise<Dict> {
    const { call, ownAid, timing, identity } = this.#deps;
    const rotationId = key.pendingRotationId || `rot-${randomBytes(16).toString('hex')}`;
    const params: Dict = {
      group_id: group,
      base_epoch: base,
      target_epoch: base + 1,
      rotation_id: rotationId,
      reason,
      key_commitment: key.commitment,
      expected_members: members,
      required_acks: [ownAid],
      lease_ms: LEASE_MS,
      rotation_timestamp: String(Math.floor(timing.now() / 1000)),
      rotation_sig_version: 'v2',
    };
    const signature = signed(identity().key, rotationText(params, ownAid));
    return call('group.e2ee.begin_rotation', { ...params, rotation_signature: signature });
  }

  async #distribute(group: string, key: JudgedKey, to: string[], base: number): Promise<boolean> {
    const { identity, ownAid, timing } = this.#deps;
    const payload = buildDistribution({
      groupId: group,
      key,
      previousEpoch: base,
      added: [],
      rotationId: key.pendingRotationId,
      own: ownAid,
      identityKey: identity().key,
      now: timing.now(),
    });
    let beaten = timing.now();
    for (const aid of to) {
      if (!(await this.#deliver(group, aid, payload, 'distribute_key'))) return false;
      if (timing.now() - beaten <= HEARTBEAT_MS) continue;
      await this.#heartbeat(key.pendingRotationId);
      beaten = timing.now();
    }
    return true;
  }

  /** Three tries for one receiver. */
  async #deliver(group: string, aid: string, payload: Dict, stage: string): Promise<boolean> {
    const { tell, timing, stopped } = this.#deps;
    for (let attempt = 0; ; attempt += 1) {
      try {
        await tell(aid, payload);
        return true;
      } catch (error) {
        const pause = TRY_PAUSES[attempt];
        if (pause === undefined || stopped.aborted) {
          this.#trouble(stage, group, aid, error);
          return false;
        }
        await timing.sleep(pause, stopped);
      }
    }
  }

  async #heartbeat(rotationId: string): Promise<void> {
    const params = { rotation_id: rotationId, lease_ms: LEASE_MS };
    await this.#deps.call('group.e2ee.heartbeat_rotation', params).catch(() => undefined);
  }

  async #acknowledge(rotationId: string, commitment: string): Promise<boolean> {
    const reply = await this.#deps.call('group.e2ee.ack_rotation_key', {
      rotation_id: rotationId,
      key_commitment: commitment,
      device_id: this.#deps.deviceId,
    });
    return reply['success'] === true;
  }

  async #abort(rotationId: string, reason: string): Promise<boolean> {
    const params = { rotation_id: rotationId, reason };
    const reply = await this.#deps.call('group.e2ee.abort_rotation', params).catch(() => null);
    return reply?.['success'] === true;
  }

  async #commit(group: string, rotationId: string, key: JudgedKey): Promise<boolean> {
    const { call, book } = this.#deps;
    const secret = Buffer.from(key.secret, 'base64');
    const keys = (await holdsKeys(this.#deps, group)) ? await this.#sealedKeys(key.memberAids, secret) : null;
    const reply = await call('group.e2ee.commit_rotation', {
      rotation_id: rotationId,
      ...(keys === null ? {} : { encrypted_keys: keys }),
    });
    const rotation = isDict(reply['rotation']) ? reply['rotation'] : null;
    if (reply['success'] !== true) {
      const open = rotation?.['rotation_id'] === rotationId && isLive(rotation);
      if (!open) book.discardPending(group, key.epoch, key.pendingRotationId);
      if (reply['reason'] === 'expected_members_mismatch') this.#retryLater(group, 5000);
      return false;
    }
    const echoed = rotation?.['rotation_id'] === rotationId && rotation['key_commitment'] === key.commitment;
    if (echoed) book.settle(group, key.epoch, key.pendingRotationId, textOf(rotation['epoch_chain']));
    return echoed;
  }

  /** The secret sealed for every member whose certificate can be had. */
  async #sealedKeys(members: string[], secret: Buffer): Promise<Dict> {
    const { peers, identity, ownAid } = this.#deps;
    const keys: Dict = {};
    for (const aid of members) {
      const certificate =
        aid === ownAid ? identity().certificate : await peers.certificate(aid).catch(() => null);
      if (certificate === null) continue;
      keys[aid] = sealToCertificate(certificate.publicKey, secret).toString('base64');
    }
    return keys;
  }

  /** Hands the current secret to people who just came, without a rotation (protocol/02 §10.2). */
  async backfill(group: string, aids: string[]): Promise<void> {
    const { book, ownAid, identity, timing } = this.#deps;
    const current = book.current(group);
    const newcomers = aids.filter((aid) => aid !== ownAid && aid !== '');
    if (current === null || newcomers.length === 0) return;
    const members = (await membersIn(this.#deps, group)).map((each) => each.aid);
    if (!members.includes(ownAid)) return;
    const secret = Buffer.from(current.secret, 'base64');
    const key = {
      ...current,
      memberAids: members,
      commitment: commitmentOf(members, current.epoch, group, secret),
    };
    // From here on the local commitment differs from the committed one, which forces a rotation at the next send.
    book.store(group, key);
    for (const aid of newcomers) {
      if (!members.includes(aid)) continue;
      const payload = buildDistribution({
        groupId: group,
        key,
        previousEpoch: key.epoch,
        added: [aid],
        rotationId: '',
        own: ownAid,
        identityKey: identity().key,
        now: timing.now(),
      });
      await this.#deliver(group, aid, payload, 'backfill_key');
    }
  }

  #trouble(stage: string, group: string, aid: string, error: unknown): void {
    if (this.#deps.stopped.aborted) return;
    this.#deps.emit('e2ee.orchestration_error', { stage, group_id: group, aid, error: messageOf(error) });
  }
}
