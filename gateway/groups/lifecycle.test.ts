import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { Person } from '../testing/groups';
import { GroupParty, object, objects } from '../testing/groups';
import { TestIdentity } from '../testing/identity';
import { field } from '../testing/socket';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('the life of a group', () => {
  let party: GroupParty;
  beforeAll(async () => {
    party = await GroupParty.start();
  });
  afterAll(() => party.dispose());

  it('is made with the given facts, told to its maker alone', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const made = await alice.call('group.create', {
      name: 'Tea',
      description: 'About tea',
      visibility: 'public',
      metadata: { colour: 'green' },
      avatar_ref: 'storage/x',
      join_mode: 'approval',
    });
    const group = object(made['group']);
    const id = field(group, 'group_id');
    expect(id).toMatch(/^group\.aun\.test\/g-[0-9a-f]{8}$/);
    expect(group).toMatchObject({
      name: 'Tea',
      owner_aid: alice.aid,
      creator_aid: alice.aid,
      visibility: 'public',
      status: 'active',
      description: 'About tea',
      metadata: { colour: 'green' },
      avatar_ref: 'storage/x',
      dispatch_mode: 'broadcast',
      member_count: 1,
      message_seq: 0,
      event_seq: 1,
      e2ee_epoch: 0,
      join_mode: 'approval',
      group_e2ee_protocol: 'group_e2ee',
      my_role: 'owner',
    });
    expect(group['group_url']).toBe(`https://group.aun.test/${id.split('/')[1] ?? ''}`);
    expect(await alice.event('upsert', id)).toMatchObject({ event_seq: 1, actor_aid: alice.aid });
    const created = await alice.client.socket.event('group.created', (each) => each['group_id'] === id);
    expect(created).toEqual({ module_id: 'group', group_id: id, owner_aid: alice.aid, visibility: 'public' });
    await bob.settled();
    expect(bob.events('upsert')).toEqual([]);
  });

  it('takes a free id of the maker, in every spelling, and no other', async () => {
    const alice = await party.person('alice');
    const made = await alice.call('group.create', { name: 'Own', group_id: 'Tea-Room@aun.test' });
    expect(object(made['group'])['group_id']).toBe('group.aun.test/tea-room');
    expect(await alice.refusal('group.create', { name: 'Own', group_id: 'tea-room' })).toEqual({
      code: -32602,
      message: 'group_id already exists',
      reason: 'id_taken',
    });
    for (const group_id of ['x', '12345', 'guest-room', 'tea.elsewhere.test', 'g-ab', 'alice']) {
      expect((await alice.refusal('group.create', { name: 'Own', group_id })).code).toBe(-32602);
    }
    for (const name of ['', '  ', 'x'.repeat(65)]) {
      expect((await alice.refusal('group.create', { name })).code).toBe(-32602);
    }
    const spellings = [
      'group.aun.test/tea-room',
      'tea-room@aun.test',
      'tea-room.aun.test',
      ' TEA-ROOM ',
      'group.test/tea-room@aun',
    ];
    for (const group_id of spellings) {
      const found = await alice.call('group.get', { group_id });
      expect(found).toMatchObject({ found: true, group_id: 'group.aun.test/tea-room' });
    }
    expect(await alice.call('group.get', { group_id: 'nothing-here' })).toEqual({
      found: false,
      group_id: 'nothing-here',
      group: null,
    });
    expect(await alice.refusal('group.get_info', { group_id: 'nothing-here' })).toEqual({
      code: -33001,
      message: 'group not found',
      reason: 'group_not_found',
    });
    expect((await alice.refusal('group.get_info')).message).toBe('invalid params: group_id');
  });

  it('gets an AID with a certificate of this network, once', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const key = new TestIdentity('teahouse.aun.test');
    const made = await alice.call('group.create', {
      name: 'House',
      group_name: 'teahouse',
      public_key: key.publicKey,
      curve: 'P-256',
    });
    const group = object(made['group']);
    expect(group).toMatchObject({ group_id: 'group.aun.test/teahouse', group_aid: 'teahouse.aun.test' });
    const cert = object(made['aid_cert']);
    expect(new X509Certificate(field(cert, 'cert')).subject).toBe('CN=teahouse.aun.test');
    expect(Object.keys(cert).sort()).toEqual(['ca_cert', 'ca_chain', 'cert', 'cert_pem', 'cert_sn', 'curve']);
    expect(
      (await alice.refusal('group.create', { name: 'x', group_name: 'alice', public_key: key.publicKey }))
        .code,
    ).toBe(-32602);
    await expect(party.network.register('teahouse')).rejects.toThrow('AID already exists');
    const plain = await party.group(alice, [bob]);
    const bind = { group_id: plain, group_name: 'second-house', public_key: key.publicKey };
    expect((await bob.refusal('group.bind_aid', bind)).reason).toBe('need_owner');
    const bound = await alice.call('group.bind_aid', bind);
    expect(object(bound['group'])).toMatchObject({ group_id: plain, group_aid: 'second-house.aun.test' });
    expect(await bob.event('update', plain)).toMatchObject({ changes: ['group_aid'] });
    expect((await alice.call('group.bind_aid', bind))['aid_cert']).toBeDefined();
    const other = { ...bind, public_key: new TestIdentity('x.aun.test').publicKey };
    expect((await alice.refusal('group.bind_aid', other)).message).toBe(
      'group_aid_already_bound_different_key',
    );
    expect(await alice.call('group.get', { group_id: 'second-house.aun.test' })).toMatchObject({
      group_id: plain,
    });
  });

  it('stands still while suspended, but can be read, moderated and left', async () => {
    const [alice, bob, carol, dora] = await party.people('alice', 'bobby', 'carol', 'doras');
    const group = await party.group(alice, [bob, carol], { visibility: 'public', join_mode: 'approval' });
    await dora.call('group.request_join', { group_id: group });
    const code = object((await alice.call('group.create_invite_code', { group_id: group }))['invite_code']);
    expect(await alice.call('group.suspend', { group_id: group })).toMatchObject({
      status: 'suspended',
      group: { status: 'suspended' },
    });
    expect((await alice.call('group.suspend', { group_id: group }))['status']).toBe('unchanged');
    const ofGroup = { group_id: group };
    const refused: readonly [Person, string, JsonObject][] = [
      [bob, 'group.send', { payload: { text: 'x' } }],
      [bob, 'group.recall', { message_ids: ['x'] }],
      [bob, 'group.thought.put', { context: { type: 'a', id: 'b' }, payload: { text: 'x' } }],
      [dora, 'group.request_join', {}],
      [dora, 'group.use_invite_code', { code: code['code'] }],
      [alice, 'group.add_member', { aid: dora.aid }],
      [alice, 'group.create_invite_code', {}],
      [alice, 'group.review_join_request', { aid: dora.aid }],
      [alice, 'group.batch_review_join_request', { aids: [dora.aid] }],
    ];
    for (const [person, method, params] of refused) {
      expect({ method, ...(await person.refusal(method, { ...ofGroup, ...params })) }).toEqual({
        method,
        code: -33002,
        message: 'group is suspended',
        reason: 'group_suspended',
      });
    }
    expect(await alice.refusal('group.dissolve', ofGroup)).toMatchObject({
      code: -33002,
      message: 'operation not allowed in current status: suspended',
    });
    const allowed: readonly [Person, string, JsonObject][] = [
      [bob, 'group.pull', {}],
      [bob, 'group.ack', { msg_seq: 0 }],
      [alice, 'group.ban', { subject: bob.aid }],
      [alice, 'group.unban', { subject: bob.aid }],
      [alice, 'group.set_role', { aid: carol.aid, role: 'admin' }],
      [alice, 'group.update', { description: 'quiet' }],
      [alice, 'group.revoke_invite_code', { code: code['code'] }],
      [alice, 'group.review_join_request', { aid: dora.aid, approve: false }],
      [alice, 'group.kick', { aid: carol.aid }],
      [bob, 'group.leave', {}],
      [alice, 'group.resume', {}],
    ];
    for (const [person, method, params] of allowed) {
      await expect(person.call(method, { ...ofGroup, ...params }), method).resolves.toBeDefined();
    }
    expect((await alice.call('group.resume', ofGroup))['status']).toBe('unchanged');
    await alice.settled();
    const states = alice
      .events()
      .filter((event) => event['group_id'] === group)
      .map((event) => event['action']);
    expect(states.filter((action) => action === 'suspended' || action === 'resumed')).toEqual([
      'suspended',
      'resumed',
    ]);
  });

  it('ends for everybody, stays readable to its members for a week, and takes nothing any more', async () => {
    const [alice, bob, carol] = await party.people('alice', 'bobby', 'carol');
    const group = await party.group(alice, [bob], { visibility: 'public' });
    await bob.text(group, 'last words');
    expect(await alice.call('group.dissolve', { group_id: group })).toEqual({
      group_id: group,
      status: 'dissolved',
    });
    for (const person of [alice, bob]) {
      const event = await person.event('dissolved', group);
      expect(event).toMatchObject({ status: 'dissolved', actor_aid: alice.aid });
      expect(event).not.toHaveProperty('event_seq');
    }
    const over = { code: -33003, message: 'group has been dissolved', reason: 'group_dissolved' };
    for (const method of [
      'group.send',
      'group.get_members',
      'group.ack',
      'group.suspend',
      'group.leave',
      'group.dissolve',
    ]) {
      const params = { group_id: group, payload: { text: 'x' }, msg_seq: 0 };
      expect({ method, ...(await alice.refusal(method, params)) }).toEqual({ method, ...over });
    }
    expect(await carol.refusal('group.get_info', { group_id: group })).toEqual(over);
    expect(await carol.refusal('group.pull', { group_id: group })).toEqual(over);
    expect((await bob.call('group.get_info', { group_id: group }))['status']).toBe('closed');
    expect(await bob.history(group)).toEqual(['last words']);
    expect((await bob.log(group)).map((event) => event['action'])).toEqual(['member_added', 'dissolved']);
    const mine = await bob.call('group.list_my', { size: 200 });
    expect(objects(mine['items']).map((item) => item['group_id'])).not.toContain(group);
    party.network.gateway.admin.advanceClock(7 * DAY + 1000);
    expect(await bob.refusal('group.pull', { group_id: group })).toEqual(over);
  });

  it('is handed over, after which the old owner is an admin', async () => {
    const [alice, bob, carol] = await party.people('alice', 'bobby', 'carol');
    const group = await party.group(alice, [bob]);
    const ofGroup = { group_id: group };
    expect((await alice.refusal('group.leave', ofGroup)).reason).toBe('owner_leave');
    expect((await alice.refusal('group.transfer_owner', { ...ofGroup, new_owner: carol.aid })).reason).toBe(
      'member_not_found',
    );
    expect((await alice.refusal('group.transfer_owner', { ...ofGroup, new_owner: alice.aid })).reason).toBe(
      'target_self',
    );
    expect(await alice.call('group.transfer_owner', { ...ofGroup, new_owner: bob.aid })).toMatchObject({
      old_owner: alice.aid,
      new_owner: bob.aid,
      group: { owner_aid: bob.aid, creator_aid: alice.aid, my_role: 'admin' },
    });
    expect(await bob.event('owner_transferred', group)).toMatchObject({
      old_owner: alice.aid,
      new_owner: bob.aid,
    });
    const admins = objects((await alice.call('group.get_admins', ofGroup))['admins']);
    expect(admins.map((each) => [each['aid'], each['role']])).toEqual([
      [bob.aid, 'owner'],
      [alice.aid, 'admin'],
    ]);
    expect((await alice.call('group.get_master', ofGroup))['owner_aid']).toBe(bob.aid);
    await alice.call('group.leave', ofGroup);
  });

  it('changes roles and says nothing when there is nothing to change', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice, [bob]);
    const params = { group_id: group, aid: bob.aid, role: 'admin' };
    const changed = await alice.call('group.set_role', params);
    expect(changed).toMatchObject({ member: { role: 'admin' }, old_role: 'member', new_role: 'admin' });
    await alice.call('group.set_role', params);
    expect((await alice.refusal('group.set_role', { ...params, role: 'owner' })).code).toBe(-32602);
    const logged = (await bob.log(group)).filter((event) => event['action'] === 'role_changed');
    expect(logged).toMatchObject([{ member_aid: bob.aid, old_role: 'member', new_role: 'admin' }]);
  });

  it('mutes for a time: nothing can be written until the ban is over, which is told', async () => {
    const [alice, bob, carol] = await party.people('alice', 'bobby', 'carol');
    const group = await party.group(alice, [bob, carol]);
    const ban = { group_id: group, subject: bob.aid, expires_in_seconds: 600, reason: 'noise' };
    const made = object((await alice.call('group.ban', ban))['ban']);
    expect(Number(made['expires_at']) - Number(made['created_at'])).toBe(600_000);
    expect(made).toMatchObject({ subject: bob.aid, banned_by: alice.aid, reason: 'noise', group_id: group });
    expect((await bob.event('member_banned', group))['reason']).toBe('noise');
    expect((await alice.event('member_banned', group))['reason']).toBe('noise');
    expect(await carol.event('member_banned', group)).not.toHaveProperty('reason');
    expect((await bob.refusal('group.send', { group_id: group, payload: { text: 'x' } })).reason).toBe(
      'banned',
    );
    expect(await bob.history(group)).toEqual([]);
    const list = await alice.call('group.get_banlist', { group_id: group });
    expect(objects(list['items']).map((each) => each['subject'])).toEqual([bob.aid]);
    const seen = objects((await alice.call('group.get_members', { group_id: group }))['members']);
    expect(seen.find((each) => each['aid'] === bob.aid)).toMatchObject({ banned: true, status: 'active' });
    const plain = objects((await carol.call('group.get_members', { group_id: group }))['members']);
    expect(plain.find((each) => each['aid'] === bob.aid)).not.toHaveProperty('banned');
    party.network.gateway.admin.advanceClock(600_000);
    await bob.text(group, 'again');
    expect(await carol.event('member_unbanned', group)).toMatchObject({
      actor_aid: 'group.aun.test',
      member_aid: bob.aid,
      subject: bob.aid,
    });
    expect(objects((await alice.call('group.get_banlist', { group_id: group }))['items'])).toEqual([]);
    expect((await alice.call('group.unban', { group_id: group, subject: bob.aid }))['status']).toBe(
      'unchanged',
    );
  });

  it('accepts the end of a ban in seconds and in milliseconds, and tells only of changes', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice, [bob]);
    const end = Math.floor((party.network.gateway.clock.now() + HOUR) / 1000);
    for (const expires_at of [end, end * 1000]) {
      const made = await alice.call('group.ban', { group_id: group, aid: bob.aid, expires_at });
      expect(object(made['ban'])['expires_at']).toBe(end * 1000);
    }
    expect((await alice.refusal('group.ban', { group_id: group, aid: bob.aid, expires_at: 1000 })).code).toBe(
      -32602,
    );
    expect((await alice.refusal('group.ban', { group_id: group })).message).toBe('invalid params: subject');
    const forever = await alice.call('group.ban', { group_id: group, aid: bob.aid });
    expect(object(forever['ban'])['expires_at']).toBe(0);
    expect((await alice.call('group.unban', { group_id: group, aid: bob.aid }))['status']).toBe('removed');
    const actions = (await bob.log(group)).map((event) => event['action']);
    expect(actions).toEqual(['member_added', 'member_banned', 'member_banned', 'member_unbanned']);
  });
});
