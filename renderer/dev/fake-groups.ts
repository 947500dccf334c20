import type { CommandName } from '../../shared/bridge/contract';
import { parseGroupInvitation } from '../../shared/aun/group-link';
import type { GroupMember, GroupPreview, GroupRole } from '../../shared/model/group';
import { conversation } from './fake-data';
import { fail, pause, scene, type Handlers } from './fake-engine';
import { addMember, change, changeMember, check, log } from './fake-groups-change';
import { fakeGroupStates, group as newGroup, member, stateOf } from './fake-groups-data';
import { fakeGroupModeration } from './fake-groups-moderation';
import { picture as landscape } from './fake-pictures';
import { putConversation } from './fake-store';

type Names = Extract<CommandName, `group.${string}`>;

const rank: Readonly<Record<GroupRole, number>> = { owner: 0, admin: 1, member: 2, observer: 3 };

/** Owner, admins, people, agents; each by name, as the contract says. */
function inOrder(first: GroupMember, second: GroupMember): number {
  const roles = rank[first.role] - rank[second.role];
  const kinds = Number(first.kind === 'ai') - Number(second.kind === 'ai');
  return roles !== 0 ? roles : kinds !== 0 ? kinds : first.title.localeCompare(second.title);
}

function previewOf(account: string, id: string): GroupPreview {
  const { group } = stateOf(account, id);
  return {
    group: id,
    name: group.name,
    description: group.description,
    picture: group.picture,
    visibility: group.visibility,
    status: group.status,
    memberCount: group.memberCount,
    joinMode: group.joinMode,
    joinQuestion: group.joinQuestion,
    membership: group.membership,
  };
}

/** Groups that can be found and that we are not in. */
const outside: readonly GroupPreview[] = [
  {
    group: 'group.agentid.pub/photography',
    name: 'Photography 摄影',
    description: 'Weekly themes, kind critique.',
    picture: landscape(160, 160, 30),
    visibility: 'public',
    status: 'active',
    memberCount: 128,
    joinMode: 'open',
    joinQuestion: '',
    membership: 'none',
  },
  {
    group: 'group.agentid.pub/rust-learners',
    name: 'Rust learners',
    description: 'Questions of every size are welcome.',
    picture: null,
    visibility: 'public',
    status: 'active',
    memberCount: 342,
    joinMode: 'approval',
    joinQuestion: 'What do you want to build?',
    membership: 'none',
  },
  {
    group: 'group.agentid.pub/board-room',
    name: 'Board room',
    description: 'Invitation only.',
    picture: null,
    visibility: 'public',
    status: 'active',
    memberCount: 9,
    joinMode: 'invite_only',
    joinQuestion: '',
    membership: 'none',
  },
];

function described(picture: string | null | undefined, before: string | null): string | null {
  if (picture === undefined) return before;
  return picture === null ? null : `data:image/png;base64,${picture}`;
}

