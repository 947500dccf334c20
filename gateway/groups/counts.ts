import type { GatewayContext } from '../context';
import type { GroupRow } from '../store/groups';
import { inviteStatus } from './objects';

/** Numbers about a group (`protocol/05 §6.1`). */
export interface GroupCounts {
  readonly members: number;
  readonly humans: number;
  readonly agents: number;
  /** Owner included. */
  readonly admins: number;
  readonly online: number;
  readonly pendingRequests: number;
  readonly activeCodes: number;
  readonly bans: number;
}

/** Counts members, who is online, and what waits for an admin. */
export function countsOf({ store, sessions, clock }: GatewayContext, group: GroupRow): GroupCounts {
  const members = store.groupMembers.all(group.id);
  const now = clock.now();
  const agents = members.filter((member) => member.memberType === 'ai').length;
  return {
    members: members.length,
    humans: members.length - agents,
    agents,
    admins: members.filter((member) => member.role !== 'member').length,
    online: members.filter((member) => sessions.isOnline(member.aid)).length,
    pendingRequests: store.groupJoining.requests(group.id, 'pending').length,
    activeCodes: store.groupJoining.invites(group.id).filter((each) => inviteStatus(each, now) === 'active')
      .length,
    bans: store.groupJoining.bans(group.id).length,
  };
}
