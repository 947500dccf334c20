import { describe, expect, it } from 'vitest';
import {
  readBan,
  readCursor,
  readGroup,
  readGroupMessage,
  readInvite,
  readJoin,
  readJoinRequest,
  readList,
  readMember,
  readPull,
  readSettings,
  readText,
  settingFacts,
  wireDuty,
  wireTime,
} from './wire';

const GROUP = 'group.aun.test/g-abc123';

describe('times on the wire', () => {
  it.each([
    [1_780_000_000_123, 1_780_000_000_123],
    [1_780_000_000, 1_780_000_000_000],
    [1_780_000_000.5, 1_780_000_000_500],
    ['1780000000', 1_780_000_000_000],
    [0, null],
    [null, null],
    [undefined, null],
    [-5, null],
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, null],
    [9e15, null],
    ['soon', null],
    [{}, null],
  ])('%j is %j', (value, expected) => {
    expect(wireTime(value)).toBe(expected);
  });
});

describe('a group object', () => {
  it('is read flat and nested, the inner members win', () => {
    const inner = { group_id: GROUP, name: 'Inner', status: 'closed', visibility: 'invite_only' };
    expect(readGroup({ group_id: GROUP, name: 'Outer', my_role: 'admin', group: inner })).toMatchObject({
      group: GROUP,
      wireId: GROUP,
      name: 'Inner',
      role: 'admin',
      status: 'dissolved',
      visibility: 'private',
    });
  });

  it('keeps the id as it came and knows the group by Form A', () => {
    expect(readGroup({ group_id: 'g-abc123.aun.test' })).toMatchObject({
      group: GROUP,
      wireId: 'g-abc123.aun.test',
    });
  });

  it('is not told what it does not say', () => {
    expect(readGroup({ group_id: GROUP })).toMatchObject({
      name: null,
      status: null,
      memberCount: null,
      joinMode: null,
      role: null,
    });
  });

  it('takes hostile values for nothing and cleans texts', () => {
    const group = readGroup({
      group_id: GROUP,
      name: `Team\u202e\u0000 X\n${'y'.repeat(500)}`,
      description: 5,
      member_count: -1,
      message_seq: 1.5,
      owner_aid: '../../etc',
      join_mode: 'telepathy',
      dispatch_mode: 'shout',
      avatar_ref: ['x'],
    });
    expect(group).toMatchObject({
      description: null,
      memberCount: null,
      messageSeq: null,
      owner: null,
      joinMode: 'unknown',
      dispatchMode: 'broadcast',
      pictureRef: null,
    });
    expect(group?.name).toMatch(/^Team X y+$/);
    expect(group?.name).toHaveLength(64);
  });

  it.each([null, 5, 'x', [], {}, { group_id: '' }, { group_id: 'a b' }, { group_id: GROUP, group: 5 }])(
    '%j is one only when it names one',
    (value) => {
      const named = typeof value === 'object' && value !== null && 'group' in value;
      expect(readGroup(value) === null).toBe(!named);
    },
  );

  it('knows the alias of a join mode', () => {
    expect(readGroup({ group_id: GROUP, join_mode: 'invite_code' })?.joinMode).toBe('invite_only');
  });
});

describe('a member', () => {
  it('is read with its ban', () => {
    const ban = { subject: 'carol.aun.test', banned_by: 'alice.aun.test', reason: 'spam', expires_at: 0 };
    expect(
      readMember({ aid: 'carol.aun.test', role: 'member', member_type: 'ai', banned: true, ban }),
    ).toEqual({
      aid: 'carol.aun.test',
      role: 'member',
      kind: 'ai',
      joinedAt: null,
      banned: true,
      ban: { aid: 'carol.aun.test', by: 'alice.aun.test', reason: 'spam', at: null, until: null },
      online: null,
    });
  });

  it('is none without a name and none any more with another status', () => {
    expect(readMember({ role: 'member' })).toBeNull();
    expect(readMember({ aid: 'carol.aun.test', role: 'member', status: 'left' })).toBeNull();
    expect(readMember({ aid: 'carol.aun.test', role: 'member', status: '' })?.role).toBe('member');
  });

  it('with a role of a later version only reads', () => {
    expect(readMember({ aid: 'carol.aun.test', role: 'emperor' })?.role).toBe('observer');
  });
});

