import { expect, test } from 'playwright/test';
import type { Person } from '../harness/person';
import { until } from '../harness/until';
import { World } from '../interop/world';
import { photographFailures, Seat } from '../support/seat';

/** Talking with somebody who uses another, independent client. */
let world: World;
let seat: Seat;
let own: string;

test.beforeAll(async () => {
  world = await World.begin();
  seat = await Seat.take(world, 'talker');
  own = await seat.join(world, 'talker');
});
test.afterAll(() => world.end());
photographFailures(() => seat);

/** Somebody with a 0.2.20 client, whose conversation is open in the window. */
async function partner(name: string): Promise<Person> {
  const person = await world.person(name).join();
  await seat.window.visit(person.aid);
  return person;
}

function row(aid: string): ReturnType<Seat['page']['locator']> {
  return seat.page.locator(`[data-testid="conversation-row"][data-conversation="${aid}"]`);
}

const texts = [
  '你好，明天上午十点部署，可以吗？',
  'Ten works for me.',
  'first line\nsecond line\n\nfourth line',
  '👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽',
  'שלום עולם, מה שלומך?',
  'مرحبا بالعالم',
  'a\u202Eb <b>bold</b> & &amp; <script>alert(1)</script>',
  'see https://example.com/a?b=1&c=%E4%BD%A0 and mailto:a@b.example',
];

test('texts of every kind arrive unchanged in both directions', async () => {
  const alice = await partner('alice');
  for (const text of texts) {
    await seat.window.say(text);
    await seat.window.shows(text, { own: true });
  }
  expect(await alice.heard(texts.length)).toEqual(texts);
  for (const text of texts) await alice.tell(own, text);
  for (const text of texts) await seat.window.shows(text, { own: false });
  await expect.poll(() => seat.texts(own, alice.aid, 'theirs')).toEqual(texts);
  await expect.poll(() => seat.texts(own, alice.aid, 'own')).toEqual(texts);
  await seat.window.shows(texts[0] ?? '', { own: true, state: 'delivered' });
});

test('right-to-left text stands right, links are links, and markup stays text', async () => {
  const alice = await partner('layout');
  await alice.tell(own, 'שלום עולם, https://example.com/x');
  await alice.tell(own, '<img src=x onerror=alert(1)> javascript:alert(1) https://example.com/y');
  const bubbles = seat.page.getByTestId('message-text');
  await expect(bubbles).toHaveCount(2);
  await expect(bubbles.nth(0)).toHaveCSS('direction', 'rtl');
  await expect(bubbles.nth(1)).toHaveCSS('direction', 'ltr');
  await expect(bubbles.locator('a')).toHaveCount(2);
  await expect(bubbles.nth(1).locator('a')).toHaveAttribute('href', 'https://example.com/y');
  await expect(bubbles.locator('img')).toHaveCount(0);
});

test('a very long text is folded on the screen and whole on the other side', async () => {
  const alice = await partner('reader');
  const long = Array.from({ length: 4000 }, (_, index) => `第${String(index)}句 sentence`).join('，');
  await seat.window.say(long);
  expect(await alice.heard(1)).toEqual([long]);
  await alice.tell(own, `${long}!`);
  const answer = seat.page.locator('[data-testid="bubble"][data-own="false"]');
  const before = ((await answer.getByTestId('message-text').textContent()) ?? '').length;
  expect(before).toBeLessThan(long.length / 4);
  await answer.getByRole('button', { name: 'Show more' }).click();
  await expect
    .poll(async () => ((await answer.getByTestId('message-text').textContent()) ?? '').length)
    .toBeGreaterThan(before);
  await expect.poll(() => seat.texts(own, alice.aid, 'theirs')).toEqual([`${long}!`]);
});

test('a message says honestly where it is: on its way, sent, delivered', async () => {
  const bob = await partner('bobby');
  await seat.window.say('warm');
  await seat.window.shows('warm', { state: 'delivered' });
  await bob.restart();
  // Long enough for a slow window to be looked at before the reply is there.
  await world.gateway.admin('delay_replies', { ms: 4000 });
  await seat.window.say('are you there?');
  const bubble = seat.page.getByTestId('bubble').filter({ hasText: 'are you there?' });
  await expect(bubble).toHaveAttribute('data-state', /queued|sending/);
  await expect(bubble).toHaveAttribute('data-state', 'sent', { timeout: 40_000 });
  await world.gateway.admin('delay_replies', { ms: 0 });
  await bob.online();
  await bob.heard(2);
  await expect(bubble).toHaveAttribute('data-state', 'delivered');
  await expect(bubble.getByRole('img', { name: 'Delivered' })).toBeVisible();
});

test('notes to self are kept and go nowhere', async () => {
  await seat.window.open(own);
  await expect(seat.page.getByTestId('chat-title')).toHaveText('Notes to self');
  await seat.window.say('门禁 code 4711');
  await seat.window.shows('门禁 code 4711', { own: true });
  // It is put into the outbox as everything else, and leaves it by itself.
  await expect
    .poll(async () => (await seat.stored(own, own)).map((note) => `${String(note.own)} ${note.state}`))
    .toEqual([expect.stringMatching(/^true (sent|delivered)$/)]);
});

