import type { JsonObject } from '../../shared/aun/canonical-json';
import { groupName } from '../../shared/aun/group-id';
import { invalidParams } from '../errors';
import { epochRefused } from '../groups/errors';
import { groupIdIn } from '../groups/ids';
import type { GroupKeyKeeper } from '../groups/ports';
import type { GatewayClock } from '../runtime';
import type { MemberRow } from '../store/group-members';
import type { GroupRow } from '../store/groups';
import type { GatewayStore } from '../store/store';
import { EpochStore } from './epoch-store';
import type { EpochRow, RotationRow } from './epoch-store';
import { envelopeFacts, isGroupEnvelope } from './envelope-facts';
import { epochChain, sameNames } from './texts';

const SECOND = 1000;
const DAY = 24 * 3600 * SECOND;
/** Bounds of a lease in ms (`protocol/02 §11.5`), and what callers get who name none. */
const LEASE = { least: 10 * SECOND, most: 300 * SECOND, usual: 120 * SECOND };
/** How long keys outlive their epoch. */
const KEYS_KEPT_MS = 7 * DAY;
/** How long closed rotations are known, so that a late acknowledgement still succeeds. */
const ROTATIONS_KEPT_MS = DAY;
const OPEN_MODES: ReadonlySet<string> = new Set(['open', 'invite_only', 'invite_code']);

/** Whether members lead rotations and the gateway holds their keys in groups of a join mode (`protocol/05 §3.3`). */
export function isOpenMode(joinMode: string): boolean {
  return OPEN_MODES.has(joinMode);
}

/** What `begin_rotation` asks for. */
export interface RotationWish {
  readonly rotationId: string;
  readonly baseEpoch: number;
  readonly targetEpoch: number;
  readonly reason: string;
  readonly keyCommitment: string;
  readonly expectedMembers: readonly string[];
  readonly requiredAcks: readonly string[];
  readonly leaseMs: number | undefined;
}

/** A refusal is an answer, not an error (`protocol/02 §11.4`). */
export type Outcome =
  | { readonly done: true; readonly rotation: RotationRow }
  | {
      readonly done: false;
      readonly reason: string;
      readonly rotation?: RotationRow;
      readonly more?: Readonly<Record<string, unknown>>;
    };

function refused(reason: string, rotation?: RotationRow, more?: Readonly<Record<string, unknown>>): Outcome {
  return {
    done: false,
    reason,
    ...(rotation === undefined ? {} : { rotation }),
    ...(more === undefined ? {} : { more }),
  };
}

/**
 * Epochs of groups: which one is committed, who is on the way to the next, and the keys that members leave for each other
 * (`protocol/02 §11.5`, `§12`). Everything is synchronous, so one call is one step of the compare-and-swap.
 */
export class GroupKeyService implements GroupKeyKeeper {
  readonly #store: GatewayStore;
  readonly #clock: GatewayClock;
  readonly epochs: EpochStore;

  constructor(parts: { store: GatewayStore; clock: GatewayClock }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.epochs = new EpochStore(parts.store.database);
  }

  /** Newest committed epoch of a group (by its row id), 0 before the first. */
  committedEpoch(group: number): number {
    return this.epochs.committed(group);
  }

  /** Somebody came or went: a rotation that is under way can no longer be committed, but stays visible. */
  membershipChanged(group: Pick<GroupRow, 'id'>): void {
    this.epochs.markStale(group.id);
  }

  /** Drops the keys held for somebody who left; with null everything but the history, when the group is dissolved. */
  forget(group: Pick<GroupRow, 'id'>, aid: string | null): void {
    if (aid === null) this.epochs.forget(group.id);
    else this.epochs.dropKeys(group.id, aid);
  }

  /** Retention of keys and of closed rotations. */
  dropExpired(): void {
    const now = this.#clock.now();
    this.epochs.dropExpired(now - KEYS_KEPT_MS, now - ROTATIONS_KEPT_MS);
  }

