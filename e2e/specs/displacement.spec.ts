import { cp } from 'node:fs/promises';
import { hostname } from 'node:os';
import { expect, test } from 'playwright/test';
import { World } from '../interop/world';
import { photographFailures, Seat } from '../support/seat';

/** The same data folder copied and started twice: the same identity, device and slot in two windows. */
let world: World;
let one: Seat;
let other: Seat;

test.beforeAll(async () => {
  world = await World.begin();
  one = await Seat.take(world, 'one');
});
test.afterAll(() => world.end());
photographFailures(() => one);

test('the newer window takes the session, the older says who did, and takes it back with one click', async () => {
  const own = await one.join(world, 'twin-self');
  await one.close();
  await cp(one.dataDir, world.folder('seat-other'), { recursive: true });
  await one.start();
  await one.online(own);
  other = await Seat.take(world, 'other');
  await other.online(own);

  await one.presence(own, 'blocked');
  const words = one.page.getByTestId('displacement');
  await expect(words).toContainText('Parley');
  await expect(words).toContainText(hostname());
  await expect
    .poll(async () => (await one.invoke('account.list', {})).accounts[0]?.session)
    .toMatchObject({ state: 'blocked', blocked: 'signed_in_elsewhere' });

  await one.page.getByTestId('remedy').click();
  await one.online(own);
  await other.presence(own, 'blocked');
  await expect(other.page.getByTestId('displacement')).toContainText(hostname());

  // Messages go where the session is, and what came meanwhile is there after taking it back.
  const friend = await world.person('witness').join();
  await friend.tell(own, 'to whoever is in');
  await one.window.visit(friend.aid);
  await one.window.shows('to whoever is in', { own: false });
  await other.page.getByTestId('remedy').click();
  await other.online(own);
  await one.presence(own, 'blocked');
});
