import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dictsOf, isDict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { allSecured, groupIs, groupOf, makeGroup, reads, say, secured, textsOf } from './group-folk';
import { Parley } from './parley';
import { World } from './world';

let world: World;
let alice: Parley;
let bob: Parley;
beforeAll(async () => {
  world = await World.begin();
  alice = await Parley.join(world, 'alice', false);
  bob = await Parley.join(world, 'bobby', false);
});
afterAll(() => world.end());

describe('days away', () => {
  it('brings every message once and in order, and acknowledges them', async () => {
    const group = await makeGroup(alice, [bob]);
    await allSecured([alice, bob], group, 1);
    await bob.stop();
    const texts = Array.from({ length: 250 }, (_each, at) => `message ${String(at)}`);
    for (const text of texts) await say(alice, group, text);
    await until('everything has left', async () => {
      const row = (await alice.timeline(group)).at(-1);
      return row?.['state'] === 'sent';
    });
    await bob.startAgain();
    await reads(bob, group, 'message 249');
    const read = await until('bob has everything', async () => {
      const found = (await textsOf(bob, group)).filter((text) => text.startsWith('message '));
      return found.length >= texts.length && found;
    });
    expect(read).toEqual(texts);
    // A second start brings nothing twice.
    await bob.stop();
    await bob.startAgain();
    await say(alice, group, 'one more');
    await reads(bob, group, 'one more');
    expect((await textsOf(bob, group)).filter((text) => text.startsWith('message '))).toEqual(texts);
  });

  it('learns that the group ended, and keeps what it had', async () => {
    const group = await makeGroup(alice, [bob]);
    await allSecured([alice, bob], group, 1);
    await say(alice, group, 'before the end');
    await reads(bob, group, 'before the end');
    await bob.stop();
    await alice.call('group.dissolve', { group });
    await bob.startAgain();
    await groupIs(bob, group, 'is dissolved', ({ status }) => status === 'dissolved');
    expect(await textsOf(bob, group)).toContain('before the end');
  });
});

describe('two devices of one identity', () => {
  it('both have the group, what others wrote, and what the other device wrote', async () => {
    const group = await makeGroup(alice, [bob]);
    await allSecured([alice, bob], group, 1);
    const laptop = await alice.otherDevice(world);
    await secured(laptop, group);
    await say(bob, group, 'for both');
    await Promise.all([reads(alice, group, 'for both'), reads(laptop, group, 'for both')]);
    await say(laptop, group, 'from the laptop');
    await Promise.all([reads(alice, group, 'from the laptop'), reads(bob, group, 'from the laptop')]);
    const own = (await alice.timeline(group)).filter((row) => row['own'] === true);
    expect(own.map((row) => row['state'])).toEqual(own.map(() => 'sent'));
    // What was taken back on one device goes on the other, and with everybody else.
    const sent = await laptop.message(group, 'from the laptop');
    expect(await laptop.call('message.recall', { ids: [sent['id']] })).toMatchObject({ refused: [] });
    for (const parley of [alice, bob])
      await until(`${parley.aid} sees it taken back`, async () => {
        const row = (await parley.timeline(group)).find((each) => each['messageId'] === sent['messageId']);
        return isDict(row?.['content']) && row['content']['kind'] === 'recalled';
      });
    await laptop.stop();
  });
});

describe('leaving by deleting', () => {
  it('is no way out for the owner, and leaves the group for everybody else', async () => {
    const group = await makeGroup(alice, [bob]);
    await groupIs(bob, group, 'is there', ({ membership }) => membership === 'member');
    await expect(alice.call('conversation.delete', { conversation: group })).rejects.toMatchObject({
      code: 'group_owner_leaves',
    });
    await bob.call('conversation.delete', { conversation: group });
    expect(await groupOf(bob, group)).toEqual({});
    await groupIs(alice, group, 'has one member', ({ memberCount }) => memberCount === 1);
    const members = async (): Promise<unknown[]> =>
      dictsOf((await alice.call('group.members', { group }))['members']).map((member) => member['aid']);
    await expect.poll(members).toEqual([alice.aid]);
  });
});
