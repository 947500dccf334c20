import { groupRefusal, type GroupOperation, type GroupRefusal } from '../../shared/aun/group-permissions';
import type { ErrorCode } from '../../shared/bridge/error-codes';
import type { Group, GroupLogEntry, GroupMember } from '../../shared/model/group';
import { conversations } from './fake-data';
import { emit, fail, scene } from './fake-engine';
import { stateOf, type FakeGroup } from './fake-groups-data';
import { putConversation } from './fake-store';

/** How the fake engine changes a group: it checks like the network, writes the log and tells the window. Development only. */
const codes: Readonly<Record<GroupRefusal, ErrorCode>> = {
  not_member: 'group_not_member',
  need_admin: 'group_need_admin',
  need_owner: 'group_need_owner',
  target_owner: 'group_target_owner',
  target_self: 'permission_denied',
  target_not_member: 'group_not_member',
  muted: 'group_muted',
  suspended: 'group_suspended',
  not_suspended: 'group_bad_status',
  dissolved: 'group_dissolved',
  owner_leaves: 'group_owner_leaves',
  not_own_message: 'recall_refused',
  invites_restricted: 'group_need_admin',
};

/** Refuses what the permission matrix refuses; the scene `race` plays a role that was lost a moment ago. */
export function check(
  account: string,
  id: string,
  operation: GroupOperation,
  aid: string | null = null,
): FakeGroup {
  const state = stateOf(account, id);
  if (scene.has('race')) {
    scene.delete('race');
    change(account, id, (group) => ({ ...group, role: 'member' }));
    fail(operation === 'transfer' || operation === 'dissolve' ? 'group_need_owner' : 'group_need_admin');
  }
  const { group } = state;
  const target = state.members.find((one) => one.aid === aid);
  const refusal = groupRefusal(
    operation,
    {
      membership: group.membership,
      role: group.role,
      status: group.status,
      muted: group.mutedUntil !== null && group.mutedUntil > Date.now(),
      allowMemberInvite: group.allowMemberInvite,
      membersRotate: group.joinMode === 'open' || group.joinMode === 'invite_only',
    },
    aid === null ? null : { own: aid === account, role: target?.role ?? null },
  );
  if (refusal !== null) fail(codes[refusal]);
  return state;
}

/** Changes the facts of a group and tells the window; the row of the list follows. */
export function change(account: string, id: string, how: (group: Group) => Group): Group {
  const state = stateOf(account, id);
  const counts = {
    memberCount: state.members.length,
    agentCount: state.members.filter(({ kind }) => kind === 'ai').length,
    requests:
      state.group.role === 'owner' || state.group.role === 'admin'
        ? state.requests.filter(({ status }) => status === 'pending').length
        : 0,
  };
  state.group = { ...how(state.group), ...counts };
  const { group } = state;
  emit({ event: 'group.changed', data: { account, group } });
  const row = conversations.get(account)?.find((each) => each.conversation === id);
  if (row !== undefined) {
    const { membership, status, memberCount, picture } = group;
    putConversation(account, {
      ...row,
      title: group.name,
      group: { membership, status, memberCount, picture },
    });
  }
  return group;
}

/** Writes a line of the log. */
export function log(
  account: string,
  id: string,
  action: string,
  target: string | null = null,
  values: GroupLogEntry['values'] = {},
): void {
  const state = stateOf(account, id);
  const seq = (state.log.at(-1)?.seq ?? 0) + 1;
  state.log.push({ seq, at: Date.now(), action, actor: account, target, values, signature: 'verified' });
  emit({ event: 'group.logged', data: { account, group: id } });
}

/** Changes somebody in a group; null takes them out. */
export function changeMember(
  account: string,
  id: string,
  aid: string,
  how: ((member: GroupMember) => GroupMember) | null,
): void {
  const state = stateOf(account, id);
  state.members = state.members.flatMap((one) => (one.aid !== aid ? [one] : how === null ? [] : [how(one)]));
  emit({ event: 'group.members', data: { account, group: id } });
}

/** Puts somebody into a group who is not in it. */
export function addMember(account: string, id: string, added: GroupMember): void {
  const state = stateOf(account, id);
  if (state.members.some(({ aid }) => aid === added.aid)) fail('group_already_member');
  state.members.push(added);
  emit({ event: 'group.members', data: { account, group: id } });
}
