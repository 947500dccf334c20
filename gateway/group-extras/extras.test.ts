import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { beginGroupPair, GroupPerson, groupEnvelope } from '../testing/group-keys';
import { failure } from '../testing/network';
import type { TestNetwork } from '../testing/network';

describe('thoughts, notices and figures of a group', () => {
  let network: TestNetwork;
  let alice: GroupPerson;
  let bobby: GroupPerson;
  let carol: GroupPerson;
  let group: string;
  beforeEach(async () => {
    ({ network, alice, bobby } = await beginGroupPair());
    carol = await GroupPerson.join(network, 'carol');
    group = await alice.create('extras', { visibility: 'private' });
    await alice.rotate(group, [alice.aid]);
    await alice.call('group.add_member', { group_id: group, aid: bobby.aid });
    await alice.rotate(group, [alice.aid, bobby.aid]);
  });
  afterEach(() => network.dispose());

  const context = { type: 'run', id: 'run-1', kept: { as: ['it', 'is'] } };
  const think = (who: GroupPerson, text: string, more: JsonObject = {}): Promise<JsonObject> =>
    who.call('group.thought.put', { group_id: group, context, payload: { text }, ...more });
  const read = (who: GroupPerson, sender: GroupPerson, of: JsonObject = context): Promise<JsonObject> =>
    who.client.call('group.thought.get', { group_id: group, sender_aid: sender.aid, context: of });

  it('keeps thoughts under their context and pushes them to nobody', async () => {
    expect(await think(alice, 'one')).toMatchObject({
      group_id: group,
      sender_aid: alice.aid,
      context,
      stored_count: 1,
    });
    expect(await think(alice, 'two', { thought_id: 'gt-2' })).toMatchObject({
      thought_id: 'gt-2',
      stored_count: 2,
    });
    expect(await read(bobby, alice)).toMatchObject({
      found: true,
      group_id: group,
      sender_aid: alice.aid,
      context,
      thoughts: [
        { context, payload: { text: 'one' }, from: alice.aid },
        { thought_id: 'gt-2', context, payload: { text: 'two' } },
      ],
    });
    expect(await read(bobby, alice, { type: 'run', id: 'other' })).toMatchObject({
      found: false,
      thoughts: [],
    });
    expect((await failure(read(bobby, alice, { type: 'run' }))).code).toBe(-32602);
    expect((await failure(read(carol, alice))).code).toBe(-33005);
    expect(bobby.client.socket.frames.filter((frame) => frame.method?.includes('thought'))).toEqual([]);
  });

  it('keeps the five newest contexts of V1 for each author', async () => {
    for (let index = 0; index < 6; index += 1) {
      await think(alice, 'x', { context: { type: 'run', id: `run-${index}` } });
    }
    expect(await read(alice, alice, { type: 'run', id: 'run-0' })).toMatchObject({ found: false });
    expect(await read(alice, alice, { type: 'run', id: 'run-5' })).toMatchObject({ found: true });
  });

  it('checks sealed thoughts like messages and refuses them from the muted', async () => {
    const sealed = (epoch: number): Promise<JsonObject> =>
      think(bobby, '', { encrypted: true, payload: groupEnvelope(group, bobby.aid, epoch) });
    expect((await failure(sealed(1))).message).toContain('epoch below sender membership floor');
    expect(await sealed(2)).toMatchObject({ stored_count: 1 });
    expect(await read(alice, bobby)).toMatchObject({ thoughts: [{ encrypted: true }] });
    expect((await failure(think(bobby, 'x', { encrypted: true }))).code).toBe(-32602);
    await alice.call('group.ban', { group_id: group, subject: bobby.aid, expires_in_seconds: 60 });
    expect((await failure(think(bobby, 'x'))).data).toMatchObject({ reason: 'banned' });
    await alice.call('group.suspend', { group_id: group });
    expect((await failure(think(alice, 'x'))).data).toMatchObject({ reason: 'group_suspended' });
    expect(await read(alice, bobby)).toMatchObject({ found: true });
  });

  it('forgets the thoughts of somebody who leaves, also when they come back', async () => {
    await think(bobby, 'gone');
    await bobby.call('group.leave', { group_id: group });
    expect(await read(alice, bobby)).toMatchObject({ found: false });
    network.gateway.clock.advance(1000);
    await alice.call('group.add_member', { group_id: group, aid: bobby.aid });
    expect(await read(alice, bobby)).toMatchObject({ found: false });
  });

  const notice = (who: GroupPerson, method: string, more: JsonObject = {}): void => {
    who.client.socket.send(
      JSON.stringify({
        jsonrpc: '2.0',
        method: 'notification/group.route',
        params: {
          group_id: group,
          group_aid: group,
          deliver: { method, params: { chat: group, state: 'typing' } },
          ...more,
        },
      }),
    );
  };
  const notices = (who: GroupPerson): unknown[] =>
    who.client.socket.frames
      .filter((frame) => frame.method?.startsWith('event/app.'))
      .map((frame) => frame.method);

  it('carries notices to the other members who are connected, the muted may send them too', async () => {
    await alice.call('group.ban', { group_id: group, subject: bobby.aid, expires_in_seconds: 60 });
    notice(bobby, 'event/app.typing', { ttl_ms: 5000 });
    const frame = await alice.client.socket.event('app.typing');
    expect(frame).toMatchObject({
      chat: group,
      group_id: group,
      state: 'typing',
      _notify: { from_aid: bobby.aid, device_id: 'device-1', ttl_ms: 5000 },
    });
    await bobby.epoch(group);
    expect(notices(bobby)).toEqual([]);
  });

  it('drops notices of strangers, of other kinds, and into a suspended group', async () => {
    notice(carol, 'event/app.typing');
    notice(bobby, 'event/group.changed');
    notice(bobby, 'event/app.late', { ttl_ms: 60_001 });
    notice(bobby, 'event/app.large', {
      deliver: { method: 'event/app.large', params: { x: 'x'.repeat(70_000) } },
    });
    notice(bobby, 'event/app.both', { target: { type: 'aid', aid: alice.aid } });
    await Promise.all([carol, bobby].map((who) => who.client.call('message.query_online', { aids: [] })));
    await alice.call('group.suspend', { group_id: group });
    notice(bobby, 'event/app.suspended');
    await bobby.client.call('message.query_online', { aids: [] });
    await alice.call('group.resume', { group_id: group });
    notice(bobby, 'event/app.last');
    await alice.client.socket.event('app.last');
    expect(notices(alice)).toEqual(['event/app.last']);
  });

  it('gives leaders the figures of the group, members the summary, others nothing', async () => {
    const ask = (who: GroupPerson, method: string): Promise<JsonObject> =>
      who.client.call(method, { group_id: group });
    await alice.say(group, 2);
    expect(await ask(bobby, 'group.get_summary')).toMatchObject({
      group_id: group,
      name: 'extras',
      owner_aid: alice.aid,
      member_count: 2,
      human_count: 2,
      ai_count: 0,
      online_count: 2,
      message_seq: 1,
      e2ee_epoch: 2,
    });
    expect(await ask(alice, 'group.get_stats')).toMatchObject({
      status: 'active',
      member_count: 2,
      pending_join_request_count: 0,
      active_invite_code_count: 0,
      ban_count: 0,
      online_count: 2,
    });
    expect(await ask(alice, 'group.get_metrics')).toMatchObject({
      e2ee_epoch: 2,
      epoch_count: 2,
      epoch_ranges: [
        {
          epoch: 1,
          start_msg_seq: 1,
          end_msg_seq: 0,
          start_event_seq: 2,
          end_event_seq: 2,
          rotated_by: alice.aid,
        },
        { epoch: 2, start_msg_seq: 1, end_msg_seq: 1, start_event_seq: 3 },
      ],
    });
    for (const method of ['group.get_stats', 'group.get_metrics']) {
      expect(await failure(ask(bobby, method))).toMatchObject({
        code: -32004,
        data: { reason: 'need_admin' },
      });
    }
    for (const method of ['group.get_stats', 'group.get_metrics', 'group.get_summary']) {
      expect((await failure(ask(carol, method))).code).toBe(-33005);
    }
  });
});
