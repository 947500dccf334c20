import { expect, test } from 'playwright/test';
import type { Locator } from 'playwright/test';
import { Pair } from '../support/pair';
import { photographFailures } from '../support/seat';

/** What two people do with messages: answer them, send them on, take them back, delete them. */
let pair: Pair;

test.beforeAll(async () => {
  pair = await Pair.begin(['talker', 'listener']);
});
test.afterAll(() => pair.end());
photographFailures(() => pair.here);

const message = (words: string): Locator =>
  pair.here.page.getByTestId('message').filter({ hasText: words }).last();

/** Opens the menu of a message as the keyboard does. */
async function menuOf(words: string): Promise<void> {
  const row = message(words);
  await row.focus();
  await pair.here.page.keyboard.press('Shift+F10');
  await pair.here.page.getByTestId('message-menu').waitFor();
}

const kindsThere = async (): Promise<string[]> =>
  (await pair.there.stored(pair.peer, pair.own)).map(({ content }) =>
    content.kind === 'text' ? content.text : content.kind,
  );

test('an answer carries what it answers, and leads there', async () => {
  await pair.hear('Shall we meet on Tuesday?');
  await pair.shown('Shall we meet on Tuesday?');
  const row = message('Shall we meet on Tuesday?');
  await row.hover();
  await row.getByTestId('quick-reply').click();
  await pair.here.page.getByTestId('reply-bar').first().waitFor();
  await pair.here.window.say('好的，周二见');
  const answer = message('好的，周二见');
  await expect(answer).toContainText('Shall we meet on Tuesday?');
  await expect
    .poll(async () => (await pair.there.stored(pair.peer, pair.own)).at(-1)?.reply)
    .toMatchObject({
      text: 'Shall we meet on Tuesday?',
      standing: 'known',
    });
});

test('a message is taken back on both sides within two minutes', async () => {
  await pair.here.window.say('sent too early');
  await expect.poll(kindsThere).toContain('sent too early');
  await pair.here.window.shows('sent too early', { state: 'delivered' });
  await menuOf('sent too early');
  await pair.here.page.getByTestId('menu-recall').click();
  await expect.poll(kindsThere).toContain('recalled');
  expect(await kindsThere()).not.toContain('sent too early');
  await expect(message('sent too early')).toHaveCount(0);
  const search = { accounts: [pair.peer], query: 'early' };
  await expect.poll(async () => (await pair.there.invoke('message.search', search)).hits).toEqual([]);
});

test('what is deleted here is deleted here only, and does not come back', async () => {
  await pair.hear('only for me to forget');
  await pair.shown('only for me to forget');
  await menuOf('only for me to forget');
  await pair.here.page.getByTestId('menu-delete').click();
  await pair.here.page.getByTestId('delete-confirm').click();
  await expect(message('only for me to forget')).toHaveCount(0);
  // The gateway starts its numbers again, so everything it still holds is fetched anew.
  await pair.here.restart();
  await pair.here.online(pair.own);
  await pair.here.window.visit(pair.peer);
  await pair.hear('after the restart');
  await pair.shown('after the restart');
  await expect(message('only for me to forget')).toHaveCount(0);
  await expect.poll(kindsThere).toContain('only for me to forget');
});

test('several messages are chosen and sent on as one bundle', async () => {
  const { page } = pair.here;
  await pair.hear('first of the story');
  await pair.hear('second of the story');
  await pair.shown('second of the story');
  await menuOf('first of the story');
  await page.getByTestId('menu-select').click();
  await page.getByTestId('selection-bar').waitFor();
  // While choosing, the whole line takes the click, and nothing inside of it.
  await page.getByRole('listitem').filter({ hasText: 'second of the story' }).last().click();
  await page.getByTestId('selection-forward').click();
  await page.getByTestId('forward-dialog').waitFor();
  await page.getByTestId('forward-target').filter({ hasText: 'Notes to self' }).first().click();
  await page.getByTestId('forward-bundle').click();
  await page.getByTestId('forward-send').click();
  await expect
    .poll(async () => (await pair.here.stored(pair.own, pair.own)).at(-1)?.content)
    .toMatchObject({
      kind: 'bundle',
      items: [{ text: 'first of the story' }, { text: 'second of the story' }],
    });
});
