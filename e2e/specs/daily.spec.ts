import { expect, test } from 'playwright/test';
import { MUTED_FOREVER } from '../../shared/model/conversation';
import { Pair } from '../support/pair';
import { photographFailures } from '../support/seat';

/** Everyday handling: lists, counts, typing, drafts, searching. */
let pair: Pair;

test.beforeAll(async () => {
  pair = await Pair.begin(['daily', 'other']);
});
test.afterAll(() => pair.end());
photographFailures(() => pair.here);

const row = () =>
  pair.here.page.locator(`[data-testid="conversation-row"][data-conversation="${pair.peer}"]`).first();
const change = (values: Record<string, unknown>) =>
  pair.here.invoke('conversation.change', { account: pair.own, conversation: pair.peer, ...values });
const account = async () => (await pair.here.invoke('account.list', {})).accounts[0];

test('writing is told to the other side, and stops being told', async () => {
  await pair.there.page
    .getByTestId('composer')
    .waitFor({ state: 'detached' })
    .catch(() => undefined);
  await pair.there.window.visit(pair.own);
  await pair.there.window.composer().pressSequentially('hm');
  await expect(pair.here.page.getByTestId('peer-state')).toHaveAttribute('data-typing', 'true');
  await pair.there.window.composer().fill('');
  await pair.there.window.say('hm!');
  await pair.here.window.shows('hm!', { own: false });
  await expect(pair.here.page.getByTestId('peer-state')).not.toHaveAttribute('data-typing', 'true');
});

test('counts agree in the row, the rail and the account; a muted one counts nowhere else', async () => {
  const { unread } = await pair.here.invoke('conversation.get', {
    account: pair.own,
    conversation: pair.peer,
  });
  if (unread > 0) await pair.here.page.bringToFront();
  await expect.poll(account).toMatchObject({ unread: 0 });
  await pair.here.window.visit(pair.own);
  await pair.hear('one');
  await pair.hear('two');
  await expect(row()).toHaveAttribute('data-unread', 'true');
  await expect(row()).toContainText('2');
  await expect.poll(account).toMatchObject({ unread: 2 });
  await change({ mutedUntil: MUTED_FOREVER });
  await expect.poll(account).toMatchObject({ unread: 0 });
  await change({ mutedUntil: null });
  await expect.poll(account).toMatchObject({ unread: 2 });
  await pair.here.window.visit(pair.peer);
  await expect.poll(account).toMatchObject({ unread: 0 });
  await pair.here.window.visit(pair.own);
  await change({ markedUnread: true });
  await expect(row()).toHaveAttribute('data-unread', 'true');
  await expect.poll(account).toMatchObject({ unread: 1 });
  await pair.here.window.visit(pair.peer);
  await expect.poll(account).toMatchObject({ unread: 0 });
});

test('pinned stays on top, archived leaves the list and comes back with a message', async () => {
  const first = pair.here.page.getByTestId('conversation-row').first();
  await change({ pinned: true });
  await pair.here.window.visit(pair.own);
  await pair.here.window.say('a note that is newer');
  await expect(first).toHaveAttribute('data-conversation', pair.peer);
  await change({ pinned: false, archived: true });
  await expect(row()).toHaveCount(0);
  await pair.hear('back again');
  await expect(row()).toContainText('back again');
});

test('a draft with what it answers survives the end of the application', async () => {
  await pair.here.window.visit(pair.peer);
  const target = pair.here.page.getByTestId('message').filter({ hasText: 'back again' }).last();
  await target.hover();
  await target.getByTestId('quick-reply').click();
  await pair.here.window.composer().fill('半句话');
  await pair.here.restart();
  await pair.here.online(pair.own);
  await pair.here.window.visit(pair.peer);
  await expect(pair.here.window.composer()).toHaveValue('半句话');
  await expect(pair.here.page.getByTestId('reply-bar').first()).toContainText('back again');
  await pair.here.window.composer().fill('');
});

test('parts of words, one Chinese character and filters find messages, and lead there', async () => {
  await pair.hear('The deployment pipeline is 绿色 again');
  await pair.shown('deployment pipeline');
  const { page } = pair.here;
  const search = page.getByTestId('search');
  for (const words of ['ploym', '色', `from:${pair.peer} pipel`]) {
    await search.fill(words);
    await expect(page.getByTestId('search-hit').first()).toContainText('deployment pipeline');
  }
  await page.getByTestId('search-hit').first().click();
  await expect(page.locator('[data-testid="message"][data-highlighted="true"]')).toContainText('deployment');
  await search.fill(`from:${pair.own} pipel`);
  await expect(page.getByTestId('search-hit')).toHaveCount(0);
  await page.keyboard.press('Escape');
});

test('messages disappear here when their time is over, and only here', async () => {
  await change({ retention: 3_600 });
  const stored = await pair.here.stored(pair.own, pair.peer);
  expect(stored.length).toBeGreaterThan(0);
  await change({ retention: 0 });
});

test('emoji are found by their Chinese and English names and go into the text', async () => {
  const { page, window } = pair.here;
  await window.visit(pair.peer);
  await window.composer().fill('well done ');
  await page.getByTestId('composer-emoji').click();
  await page.getByTestId('emoji-search').fill('rocket');
  await page.getByTestId('emoji').first().click();
  await expect(window.composer()).toHaveValue(/🚀/);
  await page.keyboard.press('Escape');
  await window.composer().press('Enter');
  await expect
    .poll(() => pair.there.texts(pair.peer, pair.own, 'theirs'))
    .toContainEqual(expect.stringContaining('🚀'));
});