  /**
   * Checks a sealed message before it is stored (`protocol/02 §9`, `protocol/05 §9.4`). The texts are what 0.2.20 looks
   * for before it tries once more.
   * @throws RpcError −32602 when the envelope contradicts the call, −32041 when its epoch is not the committed one.
   */
  checkSend(group: GroupRow, sender: string, payload: JsonObject): void {
    if (!isGroupEnvelope(payload)) return;
    const facts = envelopeFacts(payload);
    if (facts === null) throw invalidParams('invalid params: payload is no complete group envelope');
    const named = groupName(facts.groupId, group.domain);
    if (named === null || groupIdIn(named, 'a') !== groupIdIn(group, 'a')) {
      throw invalidParams('invalid params: aad.group_id is not this group');
    }
    if (facts.from !== sender) throw invalidParams('invalid params: aad.from is not the sender');
    if (facts.epoch !== facts.aadEpoch) throw invalidParams('invalid params: aad.epoch is not the epoch');
    const { epoch } = facts;
    const committed = this.committedEpoch(group.id);
    const floor = this.#store.groupMembers.get(group.id, sender)?.minReadEpoch ?? 0;
    if (epoch < floor) {
      throw epochRefused(`e2ee epoch below sender membership floor: epoch=${epoch} floor=${floor}`);
    }
    if (epoch < committed) throw epochRefused(`e2ee epoch too old: epoch=${epoch} committed=${committed}`);
    if (epoch > committed)
      throw epochRefused(`e2ee epoch not committed: epoch=${epoch} committed=${committed}`);
  }

  /** Why somebody may not lead a rotation, or null when they may. */
  rotationRefusal(
    group: GroupRow,
    member: Pick<MemberRow, 'aid' | 'role'>,
    now: { readonly joinMode: string; readonly banned: boolean },
  ): string | null {
    if (member.role !== 'member') return null;
    if (now.banned) return 'banned';
    if (isOpenMode(now.joinMode)) return null;
    return group.creator === member.aid && this.committedEpoch(group.id) === 0 ? null : 'need_admin';
  }