describe('texts and settings', () => {
  it('an empty text is none', () => {
    expect(readText({ announcement: { content: '  ' } }, 'announcement')).toMatchObject({ text: null });
    expect(readText({ content: 'Be kind', updated_by: 'alice.aun.test', updated_at: 1 }, 'rules')).toEqual({
      text: { content: 'Be kind', updatedBy: 'alice.aun.test', updatedAt: 1000, signature: 'unchecked' },
      allowMemberInvite: null,
      maxMembers: null,
    });
  });

  it('settings are a list or a map', () => {
    const list = { settings: [{ key: 'dispatch_mode', value: 'mention', updated_at: 1_780_000_000 }, 5] };
    const map = { settings: { dispatch_mode: 'mention' } };
    expect(readSettings(list).get('dispatch_mode')).toMatchObject({ value: 'mention' });
    expect(settingFacts(readSettings(list))).toEqual({ dispatchMode: 'mention' });
    expect(settingFacts(readSettings(map))).toEqual({ dispatchMode: 'mention' });
  });

  it('settings say what is shown of a group', () => {
    const settings = {
      'join.mode': 'open',
      'join.question': 'Why?',
      'rules.content': 'Be kind',
      'announcement.content': '',
      'duty.config': { duty_mode: 'fixed', duty_fixed_agents: ['bot1.aun.test', 'no one'] },
    };
    expect(settingFacts(readSettings({ settings }))).toMatchObject({
      joinMode: 'open',
      joinQuestion: 'Why?',
      announcement: null,
      rules: { content: 'Be kind' },
      duty: ['bot1.aun.test'],
    });
  });

  it('nobody is on duty where duty is off', () => {
    expect(wireDuty({ duty_mode: 'none', duty_fixed_agents: ['bot1.aun.test'] })).toEqual([]);
    expect(wireDuty('x')).toEqual([]);
  });

  it.each([
    [{ join_mode: 'open' }],
    [{ mode: 'open' }],
    [{ join_requirements: { mode: 'open' } }],
    [{ requirements: { mode: 'open' } }],
    [{ group: { join_mode: 'open' } }],
    [{ settings: [{ key: 'join.mode', value: 'open' }] }],
  ])('join requirements are found in %j', (value) => {
    expect(readJoin(value).mode).toBe('open');
  });
});

describe('requests, codes, bans', () => {
  it('a request is bounded and cleaned', () => {
    const request = readJoinRequest({
      request: { aid: 'dave.aun.test', message: `hi\u202e${'x'.repeat(3000)}`, status: 'odd', created_at: 5 },
    });
    expect(request).toMatchObject({ aid: 'dave.aun.test', status: 'pending', createdAt: 5000, answer: '' });
    expect(request?.message.length).toBe(500);
    expect(readJoinRequest({ request: {} })).toBeNull();
  });

  it('a code has a link', () => {
    const invite = readInvite({ invite_code: { code: 'ic-0123456789', max_uses: 0, status: 'x' } }, GROUP);
    expect(invite).toMatchObject({
      link: 'aun://group.aun.test/g-abc123/invite/ic-0123456789',
      maxUses: 0,
      usedCount: 0,
      status: 'active',
    });
    expect(readInvite({ invite_code: {} }, GROUP)).toBeNull();
  });

  it('a ban names somebody', () => {
    expect(readBan({ aid: 'dave.aun.test', expires_at: 1_780_000_000 })?.until).toBe(1_780_000_000_000);
    expect(readBan({ reason: 'x' })).toBeNull();
  });
});

describe('messages and lists', () => {
  it('a row that names two senders names none', () => {
    const row = { seq: 3, message_id: 'gm-1', payload: { type: 'text' }, sender_aid: 'alice.aun.test' };
    expect(readGroupMessage({ ...row, from: 'bobby.aun.test' })?.sender).toBeNull();
    expect(readGroupMessage({ ...row, from: 'alice.aun.test' })?.sender).toBe('alice.aun.test');
    expect(readGroupMessage(row)?.sender).toBe('alice.aun.test');
  });

  it('a notice has no payload, a text of a raw caller has one', () => {
    expect(readGroupMessage({ seq: 3 })?.payload).toBeNull();
    expect(readGroupMessage({ seq: 3, payload: 'hi' })?.payload).toEqual({ type: 'text', text: 'hi' });
    expect(readGroupMessage({ seq: 0, payload: 'hi' })).toBeNull();
  });

  it('pages and cursors are read wherever they stand', () => {
    expect(readCursor(7)).toEqual({ current: 7, joined: null, latest: null });
    expect(
      readPull({ events: [{}], latest_event_seq: 9, has_more: true, cursor: { current_seq: 2 } }, 'events'),
    ).toMatchObject({ rows: [{}], latest: 9, hasMore: true, cursor: { current: 2 }, floor: null });
    expect(readPull(null, 'messages')).toMatchObject({ rows: [], latest: null, hasMore: false });
    expect(readList({ items: [1, 2], total: 9 })).toEqual({ items: [1, 2], total: 9 });
    expect(readList({ items: [], total: 9 }, 'members')).toEqual({ items: [], total: 9 });
    expect(readList('x')).toEqual({ items: [], total: 0 });
  });
});
