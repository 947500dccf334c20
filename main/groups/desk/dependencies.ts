import type { Aid } from '../../../shared/aun/aid';
import type { Group } from '../../../shared/model/group';
import type { Desktop } from '../../ports/desktop';
import type { Emit } from '../../ports/events';
import type { GroupKeys } from '../../ports/groups';
import type { GroupRecord } from '../../ports/group-store';
import type { Pictures } from '../../ports/pictures';
import type { RpcCaller } from '../../ports/session';
import type { AccountStore, StoreChange } from '../../ports/store';
import type { Runtime } from '../../runtime/runtime';
import type { GroupWire } from '../wire';

/** What may be laid down of a group besides what its object on the wire says. */
export type GroupFacts = Partial<Omit<GroupRecord, 'group' | 'wireId' | 'messages' | 'events'>>;

/**
 * The keeper of group records, as the desk needs it: the one place that writes them, one change after the other, so that the
 * answer to an own call and its event never apply twice. Every write tells the window (`group.changed`).
 */
export interface DeskSync {
  /** A group as it is stored, or null. */
  record(group: string): Promise<GroupRecord | null>;
  /** The record as the window shows it, with keys and loop notice. */
  view(record: GroupRecord): Promise<Group>;
  /**
   * Lays down a group object out of an answer, and `facts`, which win. A group that was not there gets its record and an
   * accepted conversation. A record whose `pictureRef` changes loses its `picture`.
   */
  apply(wire: GroupWire, facts?: GroupFacts): Promise<GroupRecord>;
  /** Lays down facts of a group that is there. @throws AunError `group_not_found` */
  change(group: string, facts: GroupFacts): Promise<GroupRecord>;
  /** Reads group, members, texts and settings anew. @throws AunError group errors, gateway errors */
  refresh(group: string): Promise<GroupRecord>;
  /** Reads the list of own groups anew and refreshes what is new in it. @throws AunError gateway errors */
  refreshList(): Promise<void>;
  /** Pulls and opens every message and event that waits. Resolves when there is nothing left, or when it cannot be. */
  catchUp(group: string): Promise<void>;
}

/** What the commands of groups work with. */
export interface DeskDependencies {
  readonly aid: Aid;
  readonly deviceId: string;
  readonly slotId: string;
  readonly store: AccountStore;
  /** Adds `device_id` and `slot_id` and signs what has to be signed (`protocol/05 §9.1`). */
  readonly rpc: RpcCaller;
  readonly sync: DeskSync;
  readonly keys: GroupKeys;
  readonly pictures: Pictures;
  readonly runtime: Runtime;
  readonly isOnline: () => boolean;
  /** Our clock corrected by the gateway's, Unix ms. */
  readonly now: () => number;
  readonly emit: Emit;
  readonly publish: (change: StoreChange) => void;
  readonly desktop: Desktop;
}
