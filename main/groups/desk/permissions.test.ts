import { describe, expect, it } from 'vitest';
import type { GroupRecord } from '../../ports/group-store';
import { ALICE, BOB, CAROL, GROUP, groupRecord, memberOf, openDesk, refused } from './testing/desk-fixture';
import type { DeskFixture } from './testing/desk-fixture';

type Work = (desk: DeskFixture['desk']['commands']) => Promise<unknown>;

/** Every command that needs a right, with what it calls. */
const COMMANDS: readonly (readonly [name: string, method: string, work: Work])[] = [
  [
    'add',
    'group.add_member',
    (desk) => desk.add({ group: GROUP, members: [{ aid: CAROL, kind: 'human' }], role: 'member' }),
  ],
  [
    'add an admin',
    'group.add_member',
    (desk) => desk.add({ group: GROUP, members: [{ aid: CAROL, kind: 'ai' }], role: 'admin' }),
  ],
  ['kick', 'group.kick', (desk) => desk.kick({ group: GROUP, aid: BOB, ban: false, reason: '' })],
  ['mute', 'group.ban', (desk) => desk.mute({ group: GROUP, aid: BOB, seconds: 60, reason: '' })],
  ['unmute', 'group.unban', (desk) => desk.unmute({ group: GROUP, aid: BOB })],
  ['setRole', 'group.set_role', (desk) => desk.setRole({ group: GROUP, aid: BOB, role: 'admin' })],
  ['transfer', 'group.transfer_owner', (desk) => desk.transfer({ group: GROUP, aid: BOB })],
  ['suspend', 'group.suspend', (desk) => desk.suspend({ group: GROUP })],
  ['dissolve', 'group.dissolve', (desk) => desk.dissolve({ group: GROUP })],
  ['update', 'group.update', (desk) => desk.update({ group: GROUP, name: 'New' })],
  ['dispatch', 'group.set_settings', (desk) => desk.update({ group: GROUP, dispatchMode: 'mention' })],
  [
    'setJoin',
    'group.update_join_requirements',
    (desk) => desk.setJoin({ group: GROUP, mode: 'open', question: '' }),
  ],
  [
    'setAnnouncement',
    'group.update_announcement',
    (desk) => desk.setAnnouncement({ group: GROUP, content: 'Hello' }),
  ],
  ['setRules', 'group.update_rules', (desk) => desk.setRules({ group: GROUP, content: 'Be kind' })],
  [
    'requests',
    'group.list_join_requests',
    (desk) => desk.requests({ group: GROUP, status: 'pending', limit: 50, offset: 0 }),
  ],
  [
    'review',
    'group.review_join_request',
    (desk) => desk.review({ group: GROUP, decisions: [{ aid: CAROL, approve: true, reason: '' }] }),
  ],
  ['invites', 'group.list_invite_codes', (desk) => desk.invites({ group: GROUP, limit: 50, offset: 0 })],
  [
    'createInvite',
    'group.create_invite_code',
    (desk) => desk.createInvite({ group: GROUP, maxUses: 1, expiresInSeconds: 60, code: '' }),
  ],
  [
    'revokeInvite',
    'group.revoke_invite_code',
    (desk) => desk.revokeInvite({ group: GROUP, code: 'ic-0123456789' }),
  ],
  ['bans', 'group.get_banlist', (desk) => desk.bans({ group: GROUP, limit: 50, offset: 0 })],
];
const OWNER_ONLY = new Set(['add an admin', 'setRole', 'transfer', 'suspend', 'dissolve']);

async function deskAs(changes: Partial<GroupRecord>): Promise<DeskFixture> {
  const fixture = await openDesk();
  await fixture.put(groupRecord(changes), [
    memberOf(ALICE, { role: changes.role ?? 'member' }),
    memberOf(BOB),
  ]);
  fixture.answer = (method) =>
    method === 'group.create_invite_code' ? { invite_code: { code: 'ic-0123456789' } } : {};
  return fixture;
}

