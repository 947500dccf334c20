import { MUTED_FOREVER } from '../../shared/model/conversation';
import type { Group, GroupLogEntry, GroupMember } from '../../shared/model/group';
import { main, start } from './fake-data';
import { scene } from './fake-engine';
import {
  day,
  entry,
  fakeGroupStates,
  group,
  hour,
  invite,
  member,
  minute,
  request,
  type FakeGroup,
} from './fake-groups-data';
import { picture } from './fake-pictures';

/** The example groups: a lively one, a big one, and one of every state. Development only. */
export const releaseRoom = 'group.agentid.pub/release-room';
export const readingCircle = 'group.agentid.pub/g-7c2f91ab';
export const seminar = 'group.example-university.edu/distributed-systems';
export const agentsLab = 'group.agentid.pub/agents-lab';
export const strangers = 'group.agentid.pub/lucky-investors';
export const waitingRoom = 'group.agentid.pub/climbing-club';
export const oldProject = 'group.agentid.pub/atlas-2025';
export const leftBehind = 'group.agentid.pub/night-shift';
export const newerKind = 'group.agentid.pub/quantum-team';

const lin = 'lin_wei.agentid.pub';
const hana = 'hana.agentid.pub';
const omar = 'omar.agentid.pub';
const builder = 'builder.agentid.pub';
const planner = 'planner.agentid.pub';
const translator = 'translator.agentid.pub';
const viktor = 'viktor.agentid.pub';
const longName = 'a_name_of_forty_characters_is_still_okay.example-university.edu';
const spammer = 'free-coins_77.example.net';

const roleFlags = { 'as-admin': 'admin', 'as-member': 'member', 'as-observer': 'observer' } as const;

/** The role the scene gives us in the lively group. */
function ownRole(): GroupMember['role'] {
  for (const [flag, role] of Object.entries(roleFlags)) if (scene.has(flag)) return role;
  return 'owner';
}

function people(): GroupMember[] {
  const role = ownRole();
  const agent = { kind: 'ai', verifiedKind: 'agent' } as const;
  return [
    member(main, '张小美', { role, online: true, joinedAt: start - 212 * day }),
    member(lin, '林伟 Lin Wei', { role: role === 'owner' ? 'admin' : 'owner', online: true }),
    member(hana, 'Hana Kim', { role: 'admin', online: true, joinedAt: start - 180 * day }),
    member(longName, 'Professor Wilhelmina Featherstonehaugh-Cholmondeley', { joinedAt: start - 95 * day }),
    member(omar, 'عمر Omar', { online: true, joinedAt: start - 61 * day }),
    member('nadia.agentid.pub', 'Nadia Petrova', { joinedAt: start - 12 * day }),
    member(viktor, 'Viktor', {
      mutedUntil: start + 52 * minute,
      muteReason: 'Please keep the thread about the release.',
      joinedAt: start - 8 * day,
    }),
    member('contact_1.agentid.pub', '联系人1', { joinedAt: start - 5 * day, verifiedKind: 'unknown' }),
    member('new_colleague.agentid.pub', 'new_colleague.agentid.pub', {
      hasKeys: false,
      verifiedKind: 'unknown',
      joinedAt: start - 3 * hour,
    }),
    member(builder, 'Builder', { ...agent, online: true, joinedAt: start - 200 * day }),
    member(planner, 'Planner', { ...agent, online: true, joinedAt: start - 30 * day }),
    member(translator, 'Translator', { ...agent, joinedAt: start - 30 * day }),
  ];
}

function history(): GroupLogEntry[] {
  const at = (days: number, minutes = 0): number => start - days * day - minutes * minute;
  const rows: [number, string, string | null, Partial<GroupLogEntry>?][] = [
    [at(212), 'upsert', main],
    [at(200), 'member_added', main, { target: builder, values: { role: 'member' } }],
    [at(180), 'join_approved', main, { target: hana }],
    [at(150), 'role_changed', main, { target: hana, values: { old_role: 'member', role: 'admin' } }],
    [at(95), 'invite_code_created', hana, { values: { code: 'uni-guest-24' } }],
    [at(95, -40), 'invite_code_used', longName, { target: longName, values: { code: 'uni-guest-24' } }],
    [at(61), 'joined', omar, { target: omar, signature: 'unsigned' }],
    [at(44), 'announcement_updated', hana, { values: { text: 'Freeze begins on Monday.' } }],
    [at(40), 'member_added', lin, { target: lin }],
    [at(30), 'update', main, { values: { keys: 'dispatch_mode, duty.config' } }],
    [at(30, -5), 'member_added', main, { target: planner }],
    [at(21), 'join_requested', spammer, { target: spammer }],
    [at(21, -30), 'join_rejected', hana, { target: spammer, values: { reason: '广告账号' } }],
    [at(20), 'member_banned', hana, { target: spammer, values: { reason: 'Advertising' } }],
    [at(9), 'suspended', main],
    [at(9, -90), 'resumed', main],
    [at(6), 'rules_updated', main, { values: { text: 'Be kind. One thread per topic.' } }],
    [at(5), 'join_requirements_updated', main, { values: { keys: 'join.mode, join.question' } }],
    [at(3), 'member_removed', lin, { target: 'old_bot.agentid.pub', signature: 'invalid' }],
    [at(2), 'resource_put', hana, { values: { path: '/plans/回滚步骤 rollback.md' } }],
    [
      at(1),
      'member_banned',
      hana,
      {
        target: viktor,
        values: { until: String(start + 52 * minute), reason: 'Please keep the thread about the release.' },
      },
    ],
    [at(1, -20), 'invite_code_revoked', main, { values: { code: 'old-door' } }],
    [at(0, 300), 'member_left', 'guest_99.example.org', { target: 'guest_99.example.org' }],
    [at(0, 180), 'member_added', lin, { target: 'new_colleague.agentid.pub' }],
    [at(0, 30), 'group.badge_granted', lin, { target: hana, signature: 'unchecked' }],
  ];
  return rows.map(([when, action, actor, more], index) => entry(index + 1, when, action, actor, more));
}

