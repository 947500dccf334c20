import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GroupParty, object, objects, V2_CAPABILITIES } from '../testing/groups';
import { failure } from '../testing/network';

describe('messages in a group', () => {
  let party: GroupParty;
  beforeAll(async () => {
    party = await GroupParty.start();
  });
  afterAll(() => party.dispose());

  it('are numbered without holes and pushed whole to everybody, the sender included, after the reply', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice, [bob]);
    const sent = await alice.text(group, 'one', { message_id: 'gm-one', timestamp: 1_700_000_000_000 });
    expect(sent).toMatchObject({
      group_id: group,
      message: { seq: 1, message_id: 'gm-one', timestamp: 1_700_000_000_000 },
      event: { event_type: 'group.message_created', event_seq: 0 },
      dispatch_mode: 'broadcast',
      dispatch: { mode: 'broadcast', reason: 'duty_disabled' },
      message_dispatch: { status: 'broadcast' },
    });
    await bob.text(group, 'two');
    await alice.settled();
    const pushed = {
      module_id: 'group',
      group_id: group,
      seq: 1,
      message_id: 'gm-one',
      sender_aid: alice.aid,
      from: alice.aid,
      type: 'text',
      message_type: 'text',
      encrypted: false,
      dispatch_mode: 'broadcast',
      kind: 'group.broadcast',
      member_aids: [bob.aid],
      payload: { type: 'text', text: 'one' },
    };
    for (const person of [alice, bob]) {
      expect(person.messages(group).map((each) => each['seq'])).toEqual([1, 2]);
      expect(person.messages(group)[0]).toMatchObject(pushed);
    }
    const { frames } = alice.client.socket;
    const reply = frames.findIndex((frame) => object(frame.result ?? {})['message'] !== undefined);
    const push = frames.findIndex((frame) => frame.method === 'event/group.message_created');
    expect(reply).toBeGreaterThan(0);
    expect(push).toBeGreaterThan(reply);
  });

  it('are stored once however often they are sent', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice, [bob]);
    const first = await alice.text(group, 'once', { message_id: 'gm-x' });
    const again = await alice.text(group, 'changed', { message_id: 'gm-x' });
    expect(again['message']).toEqual(first['message']);
    // Another sender's ids are their own.
    expect(object((await bob.text(group, 'mine', { message_id: 'gm-x' }))['message'])['seq']).toBe(2);
    await alice.settled();
    expect(alice.messages(group)).toHaveLength(2);
    expect(await alice.history(group)).toEqual(['once', 'mine']);
  });

  it('are refused when they are no payload, too large, or pretend to be something of the gateway', async () => {
    const alice = await party.person('alice');
    const group = await party.group(alice);
    for (const payload of [undefined, 7, null]) {
      expect(
        (
          await alice.refusal('group.send', {
            group_id: group,
            ...(payload === undefined ? {} : { payload }),
          })
        ).code,
      ).toBe(-32602);
    }
    const large = await alice.refusal('group.send', {
      group_id: group,
      payload: { text: 'x'.repeat(1_048_577) },
    });
    expect(large.message).toBe('payload too large');
    const forged = { group_id: group, payload: { type: 'group.message_recalled' } };
    expect((await alice.refusal('group.send', forged)).code).toBe(-32602);
    const claimed = {
      group_id: group,
      payload: { text: 'x' },
      type: 'e2ee.group_encrypted',
      encrypted: true,
    };
    expect((await alice.refusal('group.send', claimed)).code).toBe(-32602);
    expect(
      (await alice.refusal('group.send', { group_id: group, payload: {}, message_id: 'x'.repeat(129) })).code,
    ).toBe(-32602);
  });

  it('from before joining are never given away, whatever is asked for', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice);
    await alice.text(group, 'before');
    await alice.call('group.add_member', { group_id: group, aid: bob.aid });
    await alice.text(group, 'after');
    expect(await bob.history(group, 0)).toEqual(['after']);
    expect((await bob.log(group, 0)).map((event) => event['event_seq'])).toEqual([2]);
    const page = await bob.call('group.pull', { group_id: group, device_id: 'device-1' });
    expect(page['cursor']).toEqual({ current_seq: 1, join_seq: 1, latest_seq: 2, unread_count: 1 });
    await alice.call('group.kick', { group_id: group, aid: bob.aid });
    await alice.text(group, 'without bob');
    expect((await bob.refusal('group.pull', { group_id: group })).reason).toBe('not_member');
    await alice.call('group.add_member', { group_id: group, aid: bob.aid });
    expect(await bob.history(group, 0)).toEqual([]);
    const cursors = await bob.call('group.get_cursor', { group_id: group });
    expect(cursors['msg_cursor']).toMatchObject({ join_seq: 3, current_seq: 3 });
  });

  it('reach a joiner as a notice until the instance has acknowledged one', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice);
    await alice.text(group, 'before');
    await alice.call('group.add_member', { group_id: group, aid: bob.aid });
    await alice.text(group, 'first');
    await bob.settled();
    expect(bob.messages(group)).toEqual([
      {
        module_id: 'group',
        group_id: group,
        seq: 2,
        message_id: expect.stringMatching(/^gm-/) as string,
        sender_aid: alice.aid,
        kind: 'group.broadcast',
      },
    ]);
    await bob.call('group.ack_messages', { group_id: group, device_id: 'device-1', slot_id: '', msg_seq: 2 });
    await alice.text(group, 'second');
    await bob.settled();
    expect(bob.messages(group)[1]).toMatchObject({ seq: 3, payload: { text: 'second' } });
    expect(alice.messages(group)[1]).toHaveProperty('payload');
  });

  it('above the size of a push arrive as a notice', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice, [bob]);
    await alice.text(group, 'x'.repeat(300_000));
    await bob.settled();
    expect(bob.messages(group)[0]).not.toHaveProperty('payload');
    expect((await bob.history(group))[0]).toHaveLength(300_000);
  });

  it('come in pages cut by number and by size', async () => {
    const alice = await party.person('alice');
    const group = await party.group(alice);
    for (let index = 0; index < 105; index += 1) await alice.text(group, `${index}`);
    const first = await alice.call('group.pull', { group_id: group, limit: 200 });
    expect([objects(first['messages']).length, first['has_more'], first['limit']]).toEqual([100, true, 100]);
    const second = await alice.call('group.pull', { group_id: group, after_seq: 100 });
    expect([objects(second['messages']).length, second['has_more']]).toEqual([5, false]);
    expect(second['latest_message_seq']).toBe(105);
    for (let index = 0; index < 3; index += 1) await alice.text(group, 'x'.repeat(500_000));
    const third = await alice.call('group.pull', { group_id: group, after_message_seq: 105 });
    expect([objects(third['messages']).length, third['has_more']]).toEqual([2, true]);
  });

  it('move a cursor forward only, and never beyond what there is', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice, [bob]);
    for (const text of ['a', 'b', 'c']) await alice.text(group, text);
    const ack = (msg_seq: number) =>
      bob.call('group.ack', { group_id: group, device_id: 'device-1', msg_seq });
    expect((await ack(2))['cursor']).toBe(2);
    expect((await ack(1))['cursor']).toBe(2);
    expect(await bob.refusal('group.ack', { group_id: group, device_id: 'device-1', msg_seq: 4 })).toEqual({
      code: -32602,
      message: 'msg_seq exceeds latest message seq',
      reason: 'ack_exceeds',
    });
    const events = { group_id: group, device_id: 'device-1', event_seq: 99 };
    expect((await bob.refusal('group.ack_events', events)).message).toBe(
      'event_seq exceeds latest event seq',
    );
    expect((await bob.call('group.ack_events', { ...events, event_seq: 2 }))['cursor']).toBe(2);
    expect(
      (await bob.call('group.pull_events', { group_id: group, device_id: 'device-1' }))['events'],
    ).toEqual([]);
    expect(await bob.history(group)).toEqual(['a', 'b', 'c']);
    const cursors = await bob.call('group.get_cursor', { group_id: group });
    expect(cursors['msg_cursor']).toEqual({ current_seq: 2, join_seq: 0, latest_seq: 3, unread_count: 1 });
    const mine = await bob.call('group.list_my');
    expect(objects(mine['items'])[0]).toMatchObject({ group_id: group, unread_count: 1, role: 'member' });
    expect((await bob.refusal('group.ack', { group_id: group, device_id: 'other', msg_seq: 1 })).code).toBe(
      -32602,
    );
  });

  it('are counted for each instance of a member', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice, [bob]);
    await alice.text(group, 'a');
    const second = await party.connect(bob.client.identity, { device: 'device-2', slot: 'work' });
    await bob.call('group.ack', { group_id: group, device_id: 'device-1', msg_seq: 1 });
    await second.call('group.pull', {
      group_id: group,
      device_id: 'device-2',
      slot_id: 'work',
      device_name: 'Desk',
    });
    const devices = objects((await bob.call('group.list_devices', { group_id: group }))['devices']);
    expect(devices).toMatchObject([
      { device_id: 'device-1', slot_id: '', msg_unread: 0 },
      { device_id: 'device-2', slot_id: 'work', device_name: 'Desk', msg_unread: 1 },
    ]);
    await bob.call('group.unregister_device', { group_id: group, device_id: 'device-2', slot_id: '' });
    expect(objects((await bob.call('group.list_devices', { group_id: group }))['devices'])).toHaveLength(1);
    const members = objects((await alice.call('group.get_members', { group_id: group }))['members']);
    expect(members.find((each) => each['aid'] === bob.aid)?.['last_ack_seq']).toBe(1);
    await second.client.leave();
  });

  it('are taken back by their sender alone, within the time, once', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice, [bob]);
    for (const id of ['gm-1', 'gm-2']) await bob.text(group, id, { message_id: id });
    const recall = (person: typeof bob, ...ids: string[]) =>
      person.call('group.recall', { group_id: group, message_ids: ids, reason: 'oops' });
    expect((await recall(alice, 'gm-1', 'gm-9'))['errors']).toEqual([
      { message_id: 'gm-1', error: 'not_sender' },
      { message_id: 'gm-9', error: 'not_found' },
    ]);
    const done = await recall(bob, ' gm-1 ', '', 'gm-1');
    expect(done).toEqual({ success: true, accepted: ['gm-1'], recalled: ['gm-1'], errors: [] });
    const page = objects((await alice.call('group.pull', { group_id: group }))['messages']);
    expect(page.map((each) => each['message_type'])).toEqual([
      'group.message_recalled',
      'text',
      'group.message_recalled',
    ]);
    const facts = {
      message_ids: ['gm-1'],
      target_message_seqs: [1],
      recalled_by: bob.aid,
      reason: 'oops',
      group_id: group,
    };
    expect(page[0]).toMatchObject({ seq: 1, message_id: 'gm-1', encrypted: false, payload: facts });
    expect(page[2]).toMatchObject({ seq: 3, payload: { type: 'group.message_recalled', ...facts } });
    expect(object(page[0]?.['payload'])['recalled_at']).toBe(object(page[2]?.['payload'])['recalled_at']);
    await alice.settled();
    expect(alice.messages(group)[2]).toMatchObject({
      seq: 3,
      type: 'group.message_recalled',
      payload: facts,
    });
    expect(alice.client.socket.events('group.message_recalled')).toEqual([]);
    expect((await recall(bob, 'gm-1'))['errors']).toEqual([
      { message_id: 'gm-1', error: 'already_recalled' },
    ]);
    party.network.gateway.admin.advanceClock(121_000);
    expect((await recall(bob, 'gm-2'))['errors']).toEqual([{ message_id: 'gm-2', error: 'expired' }]);
    expect((await bob.refusal('group.recall', { group_id: group, message_ids: [' '] })).code).toBe(-32602);
    const many = Array.from({ length: 101 }, (_, index) => `gm-${index}`);
    expect((await bob.refusal('group.recall', { group_id: group, message_ids: many })).code).toBe(-32602);
  });

  it('do not reach short connections, and nobody who has gone', async () => {
    const [alice, bob] = await party.people('alice', 'bobby');
    const group = await party.group(alice, [bob]);
    const short = await party.network.connect(bob.client.identity, { short: true, device: 'device-3' });
    await alice.text(group, 'a');
    await alice.call('group.kick', { group_id: group, aid: bob.aid });
    await alice.text(group, 'b');
    await bob.settled();
    await short.call('meta.ping');
    expect(short.socket.events('group.message_created')).toEqual([]);
    expect(bob.messages(group).map((each) => each['seq'])).toEqual([1]);
    await short.leave();
  });

  it('carry the label of who is to answer as it was when they were sent', async () => {
    const alice = await party.person('alice');
    const group = await party.group(alice);
    await alice.text(group, 'a');
    await alice.call('group.update', { group_id: group, dispatch_mode: 'mention' });
    expect((await alice.text(group, 'b'))['dispatch_mode']).toBe('mention');
    const page = objects((await alice.call('group.pull', { group_id: group }))['messages']);
    expect(page.map((each) => each['dispatch_mode'])).toEqual(['broadcast', 'mention']);
  });

  it('are announced to the newer generation in its words, under its spelling of the group', async () => {
    const alice = await party.person('alice');
    const group = await party.group(alice);
    const formB = `${group.split('/')[1] ?? ''}.aun.test`;
    const identity = await party.network.register('newbie');
    const old = await party.connect(identity);
    const added = await alice.call('group.add_member', { group_id: formB, aid: identity.aid });
    expect(object(added['member'])['group_id']).toBe(group);
    const newer = await party.connect(identity, { device: 'device-2', capabilities: V2_CAPABILITIES });
    const sent = await alice.text(group, 'hello', { message_id: 'gm-h' });
    expect(sent['group_id']).toBe(group);
    const push = await newer.client.socket.event('group.v2.message_created');
    expect(push).toEqual({
      module_id: 'group',
      group_id: formB,
      group_aid: formB,
      seq: 1,
      message_id: 'gm-h',
      sender_aid: alice.aid,
      kind: 'group.message',
    });
    await expect.poll(() => old.messages(group)).toHaveLength(1);
    await alice.call('group.update', { group_id: group, name: 'Renamed' });
    const event = await newer.event('update');
    expect(event).toMatchObject({ group_id: formB, group_aid: formB, group: { group_id: formB } });
    const page = await newer.call('group.pull', { group_id: group, limit: 100 });
    expect(page).toMatchObject({ group_id: formB, group_aid: formB, limit: 50 });
    await alice.call('group.recall', { group_id: group, message_ids: ['gm-h'] });
    const recalled = await newer.client.socket.event('group.message_recalled');
    expect(recalled).toMatchObject({
      group_id: formB,
      seq: 2,
      message_ids: ['gm-h'],
      target_message_seqs: [1],
    });
    // Clamped for the newer generation, refused for the older one.
    const ack = { group_id: formB, device_id: 'device-2', msg_seq: 99 };
    expect((await newer.call('group.ack', ack))['cursor']).toBe(2);
    const made = object((await newer.call('group.create', { name: 'New' }))['group']);
    expect(made).toMatchObject({ group_e2ee_protocol: 'group_e2ee_v2', group_id: made['group_aid'] });
    const echo = newer.client.call('group.send', {
      group_id: formB,
      payload: { type: 'text', text: 'Echo this' },
    });
    await expect(echo).resolves.toBeDefined();
    const unsigned = newer.client.call('group.send', {
      group_id: formB,
      payload: { type: 'text', text: 'hi' },
    });
    expect((await failure(unsigned)).code).toBe(-32051);
  });
});
