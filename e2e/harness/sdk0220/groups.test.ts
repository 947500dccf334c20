import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  circleOf,
  committedEpoch,
  createGroup,
  hears,
  heldEpoch,
  holding,
  keyOf,
  letIn,
  say,
  secured,
  shown,
} from '../circle';
import { GatewayProcess } from '../gateway-process';
import { Person } from '../person';
import type { PersonOptions } from '../person';
import { until } from '../until';
import { dictsOf, isDict, textOf } from './json';
import { realTiming } from './timing';

/** Waits of seconds become tenths: long enough for a busy machine, short enough for a test. */
const SPEED = 10;

let folder: string;
let gateway: GatewayProcess;
const people: Person[] = [];
let serial = 0;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'sdk0220-groups-'));
  gateway = await GatewayProcess.start({ dataDir: path.join(folder, 'gateway') });
});
afterAll(async () => {
  await gateway.stop();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  await Promise.all(people.splice(0).map((person) => person.leave()));
});

/** Somebody new whose name begins with `name`. */
async function someone(name: string, options: PersonOptions = {}): Promise<Person> {
  serial += 1;
  const aid = `${name}${String(serial)}.${gateway.addresses.issuer}`;
  const person = new Person(gateway, aid, path.join(folder, aid), { timing: realTiming(SPEED), ...options });
  people.push(person);
  return person.join();
}

const aids = (...persons: Person[]): string[] => persons.map((person) => person.aid);

