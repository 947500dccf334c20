import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isDict, textOf } from '../harness/sdk0220';
import { until } from '../harness/until';
import { allSecured, epochOf, groupIs, groupOf, makeGroup, reads, say, secured, textsOf } from './group-folk';
import { Parley } from './parley';
import { World } from './world';

/* Keys of groups with real engines at the real gateway: who gets them, who does not, and what interrupts them. */

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.end());

const names = ['anna', 'bert', 'carl', 'dora', 'emil'];
const people = (count: number): Promise<Parley[]> =>
  Promise.all(names.slice(0, count).map((name) => Parley.join(world, name, false)));

/** The state of the keys as somebody's window shows it. */
async function stateOf(parley: Parley, group: string): Promise<string> {
  const { keys } = await groupOf(parley, group);
  return isDict(keys) ? textOf(keys['state']) : '';
}

describe('keys of groups with real engines', () => {
  it('are the same for five members, change with each who goes, and leave those behind', async () => {
    const folk = await people(5);
    const [anna, bert, carl, dora, emil] = folk;
    if (
      anna === undefined ||
      bert === undefined ||
      carl === undefined ||
      dora === undefined ||
      emil === undefined
    )
      throw new Error('nobody there');
    const group = await makeGroup(anna, [bert, carl, dora, emil]);
    const first = await allSecured(folk, group, 2);
    await say(emil, group, 'five of us');
    await Promise.all(folk.map((each) => reads(each, group, 'five of us')));
    await anna.act('group.kick', { group, aid: carl.aid });
    const second = await allSecured([anna, bert, dora, emil], group, first + 1);
    await dora.act('group.leave', { group });
    await allSecured([anna, bert, emil], group, second + 1);
    await say(bert, group, 'three of us');
    await Promise.all([anna, emil].map((each) => reads(each, group, 'three of us')));
    expect(await stateOf(carl, group)).toBe('none');
    expect(await textsOf(carl, group)).not.toContain('three of us');
    expect(await textsOf(dora, group)).not.toContain('three of us');
  }, 120_000);

  it('reach who was away while they changed twice, with what was written under each', async () => {
    const [anna, bert, carl] = await people(3);
    if (anna === undefined || bert === undefined || carl === undefined) throw new Error('nobody there');
    const [dora] = (await people(4)).slice(3);
    if (dora === undefined) throw new Error('nobody there');
    const group = await makeGroup(anna, [bert, carl]);
    const before = await allSecured([anna, bert, carl], group, 2);
    await bert.stop();
    await anna.act('group.add', { group, members: [{ aid: dora.aid }] });
    const between = await allSecured([anna, carl, dora], group, before + 1);
    await say(carl, group, 'under the key between');
    await reads(anna, group, 'under the key between');
    await anna.act('group.kick', { group, aid: dora.aid });
    await allSecured([anna, carl], group, between + 1);
    await say(anna, group, 'under the last key');
    await bert.startAgain();
    await reads(bert, group, 'under the key between');
    await reads(bert, group, 'under the last key');
  }, 120_000);

  it('come to a second device, which reads what is written from then on and answers for what it may', async () => {
    const [anna, bert] = await people(2);
    if (anna === undefined || bert === undefined) throw new Error('nobody there');
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
  }, 120_000);

  it('are finished after the one who changes them was killed in the middle', async () => {
    const [anna, bert, carl] = await people(3);
    if (anna === undefined || bert === undefined || carl === undefined) throw new Error('nobody there');
    const group = await makeGroup(anna, [bert, carl]);
    const before = await allSecured([anna, bert, carl], group, 2);
    const kick = anna.act('group.kick', { group, aid: carl.aid }).catch(() => ({}));
    await until('carl is out', async () => (await stateOf(carl, group)) === 'none');
    await anna.kill();
    await kick;
    await anna.startAgain();
    await allSecured([anna, bert], group, before + 1);
    await say(bert, group, 'after the crash');
    await reads(anna, group, 'after the crash');
  }, 120_000);

  it('are changed by members of an open group while nobody who leads is there', async () => {
    const [anna, bert, carl] = await people(3);
    if (anna === undefined || bert === undefined || carl === undefined) throw new Error('nobody there');
    const group = await makeGroup(anna, [bert], { visibility: 'public', joinMode: 'open' });
    const before = await allSecured([anna, bert], group, 2);
    await anna.stop();
    await carl.act('group.join', { invitation: group });
    await groupIs(carl, group, 'is joined', ({ membership }) => membership === 'member');
    await allSecured([bert, carl], group, before + 1);
    await say(carl, group, 'nobody leads');
    await reads(bert, group, 'nobody leads');
    await anna.startAgain();
    await reads(anna, group, 'nobody leads');
    expect(await epochOf(anna, group)).toBeGreaterThan(before);
  }, 120_000);
});
