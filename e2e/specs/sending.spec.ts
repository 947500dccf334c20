import { expect, test } from 'playwright/test';
import { World } from '../interop/world';
import { photographFailures, Seat } from '../support/seat';

/** Messages that cannot go, or cannot be read: they say why, keep what they hold, and go on when it is possible. */
let world: World;
let seat: Seat;
let own: string;

test.beforeAll(async () => {
  world = await World.begin();
  seat = await Seat.take(world, 'sender');
  own = await seat.join(world, 'sender');
});
test.afterAll(() => world.end());
photographFailures(() => seat);

function trouble(): ReturnType<Seat['page']['getByTestId']> {
  return seat.page.getByTestId('delivery-trouble');
}

test('a message to somebody without keys waits, says so, and leaves by itself when there are some', async () => {
  const late = world.person('later');
  await late.client.createAid(late.aid);
  const { page } = seat;
  await page.getByTestId('new-conversation').click();
  await page.getByTestId('peer-address').fill(late.aid);
  await expect(page.getByText('has not set up encryption yet. You can write now')).toBeVisible();
  await page.getByTestId('open-conversation').click();
  await page.getByTestId('new-conversation-dialog').waitFor({ state: 'detached' });
  await seat.window.say('等你上线');
  await seat.window.say('and a second one');
  await seat.window.shows('等你上线', { state: 'queued' });
  await expect(trouble()).toContainText(`${late.aid} has not set up encryption yet. Your message is kept`);
  await expect(page.getByTestId('security-line')).toContainText('has not set up encryption yet');
  await late.online();
  // It would look again within a minute; a new connection looks at once.
  await world.gateway.admin('drop', { aid: own });
  expect(await late.heard(2)).toEqual(['等你上线', 'and a second one']);
  expect(late.received.every((row) => row['encrypted'] === true)).toBe(true);
  await seat.window.shows('and a second one', { state: 'delivered' });
  await expect(trouble()).toHaveCount(0);
  await expect(page.getByTestId('security-line')).toHaveText('Encrypted · not yet verified');
});

test('a message that waits for keys can be tried now, taken back to be edited, and leaves once', async () => {
  const late = world.person('patience');
  await late.client.createAid(late.aid);
  await seat.invoke('conversation.open', { account: own, peer: late.aid });
  await seat.window.choose(late.aid);
  await seat.window.say('with a tpyo');
  await expect(trouble()).toHaveCount(1);
  await trouble().getByTestId('message-edit').click();
  await expect(seat.window.composer()).toHaveValue('with a tpyo');
  await expect(seat.page.getByTestId('bubble')).toHaveCount(0);
  await seat.window.say('without a typo');
  await expect(trouble()).toHaveCount(1);
  await late.online();
  await trouble().getByTestId('message-retry').click();
  expect(await late.heard(1)).toEqual(['without a typo']);
  await seat.window.shows('without a typo', { state: 'delivered' });
});

test('an address that nobody has is told before writing, and after it with a way to try again', async () => {
  const nobody = world.person('nobody');
  const { page } = seat;
  await page.getByTestId('new-conversation').click();
  await page.getByTestId('peer-address').fill(nobody.aid);
  await expect(page.getByText(`Nobody has the address ${nobody.aid}`)).toBeVisible();
  await expect(page.getByTestId('open-conversation')).toBeDisabled();
  await page.keyboard.press('Escape');
  await seat.invoke('conversation.open', { account: own, peer: nobody.aid });
  await seat.window.choose(nobody.aid);
  await seat.window.say('is anybody there?');
  await seat.window.shows('is anybody there?', { state: 'failed' });
  await expect(trouble()).toContainText('Not sent. Nobody has this address.');
  await nobody.join();
  await trouble().getByTestId('message-retry').click();
  await seat.window.shows('is anybody there?', { state: 'delivered' });
  expect(await nobody.heard(1)).toEqual(['is anybody there?']);
});

test('a gateway that is busy or asks for a pause makes messages wait in their order', async () => {
  const peer = await world.person('patient').join();
  await seat.window.visit(peer.aid);
  await world.gateway.admin('fail_next', { method: 'message.send', code: 5003, message: 'busy' });
  await world.gateway.admin('fail_next', {
    method: 'message.send',
    code: -32029,
    message: 'rate limit exceeded',
    data: { retry_after: 1 },
  });
  for (const text of ['one', 'two', 'three']) await seat.window.say(text);
  expect(await peer.heard(3)).toEqual(['one', 'two', 'three']);
  await seat.window.shows('three', { state: 'delivered' });
});

test('a message that cannot be opened shows why and what arrived, and the next one is read', async () => {
  const mallory = await world.person('mallory').join();
  await mallory.tell(own, 'readable');
  await mallory.client.rawCall('message.send', {
    to: own,
    type: 'e2ee.encrypted',
    encrypted: true,
    message_id: 'cannot-open',
    payload: {
      type: 'e2ee.encrypted',
      version: '1',
      encryption_mode: 'prekey_ecdh_v2',
      ciphertext: 'Q29ycnVwdGVk',
      aad: { from: mallory.aid, to: own, message_id: 'cannot-open' },
    },
  });
  await mallory.tell(own, 'readable again');
  await seat.window.visit(mallory.aid);
  await seat.window.shows('readable again', { own: false });
  const unreadable = seat.page.getByTestId('undecryptable');
  await expect(unreadable).toHaveCount(1);
  await expect(unreadable).toContainText(/This message can’t be read/);
  await unreadable.getByRole('button', { name: 'Details' }).click();
  const dialog = seat.page.getByTestId('raw-dialog');
  await expect(dialog.locator('pre')).toContainText('Q29ycnVwdGVk');
  await expect(dialog.locator('pre')).toContainText('cannot-open');
  await seat.page.keyboard.press('Escape');
  const order = await seat.stored(own, mallory.aid);
  expect(order.map((message) => message.content.kind)).toEqual(['text', 'undecryptable', 'text']);
});

test('a text that is too long for one message is told while typing and does not leave', async () => {
  const peer = await world.person('limits').join();
  await seat.window.visit(peer.aid);
  const composer = seat.window.composer();
  await composer.fill('长'.repeat(240_000));
  await expect(seat.page.getByText('This text is too long for one message.', { exact: false })).toBeVisible();
  await expect(seat.page.getByTestId('send')).toBeDisabled();
  await composer.press('Enter');
  expect(await seat.texts(own, peer.aid, 'own')).toEqual([]);
  const longest = '长'.repeat(200_000);
  await composer.fill(longest);
  await composer.press('Enter');
  expect(await peer.heard(1)).toEqual([longest]);
});
