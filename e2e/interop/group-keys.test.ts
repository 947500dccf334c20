import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isDict, textOf } from '../harness/sdk0220';
import { until } from '../harness/until';
import { allSecured, epochOf, groupIs, groupOf, makeGroup, reads, say, secured, textsOf } from './group-folk';
import { Parley } from './parley';
import { World } from './world';

/* Keys of groups with real engines at the real gateway: who gets them, who does not, and what interrupts them. */

let world: World;
let anna: Parley;
let bert: Parley;
let carl: Parley;
let dora: Parley;
let emil: Parley;
beforeAll(async () => {
  world = await World.begin();
  const join = (name: string): Promise<Parley> => Parley.join(world, name, false);
  [anna, bert, carl, dora, emil] = await Promise.all([
    join('anna'),
    join('bert'),
    join('carl'),
    join('dora'),
    join('emil'),
  ]);
}, 120_000);
afterAll(() => world.end());

/** The state of the keys as somebody's window shows it. */
async function stateOf(parley: Parley, group: string): Promise<string> {
  const { keys } = await groupOf(parley, group);
  return isDict(keys) ? textOf(keys['state']) : '';
}

describe('keys of groups with real engines', () => {
  it('are the same for five members, change with each who goes, and leave those behind', async () => {
    const folk = [anna, bert, carl, dora, emil];
    const group = await makeGroup(anna, [bert, carl, dora, emil]);
    const first = await allSecured(folk, group, 2);
    await say(emil, group, 'five of us');
    await Promise.all(folk.map((each) => reads(each, group, 'five of us')));
    await anna.call('group.kick', { group, aid: carl.aid });
    const second = await allSecured([anna, bert, dora, emil], group, first + 1);
    await dora.call('group.leave', { group });
    await allSecured([anna, bert, emil], group, second + 1);
    await say(bert, group, 'three of us');
    await Promise.all([anna, emil].map((each) => reads(each, group, 'three of us')));
    await expect.poll(() => stateOf(carl, group)).toBe('none');
    expect(await textsOf(carl, group)).not.toContain('three of us');
    expect(await textsOf(dora, group)).not.toContain('three of us');
  }, 240_000);

  it('reach who was away while they changed twice, with what was written under each', async () => {
    const group = await makeGroup(anna, [bert, carl]);
    const before = await allSecured([anna, bert, carl], group, 2);
    await bert.stop();
    await anna.call('group.add', { group, members: [{ aid: dora.aid }] });
    const between = await allSecured([anna, carl, dora], group, before + 1);
    await say(carl, group, 'under the key between');
    await reads(anna, group, 'under the key between');
    await anna.call('group.kick', { group, aid: dora.aid });
    await allSecured([anna, carl], group, between + 1);
    await say(anna, group, 'under the last key');
    await bert.startAgain();
    await reads(bert, group, 'under the key between');
    await reads(bert, group, 'under the last key');
  }, 240_000);

  it('come to a second device, which reads what is written from then on and answers for what it may', async () => {
    const group = await makeGroup(anna, [bert]);
    await allSecured([anna, bert], group, 2);
    await say(anna, group, 'before the second device');
    await reads(bert, group, 'before the second device');
    const tablet = await bert.otherDevice(world);
    await secured(tablet, group, 2);
    await reads(tablet, group, 'before the second device');
    await say(tablet, group, 'from the second device');
    await reads(anna, group, 'from the second device');
    await reads(bert, group, 'from the second device');
  }, 240_000);

  it('are finished after the one who changes them was killed in the middle', async () => {
    const group = await makeGroup(anna, [bert, carl]);
    const before = await allSecured([anna, bert, carl], group, 2);
    const kick = anna.call('group.kick', { group, aid: carl.aid }).catch(() => ({}));
    await until('carl is out', async () => (await stateOf(carl, group)) === 'none');
    await anna.kill();
    await kick;
    await anna.startAgain();
    await allSecured([anna, bert], group, before + 1);
    await say(bert, group, 'after the crash');
    await reads(anna, group, 'after the crash');
  }, 240_000);

  it('are changed by members of an open group while nobody who leads is there', async () => {
    const group = await makeGroup(anna, [bert], { visibility: 'public', joinMode: 'open' });
    const before = await allSecured([anna, bert], group, 2);
    await anna.stop();
    await carl.call('group.join', { invitation: group });
    await groupIs(carl, group, 'is joined', ({ membership }) => membership === 'member');
    await allSecured([bert, carl], group, before + 1);
    await say(carl, group, 'nobody leads');
    await reads(bert, group, 'nobody leads');
    await anna.startAgain();
    await reads(anna, group, 'nobody leads');
    await expect.poll(() => epochOf(anna, group)).toBeGreaterThan(before);
  }, 240_000);
});