/** Every command about groups. Development only. */
export const fakeGroups: Handlers<Names> = {
  ...fakeGroupModeration,
  'group.get': ({ account, group }) => stateOf(account, group).group,
  'group.refresh': ({ account, group }) => stateOf(account, group).group,
  'group.create': async ({
    account,
    name,
    description,
    visibility,
    joinMode,
    question,
    picture,
    members,
  }) => {
    await pause(500);
    const id = `group.agentid.pub/g-${Math.random().toString(36).slice(2, 10)}`;
    const failed = members
      .filter(({ aid }) => aid.startsWith('new_'))
      .map(({ aid }) => ({ aid, code: 'group_member_without_keys' as const }));
    const joined = members.filter(({ aid }) => !aid.startsWith('new_'));
    const own = member(account, account, { role: 'owner', online: true, own: true });
    fakeGroupStates.set(`${account} ${id}`, {
      group: newGroup(id, name, {
        description,
        visibility,
        joinMode,
        joinQuestion: question,
        picture: described(picture, null),
        role: 'owner',
        owner: account,
        joinedAt: Date.now(),
      }),
      members: [own, ...joined.map(({ aid, kind }) => member(aid, aid, { kind, joinedAt: Date.now() }))],
      requests: [],
      invites: [],
      bans: [],
      log: [],
    });
    putConversation(account, conversation(id, name, { kind: 'group', lastActivityAt: Date.now() }));
    log(account, id, 'upsert');
    return { group: change(account, id, (facts) => facts), failed };
  },
  'group.search': ({ account, query }) => {
    const needle = query.toLowerCase();
    const own = [...fakeGroupStates.values()]
      .filter(({ group }) => group.visibility === 'public')
      .map(({ group }) => previewOf(account, group.group));
    const found = [...outside, ...own].filter((one) =>
      `${one.name} ${one.description} ${one.group}`.toLowerCase().includes(needle),
    );
    return { found, total: found.length };
  },
  'group.preview': ({ account, invitation }) => {
    const parsed = parseGroupInvitation(invitation) ?? fail('link_invalid');
    const { group, code, domain } = parsed;
    const known = group !== null && fakeGroupStates.has(`${account} ${group}`);
    const preview = known ? previewOf(account, group) : (outside.find((one) => one.group === group) ?? null);
    return { preview, group, code, domain };
  },
  'group.join': async ({ account, invitation, answer }) => {
    await pause(300);
    const { group, code } = parseGroupInvitation(invitation) ?? fail('link_invalid');
    if (code?.includes('used') === true) fail('group_invite_exhausted');
    const found = outside.find((one) => one.group === group);
    if (found?.joinMode === 'invite_only' && code === null) fail('group_invite_only');
    const question = found?.joinQuestion ?? '';
    if (code === null && question !== '' && answer.trim() === '')
      return { state: 'question', question, group: null };
    const id = group ?? 'group.agentid.pub/photography';
    const waits = code === null && found?.joinMode === 'approval';
    fakeGroupStates.set(`${account} ${id}`, {
      group: newGroup(id, found?.name ?? id, {
        membership: waits ? 'pending' : 'member',
        role: waits ? null : 'member',
        requestedAt: waits ? Date.now() : null,
        historyBefore: true,
      }),
      members: waits ? [] : [member(account, account, { own: true })],
      requests: [],
      invites: [],
      bans: [],
      log: [],
    });
    putConversation(
      account,
      conversation(id, found?.name ?? id, { kind: 'group', lastActivityAt: Date.now() }),
    );
    return { state: waits ? 'pending' : 'joined', question, group: change(account, id, (facts) => facts) };
  },
  'group.members': ({ account, group, query, only, limit, offset }) => {
    const needle = query.trim().toLowerCase();
    const found = stateOf(account, group)
      .members.filter((one) => `${one.title} ${one.aid}`.toLowerCase().includes(needle))
      .filter(
        (one) =>
          only === 'all' ||
          (only === 'admins' && rank[one.role] < 2) ||
          (only === 'agents' && one.kind === 'ai') ||
          (only === 'muted' && one.mutedUntil !== null && one.mutedUntil > Date.now()),
      )
      .sort(inOrder);
    return { members: found.slice(offset, offset + limit), total: found.length };
  },
  'group.member': ({ account, group, aid }) => ({
    member: stateOf(account, group).members.find((one) => one.aid === aid) ?? null,
  }),
  'group.watchOnline': () => ({}),
  'group.add': async ({ account, group, members, role }) => {
    check(account, group, role === 'admin' ? 'add_admin' : 'add_member');
    await pause(250);
    const failed = members.flatMap(({ aid, kind }) => {
      if (aid.startsWith('new_')) return [{ aid, code: 'group_member_without_keys' as const }];
      addMember(account, group, member(aid, aid, { kind, role, joinedAt: Date.now() }));
      log(account, group, 'member_added', aid, { role });
      return [];
    });
    return { group: change(account, group, (facts) => facts), failed };
  },
  'group.leave': ({ account, group }) => {
    check(account, group, 'leave');
    changeMember(account, group, account, null);
    return change(account, group, (facts) => ({ ...facts, membership: 'left', role: null }));
  },
  'group.suspend': ({ account, group }) => {
    check(account, group, 'suspend');
    log(account, group, 'suspended');
    return change(account, group, (facts) => ({ ...facts, status: 'suspended' }));
  },
  'group.resume': ({ account, group }) => {
    check(account, group, 'resume');
    log(account, group, 'resumed');
    return change(account, group, (facts) => ({ ...facts, status: 'active' }));
  },
  'group.dissolve': ({ account, group }) => {
    check(account, group, 'dissolve');
    log(account, group, 'dissolved');
    return change(account, group, (facts) => ({ ...facts, status: 'dissolved' }));
  },
  'group.update': ({ account, group, picture, ...given }) => {
    check(account, group, 'edit');
    const { name, description, visibility, dispatchMode, duty } = given;
    const keys = Object.entries({ ...given, picture })
      .filter(([, value]) => value !== undefined)
      .map(([key]) => key)
      .join(', ');
    log(account, group, 'update', null, { keys });
    return change(account, group, (facts) => ({
      ...facts,
      name: name ?? facts.name,
      description: description ?? facts.description,
      visibility: visibility ?? facts.visibility,
      dispatchMode: dispatchMode ?? facts.dispatchMode,
      duty: duty ?? facts.duty,
      picture: described(picture, facts.picture),
    }));
  },
  'group.joinRules': ({ account, group }) => {
    const { autoApprove = ['^[^.]+\\.release-team\\.org$', '^deploy-helper\\.agentid\\.pub$'] } = check(
      account,
      group,
      'edit',
    );
    return { autoApprove: scene.has('no-rules') ? null : [...autoApprove] };
  },
  'group.setJoin': ({ account, group, mode, question, autoApprove }) => {
    const state = check(account, group, 'edit');
    if (autoApprove !== undefined) state.autoApprove = autoApprove;
    log(account, group, 'join_requirements_updated', null, { keys: 'join.mode, join.question' });
    return change(account, group, (facts) => ({
      ...facts,
      joinMode: mode,
      joinQuestion: question,
      keys: { ...facts.keys, serverHolds: mode === 'open' },
    }));
  },
  'group.setAnnouncement': ({ account, group, content }) => {
    check(account, group, 'edit');
    if (scene.has('refuse-text')) fail('group_signature_refused');
    log(account, group, 'announcement_updated', null, { text: content.slice(0, 80) });
    const text = { content, updatedBy: account, updatedAt: Date.now(), signature: 'verified' } as const;
    return change(account, group, (facts) => ({
      ...facts,
      announcement: content === '' ? null : text,
      announcementSeen: true,
    }));
  },
  'group.setRules': ({ account, group, content, allowMemberInvite, maxMembers }) => {
    check(account, group, 'edit');
    log(account, group, 'rules_updated', null, content === undefined ? {} : { text: content.slice(0, 80) });
    const text = {
      content: content ?? '',
      updatedBy: account,
      updatedAt: Date.now(),
      signature: 'verified',
    } as const;
    return change(account, group, (facts) => ({
      ...facts,
      rules: content === undefined ? facts.rules : content === '' ? null : text,
      allowMemberInvite: allowMemberInvite ?? facts.allowMemberInvite,
      maxMembers: maxMembers ?? facts.maxMembers,
    }));
  },
  'group.seen': ({ account, group, what }) =>
    change(account, group, (facts) =>
      what === 'rules' ? { ...facts, rulesSeen: true } : { ...facts, announcementSeen: true },
    ),
};
