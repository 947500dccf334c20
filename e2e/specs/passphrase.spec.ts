import { expect, test } from 'playwright/test';
import { World } from '../interop/world';
import { photographFailures, Seat } from '../support/seat';

/** Keys under a passphrase: asked for at every start, before anything of the content is on the screen. */
let world: World;
let seat: Seat;

test.beforeAll(async () => {
  world = await World.begin();
  seat = await Seat.take(world, 'locked');
});
test.afterAll(() => world.end());
photographFailures(() => seat);

test('a passphrase locks the next start, a wrong one is told, the right one opens everything', async () => {
  const own = await seat.join(world, 'locked');
  const friend = await world.person('friend').join();
  await friend.tell(own, '只有我能看');
  await seat.window.visit(friend.aid);
  await seat.window.shows('只有我能看', { own: false });

  const bar = seat.page.getByTestId('weak-vault');
  await expect(bar).toContainText('no protected place for keys');
  await bar.getByRole('button', { name: 'Set a passphrase' }).click();
  const dialog = seat.page.getByTestId('passphrase-dialog');
  const save = dialog.getByRole('button', { name: 'Set passphrase' });
  await dialog.getByLabel('New passphrase').fill('short');
  await expect(dialog).toContainText('At least 8 characters.');
  await expect(save).toBeDisabled();
  await dialog.getByLabel('New passphrase').fill('四个汉字 and a horse');
  await dialog.getByLabel('Repeat passphrase').fill('四个汉字 and a house');
  await expect(dialog).toContainText('The two passphrases differ.');
  await expect(save).toBeDisabled();
  await dialog.getByLabel('Repeat passphrase').fill('四个汉字 and a horse');
  await save.click();
  await dialog.waitFor({ state: 'detached' });
  await expect(bar).toHaveCount(0);
  await expect(seat.page.getByTestId('notice')).toContainText('now protected by your passphrase');

  await seat.close();
  await friend.tell(own, 'while it was locked');
  await seat.start();
  const { page } = seat;
  await expect(page.getByTestId('locked')).toContainText('Parley is locked');
  await expect(page.getByTestId('passphrase')).toBeFocused();
  expect(await page.content()).not.toContain('只有我能看');
  expect(await page.content()).not.toContain(friend.aid);
  await page.keyboard.type('四个汉字 and a mouse');
  await page.keyboard.press('Enter');
  await expect(page.getByText('That is not the passphrase. Try again.')).toBeVisible();
  await page.getByTestId('passphrase').fill('四个汉字 and a horse');
  await page.getByTestId('unlock').click();
  await page.getByTestId('shell').waitFor();
  await seat.online(own);
  await seat.window.visit(friend.aid);
  await seat.window.shows('while it was locked', { own: false });
  await expect
    .poll(() => seat.texts(own, friend.aid, 'theirs'))
    .toEqual(['只有我能看', 'while it was locked']);
});
