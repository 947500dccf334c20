import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../harness/person';
import { isDict, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { verdict } from './group-folk';
import { World } from './world';

/**
 * The permission matrix of `protocol/05 §3.3` as the gateway enforces it, with a client of the 0.2.20 generation in every role.
 * Who may lead a key change is tested where rotations can be signed, in `gateway/group-keys/rotations.test.ts`.
 */
let world: World;
let owner: Person;
let admin: Person;
let member: Person;
let banned: Person;
let outsider: Person;
let group = '';

beforeAll(async () => {
  world = await World.begin();
  owner = await world.person('owner').join();
  admin = await world.person('admin').join();
  member = await world.person('member').join();
  banned = await world.person('banned').join();
  outsider = await world.person('outside').join();
  const made = await owner.client.call('group.create', { name: 'Matrix', visibility: 'private' });
  group = isDict(made) && isDict(made['group']) ? textOf(made['group']['group_id']) : '';
  for (const person of [admin, member, banned])
    await owner.client.call('group.add_member', { group_id: group, aid: person.aid });
  await owner.client.call('group.set_role', { group_id: group, aid: admin.aid, role: 'admin' });
  await owner.client.call('group.ban', { group_id: group, subject: banned.aid, reason: 'loud' });
});
afterAll(() => world.end());

let paths = 0;
const ROLES = ['owner', 'admin', 'member', 'banned', 'outsider'] as const;
const personOf = (role: (typeof ROLES)[number]): Person => ({ owner, admin, member, banned, outsider })[role];

/** A row: what is called, and how it ends for each role; null where calling it would change the others' row. */
interface Row {
  readonly method: string;
  readonly params?: () => Dict;
  /** owner, admin, member, banned, outsider */
  readonly ends: readonly (string | null)[];
}

const ALL_IN = ['ok', 'ok', 'ok', 'ok', 'not_member'] as const;
const WRITERS = ['ok', 'ok', 'ok', 'banned', 'not_member'] as const;
const LEADERS = ['ok', 'ok', 'need_admin', 'need_admin', 'not_member'] as const;
const OWNER = [null, 'need_owner', 'need_owner', 'need_owner', 'not_member'] as const;

const reading = (method: string, params?: () => Dict): Row =>
  params === undefined ? { method, ends: ALL_IN } : { method, params, ends: ALL_IN };

const ROWS: readonly Row[] = [
  { method: 'send', params: () => ({ payload: { type: 'text', text: 'x' }, encrypt: false }), ends: WRITERS },
  {
    method: 'thought.put',
    params: () => ({
      context: { type: 'run', id: '1' },
      payload: { type: 'text', text: 'x' },
      encrypt: false,
    }),
    ends: WRITERS,
  },
  { method: 'recall', params: () => ({ message_ids: ['gm-none'] }), ends: WRITERS },
  reading('pull'),
  reading('pull_events'),
  reading('ack_messages', () => ({ msg_seq: 0 })),
  reading('ack_events', () => ({ event_seq: 0 })),
  reading('get_cursor'),
  reading('thought.get', () => ({ sender_aid: owner.aid, context: { type: 'run', id: '1' } })),
  reading('list_devices'),
  reading('unregister_device', () => ({ device_id: 'd', slot_id: '' })),
  reading('get_members'),
  reading('get_online_members'),
  reading('get_admins'),
  reading('get_master'),
  reading('get_summary'),
  reading('refresh_member_types'),
  reading('get_settings'),
  reading('get_rules'),
  reading('get_announcement'),
  reading('get_dispatch_log'),
  reading('get_info'),
  reading('info'),
  reading('get_join_requirements'),
  reading('get_state'),
  reading('e2ee.get_epoch'),
  reading('e2ee.get_epoch_key'),
  reading('resources.list'),
  { method: 'get_stats', ends: LEADERS },
  { method: 'get_metrics', ends: LEADERS },
  { method: 'update', params: () => ({ description: 'new' }), ends: LEADERS },
  { method: 'set_settings', params: () => ({ settings: { dispatch_mode: 'broadcast' } }), ends: LEADERS },
  { method: 'update_rules', params: () => ({ content: 'Be kind' }), ends: LEADERS },
  { method: 'update_announcement', params: () => ({ content: 'Hello' }), ends: LEADERS },
  { method: 'update_join_requirements', params: () => ({ mode: 'approval' }), ends: LEADERS },
  { method: 'list_invite_codes', ends: LEADERS },
  { method: 'list_join_requests', ends: LEADERS },
  { method: 'get_banlist', ends: LEADERS },
  { method: 'create_invite_code', ends: LEADERS },
  {
    method: 'revoke_invite_code',
    params: () => ({ code: 'ic-0000000000' }),
    ends: ['invite_unknown', 'invite_unknown', 'need_admin', 'need_admin', 'not_member'],
  },
  {
    method: 'review_join_request',
    params: () => ({ aid: 'nobody1.aun.test', approve: true }),
    ends: ['join_request_not_found', 'join_request_not_found', 'need_admin', 'need_admin', 'not_member'],
  },
  {
    method: 'batch_review_join_request',
    params: () => ({ requests: [{ aid: 'nobody1.aun.test', approve: false }] }),
    ends: LEADERS,
  },
  {
    method: 'add_member',
    params: () => ({ aid: member.aid }),
    ends: ['already_member', 'already_member', 'need_admin', 'need_admin', 'not_member'],
  },
  {
    method: 'add_member',
    params: () => ({ aid: member.aid, role: 'admin' }),
    ends: ['already_member', 'need_owner', 'need_owner', 'need_owner', 'not_member'],
  },
  {
    method: 'request_join',
    ends: ['already_member', 'already_member', 'already_member', null, null],
  },
  {
    method: 'kick',
    params: () => ({ aid: owner.aid }),
    ends: ['target_self', 'target_owner', 'need_admin', 'need_admin', 'not_member'],
  },
  {
    method: 'kick',
    params: () => ({ aid: outsider.aid }),
    ends: ['member_not_found', 'member_not_found', 'need_admin', 'need_admin', 'not_member'],
  },
  {
    method: 'ban',
    params: () => ({ subject: owner.aid }),
    ends: ['target_self', 'target_owner', 'need_admin', 'need_admin', 'not_member'],
  },
  { method: 'ban', params: () => ({ subject: 'nobody1.aun.test' }), ends: LEADERS },
  { method: 'unban', params: () => ({ subject: 'nobody1.aun.test' }), ends: LEADERS },
  {
    method: 'set_role',
    params: () => ({ aid: member.aid, role: 'member' }),
    ends: ['ok', 'need_owner', 'need_owner', 'need_owner', 'not_member'],
  },
  {
    method: 'set_role',
    params: () => ({ aid: owner.aid, role: 'member' }),
    ends: ['target_owner', 'need_owner', 'need_owner', 'need_owner', 'not_member'],
  },
  {
    method: 'transfer_owner',
    params: () => ({ new_owner: outsider.aid }),
    ends: ['member_not_found', 'need_owner', 'need_owner', 'need_owner', 'not_member'],
  },
  { method: 'leave', ends: ['owner_leave', null, null, null, 'not_member'] },
  { method: 'suspend', ends: OWNER },
  { method: 'resume', ends: ['ok', 'need_owner', 'need_owner', 'need_owner', 'not_member'] },
  { method: 'dissolve', ends: OWNER },
  {
    method: 'resources.update',
    params: () => ({ resource_path: 'none.txt', title: 'x' }),
    ends: ['resource_not_found', 'resource_not_found', 'need_admin', 'need_admin', 'not_member'],
  },
  {
    method: 'resources.delete',
    params: () => ({ resource_path: 'none.txt' }),
    ends: [null, null, 'need_admin', 'need_admin', 'not_member'],
  },
  {
    method: 'resources.list_pending',
    ends: ['ok', 'need_owner', 'need_owner', 'need_owner', 'not_member'],
  },
  {
    method: 'resources.put',
    params: () => ({ resource_path: `a/${String((paths += 1))}`, title: 'x', resource_type: 'link' }),
    ends: WRITERS,
  },
];

/** Reads go out as they are; what changes something is signed by the client. */
const call = (person: Person, { method, params }: Row): Promise<unknown> =>
  person.client.call(`group.${method}`, { group_id: group, ...(params?.() ?? {}) });

const cells = ROWS.flatMap((row) =>
  ROLES.flatMap((role, index) => {
    const end = row.ends[index];
    return end == null ? [] : [{ row, role, end }];
  }),
);

describe('the permission matrix at the gateway', () => {
  it.each(cells)('$row.method by $role: $end', async ({ row, role, end }) => {
    expect(await verdict(call(personOf(role), row))).toBe(end);
  });

  it('a private group says nothing to outsiders, a public one what is public', async () => {
    expect(await verdict(outsider.client.call('group.get_public_info', { group_id: group }))).toBe(
      'not_public',
    );
    const made = await owner.client.call('group.create', {
      name: 'Open square',
      visibility: 'public',
      join_mode: 'approval',
      join_question: 'Why?',
    });
    const open = isDict(made) && isDict(made['group']) ? textOf(made['group']['group_id']) : '';
    for (const method of ['get_public_info', 'get_info', 'info', 'get_join_requirements'])
      expect(await verdict(outsider.client.call(`group.${method}`, { group_id: open })), method).toBe('ok');
    for (const method of ['get_members', 'get_settings', 'get_rules', 'pull', 'pull_events', 'get_banlist'])
      expect(await verdict(outsider.client.call(`group.${method}`, { group_id: open })), method).toBe(
        'not_member',
      );
    const info = await outsider.client.call('group.info', { group_id: open });
    expect(JSON.stringify(info)).not.toContain('owner_aid');
    const join = JSON.stringify(
      await outsider.client.call('group.get_join_requirements', { group_id: open }),
    );
    expect(join).toContain('Why?');
    expect(join).not.toContain('auto_approve');
  });

  it('members invite where the rules allow it, unless they are banned', async () => {
    const rules = (allow: boolean) =>
      owner.client.call('group.update_rules', { group_id: group, allow_member_invite: allow });
    await rules(true);
    const invite = (person: Person) =>
      verdict(person.client.call('group.create_invite_code', { group_id: group }));
    expect(await invite(member)).toBe('ok');
    expect(await invite(banned)).toBe('banned');
    expect(await invite(outsider)).toBe('not_member');
    await rules(false);
    expect(await invite(member)).toBe('need_admin');
  });

  it('a ban keeps outsiders out of every way in', async () => {
    const code = await owner.client.call('group.create_invite_code', { group_id: group, max_uses: 5 });
    const invite = isDict(code) && isDict(code['invite_code']) ? textOf(code['invite_code']['code']) : '';
    await owner.client.call('group.ban', { group_id: group, subject: outsider.aid });
    expect(await verdict(outsider.client.call('group.request_join', { group_id: group }))).toBe('banned');
    expect(await verdict(outsider.client.call('group.use_invite_code', { code: invite }))).toBe('banned');
    await owner.client.call('group.unban', { group_id: group, subject: outsider.aid });
    expect(await verdict(outsider.client.call('group.request_join', { group_id: group }))).toBe('ok');
  });

  it('nobody takes back the message of somebody else', async () => {
    const sent = await member.client.call('group.send', {
      group_id: group,
      payload: { type: 'text', text: 'mine' },
      encrypt: false,
    });
    const id = isDict(sent) && isDict(sent['message']) ? textOf(sent['message']['message_id']) : '';
    const recall = (person: Person) =>
      person.client.call('group.recall', { group_id: group, message_ids: [id] });
    for (const person of [owner, admin])
      expect(await recall(person)).toMatchObject({ recalled: [], errors: [{ error: 'not_sender' }] });
    expect(await recall(member)).toMatchObject({ recalled: [id] });
  });

  it('everything but reading, leaving and moderating is refused while suspended, everything after the end', async () => {
    const made = await owner.client.call('group.create', { name: 'Short', visibility: 'public' });
    const id = isDict(made) && isDict(made['group']) ? textOf(made['group']['group_id']) : '';
    const of = (person: Person, method: string, params: Dict = {}) =>
      verdict(person.client.call(`group.${method}`, { group_id: id, ...params }));
    await of(owner, 'add_member', { aid: member.aid });
    expect(await of(owner, 'suspend')).toBe('ok');
    const text = { payload: { type: 'text', text: 'x' }, encrypt: false };
    expect(await of(member, 'send', text)).toBe('group_suspended');
    expect(await of(outsider, 'request_join')).toMatch(/group_suspended|bad_status/);
    expect(await of(owner, 'add_member', { aid: admin.aid })).toMatch(/group_suspended|bad_status/);
    expect(await of(owner, 'create_invite_code')).toMatch(/group_suspended|bad_status/);
    expect(await of(owner, 'dissolve')).toBe('bad_status');
    for (const method of ['get_members', 'pull', 'pull_events', 'get_settings'])
      expect(await of(member, method), method).toBe('ok');
    expect(await of(owner, 'ban', { subject: member.aid })).toBe('ok');
    expect(await of(owner, 'update_announcement', { content: 'Back soon' })).toBe('ok');
    expect(await of(owner, 'resume')).toBe('ok');
    expect(await of(owner, 'dissolve')).toBe('ok');
    for (const method of ['send', 'get_members', 'update', 'leave', 'resume', 'dissolve'])
      expect(await of(owner, method, method === 'send' ? text : {}), method).toBe('group_dissolved');
  });
});
