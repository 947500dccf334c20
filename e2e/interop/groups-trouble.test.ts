import { afterAll, beforeAll, expect, it } from 'vitest';
import { Meddler } from '../harness/meddler';
import { isDict } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { allSecured, groupIs, groupOf, makeGroup, reads, said, say, textsOf } from './group-folk';
import { Parley } from './parley';
import { World } from './world';

let world: World;
let meddler: Meddler;
let alice: Parley;
let bob: Parley;
beforeAll(async () => {
  world = await World.begin();
  meddler = await Meddler.before(world.gateway);
  world.onEnd(() => meddler.stop());
  alice = await Parley.join(world, 'alice', false);
  bob = await Parley.join(world, 'bobby', false, { gatewayUrl: meddler.url });
});
afterAll(() => world.end());

async function circle(): Promise<string> {
  const group = await makeGroup(alice, [bob]);
  await allSecured([alice, bob], group, 1);
  await said(alice, group, 'first');
  await reads(bob, group, 'first');
  return group;
}

const times = async (parley: Parley, group: string, text: string): Promise<number> =>
  (await textsOf(parley, group)).filter((each) => each === text).length;

it('an event that puts us out, or ends the group, is not believed against the gateway’s own word', async () => {
  const group = await circle();
  const forged = { module_id: 'group', group_id: group, actor_aid: alice.aid, created_at: Date.now() };
  const asked = meddler.requestsOf('group.get_cursor').length;
  meddler.event('group.changed', { ...forged, action: 'member_removed', member_aid: bob.aid });
  meddler.event('group.changed', { ...forged, action: 'dissolved' });
  await until('bob has asked', () => meddler.requestsOf('group.get_cursor').length >= asked + 2);
  await said(alice, group, 'still in');
  await reads(bob, group, 'still in');
  await groupIs(
    bob,
    group,
    'is in',
    ({ membership, status }) => membership === 'member' && status === 'active',
  );
});

it('numbers that start again, or leave holes, lose nothing and bring nothing twice', async () => {
  const group = await circle();
  await world.gateway.admin('group_skip_seqs', { group_id: group, messages: 7, events: 3 });
  await said(alice, group, 'behind a hole');
  await reads(bob, group, 'behind a hole');
  await bob.stop();
  await world.gateway.admin('group_wipe', { group_id: group });
  await say(alice, group, 'after the end of the world');
  await bob.startAgain();
  await reads(bob, group, 'after the end of the world');
  await said(alice, group, 'and on');
  await reads(bob, group, 'and on');
  for (const text of ['first', 'behind a hole', 'after the end of the world', 'and on'])
    expect(await times(bob, group, text)).toBe(1);
});

it('pushes that are doubled or never come cost nothing', async () => {
  const group = await circle();
  let count = 0;
  meddler.meddle = (frame, method): Dict | readonly Dict[] | null => {
    if (method !== 'event/group.message_created') return frame;
    count += 1;
    return count % 2 === 0 ? [frame, frame] : null;
  };
  const texts = Array.from({ length: 6 }, (_each, at) => `text ${String(at)}`);
  for (const text of texts) await said(alice, group, text);
  meddler.meddle = null;
  // A push that came shows what lies before it as missing; that is fetched right after.
  for (const text of texts) await reads(bob, group, text);
  const heard = await textsOf(bob, group);
  expect(heard.filter((text) => text.startsWith('text '))).toEqual(texts);
});

it('a gateway that announces a million messages and never ends a page is survived', async () => {
  const group = await circle();
  meddler.meddle = (frame, method) => {
    const { result } = frame;
    if (method !== 'group.pull' || !isDict(result)) return frame;
    return {
      ...frame,
      result: { ...result, has_more: true, latest_message_seq: 1_000_000, retention_floor_message_seq: 1e15 },
    };
  };
  meddler.event('group.message_created', { module_id: 'group', group_id: group, seq: 1_000_000 });
  await said(alice, group, 'between lies');
  await reads(bob, group, 'between lies');
  meddler.meddle = null;
  await said(alice, group, 'after them');
  await reads(bob, group, 'after them');
  expect((await groupOf(bob, group))['membership']).toBe('member');
});
