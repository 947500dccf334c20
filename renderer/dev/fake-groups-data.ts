import { groupLink } from '../../shared/aun/group-link';
import type {
  Group,
  GroupBan,
  GroupInvite,
  GroupLogEntry,
  GroupMember,
  JoinRequest,
} from '../../shared/model/group';
import { main, start } from './fake-data';
import { fail } from './fake-engine';

/** What the fake engine keeps of groups. Development only. */
export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** Everything about one group of one identity. */
export interface FakeGroup {
  group: Group;
  members: GroupMember[];
  requests: JoinRequest[];
  invites: GroupInvite[];
  bans: GroupBan[];
  /** Patterns that let people in. */
  autoApprove?: readonly string[];
  /** Oldest first. */
  log: GroupLogEntry[];
}

/** By account and group. */
export const fakeGroupStates = new Map<string, FakeGroup>();

/** What is kept of a group, or the error of the real engine. */
export function stateOf(account: string, group: string): FakeGroup {
  return fakeGroupStates.get(`${account} ${group}`) ?? fail('group_not_found');
}

/** Somebody in a group. */
export function member(aid: string, title: string, more: Partial<GroupMember> = {}): GroupMember {
  return {
    aid,
    title,
    role: 'member',
    kind: 'human',
    verifiedKind: 'human',
    joinedAt: start - 40 * day,
    online: false,
    mutedUntil: null,
    muteReason: '',
    hasKeys: true,
    own: aid === main,
    ...more,
  };
}

/** A group in order. */
export function group(id: string, name: string, more: Partial<Group> = {}): Group {
  return {
    group: id,
    aid: null,
    name,
    description: '',
    picture: null,
    visibility: 'private',
    status: 'active',
    membership: 'member',
    role: 'member',
    owner: null,
    memberCount: 1,
    agentCount: 0,
    joinMode: 'approval',
    joinQuestion: '',
    dispatchMode: 'broadcast',
    duty: [],
    announcement: null,
    announcementSeen: true,
    rules: null,
    rulesSeen: true,
    allowMemberInvite: false,
    maxMembers: 500,
    mutedUntil: null,
    muteReason: '',
    requests: 0,
    addedBy: null,
    joinedAt: start - 90 * day,
    historyBefore: false,
    requestedAt: null,
    requestExpiresAt: null,
    rejection: null,
    removedBy: null,
    link: groupLink(id),
    keys: { state: 'secured', epoch: 7, refreshPending: false, withoutKeys: [], serverHolds: false },
    loop: null,
    ...more,
  };
}

/** A request to join that waits. */
export function request(aid: string, title: string, more: Partial<JoinRequest> = {}): JoinRequest {
  return {
    aid,
    title,
    verifiedKind: 'human',
    message: '',
    answer: '',
    status: 'pending',
    createdAt: start - 3 * hour,
    expiresAt: start + 6 * day,
    reviewedBy: null,
    reason: '',
    ...more,
  };
}

/** An invite code in use. */
export function invite(id: string, code: string, more: Partial<GroupInvite> = {}): GroupInvite {
  return {
    code,
    link: groupLink(id, code),
    createdBy: main,
    createdAt: start - 2 * day,
    expiresAt: start + 5 * day,
    maxUses: 10,
    usedCount: 3,
    status: 'active',
    ...more,
  };
}

/** One line of the log. */
export function entry(
  seq: number,
  at: number,
  action: string,
  actor: string | null,
  more: Partial<GroupLogEntry> = {},
): GroupLogEntry {
  return { seq, at, action, actor, target: null, values: {}, signature: 'verified', ...more };
}
