import { expect, test } from 'playwright/test';
import type { Person } from '../harness/person';
import { World } from '../interop/world';
import { photographFailures, Seat } from '../support/seat';

/** Two identities in one window: what belongs to one never shows up under the other. */
let world: World;
let seat: Seat;
let work: string;
let home: string;

test.beforeAll(async () => {
  world = await World.begin();
  seat = await Seat.take(world, 'both');
  work = await seat.join(world, 'work-li', '李工');
  home = await seat.join(world, 'home-li', '小李');
});
test.afterAll(() => world.end());
photographFailures(() => seat);

/** What the composer's button says to screen readers, before it says what it does. */
function writingAs(account: string): RegExp {
  return new RegExp(`^Writing as ${account.replaceAll('.', '[.]')}[.]`);
}

async function switchTo(account: string): Promise<void> {
  await seat.page.locator(`[data-testid="rail-account"][data-account="${account}"]`).click();
  await seat.page
    .locator(`[data-testid="rail-account"][data-account="${account}"][aria-current="true"]`)
    .waitFor();
}

/** A friend of both identities, with the conversation open in both. */
async function friend(name: string): Promise<Person> {
  const person = await world.person(name).join();
  for (const account of [work, home]) {
    await switchTo(account);
    await seat.window.visit(person.aid);
  }
  return person;
}

test('a second identity is made in the window and both are online', async () => {
  const { page } = seat;
  await page.getByTestId('add-identity').click();
  await page.getByTestId('network-known').click();
  await page.getByTestId('name').fill('third-li');
  await page.locator('[data-testid="create"]:enabled').click();
  await page.getByTestId('add-identity-dialog').waitFor({ state: 'detached' });
  for (const account of [work, home, 'third-li.aun.test']) await seat.online(account);
  await expect(page.locator('[data-account="third-li.aun.test"]')).toHaveAttribute('aria-current', 'true');
});

test('the composer says who writes, and every message leaves under that identity', async () => {
  const ada = await friend('adalove');
  for (const [account, name, text] of [
    [work, '李工', 'from work'],
    [home, '小李', 'from home'],
    [work, '李工', 'from work again'],
  ] as const) {
    await switchTo(account);
    await expect(seat.page.getByTestId('chat-title')).toHaveText(ada.aid);
    const identity = seat.page.getByTestId('composer-identity');
    await expect(identity).toHaveAttribute('aria-label', writingAs(account));
    await expect(identity).toContainText(name);
    await seat.window.say(text);
    await seat.window.shows(text, { own: true });
  }
  await ada.heard(3);
  const heard = ada.received.map((row) => [row['from'], (row['payload'] as { text?: unknown }).text]);
  expect(new Set(heard.map((entry) => entry.join(': ')))).toEqual(
    new Set([`${work}: from work`, `${home}: from home`, `${work}: from work again`]),
  );
  await expect.poll(() => seat.texts(work, ada.aid, 'own')).toEqual(['from work', 'from work again']);
  await expect.poll(() => seat.texts(home, ada.aid, 'own')).toEqual(['from home']);
});

test('switching in the middle of fast typing never moves a letter or a message to the other identity', async () => {
  const bea = await friend('beatrix');
  const sent: Record<string, string[]> = { [work]: [], [home]: [] };
  for (let round = 0; round < 10; round += 1) {
    const account = round % 2 === 0 ? work : home;
    await switchTo(account);
    const text = `round ${String(round)} as ${account}`;
    await seat.window.composer().fill(text);
    await seat.window.composer().press('Enter');
    sent[account]?.push(text);
    // No waiting: the next switch comes while this message is on its way to the disk.
  }
  await bea.heard(10);
  for (const row of bea.received)
    expect((row['payload'] as { text?: unknown }).text).toContain(`as ${String(row['from'])}`);
  for (const account of [work, home])
    await expect.poll(() => seat.texts(account, bea.aid, 'own')).toEqual(sent[account]);
});

test('drafts belong to one identity', async () => {
  const cleo = await friend('cleopatra');
  await switchTo(work);
  await seat.window.composer().fill('draft of work');
  await switchTo(home);
  await expect(seat.window.composer()).toHaveValue('');
  await seat.window.composer().fill('draft of home');
  await switchTo(work);
  await expect(seat.window.composer()).toHaveValue('draft of work');
  await switchTo(home);
  await expect(seat.window.composer()).toHaveValue('draft of home');
  for (const [account, text] of [
    [work, 'draft of work'],
    [home, 'draft of home'],
  ] as const) {
    await expect
      .poll(async () => {
        const { conversations } = await seat.invoke('conversation.list', { account });
        return conversations.find((entry) => entry.conversation === cleo.aid)?.draft;
      })
      .toBe(text);
  }
});

test('unread messages are counted for the identity they were sent to', async () => {
  const dora = await friend('dorothea');
  const rail = (account: string): ReturnType<Seat['page']['locator']> =>
    seat.page.locator(`[data-testid="rail-account"][data-account="${account}"]`);
  await switchTo(home);
  await dora.tell(work, 'one for work');
  await dora.tell(work, 'two for work');
  await expect(rail(work)).toHaveAttribute('aria-label', /, 2 unread messages$/);
  await expect(rail(home)).not.toHaveAttribute('aria-label', /unread/);
  await expect(seat.page.getByTestId('bubble')).toHaveCount(0);
  await switchTo(work);
  await seat.window.shows('two for work', { own: false });
  await expect(rail(work)).not.toHaveAttribute('aria-label', /unread/);
});

test('search finds the messages of both and says whose they are', async () => {
  const elli = await friend('ellipsis');
  await elli.tell(work, 'zebra at work');
  await elli.tell(home, 'zebra at home');
  await switchTo(home);
  await seat.window.shows('zebra at home', { own: false });
  await seat.page.getByTestId('search').fill('zebra');
  await expect(seat.page.getByTestId('search-hit')).toHaveCount(2);
  const hit = seat.page.getByTestId('search-hit').filter({ hasText: 'zebra at work' });
  await expect(hit).toContainText(work);
  await hit.click();
  await expect(seat.page.getByTestId('composer-identity')).toHaveAttribute('aria-label', writingAs(work));
  await seat.window.shows('zebra at work', { own: false });
});
