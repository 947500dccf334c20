import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGroup, hears, letIn, say as sdkSays, secured as sdkSecured, shown } from '../harness/circle';
import { isDict, textOf } from '../harness/sdk0220';
import type { Person } from '../harness/person';
import { realTiming } from '../harness/sdk0220/timing';
import {
  allSecured,
  epochOf,
  groupIs,
  makeGroup,
  membersOf,
  reads,
  said,
  secured,
  textsOf,
} from './group-folk';
import { Parley } from './parley';
import { World } from './world';

/** Waits of seconds become tenths: long enough for a busy machine, short enough for a test. */
const SPEED = 10;

/** Parley and independent 0.2.20 clients in the same groups (`protocol/02 §8` to §12, `protocol/05`). */
let world: World;
let alice: Parley;
let bob: Parley;
let sara: Person;
let tom: Person;

const someone = (name: string): Promise<Person> => world.person(name, { timing: realTiming(SPEED) }).join();

beforeAll(async () => {
  world = await World.begin();
  [alice, bob] = await Promise.all([Parley.join(world, 'alice', false), Parley.join(world, 'bobby', false)]);
  sara = await someone('sara');
  tom = await someone('thomas');
}, 120_000);
afterAll(() => world.end());

const TIMES = { timeout: 240_000 };

describe('a group that Parley made', () => {
  let group = '';

  it('has 0.2.20 members who read and are read', TIMES, async () => {
    group = await makeGroup(alice, [bob, sara, tom]);
    await allSecured([alice, bob], group, 2);
    await sdkSecured(sara, group, [alice.aid, bob.aid, sara.aid, tom.aid]);
    await said(alice, group, '大家好');
    await hears(sara, group, ['大家好']);
    await hears(tom, group, ['大家好']);
    await sdkSays(sara, group, 'hello from the SDK');
    for (const parley of [alice, bob]) await reads(parley, group, 'hello from the SDK');
    await hears(tom, group, ['大家好', 'hello from the SDK']);
  });

  it('goes on without the one who was removed', TIMES, async () => {
    const before = await epochOf(alice, group);
    await alice.call('group.kick', { group, aid: tom.aid });
    await allSecured([alice, bob], group, before + 1);
    await sdkSecured(sara, group, [alice.aid, bob.aid, sara.aid]);
    await said(bob, group, 'without tom');
    await hears(sara, group, ['without tom']);
    expect(shown(tom, group)).not.toContain('without tom');
    await expect(sdkSays(tom, group, 'still here?')).rejects.toMatchObject({ code: -33005 });
  });

  it('is written to by one who was away while the key changed', TIMES, async () => {
    await sara.leave();
    const dora = await someone('dora');
    const before = await epochOf(alice, group);
    await alice.call('group.add', { group, members: [{ aid: dora.aid }] });
    await allSecured([alice, bob], group, before + 1);
    await said(alice, group, 'sara is away');
    await hears(dora, group, ['sara is away']);
    await sara.restart();
    await sara.online();
    await sara.client.call('group.pull', { group_id: group, after_message_seq: 0 });
    await sdkSays(sara, group, 'back again');
    for (const parley of [alice, bob]) await reads(parley, group, 'back again');
    await hears(dora, group, ['sara is away', 'back again']);
  });

  it('is muted and led by admins of either kind', TIMES, async () => {
    await alice.call('group.setRole', { group, aid: sara.aid, role: 'admin' });
    await groupIs(bob, group, 'has an admin', () => true);
    await sara.client.call('group.ban', { group_id: group, subject: bob.aid, expires_in_seconds: 600 });
    await groupIs(bob, group, 'is muted', ({ mutedUntil }) => typeof mutedUntil === 'number');
    await sara.client.call('group.unban', { group_id: group, subject: bob.aid });
    await groupIs(bob, group, 'may write again', ({ mutedUntil }) => mutedUntil === null);
    const before = await epochOf(alice, group);
    await sara.client.call('group.kick', { group_id: group, aid: bob.aid });
    await groupIs(bob, group, 'is gone from it', ({ membership }) => membership === 'removed');
    await secured(alice, group, before + 1);
    await said(alice, group, 'bob is out');
    await hears(sara, group, ['bob is out']);
    expect(await textsOf(bob, group)).not.toContain('bob is out');
  });
});

describe('a group that a 0.2.20 client made', () => {
  it('takes Parley in by adding, by code and by request; everybody reads everybody', TIMES, async () => {
    const group = await createGroup(sara, {
      name: 'Of the SDK',
      join_mode: 'approval',
      visibility: 'public',
    });
    await letIn(sara, group, alice.aid);
    await secured(alice, group, 2);
    await sdkSays(sara, group, 'welcome, Parley');
    await reads(alice, group, 'welcome, Parley');
    expect(await textsOf(alice, group)).toContain('welcome, Parley');

    const asked = await bob.call('group.join', { invitation: group, message: 'please' });
    expect(asked['state']).toBe('pending');
    await sara.event('group.changed', (data) => data['action'] === 'join_requested');
    await sara.client.call('group.review_join_request', { group_id: group, aid: bob.aid, approve: true });
    await allSecured([alice, bob], group, 3);
    await said(bob, group, '谢谢');
    await hears(sara, group, ['welcome, Parley', '谢谢']);
    await reads(alice, group, '谢谢');
    expect(await textsOf(bob, group)).not.toContain('welcome, Parley');
    await expect
      .poll(async () => [...(await membersOf(bob, group)).keys()].sort())
      .toEqual([alice.aid, bob.aid, sara.aid].sort());
  });

  it('gives a key to who comes with a code while only a 0.2.20 member is there', TIMES, async () => {
    const group = await createGroup(sara, { join_mode: 'invite_only' });
    await sdkSays(sara, group, 'before anybody');
    const reply = await sara.client.call('group.create_invite_code', { group_id: group, max_uses: 5 });
    const made = isDict(reply) && isDict(reply['invite_code']) ? reply['invite_code'] : {};
    const joined = await bob.call('group.join', { invitation: textOf(made['code']) });
    expect(joined['state']).toBe('joined');
    await secured(bob, group, 2);
    await sdkSays(sara, group, 'now we are two');
    await reads(bob, group, 'now we are two');
    await said(bob, group, 'indeed');
    await hears(sara, group, ['before anybody', 'now we are two', 'indeed']);
    expect(await textsOf(bob, group)).not.toContain('before anybody');
  });

  it('is led by Parley when its owner hands it over', TIMES, async () => {
    const group = await createGroup(sara, { join_mode: 'approval' });
    await letIn(sara, group, alice.aid);
    await secured(alice, group, 2);
    await sara.client.call('group.transfer_owner', { group_id: group, new_owner: alice.aid });
    await groupIs(alice, group, 'is ours', ({ role }) => role === 'owner');
    const before = await epochOf(alice, group);
    await alice.call('group.add', { group, members: [{ aid: tom.aid }] });
    await secured(alice, group, before + 1);
    await sdkSecured(tom, group, [alice.aid, sara.aid, tom.aid]);
    await said(alice, group, 'the new owner speaks');
    await hears(tom, group, ['the new owner speaks']);
    await hears(sara, group, ['the new owner speaks']);
    await alice.call('group.dissolve', { group });
    await sara.event('group.changed', (data) => data['action'] === 'dissolved' && data['group_id'] === group);
    await expect(sdkSays(sara, group, 'too late')).rejects.toThrow();
  });
});
