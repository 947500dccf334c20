import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../harness/person';
import { dictsOf, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import {
  groupIs,
  groupOf,
  logged,
  makeGroup,
  memberIs,
  reads,
  say,
  secured,
  textsOf,
  verdict,
} from './group-folk';
import { Parley } from './parley';
import { World } from './world';

/** The permission matrix of `protocol/05 §3.3` as people meet it: real engines in every role, every refusal with its code. */
let world: World;
let owner: Parley;
let admin: Parley;
let member: Parley;
let muted: Parley;
let outsider: Parley;
/** Somebody with another client, for whom things are done. */
let target: Person;
let group = '';

beforeAll(async () => {
  world = await World.begin();
  target = await world.person('target').join();
  [owner, admin, member, muted, outsider] = await Promise.all([
    Parley.join(world, 'owner', false),
    Parley.join(world, 'admin', false),
    Parley.join(world, 'member', false),
    Parley.join(world, 'muted', false),
    Parley.join(world, 'outside', false),
  ]);
  group = await makeGroup(owner, [admin, member, muted, target], { description: 'Matrix' });
  await owner.call('group.setRole', { group, aid: admin.aid, role: 'admin' });
  await owner.call('group.mute', { group, aid: muted.aid, seconds: 0, reason: 'loud' });
  for (const parley of [admin, member, muted]) await secured(parley, group);
  await groupIs(admin, group, 'is led', ({ role }) => role === 'admin');
  await groupIs(muted, group, 'is muted', ({ mutedUntil }) => mutedUntil !== null);
  for (const parley of [admin, member, muted])
    await memberIs(parley, group, admin.aid, (found) => found?.['role'] === 'admin');
}, 120_000);
afterAll(() => world.end());

const ROLES = ['owner', 'admin', 'member', 'muted'] as const;
const engineOf = (role: (typeof ROLES)[number]): Parley => ({ owner, admin, member, muted })[role];

/** A row: a command and how it ends for owner, admin, member and muted member; null where calling it would change other rows. */
interface Row {
  readonly command: string;
  readonly params?: () => Dict;
  readonly ends: readonly (string | null)[];
}

const ALL_IN = ['ok', 'ok', 'ok', 'ok'] as const;
const LEADERS = ['ok', 'ok', 'group_need_admin', 'group_need_admin'] as const;
const OWNER = [null, 'group_need_owner', 'group_need_owner', 'group_need_owner'] as const;

const ROWS: readonly Row[] = [
  ...['group.get', 'group.refresh', 'group.members', 'group.log', 'group.devices', 'group.keys'].map(
    (command) => ({ command, ends: ALL_IN }),
  ),
  { command: 'group.member', params: () => ({ aid: target.aid }), ends: ALL_IN },
  { command: 'group.watchOnline', ends: ALL_IN },
  { command: 'group.seen', params: () => ({ what: 'rules' }), ends: ALL_IN },
  { command: 'group.update', params: () => ({ description: 'other' }), ends: LEADERS },
  { command: 'group.update', params: () => ({ dispatchMode: 'broadcast' }), ends: LEADERS },
  { command: 'group.setJoin', params: () => ({ mode: 'approval' }), ends: LEADERS },
  { command: 'group.joinRules', ends: LEADERS },
  { command: 'group.setAnnouncement', params: () => ({ content: 'Hello' }), ends: LEADERS },
  { command: 'group.setRules', params: () => ({ content: 'Be kind' }), ends: LEADERS },
  { command: 'group.invites', ends: LEADERS },
  { command: 'group.createInvite', ends: LEADERS },
  {
    command: 'group.revokeInvite',
    params: () => ({ code: 'ic-0000000000' }),
    ends: ['group_invite_unknown', 'group_invite_unknown', 'group_need_admin', 'group_need_admin'],
  },
  { command: 'group.requests', ends: LEADERS },
  {
    command: 'group.review',
    params: () => ({ decisions: [{ aid: 'nobody1.aun.test', approve: true }] }),
    ends: LEADERS,
  },
  { command: 'group.bans', ends: LEADERS },
  { command: 'group.add', params: () => ({ members: [{ aid: target.aid }] }), ends: LEADERS },
  {
    command: 'group.add',
    params: () => ({ members: [{ aid: target.aid }], role: 'admin' }),
    ends: ['ok', 'group_need_owner', 'group_need_owner', 'group_need_owner'],
  },
  { command: 'group.mute', params: () => ({ aid: target.aid, seconds: 600 }), ends: LEADERS },
  { command: 'group.unmute', params: () => ({ aid: target.aid }), ends: LEADERS },
  { command: 'group.mute', params: () => ({ aid: 'nobody1.aun.test', seconds: 600 }), ends: LEADERS },
  { command: 'group.unmute', params: () => ({ aid: 'nobody1.aun.test' }), ends: LEADERS },
  {
    command: 'group.mute',
    params: () => ({ aid: owner.aid, seconds: 600 }),
    ends: ['invalid_request', 'group_target_owner', 'group_need_admin', 'group_need_admin'],
  },
  {
    command: 'group.kick',
    params: () => ({ aid: owner.aid }),
    ends: ['invalid_request', 'group_target_owner', 'group_need_admin', 'group_need_admin'],
  },
  {
    command: 'group.kick',
    params: () => ({ aid: admin.aid }),
    ends: [null, 'invalid_request', 'group_need_admin', 'group_need_admin'],
  },
  {
    command: 'group.kick',
    params: () => ({ aid: 'nobody1.aun.test' }),
    ends: ['not_found', 'not_found', 'group_need_admin', 'group_need_admin'],
  },
  {
    command: 'group.setRole',
    params: () => ({ aid: target.aid, role: 'member' }),
    ends: ['ok', 'group_need_owner', 'group_need_owner', 'group_need_owner'],
  },
  {
    command: 'group.setRole',
    params: () => ({ aid: owner.aid, role: 'member' }),
    ends: ['invalid_request', 'group_need_owner', 'group_need_owner', 'group_need_owner'],
  },
  {
    command: 'group.transfer',
    params: () => ({ aid: 'nobody1.aun.test' }),
    ends: ['not_found', 'group_need_owner', 'group_need_owner', 'group_need_owner'],
  },
  {
    command: 'group.calmLoop',
    params: () => ({ how: 'mute' }),
    ends: LEADERS,
  },
  { command: 'group.leave', ends: ['group_owner_leaves', null, null, null] },
  { command: 'group.suspend', ends: OWNER },
  { command: 'group.dissolve', ends: OWNER },
  { command: 'group.transfer', params: () => ({ aid: target.aid }), ends: OWNER },
];

const cells = ROWS.flatMap((row) =>
  ROLES.flatMap((role, index) => {
    const end = row.ends[index];
    return end == null ? [] : [{ row, role, end }];
  }),
);

describe('the permission matrix in the engine', () => {
  it.each(cells)('$row.command by $role: $end', async ({ row, role, end }) => {
    expect(await verdict(engineOf(role).call(row.command, { group, ...(row.params?.() ?? {}) }))).toBe(end);
  });

  it('a decision on nobody’s request has its own result', async () => {
    const { results } = await owner.call('group.review', {
      group,
      decisions: [{ aid: 'nobody1.aun.test', approve: true }],
    });
    expect(results).toEqual([{ aid: 'nobody1.aun.test', code: 'group_request_not_found' }]);
  });

  it('everybody but the muted one writes, everybody reads', async () => {
    for (const parley of [owner, admin, member]) await say(parley, group, `by ${parley.aid}`);
    const silent = await say(muted, group, 'never heard').catch((error: unknown) => error);
    for (const reader of [owner, admin, member, muted])
      for (const writer of [owner, admin, member]) await reads(reader, group, `by ${writer.aid}`);
    expect(await textsOf(owner, group)).not.toContain('never heard');
    expect(String(silent)).not.toBe('');
    await owner.call('group.unmute', { group, aid: muted.aid });
    await groupIs(muted, group, 'is heard again', ({ mutedUntil }) => mutedUntil === null);
    await say(muted, group, 'heard again');
    await reads(owner, group, 'heard again');
    await owner.call('group.mute', { group, aid: muted.aid, seconds: 0, reason: 'loud' });
    await groupIs(muted, group, 'is muted', ({ mutedUntil }) => mutedUntil !== null);
  });

  it('one takes back what is one’s own, nobody takes back what is somebody else’s', async () => {
    await say(member, group, 'to be taken back');
    for (const reader of [owner, member]) await reads(reader, group, 'to be taken back');
    const idOf = async (parley: Parley): Promise<unknown> =>
      (await parley.timeline(group)).find((row) => JSON.stringify(row).includes('to be taken back'))?.['id'];
    const refused = await owner.call('message.recall', { ids: [await idOf(owner)] });
    expect(dictsOf(refused['refused']).map(({ reason }) => reason)).toEqual(['not_own']);
    const done = await member.call('message.recall', { ids: [await idOf(member)] });
    expect(done['recalled']).toHaveLength(1);
    await expect.poll(() => textsOf(owner, group), { timeout: 15_000 }).not.toContain('to be taken back');
  });

  it('members invite where the rules allow it, unless they are muted', async () => {
    await owner.call('group.setRules', { group, allowMemberInvite: true });
    for (const parley of [member, muted])
      await groupIs(parley, group, 'allows invitations', (shown) => shown['allowMemberInvite'] === true);
    expect(await verdict(member.call('group.createInvite', { group }))).toBe('ok');
    expect(await verdict(muted.call('group.createInvite', { group }))).toBe('group_muted');
    await owner.call('group.setRules', { group, allowMemberInvite: false });
    await groupIs(member, group, 'keeps invitations', (shown) => shown['allowMemberInvite'] === false);
    expect(await verdict(member.call('group.createInvite', { group }))).toBe('group_need_admin');
  });

  it('outsiders see and join public groups only, and make groups of their own', async () => {
    const hidden = await outsider.call('group.preview', { invitation: group });
    expect(hidden).toMatchObject({ preview: null, group });
    expect(await verdict(outsider.call('group.members', { group }))).toBe('group_not_found');
    const open = await makeGroup(outsider, [], {
      name: 'Open square',
      visibility: 'public',
      joinMode: 'open',
    });
    const found = async (parley: Parley, query: string): Promise<readonly string[]> => {
      const answer = await parley.call('group.search', { query });
      return dictsOf(answer['found']).map((each) => textOf(each['group']));
    };
    expect(await found(member, 'open square')).toContain(open);
    expect(await found(outsider, 'Group of')).not.toContain(group);
    expect(await member.call('group.preview', { invitation: open })).toMatchObject({
      preview: { name: 'Open square', joinMode: 'open', membership: 'none' },
    });
    expect(await member.call('group.join', { invitation: open })).toMatchObject({ state: 'joined' });
    expect(await member.call('group.join', { invitation: open })).toMatchObject({ state: 'joined' });
  });

  it('somebody who is kept out gets in on no way', async () => {
    const { code } = await owner.call('group.createInvite', { group, maxUses: 3 });
    await owner.call('group.mute', { group, aid: outsider.aid, seconds: 0, reason: 'spam' });
    expect(await verdict(outsider.call('group.join', { invitation: group }))).toBe('group_muted');
    expect(await verdict(outsider.call('group.join', { invitation: code }))).toBe('group_muted');
    const { bans } = await admin.call('group.bans', { group });
    expect(dictsOf(bans)).toContainEqual(
      expect.objectContaining({
        aid: outsider.aid,
        reason: 'spam',
        until: null,
        member: false,
        by: owner.aid,
      }),
    );
    await owner.call('group.unmute', { group, aid: outsider.aid });
    expect(await outsider.call('group.join', { invitation: group })).toMatchObject({ state: 'pending' });
  });

  it('an admin removes another admin, and the owner anybody', async () => {
    const small = await makeGroup(owner, [admin, member]);
    for (const aid of [admin.aid, member.aid])
      await owner.call('group.setRole', { group: small, aid, role: 'admin' });
    await groupIs(admin, small, 'is led', ({ role }) => role === 'admin');
    await memberIs(admin, small, member.aid, (found) => found?.['role'] === 'admin');
    expect(await verdict(admin.call('group.kick', { group: small, aid: member.aid }))).toBe('ok');
    await groupIs(member, small, 'is left', ({ membership }) => membership === 'removed');
    expect(await verdict(owner.call('group.kick', { group: small, aid: admin.aid }))).toBe('ok');
    await groupIs(admin, small, 'is left', ({ membership }) => membership === 'removed');
    for (const parley of [admin, member])
      expect(await verdict(parley.call('group.invites', { group: small }))).toBe('group_not_member');
  });
});

describe('rights that are lost', () => {
  it('are said clearly, and the window shows what is', async () => {
    const race = await makeGroup(owner, [admin, member]);
    await owner.call('group.setRole', { group: race, aid: admin.aid, role: 'admin' });
    await groupIs(admin, race, 'is led', ({ role }) => role === 'admin');
    await memberIs(admin, race, member.aid, (found) => found !== undefined);
    // Both happen at once: whichever order the gateway sees, nothing is left half done.
    const [demoted, kicked] = await Promise.all([
      verdict(owner.call('group.setRole', { group: race, aid: admin.aid, role: 'member' })),
      verdict(admin.call('group.kick', { group: race, aid: member.aid })),
    ]);
    expect(demoted).toBe('ok');
    expect(['ok', 'group_need_admin']).toContain(kicked);
    await groupIs(admin, race, 'is no longer led', ({ role }) => role === 'member');
    expect(await verdict(admin.call('group.update', { group: race, name: 'Mine' }))).toBe('group_need_admin');
    await memberIs(owner, race, member.aid, (found) => (found === undefined) === (kicked === 'ok'));
  });
});

describe('a group that rests or ended', () => {
  it('refuses what needs it to be active, and everything once it is over', async () => {
    const short = await makeGroup(owner, [admin, member]);
    await secured(member, short);
    const verdictOf = (parley: Parley, command: string, params: Dict = {}): Promise<string> =>
      verdict(parley.call(command, { group: short, ...params }));
    expect(await verdictOf(owner, 'group.suspend')).toBe('ok');
    await groupIs(member, short, 'rests', ({ status }) => status === 'suspended');
    for (const [command, params] of [
      ['group.add', { members: [{ aid: outsider.aid }] }],
      ['group.createInvite', {}],
      ['group.dissolve', {}],
    ] as const)
      expect(await verdictOf(owner, command, params), command).toBe('group_suspended');
    expect(await verdictOf(member, 'group.resume')).toBe('group_need_owner');
    for (const [command, params] of [
      ['group.mute', { aid: member.aid, seconds: 60 }],
      ['group.unmute', { aid: member.aid }],
      ['group.setRole', { aid: admin.aid, role: 'admin' }],
      ['group.setAnnouncement', { content: 'Back soon' }],
      ['group.kick', { aid: admin.aid }],
      ['group.resume', {}],
      ['group.dissolve', {}],
    ] as const)
      expect(await verdictOf(owner, command, params), command).toBe('ok');
    await groupIs(member, short, 'is over', ({ status }) => status === 'dissolved');
    for (const command of ['group.leave', 'group.invites', 'group.suspend', 'group.dissolve', 'group.resume'])
      expect(await verdictOf(owner, command), command).toBe('group_dissolved');
    expect(await verdictOf(member, 'group.leave')).toBe('group_dissolved');
    expect(await groupOf(member, short)).toMatchObject({ status: 'dissolved' });
    await logged(owner, short, 'dissolved');
  });
});
