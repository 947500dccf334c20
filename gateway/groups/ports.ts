import type { JsonObject } from '../../shared/aun/canonical-json';
import type { GroupRow } from '../store/groups';

/** What groups need of the keeper of their keys (`protocol/05 §9.4`). */
export interface GroupKeyKeeper {
  /** Number of the key in use, 0 before the first. `group` is {@link GroupRow.id}. */
  committedEpoch(group: number): number;
  /** Called inside the transaction in which somebody came or went. */
  membershipChanged(group: GroupRow): void;
  /** Drops stored keys of somebody who left, or all of a group (`null`). Called inside the transaction. */
  forget(group: GroupRow, aid: string | null): void;
  /**
   * Checks a V1 envelope before it is stored.
   * @throws RpcError −32602 when it contradicts the call, −32041 with one of the texts of `protocol/05 §9.4`.
   */
  checkSend(group: GroupRow, sender: string, payload: JsonObject): void;
}
