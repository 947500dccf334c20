import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { World } from '../interop/world';
import { photographFailures, Seat } from '../support/seat';

/** Five identities in one window, for a long time: order, quiet, sign-out, removal, and who writes. */
let world: World;
let seat: Seat;
const names = ['first-one', 'second-one', 'third-one', 'fourth-one', 'fifth-one'];
const aids = names.map((name) => `${name}.aun.test`);
const [first = '', second = '', third = '', fourth = '', fifth = ''] = aids;

test.beforeAll(async () => {
  world = await World.begin();
  seat = await Seat.take(world, 'many');
  for (const name of names) await seat.join(world, name, name.toUpperCase());
});
test.afterAll(() => world.end());
photographFailures(() => seat);

function textIn(row: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(row['payload']).replace(/^.*"text":"([^"]*)".*$/, '$1');
}

const rail = (account: string) =>
  seat.page.locator(`[data-testid="rail-account"][data-account="${account}"]`);

async function order(): Promise<(string | null)[]> {
  return seat.page
    .getByTestId('rail-account')
    .evaluateAll((all) => all.map((element) => element.getAttribute('data-account')));
}

test('all five are online after a restart, each with keys, database, device and colour of its own', async () => {
  await seat.restart();
  for (const aid of aids) await seat.online(aid);
  await expect.poll(order).toEqual(aids);
  const { accounts } = await seat.invoke('account.list', {});
  expect(new Set(accounts.map((account) => account.certificateFingerprint)).size).toBe(5);
  const devices = new Set<string | null>();
  for (const account of aids) devices.add((await seat.invoke('account.advanced.get', { account })).deviceId);
  expect(devices.size).toBe(5);
  for (const aid of aids) expect(existsSync(path.join(seat.dataDir, 'AIDs', aid, 'parley.db'))).toBe(true);
});

test('the order follows the keyboard and stays', async () => {
  await rail(fifth).focus();
  await seat.page.keyboard.press('Alt+ArrowUp');
  await seat.page.keyboard.press('Alt+ArrowUp');
  await expect.poll(order).toEqual([first, second, fifth, third, fourth]);
  await expect(rail(fifth)).toBeFocused();
  await seat.restart();
  await seat.online(fifth);
  await expect.poll(order).toEqual([first, second, fifth, third, fourth]);
  await seat.page.keyboard.press('Control+3');
  await expect(rail(fifth)).toHaveAttribute('aria-current', 'true');
});

test('a muted identity is quiet, a signed-out one stays away; the others notice nothing', async () => {
  await seat.invoke('account.update', { account: second, notifications: 'none' });
  const friend = await world.person('caller').join();
  // Somebody known: a stranger would wait in the requests.
  for (const account of [first, second, third]) {
    await seat.invoke('conversation.open', { account, peer: friend.aid });
  }
  await seat.invoke('account.disconnect', { account: third });
  await friend.tell(second, 'psst');
  await friend.tell(third, 'are you there?');
  await friend.tell(first, 'hello there');
  await expect(rail(first)).toHaveAttribute('aria-label', /1 unread/);
  await expect(rail(second)).toHaveAttribute('aria-label', /muted.*1 unread/);
  await expect(rail(second).locator('.rail-account__unread')).toHaveAttribute('data-muted', 'true');
  await seat.restart();
  await seat.online(first);
  await seat.online(second);
  await expect(rail(third)).toHaveAttribute('data-presence', 'signed-out');
  await seat.invoke('account.connect', { account: third });
  await seat.online(third);
  await expect(rail(third)).toHaveAttribute('aria-label', /1 unread/);
});

test('what is typed stays with the identity it was typed under, however fast one switches', async () => {
  const friend = await world.person('reader').join();
  for (const account of [first, second]) {
    await rail(account).click();
    await seat.window.visit(friend.aid);
  }
  await rail(first).click();
  await expect(seat.page.getByTestId('composer-identity')).toContainText('FIRST-ONE');
  await seat.window.composer().pressSequentially('only from the first');
  await rail(second).click();
  await expect(seat.page.getByTestId('composer-identity')).toContainText('SECOND-ONE');
  await expect(seat.window.composer()).toHaveValue('');
  await seat.window.composer().fill('from the second');
  await rail(first).click();
  await rail(second).click();
  await rail(first).click();
  await expect(seat.window.composer()).toHaveValue('only from the first');
  await seat.window.composer().press('Enter');
  await rail(second).click();
  await expect(seat.window.composer()).toHaveValue('from the second');
  await seat.window.composer().press('Enter');
  await friend.heard(2);
  expect(friend.received.map((row) => `${String(row['from'])}: ${textIn(row)}`).sort()).toEqual([
    `${first}: only from the first`,
    `${second}: from the second`,
  ]);
});

test('an identity is taken out with its data and put back; another is erased for good', async () => {
  const { page } = seat;
  await rail(fourth).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Remove' }).click();
  await page.getByTestId('remove-keep').check();
  await page.getByTestId('remove-confirm').click();
  await expect(rail(fourth)).toHaveCount(0);
  expect(existsSync(path.join(seat.dataDir, 'AIDs', fourth, 'private', 'key.json'))).toBe(true);
  await seat.restart();
  await seat.online(first);
  await expect(rail(fourth)).toHaveCount(0);
  await seat.invoke('account.putBack', { account: fourth });
  await seat.online(fourth);

  await rail(fifth).click({ button: 'right' });
  await seat.page.getByRole('menuitem', { name: 'Remove' }).click();
  await seat.page.getByTestId('remove-erase').check();
  const confirm = seat.page.getByTestId('remove-confirm');
  await expect(confirm).toBeDisabled();
  await seat.page.getByTestId('typed-address').fill(fourth);
  await expect(confirm).toBeDisabled();
  await seat.page.getByTestId('typed-address').fill(fifth);
  await confirm.click();
  await expect(rail(fifth)).toHaveCount(0);
  // It leaves the window at once; its files are overwritten first.
  await expect.poll(() => existsSync(path.join(seat.dataDir, 'AIDs', fifth))).toBe(false);
  for (const aid of [first, second, third, fourth]) await seat.online(aid);
});
