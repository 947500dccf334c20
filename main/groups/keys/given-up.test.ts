import { beforeEach, expect, it } from 'vitest';
import type { KeyParty } from '../testing/key-party';
import { KeyWorld } from '../testing/key-world';

const GROUP = 'group.aun.test/g-lost01';
const [ANNA, BERT, CARL] = ['anna.aun.test', 'bert.aun.test', 'carl.aun.test'] as const;
/** Longer than all rounds for an old key together, ms. */
const LONG = 1_500_000;

let world: KeyWorld;
let anna: KeyParty;
let bert: KeyParty;
let told: [group: string, epoch: number][];

/** Bert is in since epoch 2, the group is at 3, and he lost everything. */
beforeEach(async () => {
  world = new KeyWorld();
  anna = await world.party(ANNA);
  const former = await world.party(BERT);
  await world.party(CARL);
  await anna.create(GROUP, 'approval');
  anna.add(GROUP, BERT);
  await anna.keys.settled(GROUP);
  await world.pass(10_000);
  anna.add(GROUP, CARL);
  await anna.keys.settled(GROUP);
  await world.pass(10_000);
  expect(world.gateway.group(GROUP).committed).toBe(3);
  expect(former.keys.epochs(GROUP).map(({ epoch }) => epoch)).toEqual([3, 2]);
  former.store.keys.delete(GROUP);
  for (const party of world.parties) if (party !== former) party.offline();
  bert = await world.restart(former);
  told = [];
  bert.keys.onGivenUp((...which) => told.push(which));
});

it('an old key that nobody gave in all rounds is given up, once; the one in force never', async () => {
  bert.keys.missing(GROUP, 2, ANNA);
  bert.keys.missing(GROUP, 3, ANNA);
  await world.pass(60_000, 5_000);
  expect(told).toEqual([]);
  await world.pass(LONG, 5_000);
  expect(told).toEqual([[GROUP, 2]]);
});

it('keys of before our time are given up at once', async () => {
  bert.keys.missing(GROUP, 1, ANNA);
  await world.pass(1_000);
  expect(told).toEqual([[GROUP, 1]]);
});

it('a number that the gateway gave out since the last look is no nonsense, one that it never gave is', async () => {
  bert.keys.missing(GROUP, 3, ANNA);
  await world.pass(100);
  const group = world.gateway.group(GROUP);
  // Nothing tells that the number moved on.
  group.committed = 4;
  bert.keys.missing(GROUP, 4, ANNA);
  bert.keys.missing(GROUP, 9, ANNA);
  await world.pass(10_000);
  expect(told).toEqual([[GROUP, 9]]);
});

it('a key that came, or a group we left, is nothing to give up; a new connection begins anew', async () => {
  bert.keys.missing(GROUP, 2, ANNA);
  await world.pass(600_000, 5_000);
  bert.offline();
  bert.online();
  await world.pass(600_000, 5_000);
  expect(told).toEqual([]);
  anna.online();
  bert.offline();
  bert.online();
  bert.keys.missing(GROUP, 2, ANNA);
  await world.pass(60_000, 1_000);
  expect(bert.keys.secret(GROUP, 2)).not.toBeNull();
  anna.offline();
  bert.store.keys.delete(GROUP);
  await bert.keys.leftGroup(GROUP, false);
  await world.pass(LONG, 5_000);
  expect(told).toEqual([]);
});
