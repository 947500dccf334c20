import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GroupParty, object, objects } from '../testing/groups';
import { failure } from '../testing/network';
import { fetchAs } from '../testing/http';
import { field } from '../testing/socket';

describe('the event log of a group', () => {
  let party: GroupParty;
  beforeAll(async () => {
    party = await GroupParty.start();
  });
  afterAll(() => party.dispose());

  it('numbers everything that happened, without holes, and says the same in push and log', async () => {
    const [alice, bob, carol] = await party.people('alice', 'bobby', 'carol');
    const group = await party.group(alice, [bob]);
    const ofGroup = { group_id: group };
    await alice.call('group.add_member', { ...ofGroup, aid: carol.aid, member_type: 'ai' });
    await alice.text(group, 'messages take no number here');
    await alice.call('group.set_role', { ...ofGroup, aid: bob.aid, role: 'admin' });
    await alice.call('group.update_announcement', { ...ofGroup, content: 'news' });
    await alice.call('group.update_rules', { ...ofGroup, content: 'be kind' });
    await alice.call('group.update_join_requirements', { ...ofGroup, auto_approve_patterns: ['x'] });
    await alice.call('group.create_invite_code', { ...ofGroup, code: 'some-code' });
    await alice.call('group.revoke_invite_code', { ...ofGroup, code: 'some-code' });
    await alice.call('group.ban', { ...ofGroup, subject: carol.aid, reason: 'x' });
    await alice.call('group.suspend', ofGroup);
    await alice.call('group.resume', ofGroup);
    await alice.call('group.transfer_owner', { ...ofGroup, new_owner: bob.aid });
    await alice.call('group.kick', { ...ofGroup, aid: carol.aid });
    await alice.call('group.leave', ofGroup);
    await bob.settled();
    const actions = [
      'member_added',
      'member_added',
      'role_changed',
      'announcement_updated',
      'rules_updated',
      'join_requirements_updated',
      'invite_code_created',
      'invite_code_revoked',
      'member_banned',
      'suspended',
      'resumed',
      'owner_transferred',
      'member_removed',
      'member_left',
    ];
    const log = await bob.log(group);
    expect(log.map((event) => event['action'])).toEqual(actions);
    expect(log.map((event) => event['event_seq'])).toEqual(actions.map((_, index) => index + 2));
    const pushed = bob.events().filter((event) => event['group_id'] === group);
    // What was pushed to a member and what an admin reads later differ in what a member may not see only.
    expect(pushed.map((event) => event['event_seq'])).toEqual(log.map((event) => event['event_seq']));
    for (const event of log) {
      expect(event).toMatchObject({
        module_id: 'group',
        event_type: `group.${field(event, 'action')}`,
        group_id: group,
      });
      expect(event).not.toHaveProperty('seq');
      const signed = !field(event, 'action').startsWith('invite_code');
      expect('client_signature' in event).toBe(signed);
      if (signed) expect(object(event['client_signature'])['aid']).toBe(event['actor_aid']);
    }
  });

  it('carries the epoch before the change on every change of members', async () => {
    const [alice, bob, carol] = await party.people('alice', 'bobby', 'carol');
    const group = await party.group(alice, [], { visibility: 'public' });
    await bob.call('group.request_join', { group_id: group });
    await alice.call('group.add_member', { group_id: group, aid: carol.aid });
    await alice.call('group.kick', { group_id: group, aid: carol.aid });
    await bob.call('group.leave', { group_id: group });
    const log = await alice.log(group, 1);
    expect(
      log.map((event) => [event['action'], event['old_epoch'], event['member_aid'], event['actor_aid']]),
    ).toEqual([
      ['joined', 0, bob.aid, bob.aid],
      ['member_added', 0, carol.aid, alice.aid],
      ['member_removed', 0, carol.aid, alice.aid],
      ['member_left', 0, bob.aid, bob.aid],
    ]);
    expect(log[2]?.['removed_aid']).toBe(carol.aid);
    expect(log[3]?.['left_aid']).toBe(bob.aid);
  });

  it('sends those who are out a copy without numbers, the one who left on their other devices only', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice, [bob]);
    await alice.call('group.kick', { group_id: group, aid: bob.aid });
    const removed = await bob.event('member_removed', group);
    expect(removed).toMatchObject({ removed_aid: bob.aid, actor_aid: alice.aid });
    expect(removed).not.toHaveProperty('event_seq');
    expect(removed).not.toHaveProperty('old_epoch');
    await alice.call('group.add_member', { group_id: group, aid: bob.aid });
    const second = await party.connect(bob.client.identity, { device: 'device-2' });
    await bob.call('group.leave', { group_id: group });
    expect(await second.event('member_left', group)).not.toHaveProperty('event_seq');
    await bob.settled();
    expect(bob.events('member_left').filter((event) => event['group_id'] === group)).toEqual([]);
    expect((await bob.refusal('group.pull_events', { group_id: group })).reason).toBe('not_member');
    await second.client.leave();
  });

  it('keeps patterns, reasons and answers from plain members, in push and log alike', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice, [bob]);
    await alice.call('group.update_join_requirements', {
      group_id: group,
      auto_approve_patterns: ['secret.*'],
    });
    const pushed = object((await bob.event('join_requirements_updated', group))['join_requirements']);
    const logged = (await bob.log(group)).find((event) => event['action'] === 'join_requirements_updated');
    for (const seen of [pushed, object(logged?.['join_requirements'])]) {
      expect(seen).toMatchObject({ mode: 'approval', group_id: group });
      expect(seen).not.toHaveProperty('auto_approve_patterns');
    }
    const whole = object((await alice.event('join_requirements_updated', group))['join_requirements']);
    expect(whole['auto_approve_patterns']).toEqual(['secret.*']);
  });

  it('refuses what is not signed as the generation signs it, and carries the signature that was checked', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice, [bob]);
    const signed =
      'send kick remove_member add_member leave update set_role transfer_owner review_join_request ' +
      'batch_review_join_request request_join use_invite_code thought.put set_settings commit_state ban unban dissolve ' +
      'suspend resume update_rules update_announcement update_join_requirements resources.put resources.update ' +
      'resources.delete resources.request_add resources.direct_add resources.approve_request resources.reject_request ' +
      'e2ee.begin_rotation e2ee.commit_rotation e2ee.abort_rotation';
    for (const method of signed.split(' ')) {
      const refused = await failure(alice.client.call(`group.${method}`, { group_id: group }));
      expect({ method, code: refused.code }).toEqual({ method, code: -32051 });
    }
    const unsigned = ['create_invite_code', 'recall', 'pull', 'get_members', 'ack', 'e2ee.get_epoch'];
    for (const method of unsigned) {
      const params = { group_id: group, message_ids: ['x'], msg_seq: 0 };
      await expect(alice.client.call(`group.${method}`, params), method).resolves.toBeDefined();
    }
    const repeated = alice.client.identity.signed('group.set_role', {
      group_id: group,
      aid: bob.aid,
      role: 'admin',
    });
    const first = await alice.client.call('group.set_role', repeated);
    await alice.call('group.set_role', { group_id: group, aid: bob.aid, role: 'member' });
    // The very same request again is answered from memory, not carried out.
    expect(await alice.client.call('group.set_role', repeated)).toEqual(first);
    const members = objects((await alice.call('group.get_members', { group_id: group }))['members']);
    expect(members.map((member) => member['role'])).toEqual(['owner', 'member']);
    const event = await bob.event('role_changed', group);
    expect(object(event['client_signature'])).toEqual({
      ...object(repeated['client_signature']),
      _method: 'group.set_role',
    });
  });

  it('explains what was purged, and begins again after a reset', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice, [bob]);
    for (const text of ['a', 'b', 'c']) await alice.text(group, text);
    const post = (action: string, body: object) =>
      fetchAs(party.network.gateway.http, `/admin/${action}`, {
        method: 'POST',
        headers: { authorization: 'Bearer let-me-in' },
        body: JSON.stringify(body),
      });
    expect((await post('group_purge', { group_id: group, messages: 2, events: 1 })).status).toBe(200);
    const page = await bob.call('group.pull', { group_id: group, device_id: 'device-1' });
    expect(page).toMatchObject({ retention_floor_message_seq: 2, has_more: false });
    expect(objects(page['messages']).map((each) => each['seq'])).toEqual([3]);
    expect(page['cursor']).toEqual({
      current_seq: 2,
      join_seq: 0,
      latest_seq: 3,
      unread_count: 1,
      retention_floor_seq: 2,
    });
    await post('group_skip_seqs', { group_id: group, messages: 1 });
    expect(object((await alice.text(group, 'd'))['message'])['seq']).toBe(5);
    await post('group_wipe', { group_id: group });
    expect(await bob.history(group)).toEqual([]);
    expect(object((await alice.text(group, 'new'))['message'])['seq']).toBe(1);
    const { body } = await post('groups', {});
    expect(body).toContain(group);
    expect((await post('group_wipe', { group_id: 'nothing' })).status).toBe(400);
  });

  it('survives a restart with its members, numbers, bans and cursors', async () => {
    const own = await GroupParty.start();
    const [alice, bob] = await own.people('alice', 'bobby');
    const group = await own.group(alice, [bob]);
    await alice.text(group, 'kept');
    await bob.call('group.ack', { group_id: group, device_id: 'device-1', msg_seq: 1 });
    await alice.call('group.ban', { group_id: group, subject: bob.aid });
    await own.network.gateway.kill();
    await own.network.restart();
    const again = await own.connect(bob.client.identity);
    expect(await again.history(group)).toEqual(['kept']);
    expect((await again.refusal('group.send', { group_id: group, payload: { text: 'x' } })).reason).toBe(
      'banned',
    );
    expect((await again.call('group.get_cursor', { group_id: group }))['msg_cursor']).toMatchObject({
      current_seq: 1,
    });
    expect((await again.log(group)).map((event) => event['event_seq'])).toEqual([2, 3]);
    await own.dispose();
  });
});
