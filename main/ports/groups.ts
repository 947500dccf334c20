import type { JsonObject } from '../../shared/aun/canonical-json';
import type { GroupKeyState } from '../../shared/model/group';
import type { Disposer } from '../runtime/runtime';
import type { GroupKeyRecord } from './group-store';

/** A change of who is in a group, as an event or an answer told it (`protocol/02 §11.1`). */
export interface MembershipChange {
  readonly group: string;
  readonly action:
    'member_added' | 'joined' | 'join_approved' | 'invite_code_used' | 'member_left' | 'member_removed';
  /** Who came or went. */
  readonly changed: readonly string[];
  /** Committed epoch before the change, or null when it was not told. */
  readonly oldEpoch: number | null;
  readonly eventSeq: number | null;
  /** It comes from the answer to an own call, not from an event. */
  readonly own: boolean;
}

/**
 * The keys of all groups of one account: making, handing out, fetching and keeping them (`protocol/02 §8` to §12). Everything it
 * holds is in the encrypted database before it is used.
 */
export interface GroupKeys {
  /** Reads keys and unfinished business; to be awaited before the session starts. */
  load(): Promise<void>;
  online(): void;
  offline(): void;
  stop(): Promise<void>;
  /** A group was made: makes its first key and has it committed. Resolves when done or when it will be tried again by itself. */
  created(group: string): Promise<void>;
  /** Members changed: changes the key when that is ours to do. Returns at once. */
  membershipChanged(change: MembershipChange): void;
  /**
   * Puts off changing the key of a group while one and the same hand adds people one after the other: one new key serves them all.
   * The disposer ends it and looks at once.
   */
  hold(group: string): Disposer;
  /** Waits (bounded) until what {@link membershipChanged} began for a group has ended. */
  settled(group: string): Promise<void>;
  /**
   * The key to seal with, checked against the committed rotation and the members (`protocol/02 §9`). `strict` after the gateway
   * refused the epoch. @throws AunError `group_securing` (retryable), gateway errors
   */
  sendingKey(group: string, strict: boolean): Promise<GroupKeyRecord>;
  /** Key of an epoch if it is held; pending ones too. */
  secret(group: string, epoch: number): Uint8Array | null;
  /** A message of this epoch could not be opened: fetches the key, in the background, without end only while it makes sense. */
  missing(group: string, epoch: number, sender: string): void;
  /** Called when a key came that was not there. */
  onKey(listener: (group: string, epoch: number) => void): Disposer;
  /**
   * Called when a key that was {@link missing} is not looked for any more: nobody gave it, or nobody may. A new connection or another
   * message begins anew, and a key that comes all the same is told by {@link onKey}.
   */
  onGivenUp(listener: (group: string, epoch: number) => void): Disposer;
  /** Called when {@link state} of a group changed. */
  onState(listener: (group: string) => void): Disposer;
  /** Handles waiting control messages; to be called after the inbox stored some. */
  handleControls(): void;
  state(group: string): GroupKeyState;
  epochs(group: string): readonly GroupKeyRecord[];
  /** Tries at once to fetch or make what is missing. */
  repair(group: string): Promise<void>;
  /** We are out: running work ends; keys stay for reading unless `wipe`. */
  leftGroup(group: string, wipe: boolean): Promise<void>;
}

/** Sends finished messages of the outbox into groups. */
export interface GroupCourier {
  /**
   * Seals and sends; repeats once when the epoch moved meanwhile (`protocol/02 §9` step 7).
   * @throws AunError `group_securing`, `group_suspended`, `group_muted`, `group_not_member`, `group_dissolved`, gateway errors
   */
  send(message: {
    readonly group: string;
    readonly messageId: string;
    readonly payload: JsonObject;
    /** Our corrected clock, Unix ms. */
    readonly timestamp: number;
  }): Promise<{ readonly seq: number | null; readonly serverTime: number | null }>;
  /**
   * Takes own messages back (`protocol/05 §6.5`); `refused` names those the gateway did not take back and its word for why.
   * @throws AunError gateway errors
   */
  recall(
    group: string,
    messageIds: readonly string[],
  ): Promise<{
    readonly recalled: readonly string[];
    readonly refused: readonly { readonly messageId: string; readonly error: string }[];
  }>;
}
