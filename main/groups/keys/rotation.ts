import {
  epochChain,
  GROUP_SECRET_BYTES,
  isChain,
  membershipCommitment,
  sameHex,
  sortedAids,
} from '../../e2ee/v1/group';
import type { GroupKeyRecord } from '../../ports/group-store';
import { isKeyOf, isLive, sameMembers, stalenessOf } from './authority';
import { note, pause, spread } from './context';
import type { KeysContext } from './context';
import { sealForMembers } from './escrow';
import { failureOf, isOutside, isPassing } from './failures';
import { isOpenMode } from './gateway';
import type { RotationPlan } from './gateway';
import { handOut } from './handing';
import { HEARTBEAT_AFTER, LEASE, RETRY_MOST, RETRY_SPREAD, RETRY_WAIT } from './limits';
import type { Look } from './ledger';
import type { Rotation } from './wire';

/** What an attempt to change the key came to. */
export type RotationOutcome =
  | { readonly kind: 'committed' | 'not_needed' | 'not_allowed' }
  | { readonly kind: 'retry'; readonly afterMs: number; readonly reason: string };

/** A rotation of ours while it runs. */
interface OwnRotation {
  readonly group: string;
  readonly wireId: string;
  readonly id: string;
  readonly record: GroupKeyRecord;
  readonly members: readonly string[];
}

/**
 * Changes the key of a group in two phases (`protocol/02 §11.3`): the new key is in the database before it is announced, with the
 * gateway before it is handed out, and with the members before it is committed. A crash in between leaves a pending key that the
 * next look at the group resumes or takes back.
 */
export class Rotator {
  /** Rotations that run in this process, by group. */
  readonly #running = new Map<string, string>();

  constructor(private readonly context: KeysContext) {}

  isRunning(group: string): boolean {
    return this.#running.has(group);
  }

  /** Whether a rotation with this id runs in this process. */
  isOurs(group: string, id: string): boolean {
    return this.#running.get(group) === id;
  }

  /**
   * Rotates if the committed key does not fit the members, or if `force`. One at a time a group: a second call while one runs
   * comes to `retry`.
   */
  async rotate(group: string, reason: RotationPlan['reason'], force = false): Promise<RotationOutcome> {
    if (this.#running.has(group)) return this.#later('already running');
    this.#running.set(group, '');
    this.context.touched(group);
    try {
      return await this.#attempt(group, reason, force);
    } catch (thrown) {
      const error = failureOf(thrown);
      note(this.context, 'group_key.rotation_failed', group, error);
      if (isOutside(error) || !isPassing(error)) return { kind: 'not_allowed' };
      return this.#later(error.code);
    } finally {
      this.#running.delete(group);
      this.context.ledger.invalidate(group);
      this.context.touched(group);
    }
  }

  /**
   * Takes back a rotation of ours that nobody needs: its members changed, and the committed key fits those of now. Nobody could
   * ever commit it.
   */
  async withdraw(group: string, look: Look): Promise<void> {
    const { book, deps } = this.context;
    const { pending } = look.state;
    if (pending?.leaseOwner !== deps.aid || this.isRunning(group)) return;
    const members = look.members.map(({ aid }) => aid);
    if (pending.expected.length === 0 || sameMembers(pending.expected, members)) return;
    await this.#abort(group, pending.id, 'membership_changed_during_rotation');
    await book.discard(group, pending.target, pending.id);
  }

  async #attempt(group: string, reason: RotationPlan['reason'], force: boolean): Promise<RotationOutcome> {
    const { book, ledger, deps } = this.context;
    const look = await ledger.look(group, { maxAge: 0 });
    const { state } = look;
    const { pending } = state;
    const members = look.members.map(({ aid }) => aid);
    if (isLive(pending, deps.now())) {
      const own = this.#ownPending(group, pending);
      const fits = sameMembers(pending.expected, members);
      if (own !== null && fits) return this.#finish(this.#resumed(group, pending, own));
      if (fits || pending.expected.length === 0) return this.#afterLease(pending);
      await this.#abort(group, pending.id, 'membership_changed_during_rotation');
      if (own !== null) await book.discard(group, own.epoch, pending.id);
    } else if (!force && !stalenessOf(state, look.members).stale) return { kind: 'not_needed' };
    return this.#begin(group, look, reason);
  }

