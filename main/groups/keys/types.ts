import type { E2eeEngine } from '../../ports/e2ee';
import type { GroupReader, GroupWriter } from '../../ports/group-store';
import type { Identity } from '../../ports/identity';
import type { RpcCaller } from '../../ports/session';
import type { Runtime } from '../../runtime/runtime';

/** The part of the account's database that keys live in. */
export type KeyStore = Pick<
  GroupReader & GroupWriter,
  | 'group'
  | 'groups'
  | 'groupKeys'
  | 'groupControls'
  | 'groupMember'
  | 'groupMembers'
  | 'saveMember'
  | 'saveGroupKey'
  | 'removeGroupKey'
  | 'removeGroupKeys'
  | 'removeGroupControl'
>;

/** What the keys of the groups of one account work with. */
export interface GroupKeysDeps {
  readonly aid: string;
  readonly deviceId: string;
  readonly store: KeyStore;
  /** Does something in turn with every other write about a group, so that none undoes what another one wrote. */
  readonly inTurn: <T>(group: string, step: () => Promise<T>) => Promise<T>;
  /** Completes and signs `group.*` calls (`createGroupRpc`); others pass through unchanged. */
  readonly rpc: RpcCaller;
  readonly e2ee: Pick<E2eeEngine, 'seal' | 'groupPeers'>;
  readonly identity: Pick<Identity, 'sign'>;
  readonly runtime: Runtime;
  readonly isOnline: () => boolean;
  /** Our clock corrected by the gateway's, Unix ms. */
  readonly now: () => number;
}
