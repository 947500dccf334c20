import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { Person } from '../testing/groups';
import { GroupParty, object } from '../testing/groups';
import { field } from '../testing/socket';

/** What a row expects of a caller: that it is carried out, or the reason for which it is refused. */
type Expected = string;
const OK = 'ok';

interface Scene {
  readonly group: string;
  readonly target: string;
  readonly stranger: string;
  readonly owner: string;
  readonly code: string;
}

interface Row {
  readonly method: string;
  readonly note?: string;
  readonly params?: (scene: Scene, caller: Person) => JsonObject;
  /** Owner, admin, member, banned member, outsider. */
  readonly expected: readonly [Expected, Expected, Expected, Expected, Expected];
  readonly make?: JsonObject;
  readonly before?: (scene: Scene, owner: Person) => Promise<unknown>;
}

const members: Row['expected'] = [OK, OK, OK, OK, 'not_member'];
const admins: Row['expected'] = [OK, OK, 'need_admin', 'need_admin', 'not_member'];
const owner: Row['expected'] = [OK, 'need_owner', 'need_owner', 'need_owner', 'not_member'];
const anyone: Row['expected'] = [OK, OK, OK, OK, OK];
const outsiders: Row['expected'] = [
  'already_member',
  'already_member',
  'already_member',
  'already_member',
  OK,
];
const PUBLIC = { visibility: 'public' };

const reading = (method: string, params: JsonObject = {}): Row => ({
  method,
  params: () => params,
  expected: members,
});
const editing = (method: string, params: JsonObject): Row => ({
  method,
  params: () => params,
  expected: admins,
});
const aimed = (method: string, expected: Row['expected'], more: JsonObject = {}): Row => ({
  method,
  params: ({ target }) => ({ aid: target, ...more }),
  expected,
});

/** Nobody sends the owner or themselves away. */
const AGAINST_OWNER: Row['expected'] = [
  'target_self',
  'target_owner',
  'need_admin',
  'need_admin',
  'not_member',
];
const AGAINST_ONESELF: Row['expected'] = [
  'target_self',
  'target_self',
  'need_admin',
  'need_admin',
  'not_member',
];

/** The rows of a method that sends away a member, the owner, the caller, and somebody who is not in the group. */
const sendingAway = (method: string, named: string, ofStrangers: Row['expected']): Row[] => [
  aimed(method, admins),
  { method, note: 'the owner', params: (scene) => ({ [named]: scene.owner }), expected: AGAINST_OWNER },
  { method, note: 'oneself', params: (_, caller) => ({ [named]: caller.aid }), expected: AGAINST_ONESELF },
  {
    method,
    note: 'somebody outside',
    params: ({ stranger }) => ({ [named]: stranger }),
    expected: ofStrangers,
  },
];

const pendingRequest =
  (party: () => GroupParty) =>
  async ({ group }: Scene): Promise<void> => {
    const stranger = await party().person('stranger');
    await stranger.call('group.request_join', { group_id: group });
  };

let party: GroupParty;
const asked = pendingRequest(() => party);