describe('0.2.20 clients in a group', () => {
  it('make a key when they create it, add each other, and read what each of them writes', async () => {
    const [alice, bob, carol] = [await someone('alice'), await someone('bobby'), await someone('carol')];
    const group = await circleOf(alice, [bob, carol]);
    expect(await committedEpoch(alice, group)).toBe(3);
    await say(alice, group, 'hello');
    await hears(bob, group, ['hello']);
    await hears(carol, group, ['hello']);
    await hears(alice, group, ['hello']);
    await say(bob, group, 'hi');
    await say(carol, group, 'hey');
    for (const person of [alice, bob, carol]) await hears(person, group, ['hello', 'hi', 'hey']);
    const [message] = bob.events.filter((entry) => entry.name === 'group.message_created');
    expect(message?.data).toMatchObject({
      group_id: group,
      sender_aid: alice.aid,
      dispatch_mode: 'broadcast',
      payload: { text: 'hello', dispatch_mode: 'broadcast' },
      e2ee: { epoch: 3, sender_verified: true },
    });
    const secrets = [alice, bob, carol].map((each) => keyOf(each, group));
    expect(new Set(secrets).size).toBe(1);
  });

  it('change the key when somebody is thrown out, who then reads nothing more', async () => {
    const [alice, bob, carol] = [await someone('alice'), await someone('bobby'), await someone('carol')];
    const group = await circleOf(alice, [bob, carol]);
    await alice.client.call('group.kick', { group_id: group, aid: carol.aid });
    await secured(alice, group, aids(alice, bob));
    await say(alice, group, 'without carol');
    await hears(bob, group, ['without carol']);
    expect(shown(carol, group)).toEqual([]);
    const seen = await carol.event('group.changed', (data) => data['action'] === 'member_removed');
    expect(seen).toMatchObject({ removed_aid: carol.aid, _verified: true });
    expect(seen).not.toHaveProperty('old_epoch');
    await expect(say(carol, group, 'let me in')).rejects.toMatchObject({ code: -33005 });
    expect(heldEpoch(carol, group)).toBe(3);
    expect(heldEpoch(bob, group)).toBe(4);
  });

  it('change the key when somebody leaves, led by who stays', async () => {
    const [alice, bob] = [await someone('alice'), await someone('bobby')];
    const group = await circleOf(alice, [bob]);
    await bob.client.call('group.leave', { group_id: group });
    await secured(alice, group, aids(alice));
    await say(alice, group, 'alone');
    await hears(alice, group, ['alone']);
    expect(await committedEpoch(alice, group)).toBe(3);
  });

  it('come in by a code: members hand over the key and make a new one, nobody waits for an admin', async () => {
    const [alice, bob, carol] = [await someone('alice'), await someone('bobby'), await someone('carol')];
    const group = await circleOf(alice, [bob], { join_mode: 'invite_only' });
    await say(alice, group, 'before carol');
    const reply = await alice.client.call('group.create_invite_code', { group_id: group, max_uses: 1 });
    const code = isDict(reply) && isDict(reply['invite_code']) ? textOf(reply['invite_code']['code']) : '';
    await alice.leave();
    const joined = await carol.client.call('group.use_invite_code', { code });
    expect(joined).toMatchObject({ status: 'joined' });
    await secured(bob, group, aids(alice, bob, carol));
    await say(bob, group, 'welcome');
    await hears(carol, group, ['welcome']);
    await say(carol, group, 'thanks');
    await hears(bob, group, ['thanks']);
    // The newcomer's first message hides behind the hole of what was before.
    expect(shown(carol, group)).not.toContain('before carol');
    await expect((await someone('dora')).client.call('group.use_invite_code', { code })).rejects.toThrow(
      'exhausted',
    );
  });

  it('are let in by a review, after a question', async () => {
    const [alice, bob] = [await someone('alice'), await someone('bobby')];
    const group = await createGroup(alice, { visibility: 'public', join_mode: 'approval' });
    expect(await bob.client.call('group.request_join', { group_id: group })).toMatchObject({
      status: 'pending',
    });
    await alice.event('group.changed', (data) => data['action'] === 'join_requested');
    const reviewed = await alice.client.call('group.review_join_request', {
      group_id: group,
      aid: bob.aid,
      approve: true,
    });
    expect(reviewed).toMatchObject({ status: 'approved', old_epoch: 1 });
    await secured(alice, group, aids(alice, bob));
    await say(alice, group, 'hello');
    await hears(bob, group, ['hello']);
  });

  it('who were offline during a rotation read on with what waited for them', async () => {
    const [alice, bob, carol] = [await someone('alice'), await someone('bobby'), await someone('carol')];
    const group = await circleOf(alice, [bob]);
    await bob.restart();
    await letIn(alice, group, carol.aid);
    await secured(alice, group, aids(alice, bob, carol));
    await say(alice, group, 'while you were away');
    await bob.online();
    await until('bob holds the new key', () => heldEpoch(bob, group) === 3);
    const pulled = await bob.client.call('group.pull', { group_id: group, after_message_seq: 0 });
    const texts = dictsOf(isDict(pulled) ? pulled['messages'] : []).map((row) =>
      isDict(row['payload']) ? row['payload']['text'] : null,
    );
    expect(texts).toEqual(['while you were away']);
  });

  it('rotate under load: every message is read by everybody, none is lost or out of order', async () => {
    const [alice, bob, carol] = [await someone('alice'), await someone('bobby'), await someone('carol')];
    const group = await circleOf(alice, [bob]);
    const texts = Array.from({ length: 40 }, (_value, index) => `m${String(index)}`);
    const talking = (async () => {
      for (const text of texts)
        await until(`${text} is taken`, () =>
          say(alice, group, text).then(
            () => true,
            () => false,
          ),
        );
    })();
    for (let round = 0; round < 3; round += 1) {
      await letIn(alice, group, carol.aid);
      await secured(alice, group, aids(alice, bob, carol));
      await alice.client.call('group.kick', { group_id: group, aid: carol.aid });
      await secured(alice, group, aids(alice, bob));
    }
    await talking;
    await hears(bob, group, texts);
    const order = shown(bob, group).filter((text) => texts.includes(text));
    expect(order).toEqual(texts);
    expect(await committedEpoch(alice, group)).toBe(8);
  });

  it('wait for the lease of a leader who was lost, then take over', async () => {
    const [alice, bob, carol] = [await someone('alice'), await someone('bobby'), await someone('carol')];
    const group = await circleOf(alice, [bob]);
    await alice.client.call('group.set_role', { group_id: group, aid: bob.aid, role: 'admin' });
    // The rotation of alice stops before its commit.
    await gateway.admin('fail_next', { method: 'group.e2ee.commit_rotation', code: -32603, message: 'lost' });
    await letIn(alice, group, carol.aid);
    await alice.event('e2ee.orchestration_error', (data) => data['error'] === 'lost');
    await alice.leave();
    expect(await bob.client.groups.rotations.rotate(group)).toBe(false);
    await expect(say(bob, group, 'too early')).rejects.toThrow('committed membership is stale');
    await gateway.admin('advance_clock', { ms: 121_000 });
    expect(await bob.client.groups.rotations.rotate(group)).toBe(true);
    await secured(bob, group, aids(alice, bob, carol));
    await say(bob, group, 'still here');
    await hears(carol, group, ['still here']);
    expect(await committedEpoch(bob, group)).toBe(3);
  });

  it('who lead at the same time step over each other only once for each epoch, and agree in the end', async () => {
    const [alice, bob, carol] = [await someone('alice'), await someone('bobby'), await someone('carol')];
    const group = await circleOf(alice, [bob, carol]);
    await alice.client.call('group.set_role', { group_id: group, aid: bob.aid, role: 'admin' });
    const before = await committedEpoch(alice, group);
    const won = await Promise.all(
      [alice, bob, alice, bob].map((each) => each.client.groups.rotations.rotate(group)),
    );
    const committed = await committedEpoch(alice, group);
    expect(won).toContain(true);
    expect(committed).toBeGreaterThan(before);
    const everybody = [alice, bob, carol];
    await holding(everybody, group);
    expect(new Set(everybody.map((each) => keyOf(each, group))).size).toBe(1);
    await say(bob, group, 'agreed');
    for (const each of everybody) await hears(each, group, ['agreed']);
  });

  it('give a rotation up whose members are not the group’s any more, and make the right one', async () => {
    const [alice, bob, carol] = [await someone('alice'), await someone('bobby'), await someone('carol')];
    const group = await circleOf(alice, [bob]);
    await gateway.admin('fail_next', { method: 'group.e2ee.commit_rotation', code: -32603, message: 'lost' });
    await letIn(alice, group, carol.aid);
    await alice.event('e2ee.orchestration_error', (data) => data['error'] === 'lost');
    // What is pending names carol, who is thrown out now: the next rotation ends it first.
    await alice.client.call('group.kick', { group_id: group, aid: carol.aid });
    await secured(alice, group, aids(alice, bob));
    await say(alice, group, 'two of us');
    await hears(bob, group, ['two of us']);
    expect(shown(carol, group)).toEqual([]);
  });

  it('read on a second device what the first one reads, once it has the key', async () => {
    const [alice, bob] = [await someone('alice'), await someone('bobby')];
    const group = await circleOf(alice, [bob], { join_mode: 'invite_only' });
    const tablet = bob.otherDevice(`${bob.aid}-tablet`);
    people.push(tablet);
    await tablet.online();
    await say(alice, group, 'on both');
    await hears(bob, group, ['on both']);
    await hears(tablet, group, ['on both']);
    expect(keyOf(tablet, group)).toBe(keyOf(alice, group));
  });

  it('get a key that is missing from a member who has it', async () => {
    const [alice, bob] = [await someone('alice'), await someone('bobby')];
    const group = await circleOf(alice, [bob]);
    bob.client.groups.forgetKeys(group);
    await say(alice, group, 'who has the key?');
    await bob.event('group.message_undecryptable', (data) => data['group_id'] === group);
    await hears(bob, group, ['who has the key?']);
    expect(keyOf(bob, group)).toBe(keyOf(alice, group));
  });

  it('get a key that is missing from the server where the group is open, with nobody there', async () => {
    const [alice, bob] = [await someone('alice'), await someone('bobby')];
    const group = await circleOf(alice, [bob], { join_mode: 'open' });
    await say(alice, group, 'a message');
    await hears(bob, group, ['a message']);
    await alice.leave();
    await bob.restart();
    await bob.online();
    bob.client.groups.forgetKeys(group);
    const pulled = await bob.client.call('group.pull', { group_id: group, after_message_seq: 0 });
    expect(dictsOf(isDict(pulled) ? pulled['messages'] : [])).toMatchObject([
      { payload: { text: 'a message' } },
    ]);
    expect(bob.client.groups.keys(group)).toMatchObject({ epoch: 2, pendingRotationId: '' });
  });

  it('seal once more when the gateway says that the epoch has moved', async () => {
    const [alice, bob] = [await someone('alice'), await someone('bobby')];
    const group = await circleOf(alice, [bob]);
    await gateway.admin('fail_next', {
      method: 'group.send',
      code: -32041,
      message: 'e2ee epoch too old: epoch=2 committed=3',
    });
    const sending = say(alice, group, 'twice');
    await alice.client.groups.rotations.rotate(group);
    await sending;
    await hears(bob, group, ['twice']);
    expect(await committedEpoch(alice, group)).toBe(3);
    await gateway.admin('fail_next', {
      method: 'group.send',
      code: -32041,
      message: 'e2ee epoch rotation pending',
    });
    await expect(say(alice, group, 'in vain')).rejects.toThrow('epoch rotation has not completed');
  });

  it('see their own first event again from the gap, and pull events on request', async () => {
    const [alice, bob] = [await someone('alice'), await someone('bobby')];
    const group = await createGroup(alice);
    await alice.client.call('group.update_announcement', { group_id: group, content: 'read me' });
    await letIn(alice, group, bob.aid);
    const live = await bob.event(
      'group.changed',
      (data) => data['action'] === 'member_added' && data['_from_gap_fill'] !== true,
    );
    expect(live).toMatchObject({ member_aid: bob.aid, actor_aid: alice.aid, old_epoch: 1, _verified: true });
    const again = await bob.event('group.changed', (data) => data['_from_gap_fill'] === true);
    expect(again['event_seq']).toBe(live['event_seq']);
    const log = await alice.client.call('group.pull_events', { group_id: group, after_event_seq: 0 });
    expect(dictsOf(isDict(log) ? log['events'] : []).map((event) => event['action'])).toEqual([
      'upsert',
      'announcement_updated',
      'member_added',
    ]);
  });

  it('keep thoughts for who asks, and send in the clear only when told to', async () => {
    const [alice, bob] = [await someone('alice'), await someone('bobby')];
    const group = await circleOf(alice, [bob]);
    const context = { type: 'run', id: 'run-1', note: 'kept' };
    await alice.client.call('group.thought.put', {
      group_id: group,
      context,
      payload: { type: 'thought', text: 'hm' },
    });
    const read = await bob.client.call('group.thought.get', {
      group_id: group,
      sender_aid: alice.aid,
      context,
    });
    expect(read).toMatchObject({
      found: true,
      context,
      thoughts: [{ payload: { text: 'hm' }, e2ee: { context } }],
    });
    await alice.client.call('group.send', {
      group_id: group,
      payload: { type: 'text', text: 'clear' },
      encrypt: false,
    });
    await hears(bob, group, ['clear']);
    const [last] = bob.events.filter((entry) => entry.name === 'group.message_created').slice(-1);
    expect(last?.data).toMatchObject({ encrypted: false });
    expect(last?.data).not.toHaveProperty('e2ee');
  });

  it('put a state on record that the others take over', async () => {
    const [alice, bob] = [await someone('alice'), await someone('bobby')];
    const group = await circleOf(alice, [bob]);
    const state = await alice.client.groups.commitState(group);
    expect(state).toMatchObject({ success: true, state_version: 1 });
    await bob.event('group.state_committed', (data) => data['group_id'] === group);
    expect(bob.client.groups.events.state(group)).toMatchObject({
      state_version: 1,
      key_epoch: 2,
      state_hash: state['state_hash'],
    });
    expect(await alice.client.groups.commitState(group)).toMatchObject({ success: true, state_version: 2 });
    await until('bob has the second', () => bob.client.groups.events.state(group)?.['state_version'] === 2);
  });

  it('forget everything of a group that is dissolved', async () => {
    const [alice, bob] = [await someone('alice'), await someone('bobby')];
    const group = await circleOf(alice, [bob]);
    await alice.client.call('group.dissolve', { group_id: group });
    await bob.event('group.changed', (data) => data['action'] === 'dissolved');
    await until('bob forgets the keys', () => heldEpoch(bob, group) === 0);
    await expect(say(alice, group, 'anybody?')).rejects.toMatchObject({ code: -33003 });
  });
});