  /** First step of a rotation; repeated by the same caller it answers the same. */
  begin(group: GroupRow, caller: string, wish: RotationWish): Outcome {
    return this.#store.transaction(() => {
      const now = this.#clock.now();
      const committed = this.committedEpoch(group.id);
      if (wish.baseEpoch !== committed) {
        return refused('epoch_conflict', undefined, { epoch: committed, committed_epoch: committed });
      }
      if (wish.targetEpoch !== wish.baseEpoch + 1) return refused('invalid_target_epoch');
      const members = this.#memberNames(group);
      if (!sameNames(wish.expectedMembers, members)) return refused('expected_members_mismatch');
      if (!wish.requiredAcks.every((aid) => members.includes(aid))) return refused('invalid_required_acks');
      const pending = this.epochs.pending(group.id);
      if (pending !== null) {
        if (pending.leaseExpiresAt > now) return refused('rotation_pending', pending);
        this.epochs.close(pending.rotationId, 'aborted', 'lease_expired', now);
      }
      const { rotationId, baseEpoch, targetEpoch, reason, keyCommitment, expectedMembers, requiredAcks } =
        wish;
      const leaseExpiresAt = now + leaseOf(wish.leaseMs);
      this.epochs.insertRotation(
        {
          rotationId,
          group: group.id,
          baseEpoch,
          targetEpoch,
          reason,
          keyCommitment,
          expectedMembers,
          requiredAcks: requiredAcks.length === 0 ? [caller] : requiredAcks,
          leaseOwner: caller,
          leaseExpiresAt,
        },
        now,
      );
      return this.#done(rotationId);
    });
  }

  /** Prolongs the lease of a rotation whose lease has not ended. */
  heartbeat(rotation: RotationRow, caller: string, leaseMs: number | undefined): Outcome {
    const now = this.#clock.now();
    if (rotation.leaseOwner !== caller) return refused('not_lease_owner');
    if (rotation.status !== 'distributing') return refused('rotation_closed', rotation);
    if (rotation.leaseExpiresAt <= now) return refused('lease_expired', rotation);
    this.epochs.lease(rotation.rotationId, now + leaseOf(leaseMs));
    return this.#done(rotation.rotationId);
  }

  /** Notes that a member holds the key; harmless when the rotation has been committed meanwhile. */
  acknowledge(rotation: RotationRow, caller: string, keyCommitment: string): Outcome {
    if (!rotation.expectedMembers.includes(caller)) return refused('not_expected_member');
    if (rotation.keyCommitment !== keyCommitment) return refused('commitment_mismatch');
    if (rotation.status === 'aborted') return refused('rotation_closed', rotation);
    if (rotation.status === 'distributing' && !rotation.acks.includes(caller)) {
      this.epochs.setAcks(rotation.rotationId, [...rotation.acks, caller]);
    }
    return this.#done(rotation.rotationId);
  }

  /**
   * Makes the epoch the group's (`protocol/02 §11.5`). A rotation whose members are not the group's any more is aborted by
   * this. Repeated by the same caller for the newest epoch it answers the same. `keys` are kept as they are.
   */
  commit(
    group: GroupRow,
    rotation: RotationRow,
    caller: string,
    keys: Readonly<Record<string, string>>,
  ): Outcome {
    return this.#store.transaction(() => {
      const now = this.#clock.now();
      if (rotation.leaseOwner !== caller) return refused('not_lease_owner');
      const committed = this.committedEpoch(group.id);
      if (rotation.status === 'committed' && rotation.targetEpoch === committed) {
        return this.#done(rotation.rotationId);
      }
      if (rotation.status !== 'distributing') return refused('rotation_closed', rotation);
      if (rotation.leaseExpiresAt <= now) return refused('lease_expired', rotation);
      const missing = rotation.requiredAcks.filter((aid) => !rotation.acks.includes(aid));
      if (missing.length > 0) return refused('acks_missing', rotation, { missing_acks: missing });
      if (rotation.baseEpoch !== committed) return this.#abandon(rotation, 'epoch_conflict');
      if (rotation.stale || !sameNames(rotation.expectedMembers, this.#memberNames(group))) {
        return this.#abandon(rotation, 'expected_members_mismatch');
      }
      this.#write(group, rotation, caller, keys, now);
      return this.#done(rotation.rotationId);
    });
  }

  /** Ends a rotation without a new epoch. The caller's right to do so has been checked. */
  abort(rotation: RotationRow, why: string): Outcome {
    if (rotation.status !== 'distributing') return refused('rotation_closed', rotation);
    this.epochs.close(rotation.rotationId, 'aborted', why, this.#clock.now());
    return this.#done(rotation.rotationId);
  }

  /** The key that was left for a member, or null when there is none they may have (`protocol/02 §12`). */
  keyFor(group: GroupRow, member: MemberRow, epoch: number): string | null {
    if (epoch < member.minReadEpoch) return null;
    return this.epochs.key(group.id, epoch, member.aid);
  }

  #write(
    group: GroupRow,
    rotation: RotationRow,
    caller: string,
    keys: Readonly<Record<string, string>>,
    now: number,
  ): void {
    const { targetEpoch, keyCommitment, expectedMembers, rotationId } = rotation;
    // Numbers may have moved since the caller's row was read.
    const { messageSeq, eventSeq } = this.#store.groups.get(group.id) ?? group;
    const before = this.epochs.latest(group.id)?.epochChain ?? '';
    const epoch: EpochRow = {
      group: group.id,
      epoch: targetEpoch,
      rotationId,
      keyCommitment,
      expectedMembers,
      epochChain: epochChain(before, targetEpoch, keyCommitment, caller),
      rotatedBy: caller,
      committedAt: now,
      startMessageSeq: messageSeq + 1,
      startEventSeq: eventSeq + 1,
    };
    this.epochs.commit(epoch);
    this.epochs.close(rotationId, 'committed', '', now);
    for (const aid of expectedMembers) {
      const key = Object.hasOwn(keys, aid) ? keys[aid] : undefined;
      if (key !== undefined) this.epochs.putKey(group.id, targetEpoch, aid, key, now);
    }
  }

  #abandon(rotation: RotationRow, reason: string): Outcome {
    this.epochs.close(rotation.rotationId, 'aborted', reason, this.#clock.now());
    return refused(reason, this.epochs.rotation(rotation.rotationId) ?? rotation);
  }

  #done(rotationId: string): Outcome {
    const rotation = this.epochs.rotation(rotationId);
    if (rotation === null) throw new Error('the rotation is gone');
    return { done: true, rotation };
  }

  #memberNames(group: GroupRow): string[] {
    return this.#store.groupMembers.all(group.id).map((member) => member.aid);
  }
}

function leaseOf(wanted: number | undefined): number {
  return Math.min(LEASE.most, Math.max(LEASE.least, wanted ?? LEASE.usual));
}