test('unread messages are counted, the line shows where they begin, and reading clears both', async () => {
  const eve = await partner('evening');
  await eve.tell(own, 'read this');
  await seat.window.shows('read this', { own: false });
  await expect(row(eve.aid)).toHaveAttribute('data-unread', 'false');
  await seat.window.open(own);
  for (const text of ['new one', 'new two', 'new three']) await eve.tell(own, text);
  await expect(row(eve.aid)).toContainText('3 unread messages');
  await expect(row(eve.aid)).toContainText('new three');
  await expect(seat.page.getByTestId('rail-account')).toHaveAttribute('aria-label', /3 unread messages/);
  await seat.window.choose(eve.aid);
  const order = seat.page.locator('[data-testid="new-messages"], [data-testid="message-text"]');
  await expect(order).toHaveText(['read this', 'New messages', 'new one', 'new two', 'new three']);
  await expect(row(eve.aid)).toHaveAttribute('data-unread', 'false');
  await expect(seat.page.getByTestId('rail-account')).not.toHaveAttribute('aria-label', /unread/);
});

/** Waits until the timeline has not moved for a while: twenty drawn frames. */
function atRest(): Promise<void> {
  return seat.page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const timeline = document.querySelector('[data-testid="timeline"]');
        let last = -1;
        let still = 0;
        const look = (): void => {
          const place = timeline?.scrollTop ?? 0;
          still = place === last ? still + 1 : 0;
          last = place;
          if (still < 20) requestAnimationFrame(look);
          else resolve();
        };
        look();
      }),
  );
}

test('the timeline stays at its end while hundreds arrive, and stays where the reader scrolled to', async () => {
  const fay = await partner('faybelle');
  const burst = async (word: string, count: number): Promise<void> => {
    await Promise.all(Array.from({ length: count }, (_, index) => fay.tell(own, `${word} ${String(index)}`)));
  };
  await burst('first', 250);
  await fay.tell(own, 'the last of them');
  await seat.window.shows('the last of them', { own: false });
  await expect(seat.page.getByTestId('jump-to-end')).toBeHidden();

  await atRest();
  await seat.page.getByTestId('timeline').hover();
  await seat.page.mouse.wheel(0, -2500);
  await atRest();
  await expect(seat.page.getByTestId('jump-to-end')).toBeVisible();
  const topmost = (): Promise<string | null> =>
    seat.page.evaluate(() => {
      const edge = document.querySelector('[data-testid="timeline"]')?.getBoundingClientRect().top ?? 0;
      const bubbles = [...document.querySelectorAll('[data-testid="bubble"]')];
      return bubbles.find((bubble) => bubble.getBoundingClientRect().top > edge)?.textContent ?? null;
    });
  const before = await topmost();
  expect(before).not.toBeNull();
  await burst('second', 60);
  await until(
    'they are in the database',
    async () => (await seat.texts(own, fay.aid, 'theirs')).length === 311,
  );
  await expect.poll(topmost).toBe(before);
  await seat.page.getByTestId('jump-to-end').click();
  await expect(seat.page.getByTestId('jump-to-end')).toBeHidden();
});

test('each day begins with a line', async () => {
  const dan = await world.person('daniel').join();
  const day = 24 * 3600 * 1000;
  await world.gateway.admin('advance_clock', { ms: -day });
  await dan.tell(own, 'the day before');
  await world.gateway.admin('advance_clock', { ms: day });
  await dan.tell(own, 'the day after');
  await seat.window.visit(dan.aid);
  await seat.window.shows('the day after');
  const lines = seat.page.locator('.day-line, [data-testid="message-text"]');
  await expect(lines).toHaveText(['Yesterday', 'the day before', 'Today', 'the day after']);
});

test('search finds one Chinese character and the beginning of an English word, and leads there', async () => {
  const { page } = seat;
  const finn = await partner('finnish');
  await finn.tell(own, '周五之前把鲸鱼报告发给我');
  await finn.tell(own, 'the internationalisation is done');
  await seat.window.shows('the internationalisation is done', { own: false });
  for (const [query, found] of [
    ['鲸', '周五之前把鲸鱼报告发给我'],
    ['internatio', 'the internationalisation is done'],
    ['INTERN IS', 'the internationalisation is done'],
  ] as const) {
    await page.getByTestId('search').fill(query);
    await expect(page.getByTestId('search-hit')).toHaveCount(1);
    await expect(page.getByTestId('search-hit')).toContainText(found);
    const marks = query.split(' ').map((word) => new RegExp(`^${word}`, 'i'));
    await expect(page.getByTestId('search-hit').locator('mark')).toHaveText(marks);
  }
  await page.getByTestId('search').fill('nothing-like-this');
  await expect(page.getByText('Nothing found for “nothing-like-this”')).toBeVisible();
  await page.getByTestId('search').fill('鲸');
  await page.getByTestId('search-hit').click();
  await expect(page.locator('[data-testid="message"][data-highlighted="true"]')).toContainText('鲸鱼');
  await page.getByRole('button', { name: 'Clear search' }).click();
  await expect(page.getByTestId('conversation-list')).toBeVisible();
});

test('what was typed but not sent survives the end of the application', async () => {
  const gil = await partner('gilbert');
  await seat.window.composer().fill('还没写完 not finished');
  await expect
    .poll(async () => {
      const { conversations } = await seat.invoke('conversation.list', { account: own });
      return conversations.find((entry) => entry.conversation === gil.aid)?.draft;
    })
    .toBe('还没写完 not finished');
  await seat.kill();
  await seat.start();
  await seat.page.getByTestId('shell').waitFor();
  await expect(row(gil.aid)).toContainText('Draft');
  await seat.window.visit(gil.aid);
  await expect(seat.window.composer()).toHaveValue('还没写完 not finished');
  await seat.online(own);
  await seat.window.composer().press('Enter');
  expect(await gil.heard(1)).toEqual(['还没写完 not finished']);
});
