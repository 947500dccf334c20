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
import type { GroupSync } from '../sync/port';

/** What the commands of groups work with. */
export interface DeskDependencies {
  readonly aid: Aid;
  readonly deviceId: string;
  readonly slotId: string;
  readonly store: AccountStore;
  /** Adds `device_id` and `slot_id`, signs what has to be signed, throws in the terms of groups. */
  readonly rpc: RpcCaller;
  /**
   * The one writer of group records, so that the answer to an own call and its event never apply twice. A record whose
   * `pictureRef` changes loses its `picture`.
   */
  readonly sync: GroupSync;
  readonly keys: GroupKeys;
  readonly pictures: Pictures;
  /** A record as the window shows it, with its keys and {@link GroupDesk.loopOf}. */
  readonly view: (record: GroupRecord) => Promise<Group>;
  readonly runtime: Runtime;
  readonly isOnline: () => boolean;
  /** Our clock corrected by the gateway's, Unix ms. */
  readonly now: () => number;
  readonly emit: Emit;
  readonly publish: (change: StoreChange) => void;
  readonly desktop: Desktop;
}