const rows: readonly Row[] = [
  {
    method: 'group.send',
    params: () => ({ payload: { text: 'x' } }),
    expected: [OK, OK, OK, 'banned', 'not_member'],
  },
  {
    method: 'group.recall',
    params: () => ({ message_ids: ['unknown'] }),
    expected: [OK, OK, OK, 'banned', 'not_member'],
  },
  reading('group.pull'),
  reading('group.pull_events'),
  reading('group.ack', { msg_seq: 0 }),
  reading('group.ack_messages', { msg_seq: 0 }),
  reading('group.ack_events', { event_seq: 0 }),
  reading('group.get_cursor'),
  reading('group.list_devices'),
  reading('group.unregister_device', { device_id: 'device-9' }),
  reading('group.get_members'),
  reading('group.get_online_members'),
  reading('group.get_admins'),
  reading('group.get_master'),
  reading('group.get_summary'),
  reading('group.refresh_member_types'),
  reading('group.get_settings'),
  reading('group.get_rules'),
  reading('group.get_announcement'),
  reading('group.get_dispatch_log'),
  reading('group.get_join_requirements'),
  reading('group.get'),
  reading('group.get_info'),
  reading('group.info'),
  { method: 'group.get', make: PUBLIC, note: 'public', expected: anyone },
  { method: 'group.get_info', make: PUBLIC, note: 'public', expected: anyone },
  { method: 'group.info', make: PUBLIC, note: 'public', expected: anyone },
  { method: 'group.get_public_info', make: PUBLIC, note: 'public', expected: anyone },
  { method: 'group.get_join_requirements', make: PUBLIC, note: 'public', expected: anyone },
  { method: 'group.get_public_info', expected: [OK, OK, OK, OK, 'not_public'] },
  editing('group.update', { name: 'Another' }),
  editing('group.set_settings', { settings: { 'rules.content': 'be kind' } }),
  editing('group.update_rules', { content: 'be kind' }),
  editing('group.update_announcement', { content: 'news' }),
  editing('group.update_join_requirements', { mode: 'closed' }),
  { ...editing('group.add_member', {}), params: ({ stranger }) => ({ aid: stranger }) },
  {
    method: 'group.add_member',
    note: 'as admin',
    params: ({ stranger }) => ({ aid: stranger, role: 'admin' }),
    expected: owner,
  },
  editing('group.create_invite_code', {}),
  {
    method: 'group.create_invite_code',
    note: 'where members may invite',
    before: ({ group }, by) =>
      by.call('group.update_rules', { group_id: group, content: '', allow_member_invite: true }),
    expected: [OK, OK, OK, 'banned', 'not_member'],
  },
  editing('group.list_invite_codes', {}),
  { ...editing('group.revoke_invite_code', {}), params: ({ code }) => ({ code }) },
  editing('group.list_join_requests', {}),
  {
    method: 'group.review_join_request',
    before: asked,
    params: ({ stranger }) => ({ aid: stranger }),
    expected: admins,
  },
  {
    method: 'group.batch_review_join_request',
    before: asked,
    params: ({ stranger }) => ({ requests: [{ aid: stranger, approve: false }] }),
    expected: admins,
  },
  { method: 'group.request_join', make: PUBLIC, expected: outsiders },
  {
    method: 'group.use_invite_code',
    params: ({ code }) => ({ code }),
    // Codes look at bans first.
    expected: ['already_member', 'already_member', 'already_member', 'banned', OK],
  },
  ...sendingAway('group.kick', 'aid', [
    'member_not_found',
    'member_not_found',
    'need_admin',
    'need_admin',
    'not_member',
  ]),
  aimed('group.remove_member', admins),
  aimed('group.set_role', owner, { role: 'admin' }),
  {
    method: 'group.set_role',
    note: 'of the owner',
    params: (scene) => ({ aid: scene.owner, role: 'member' }),
    expected: ['target_owner', 'need_owner', 'need_owner', 'need_owner', 'not_member'],
  },
  {
    method: 'group.transfer_owner',
    params: ({ target }) => ({ new_owner: target }),
    expected: owner,
  },
  ...sendingAway('group.ban', 'subject', admins),
  aimed('group.unban', admins),
  editing('group.get_banlist', {}),
  { method: 'group.leave', expected: ['owner_leave', OK, OK, OK, 'not_member'] },
  { method: 'group.suspend', expected: owner },
  { method: 'group.resume', expected: owner },
  { method: 'group.dissolve', expected: owner },
  editing('group.get_stats', {}),
  editing('group.get_metrics', {}),
  { method: 'group.info', note: 'stats', params: () => ({ include: ['stats'] }), expected: members },
  { method: 'group.info', note: 'metrics', params: () => ({ include: ['metrics'] }), expected: admins },
  reading('group.e2ee.get_epoch'),
  reading('group.get_state'),
];

/** Code and text of every reason, as clients look for them (`protocol/05 §10.2`). */
const texts: Readonly<Record<string, readonly [number, string]>> = {
  banned: [-32004, 'member is banned'],
  not_member: [-33005, 'not a member of this group'],
  not_public: [-32004, 'group is not public'],
  need_admin: [-32004, 'permission denied: admin role required'],
  need_owner: [-32004, 'permission denied: owner role required'],
  already_member: [-33004, 'already a member'],
  target_owner: [-32004, 'cannot target the owner'],
  target_self: [-32602, 'cannot target yourself'],
  member_not_found: [-32008, 'member not found'],
  owner_leave: [-33002, 'owner cannot leave, transfer ownership first'],
};

describe('the permission matrix of groups', () => {
  const roles = ['owner', 'admin', 'member', 'banned', 'outsider'] as const;

  beforeAll(async () => {
    party = await GroupParty.start({ groups: { groupsPerAid: 10_000 } });
  });
  afterAll(() => party.dispose());

  async function stage(row: Row): Promise<Scene> {
    const [chief, admin, member, banned, target, stranger] = await party.people(
      'chief',
      'admins',
      'member',
      'banned',
      'target',
      'stranger',
    );
    const group = await party.group(chief, [admin, member, banned, target], row.make);
    await chief.call('group.set_role', { group_id: group, aid: admin.aid, role: 'admin' });
    await chief.call('group.ban', { group_id: group, subject: banned.aid });
    const made = await chief.call('group.create_invite_code', { group_id: group });
    const scene = {
      group,
      owner: chief.aid,
      target: target.aid,
      stranger: stranger.aid,
      code: field(object(made['invite_code']), 'code'),
    };
    await row.before?.(scene, chief);
    return scene;
  }

  const names = { owner: 'chief', admin: 'admins', member: 'member', banned: 'banned', outsider: 'outsider' };

  for (const row of rows) {
    it(`decides about ${row.method}${row.note === undefined ? '' : ` (${row.note})`}`, async () => {
      for (const [index, role] of roles.entries()) {
        const scene = await stage(row);
        const caller = await party.person(names[role]);
        const params = { group_id: scene.group, ...row.params?.(scene, caller) };
        const expected = row.expected[index];
        if (expected === OK || expected === undefined) {
          await expect(caller.call(row.method, params), role).resolves.toBeDefined();
          continue;
        }
        const refusal = await caller.refusal(row.method, params);
        const [code, message] = texts[expected] ?? [];
        expect({ role, ...refusal }).toEqual({ role, code, message, reason: expected });
      }
    });
  }

  it('answers nobody about methods of the newer generation or of nobody', async () => {
    const chief = await party.person('chief');
    for (const method of [
      'group.v2.send',
      'group.v2.pull',
      'group.fs.ls',
      'group.update_settings',
      'group.nothing',
    ]) {
      expect(await chief.refusal(method)).toMatchObject({
        code: -32601,
        message: `method not found: ${method}`,
      });
    }
  });
});