  /** Our key of a pending rotation that this device began. */
  #ownPending(group: string, pending: Rotation): GroupKeyRecord | null {
    const record = this.context.book.get(group, pending.target);
    const own = pending.leaseOwner === this.context.deps.aid && record?.origin === 'made_here';
    return own && record.pendingRotation === pending.id ? record : null;
  }

  #resumed(group: string, pending: Rotation, record: GroupKeyRecord): OwnRotation {
    const wireId = this.context.ledger.wireId(group);
    return { group, wireId, id: pending.id, record, members: pending.expected };
  }

  async #begin(group: string, look: Look, reason: RotationPlan['reason']): Promise<RotationOutcome> {
    const { book, gateway, ledger } = this.context;
    const rotation = this.#prepare(group, look);
    const { record, id, members, wireId } = rotation;
    const former = book.get(group, record.epoch);
    this.#running.set(group, id);
    if ((await book.transition(group, record)) === 'refused') {
      // We hold a committed key of that epoch although the gateway says it is behind.
      return this.#later('the gateway is behind our keys');
    }
    const plan = {
      rotationId: id,
      base: look.state.committed,
      reason,
      commitment: record.commitment,
      members,
    };
    const reply = await gateway.begin(wireId, plan).catch(async (thrown: unknown) => {
      // After a cut nobody knows whether it was begun: the key stays, and the next look tells.
      if (!isPassing(failureOf(thrown))) await book.discard(group, record.epoch, id, former);
      throw thrown;
    });
    if (reply.done) return this.#finish(rotation);
    await book.discard(group, record.epoch, id, former);
    ledger.invalidate(group);
    const blocking = reply.rotation;
    if (
      blocking !== null &&
      !blocking.expired &&
      isLive(blocking, this.context.deps.now()) &&
      blocking.id !== id
    ) {
      if (sameMembers(blocking.expected, members)) return this.#afterLease(blocking);
      await this.#abort(group, blocking.id, 'membership_changed_during_rotation');
    }
    return this.#later(reply.reason);
  }

  #prepare(group: string, look: Look): OwnRotation {
    const { book, deps, ledger } = this.context;
    const { state } = look;
    const base = state.committed;
    const epoch = base + 1;
    const members = look.members.map(({ aid }) => aid);
    const secret = deps.runtime.random.bytes(GROUP_SECRET_BYTES);
    const commitment = membershipCommitment(members, epoch, group, secret);
    const told = state.rotation?.target === base ? state.rotation.chain : '';
    const previous = book.get(group, base)?.chain ?? (isChain(told) ? told : null);
    const id = `rot-${deps.runtime.random.bytes(16).toString('hex')}`;
    const record: GroupKeyRecord = {
      epoch,
      secret,
      commitment,
      members: sortedAids(members),
      chain: epochChain(previous, epoch, commitment, deps.aid),
      chainDoubt: previous === null && epoch > 1 ? 'missing_prev_chain' : null,
      pendingRotation: id,
      origin: 'made_here',
      updatedAt: deps.now(),
    };
    return { group, wireId: ledger.wireId(group), id, record, members };
  }

  /** Hands the key out, confirms our own, and has it committed. */
  async #finish(rotation: OwnRotation): Promise<RotationOutcome> {
    const { book, deps, gateway, ledger } = this.context;
    const { group, id, record, members } = rotation;
    this.#running.set(group, id);
    const beat = this.#heart(id);
    const others = members.filter((aid) => aid !== deps.aid);
    const facts = { group, record, members, commitment: record.commitment, rotationId: id, added: [] };
    const { failed } = await handOut(this.context, others, facts, beat.ifDue);
    if (failed !== null) {
      note(this.context, 'group_key.distribution_failed', group, failed);
      return this.#giveUp(rotation, 'distribution_failed');
    }
    if (others.length > 0) await beat.now();
    const acknowledged = await gateway.acknowledge(id, record.commitment);
    if (!acknowledged.done) return this.#giveUp(rotation, 'self_ack_failed');
    const open = isOpenMode(await ledger.joinMode(group));
    const sealed = open ? await sealForMembers(this.context, record.secret, members) : null;
    const reply = await gateway.commit(id, sealed);
    const echo = reply.rotation;
    if (reply.done) {
      const echoed =
        echo?.id === id && (echo.commitment === '' || sameHex(echo.commitment, record.commitment));
      // Without its echo the key stays pending until a look at the group shows that it was committed.
      if (echoed) await book.amend(group, record.epoch, { pendingRotation: null });
      return { kind: 'committed' };
    }
    if (echo?.id === id && isLive(echo, deps.now())) return this.#later(reply.reason);
    await book.discard(group, record.epoch, id);
    return this.#later(reply.reason);
  }

  /** Extends our hold on a rotation that takes long. */
  #heart(id: string): { readonly ifDue: () => Promise<void>; readonly now: () => Promise<void> } {
    const { deps, gateway } = this.context;
    const { clock } = deps.runtime;
    let last = clock.monotonic();
    const now = async (): Promise<void> => {
      last = clock.monotonic();
      await gateway.heartbeat(id);
    };
    return { ifDue: () => (clock.monotonic() - last > HEARTBEAT_AFTER ? now() : Promise.resolve()), now };
  }

  async #giveUp(
    { group, id, record }: OwnRotation,
    reason: 'distribution_failed' | 'self_ack_failed',
  ): Promise<RotationOutcome> {
    await this.#abort(group, id, reason);
    await this.context.book.discard(group, record.epoch, id);
    return this.#later(reason);
  }

  async #abort(
    group: string,
    id: string,
    reason: 'distribution_failed' | 'self_ack_failed' | 'membership_changed_during_rotation',
  ): Promise<void> {
    const reply = await this.context.gateway.abort(id, reason);
    const { logger } = this.context.deps.runtime;
    logger.log('info', 'group_key.rotation_aborted', { group, reason, done: reply.done });
  }

  #later(reason: string): RotationOutcome {
    return { kind: 'retry', afterMs: spread(this.context, RETRY_WAIT, RETRY_SPREAD), reason };
  }

  /** Somebody else is at it: look again when their hold may have ended (`protocol/02 §11.4`). */
  #afterLease(pending: Rotation): RotationOutcome {
    const ends = pending.leaseEndsAt;
    const wait = ends === null ? RETRY_WAIT : Math.max(1_000, ends - this.context.deps.now() + 1_000);
    const afterMs = Math.min(RETRY_MOST, spread(this.context, wait, RETRY_SPREAD));
    return { kind: 'retry', afterMs, reason: 'rotation_pending' };
  }
}

