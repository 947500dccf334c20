import { expect, test } from 'playwright/test';
import { World } from '../interop/world';
import { photographFailures, Seat } from '../support/seat';

/** Locking a running window: at once, by itself, when the computer sleeps. */
let world: World;
let seat: Seat;
let own: string;
const passphrase = '锁上 the door please';

test.beforeAll(async () => {
  world = await World.begin();
  seat = await Seat.take(world, 'lock');
  own = await seat.join(world, 'locksmith');
  await seat.join(world, 'apprentice');
});
test.afterAll(() => world.end());
photographFailures(() => seat);

async function unlock(): Promise<void> {
  await seat.page.getByTestId('passphrase').fill(passphrase);
  await seat.page.getByTestId('unlock').click();
  await seat.page.getByTestId('shell').waitFor();
  await seat.online(own);
  await seat.online('apprentice.aun.test');
}

test('locked now: nothing of the content is left in the window or at the gateway; unlocked, all is back', async () => {
  const friend = await world.person('whisperer').join();
  await seat.page.locator(`[data-testid="rail-account"][data-account="${own}"]`).click();
  await friend.tell(own, 'nobody else may read this');
  await seat.window.visit(friend.aid);
  await seat.window.shows('nobody else may read this');
  await seat.window.composer().fill('an unfinished thought');
  const unprotected = seat.page.getByTestId('weak-vault');
  await expect(unprotected).toBeVisible();
  await seat.invoke('vault.setPassphrase', { passphrase });
  // The window is told of the passphrase after the command is answered; before that there is nothing to lock with.
  await expect(unprotected).toHaveCount(0);
  await seat.page.keyboard.press('Control+l');
  await seat.page.getByTestId('locked').waitFor();
  const page = await seat.page.content();
  expect(page).not.toContain('nobody else may read this');
  expect(page).not.toContain('an unfinished thought');
  expect(page).not.toContain(friend.aid);
  await expect
    .poll(async () => {
      const { accounts } = await seat.invoke('account.list', {});
      return accounts.map(({ session }) => session);
    })
    .toEqual([
      expect.objectContaining({ state: 'blocked', blocked: 'vault_locked' }),
      expect.objectContaining({ state: 'blocked', blocked: 'vault_locked' }),
    ]);
  await expect(seat.invoke('message.page', { account: own, conversation: friend.aid })).rejects.toThrow(
    'vault_locked',
  );

  await friend.tell(own, 'said while it was locked');
  await unlock();
  await expect(seat.page.locator(`[data-testid="rail-account"][data-account="${own}"]`)).toHaveAttribute(
    'aria-current',
    'true',
  );
  await seat.window.visit(friend.aid);
  await seat.window.shows('said while it was locked');
  await expect(seat.window.composer()).toHaveValue('an unfinished thought');
});

test('wrong passphrases are slowed down, and the window says how long', async () => {
  await seat.invoke('vault.lock', {});
  await seat.page.getByTestId('locked').waitFor();
  const { page } = seat;
  const wait = page.getByTestId('retry-wait');
  const free = page.locator('[data-testid="unlock"]:enabled');
  // The first wait is a second, which is over before a slow hand tries again; each further one is twice as long.
  let told = false;
  for (let attempt = 0; attempt < 9 && !told; attempt += 1) {
    await page.getByTestId('passphrase').fill(`wrong ${attempt}`);
    await page.getByTestId('unlock').click();
    await free.or(wait).first().waitFor();
    told = await wait.isVisible();
  }
  expect(told).toBe(true);
  await free.waitFor({ timeout: 60_000 });
  await unlock();
});

test('without input it locks by itself, and when the computer sleeps', async () => {
  await seat.invoke('app.settings.set', { autoLockMinutes: 1, lockOnSuspend: true });
  await seat.parley.app.evaluate(({ powerMonitor }) => {
    powerMonitor.getSystemIdleTime = () => 61;
  });
  await seat.page.getByTestId('locked').waitFor();
  await seat.parley.app.evaluate(({ powerMonitor }) => {
    powerMonitor.getSystemIdleTime = () => 0;
  });
  await unlock();
  await seat.parley.app.evaluate(({ powerMonitor }) => {
    powerMonitor.emit('suspend');
  });
  await seat.page.getByTestId('locked').waitFor();
  await unlock();
});