/** A log long enough to page through. */
function longHistory(): GroupLogEntry[] {
  if (!scene.has('long-log')) return history();
  const begun = start - 400 * day;
  const older = Array.from({ length: 400 }, (_, index) =>
    entry(index + 1, begun + index * 11 * hour, index % 3 === 0 ? 'joined' : 'member_left', lin, {
      target: `visitor_${index}.agentid.pub`,
    }),
  );
  return [...older, ...history().map((row) => ({ ...row, seq: row.seq + older.length }))];
}

function lively(): FakeGroup {
  const role = ownRole();
  const status = scene.has('suspended') ? 'suspended' : scene.has('dissolved') ? 'dissolved' : 'active';
  const members = people();
  const requests = [
    request('zhou_min.agentid.pub', '周敏', {
      message: '你好，我负责华东区的发布，想跟进时间表。',
      answer: '看过了，会遵守群规。',
    }),
    request('marta_n.example.org', 'Marta N.', {
      message: 'Lin told me about this room.',
      answer: 'Lin Wei',
      createdAt: start - 26 * hour,
    }),
    request('deploy-helper.agentid.pub', 'Deploy helper', {
      verifiedKind: 'agent',
      answer: 'I was asked to join by the operations team.',
      createdAt: start - 3 * day,
      expiresAt: start + 9 * hour,
    }),
    request('carl.agentid.pub', 'Carl', { status: 'approved', reviewedBy: hana, createdAt: start - 9 * day }),
    request(spammer, spammer, {
      status: 'rejected',
      reviewedBy: hana,
      reason: '广告账号',
      verifiedKind: 'unknown',
      createdAt: start - 21 * day,
    }),
  ];
  return {
    group: group(releaseRoom, '发布室 Release room', {
      description:
        'Everything about the next release: plans, builds, what broke and who looks at it.\n发布计划、构建与故障都在这里讨论。',
      picture: picture(160, 160, 200),
      visibility: scene.has('public') ? 'public' : 'private',
      status,
      membership: scene.has('removed') ? 'removed' : 'member',
      removedBy: scene.has('removed') ? lin : null,
      role,
      owner: role === 'owner' ? main : lin,
      memberCount: members.length,
      agentCount: 3,
      joinQuestion: 'Who told you about this room? 谁介绍你来的？',
      duty: [builder],
      announcement: {
        content:
          '明天 10:00 发布 3.2.0。\nPlease keep the main branch green until then; ask Builder for the notes.',
        updatedBy: hana,
        updatedAt: start - 6 * hour,
        signature: scene.has('unverified') ? 'invalid' : 'verified',
      },
      announcementSeen: false,
      rules: {
        content:
          '1. Be kind.\n2. One thread per topic.\n3. Agents answer when they are named.\n4. 不发广告，不转发群内文件。',
        updatedBy: main,
        updatedAt: start - 6 * day,
        signature: scene.has('unverified') ? 'unsigned' : 'verified',
      },
      mutedUntil: scene.has('muted-here') ? start + 52 * minute : null,
      muteReason: scene.has('muted-here') ? 'Please keep the thread about the release.' : '',
      requests: role === 'owner' || role === 'admin' ? 3 : 0,
      joinedAt: start - 212 * day,
      keys: {
        state: scene.has('securing') ? 'securing' : 'secured',
        epoch: 7,
        refreshPending: scene.has('refresh'),
        withoutKeys: ['new_colleague.agentid.pub'],
        serverHolds: false,
      },
    }),
    members,
    requests,
    invites: [
      invite(releaseRoom, 'spring-door-42'),
      invite(releaseRoom, 'k7f2-q9xw', {
        maxUses: 1,
        usedCount: 0,
        expiresAt: start + 5 * hour,
        createdBy: hana,
      }),
      invite(releaseRoom, 'uni-guest-24', { maxUses: 0, usedCount: 41, expiresAt: null, createdBy: hana }),
      invite(releaseRoom, 'one-evening', { status: 'expired', expiresAt: start - 2 * day }),
      invite(releaseRoom, 'old-door', { status: 'revoked' }),
      invite(releaseRoom, 'five-friends', { status: 'exhausted', maxUses: 5, usedCount: 5 }),
    ],
    bans: [
      {
        aid: viktor,
        title: 'Viktor',
        by: hana,
        reason: 'Please keep the thread about the release.',
        at: start - day,
        until: start + 52 * minute,
        member: true,
      },
      {
        aid: spammer,
        title: spammer,
        by: hana,
        reason: 'Advertising',
        at: start - 20 * day,
        until: null,
        member: false,
      },
    ],
    log: longHistory(),
  };
}

