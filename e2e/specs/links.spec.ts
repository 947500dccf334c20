import { spawn } from 'node:child_process';
import { expect, test } from 'playwright/test';
import { World } from '../interop/world';
import { photographFailures, Seat } from '../support/seat';

/** `aun://` links from the operating system: a second start hands them to the running window. */
let world: World;
let seat: Seat;
let work: string;
let home: string;

test.beforeAll(async () => {
  world = await World.begin();
  seat = await Seat.take(world, 'linked');
  work = await seat.join(world, 'link-work');
  home = await seat.join(world, 'link-home');
});
test.afterAll(() => world.end());
photographFailures(() => seat);

/** What the system does when a link is clicked while the application runs. */
async function click(link: string): Promise<void> {
  const executable = process.env.PARLEY_ELECTRON_EXECUTABLE ?? '';
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const second = spawn(executable, [...sandbox, process.cwd(), '--data', seat.dataDir, link], {
    stdio: 'ignore',
  });
  const code = await new Promise<number | null>((resolve) => second.once('exit', resolve));
  expect(code).toBe(0);
}

test('a link that came with the start is offered', async () => {
  await seat.close();
  await seat.start({ args: ['aun://first-link.aun.test'] });
  await expect(seat.page.getByTestId('link-target')).toContainText('first-link.aun.test');
  await seat.page.getByTestId('link-ignore').click();
  await expect(seat.page.getByTestId('open-link-dialog')).toHaveCount(0);
});

test('a link opens the person under the identity that is chosen', async () => {
  const friend = await world.person('friend').join();
  await click(`aun://${friend.aid}`);
  await expect(seat.page.getByTestId('link-target')).toContainText(friend.aid);
  await seat.page.locator(`[data-testid="identity-choice"][value="${work}"]`).check();
  await seat.page.getByTestId('link-open').click();
  await expect(seat.page.getByTestId('chat-title')).toHaveText(friend.aid);
  await expect(seat.page.getByTestId('composer-identity')).toHaveAttribute('aria-label', new RegExp(work));
  await seat.window.say('hello from a link');
  await friend.heard(1);
  expect(friend.received[0]?.['from']).toBe(work);
  expect(home).not.toBe(work);
});

test('a link that names nobody is explained and opens nothing', async () => {
  await click('aun://not an address/../../x');
  await expect(seat.page.getByTestId('open-link-dialog')).toContainText(/does not name/);
  await seat.page.keyboard.press('Escape');
  await expect(seat.page.getByTestId('open-link-dialog')).toHaveCount(0);
});

test('sharing gives the link that opens the identity', async () => {
  const link = `aun://${work}`;
  await click(link);
  await expect(seat.page.getByTestId('link-target')).toContainText(work);
  await seat.page.getByTestId('link-ignore').click();
});
