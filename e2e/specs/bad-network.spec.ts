import { expect, test } from 'playwright/test';
import { World } from '../interop/world';
import type { Person } from '../harness/person';
import { photographFailures, Seat } from '../support/seat';

/** A gateway that loses, doubles, delays and shuffles what it pushes, restarts, and forgets its numbers. */
let world: World;
let seat: Seat;
let own: string;
let friend: Person;
const written: string[] = [];

test.beforeAll(async () => {
  world = await World.begin();
  seat = await Seat.take(world, 'patient');
  own = await seat.join(world, 'patient');
  friend = await world.person('friend').join();
  await seat.invoke('conversation.open', { account: own, peer: friend.aid });
  await seat.window.choose(friend.aid);
});
test.afterAll(() => world.end());
photographFailures(() => seat);

async function write(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const text = `第 ${String(written.length)} 条`;
    await friend.tell(own, text);
    written.push(text);
  }
}

const received = (): Promise<readonly string[]> => seat.texts(own, friend.aid, 'theirs');

test('pushes that are lost, doubled, late or out of order leave every message once and in order', async () => {
  await world.gateway.admin('push_chaos', {
    rates: { drop: 0.3, duplicate: 0.3, delay: 0.2, reorder: 0.2 },
    seed: 7,
    max_delay_ms: 200,
  });
  await write(80);
  await world.gateway.admin('push_chaos', { rates: null });
  // The last one comes as it should and shows what is missing before it.
  await write(1);
  await expect.poll(received, { timeout: 30_000 }).toEqual(written);
  await seat.window.shows(written.at(-1) ?? '', { own: false });
});

test('days of messages are there at once after being away, and a hole for good stops nothing', async () => {
  await seat.close();
  await write(60);
  await world.gateway.admin('skip_seqs', { aid: own, count: 3 });
  await write(60);
  await seat.start();
  await seat.page.getByTestId('shell').waitFor();
  await seat.online(own);
  await seat.window.visit(friend.aid);
  await expect.poll(received, { timeout: 30_000 }).toEqual(written);
});

test('a gateway that was killed and one that forgot its numbers lose nothing and double nothing', async () => {
  await world.gateway.kill();
  await world.gateway.startAgain();
  await seat.online(own);
  await expect
    .poll(
      () =>
        write(1)
          .then(() => true)
          .catch(() => false),
      { timeout: 30_000 },
    )
    .toBe(true);
  await world.gateway.admin('wipe_counters', { aid: own });
  await write(5);
  await expect.poll(received, { timeout: 40_000 }).toEqual(written);
  await seat.window.say('still here');
  await seat.window.shows('still here', { state: 'delivered' });
});