/** Whether a key that is not committed is the one of a rotation the gateway committed. */
export function wasCommitted(look: Look, group: string, record: GroupKeyRecord): boolean {
  const { rotation, committed } = look.state;
  return (
    rotation?.target === record.epoch &&
    committed >= record.epoch &&
    (rotation.commitment !== '' || rotation.id === record.pendingRotation) &&
    isKeyOf(rotation, { ...record, group })
  );
}

/**
 * Decides about keys that wait for their rotation (`protocol/02 §8.7`): committed ones become usable, those whose rotation is gone
 * are taken back. Keys changed after the look was taken are left for the next one.
 */
export async function settlePending(
  { book, deps, touched }: KeysContext,
  group: string,
  look: Look,
  isOurs: (rotation: string) => boolean,
): Promise<void> {
  for (const record of book.pending(group)) {
    const id = record.pendingRotation;
    if (id === null || isOurs(id) || !book.unchangedSince(group, record.epoch, look.moment)) continue;
    if (wasCommitted(look, group, record)) await book.amend(group, record.epoch, { pendingRotation: null });
    else if (look.state.pending?.id === id && !isLongOver(look.state.pending, deps.now())) continue;
    else await book.discard(group, record.epoch, id);
    touched(group);
  }
}

/** Whether the hold on a rotation ended so long ago that nobody will come back to it. */
function isLongOver(rotation: Rotation, now: number): boolean {
  return rotation.leaseEndsAt !== null && now - rotation.leaseEndsAt > LEASE;
}

/** Waits the pauses of a list between tries of something that says whether it is done. */
export async function insist(
  context: KeysContext,
  pauses: readonly number[],
  attempt: () => Promise<boolean>,
): Promise<boolean> {
  for (const wait of [...pauses, null]) {
    if (await attempt()) return true;
    if (wait === null || !context.alive()) return false;
    await pause(context, wait);
  }
  return false;
}
