import { cpSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isDict, textOf } from '../harness/sdk0220';
import { until } from '../harness/until';
import { allSecured, epochOf, groupIs, groupOf, makeGroup, reads, said, say, textsOf } from './group-folk';
import { Parley } from './parley';
import { World } from './world';

/* A gateway that came back with an older state, as after a backup: it knows less of the keys than its members do. */

let world: World;
let anna: Parley;
let bert: Parley;
let carl: Parley;
beforeAll(async () => {
  world = await World.begin();
  [anna, bert, carl] = await Promise.all([
    Parley.join(world, 'anna', false),
    Parley.join(world, 'bert', false),
    Parley.join(world, 'carl', false),
  ]);
}, 120_000);
afterAll(() => world.end());

/** Lets the gateway come back with what it had kept under one name, and keeps what it has now under another. */
async function gatewayReturns(from: string | null, keptAs: string): Promise<void> {
  await world.gateway.stop();
  const [data, kept] = [world.folder('gateway'), world.folder(keptAs)];
  cpSync(data, kept, { recursive: true });
  if (from !== null) {
    rmSync(data, { recursive: true });
    cpSync(world.folder(from), data, { recursive: true });
  }
  await world.gateway.startAgain();
}

it('is not followed back to an older key, and the group goes on once it knows the newer one again', async () => {
  const group = await makeGroup(anna, [bert]);
  const old = await allSecured([anna, bert], group, 1);
  await gatewayReturns(null, 'early');
  await anna.back(world);
  await anna.call('group.add', { group, members: [{ aid: carl.aid }] });
  const newer = await allSecured([anna, bert, carl], group, old + 1);
  await said(anna, group, 'under the newer key');
  await Promise.all([reads(bert, group, 'under the newer key'), reads(carl, group, 'under the newer key')]);

  await gatewayReturns('early', 'late');
  await Promise.all([anna.back(world), bert.back(world)]);
  // Carl is not in as the gateway sees it: the members it would change the key for are others again.
  await anna.call('group.add', { group, members: [{ aid: carl.aid }] });
  const { messageId } = await say(anna, group, 'never under an older key');
  await groupIs(anna, group, 'is not secured', ({ keys }) => {
    return isDict(keys) && (keys['state'] === 'securing' || keys['state'] === 'waiting');
  });
  await until('the message waits for a key', async () => {
    const row = (await anna.timeline(group)).find((each) => each['messageId'] === messageId);
    return row?.['state'] === 'queued' && row['stateReason'] === 'group_securing';
  });
  // Asking for it by hand changes nothing about that, and is no error.
  await anna.call('group.repairKeys', { group });
  const { keys } = await groupOf(anna, group);
  expect(isDict(keys) ? textOf(keys['state']) : '').not.toBe('secured');
  expect(await textsOf(bert, group)).not.toContain('never under an older key');

  await gatewayReturns('late', 'wrong');
  await Promise.all([anna.back(world), bert.back(world), carl.back(world)]);
  await anna.state(group, messageId, 'sent');
  await Promise.all([
    reads(bert, group, 'never under an older key'),
    reads(carl, group, 'never under an older key'),
  ]);
  await expect.poll(() => epochOf(anna, group)).toBeGreaterThanOrEqual(newer);
}, 180_000);
