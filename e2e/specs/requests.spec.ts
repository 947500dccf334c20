import { expect, test } from 'playwright/test';
import { World } from '../interop/world';
import { photographFailures, Seat } from '../support/seat';

/** Strangers who write first: asked about, not let in; blocked ones are kept out of sight. */
let world: World;
let seat: Seat;
let own: string;

test.beforeAll(async () => {
  world = await World.begin();
  seat = await Seat.take(world, 'hostess');
  own = await seat.join(world, 'hostess');
});
test.afterAll(() => world.end());
photographFailures(() => seat);

const row = (aid: string) =>
  seat.page.locator(`[data-testid="conversation-row"][data-conversation="${aid}"]`).first();
const account = async () => (await seat.invoke('account.list', {})).accounts[0];

test('a stranger waits in the requests, counts nowhere else, and is let in with one click', async () => {
  const alice = await world.person('alice').join();
  await alice.tell(own, 'hello, may I?');
  await seat.page.getByTestId('open-requests').click();
  await expect(row(alice.aid)).toContainText('hello, may I?');
  await expect.poll(account).toMatchObject({ unread: 0, requests: 1 });
  await row(alice.aid).click();
  await seat.page.getByTestId('request-bar').waitFor();
  await expect(seat.page.getByTestId('composer')).toHaveCount(0);
  await seat.page.getByTestId('request-accept').click();
  await seat.window.composer().waitFor();
  await expect.poll(account).toMatchObject({ requests: 0 });
  await seat.window.say('of course');
  expect(await alice.heard(1)).toEqual(['of course']);
});

test('somebody who is blocked goes on writing to nobody, and nothing of it is lost', async () => {
  const mallory = await world.person('mallory').join();
  await mallory.tell(own, 'buy now');
  const back = seat.page.getByTestId('back-to-inbox');
  await back.or(seat.page.getByTestId('open-requests')).first().waitFor();
  if (await back.isVisible()) await back.click();
  await seat.page.getByTestId('open-requests').click();
  await row(mallory.aid).click();
  await seat.page.getByTestId('request-block').click();
  await seat.page.getByTestId('confirm').click();
  await expect(row(mallory.aid)).toHaveCount(0);
  await mallory.tell(own, 'buy more');
  await expect.poll(() => seat.texts(own, mallory.aid, 'theirs')).toEqual(['buy now', 'buy more']);
  await expect.poll(account).toMatchObject({ unread: 0, requests: 0 });
  await expect
    .poll(async () => {
      const { conversations } = await seat.invoke('conversation.list', { account: own, view: 'blocked' });
      return conversations.map(({ conversation }) => conversation);
    })
    .toEqual([mallory.aid]);
});

test('a request that is deleted is gone, and the next message asks again', async () => {
  const eve = await world.person('evening').join();
  await eve.tell(own, 'once');
  await expect.poll(account).toMatchObject({ requests: 1 });
  await seat.invoke('conversation.delete', { account: own, conversation: eve.aid });
  await expect.poll(account).toMatchObject({ requests: 0 });
  await eve.tell(own, 'twice');
  await expect.poll(account).toMatchObject({ requests: 1 });
  await expect.poll(() => seat.texts(own, eve.aid, 'theirs')).toEqual(['twice']);
});