function crowd(): FakeGroup {
  const names = ['Ada', '陈晨', 'Bruno', '李娜', 'Chiara', '王芳', 'Dmitri', '赵磊', 'Elif', 'Farid'];
  const members = Array.from({ length: 500 }, (_, index) => {
    const name = names[index % names.length] ?? 'X';
    const ai = index % 23 === 7;
    return member(`student_${index + 1}.example-university.edu`, `${name} ${index + 1}`, {
      role: index === 0 ? 'owner' : index < 5 ? 'admin' : 'member',
      kind: ai ? 'ai' : 'human',
      verifiedKind: ai ? 'agent' : index % 4 === 0 ? 'unknown' : 'human',
      online: index % 3 === 0,
      joinedAt: start - (index % 300) * day,
      mutedUntil: index === 77 ? MUTED_FOREVER : null,
    });
  });
  members[3] = member(main, '张小美', { role: 'admin', online: true });
  return {
    group: group(seminar, 'Distributed systems seminar 分布式系统研讨', {
      description: 'Reading group and office hours.',
      visibility: 'public',
      joinMode: 'open',
      dispatchMode: 'mention',
      role: 'admin',
      owner: 'student_1.example-university.edu',
      memberCount: 500,
      agentCount: 21,
      historyBefore: true,
      keys: { state: 'secured', epoch: 481, refreshPending: false, withoutKeys: [], serverHolds: true },
    }),
    members,
    requests: [],
    invites: [],
    bans: [],
    log: [],
  };
}

/** A group that is interesting for what it is itself. */
function simple(
  id: string,
  name: string,
  more: Partial<Group>,
  others: readonly GroupMember[] = [],
): FakeGroup {
  const members = [member(main, '张小美', { role: more.role ?? 'member', online: true }), ...others];
  return {
    group: group(id, name, { memberCount: members.length, ...more }),
    members,
    requests: [],
    invites: [],
    bans: [],
    log: [],
  };
}

const nobodysKeys: Group['keys'] = {
  state: 'none',
  epoch: 0,
  refreshPending: false,
  withoutKeys: [],
  serverHolds: false,
};

/** Fills the store of the fake engine with the example groups, as they are at the beginning. */
export function addSampleGroups(): void {
  fakeGroupStates.clear();
  const linOwns = member(lin, '林伟 Lin Wei', { role: 'owner', online: true });
  const agents = [builder, planner].map((aid) =>
    member(aid, aid === builder ? 'Builder' : 'Planner', { kind: 'ai', verifiedKind: 'agent', online: true }),
  );
  const all = [
    lively(),
    crowd(),
    simple(
      readingCircle,
      '周末读书会',
      {
        visibility: 'public',
        joinMode: 'open',
        dispatchMode: 'mention',
        owner: lin,
        description: '每周一本书。',
      },
      [linOwns],
    ),
    simple(
      agentsLab,
      'Agents lab',
      { role: 'owner', owner: main, loop: { agents: [builder, planner], turns: 7 }, agentCount: 2 },
      agents,
    ),
    simple(
      strangers,
      'Lucky investors 💰',
      { owner: spammer, addedBy: spammer, description: 'Guaranteed!' },
      [member(spammer, spammer, { role: 'owner', verifiedKind: 'unknown' })],
    ),
    simple(waitingRoom, 'Climbing club', {
      membership: 'pending',
      role: null,
      visibility: 'public',
      requestedAt: start - 2 * hour,
      requestExpiresAt: start + 6 * day,
      joinedAt: null,
      keys: nobodysKeys,
    }),
    simple(oldProject, 'Atlas 2025', { status: 'dissolved', owner: lin, keys: nobodysKeys }, [linOwns]),
    simple(leftBehind, 'Night shift', {
      membership: 'removed',
      role: null,
      removedBy: hana,
      owner: hana,
      keys: nobodysKeys,
    }),
    simple(newerKind, 'Quantum team', { owner: lin, keys: { ...nobodysKeys, state: 'unsupported' } }, [
      linOwns,
    ]),
  ];
  for (const state of all) fakeGroupStates.set(`${main} ${state.group.group}`, state);
}