describe('commands ask the matrix before the gateway', () => {
  it.each(COMMANDS)('%s is refused to a member without a call', async (name, method, work) => {
    const fixture = await deskAs({ role: 'member' });
    await expect(work(fixture.desk.commands)).rejects.toMatchObject({
      code: OWNER_ONLY.has(name) ? 'group_need_owner' : 'group_need_admin',
    });
    expect(fixture.methods()).not.toContain(method);
  });

  it.each(COMMANDS)('%s is refused to an admin only where it is the owner’s', async (name, method, work) => {
    const fixture = await deskAs({ role: 'admin', owner: CAROL });
    const done = work(fixture.desk.commands).catch((thrown: unknown) => thrown);
    const outcome = await done;
    if (OWNER_ONLY.has(name)) expect(outcome).toMatchObject({ code: 'group_need_owner' });
    else expect(fixture.methods()).toContain(method);
  });

  it.each(COMMANDS)('%s is called for the owner', async (_name, method, work) => {
    const fixture = await deskAs({});
    await work(fixture.desk.commands).catch(() => undefined);
    expect(fixture.methods()).toContain(method);
    expect(fixture.calls.find((call) => call.method === method)?.params['group_id']).toBe(GROUP);
  });

  it.each(COMMANDS)('%s is refused to somebody who is no longer in', async (_name, method, work) => {
    const fixture = await deskAs({ membership: 'removed', role: null });
    await expect(work(fixture.desk.commands)).rejects.toMatchObject({ code: 'group_not_member' });
    expect(fixture.methods()).not.toContain(method);
  });

  it.each(COMMANDS)('%s is refused in a group that was dissolved', async (_name, method, work) => {
    const fixture = await deskAs({ status: 'dissolved' });
    await expect(work(fixture.desk.commands)).rejects.toMatchObject({ code: 'group_dissolved' });
    expect(fixture.methods()).not.toContain(method);
  });

  it('reads the group anew before it refuses: what we know may be old', async () => {
    const fixture = await deskAs({ role: 'member' });
    fixture.truth = { role: 'admin' };
    await fixture.desk.commands.mute({ group: GROUP, aid: BOB, seconds: 60, reason: '' });
    expect(fixture.did).toEqual(['refresh', 'group.ban']);
  });

  it('refuses at once while offline', async () => {
    const fixture = await deskAs({ role: 'member' });
    fixture.online = false;
    await expect(fixture.desk.commands.suspend({ group: GROUP })).rejects.toMatchObject({
      code: 'group_need_owner',
    });
    expect(fixture.did).toEqual([]);
  });

  it.each([
    ['the owner', groupRecord({ role: 'admin', owner: BOB }), BOB, 'group_target_owner'],
    ['oneself', groupRecord(), ALICE, 'invalid_request'],
    ['nobody of the group', groupRecord(), CAROL, 'not_found'],
    ['no address at all', groupRecord(), 'not an address', 'invalid_aid'],
  ])('does not remove %s', async (_whom, record, aid, code) => {
    const fixture = await openDesk();
    await fixture.put(record, [
      memberOf(ALICE),
      memberOf(BOB, { role: record.owner === BOB ? 'owner' : 'member' }),
    ]);
    await expect(
      fixture.desk.commands.kick({ group: GROUP, aid, ban: false, reason: '' }),
    ).rejects.toMatchObject({ code });
    expect(fixture.methods()).toEqual([]);
  });

  it('approves nobody into a suspended group, but refuses', async () => {
    const fixture = await deskAs({ status: 'suspended' });
    const { review } = fixture.desk.commands;
    await expect(
      review({ group: GROUP, decisions: [{ aid: CAROL, approve: true, reason: '' }] }),
    ).rejects.toMatchObject({ code: 'group_suspended' });
    const done = await review({ group: GROUP, decisions: [{ aid: CAROL, approve: false, reason: 'no' }] });
    expect(done.results).toEqual([{ aid: CAROL, code: null }]);
  });

  it('knows no groups of others', async () => {
    const fixture = await openDesk();
    await expect(fixture.desk.commands.get({ group: GROUP })).rejects.toMatchObject({
      code: 'group_not_found',
    });
  });
});

describe('rights that were lost in the meantime', () => {
  it.each(COMMANDS)('%s: says so clearly and shows the group as it is', async (_name, method, work) => {
    const fixture = await deskAs({});
    fixture.truth = { role: 'member', owner: BOB };
    fixture.answer = (called) => {
      if (called === method) throw refused(-32004, 'permission denied: owner role required', 'need_owner');
      return {};
    };
    await expect(work(fixture.desk.commands)).rejects.toMatchObject({ code: 'group_need_owner' });
    expect(fixture.record()).toMatchObject({ role: 'member', owner: BOB });
    expect(fixture.did.at(-1)).toBe('refresh');
  });

  it('somebody who was removed sees that they are out', async () => {
    const fixture = await deskAs({});
    fixture.truth = { membership: 'removed', role: null };
    fixture.answer = () => {
      throw refused(-33005, 'not a member of this group', 'not_member');
    };
    await expect(
      fixture.desk.commands.kick({ group: GROUP, aid: BOB, ban: false, reason: '' }),
    ).rejects.toMatchObject({ code: 'group_not_member' });
    expect(fixture.record().membership).toBe('removed');
  });

  it('the error of the gateway goes on when the group cannot be read anew', async () => {
    const fixture = await deskAs({});
    fixture.answer = () => {
      fixture.online = false;
      throw refused(-33002, 'group is suspended', 'group_suspended');
    };
    await expect(fixture.desk.commands.update({ group: GROUP, name: 'New' })).rejects.toMatchObject({
      code: 'group_suspended',
    });
  });
});
