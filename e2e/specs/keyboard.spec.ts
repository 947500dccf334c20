import { expect, test } from 'playwright/test';
import type { CDPSession } from 'playwright/test';
import { World } from '../interop/world';
import { AccessibilityTree, tabStops } from '../support/accessibility';
import { photographFailures, Seat } from '../support/seat';

/** Parley without a mouse, with Chinese input, and through a screen reader. */
let world: World;
let seat: Seat;
let own: string;

test.beforeAll(async () => {
  world = await World.begin();
  seat = await Seat.take(world, 'typist');
  own = await seat.join(world, 'typist');
});
test.afterAll(() => world.end());
photographFailures(() => seat);

/** Has an identity and a conversation on the screen, whatever ran before. */
async function inConversation(name: string): Promise<string> {
  await seat.reload();
  const peer = await world.person(name).join();
  await seat.window.visit(peer.aid);
  await peer.tell(own, 'hello');
  await seat.window.shows('hello', { own: false });
  return peer.aid;
}

/** A composition as an input method makes it: the text is underlined and not yet there. */
async function compose(input: CDPSession, text: string): Promise<void> {
  await input.send('Input.imeSetComposition', {
    text,
    selectionStart: text.length,
    selectionEnd: text.length,
  });
}

/** Waits until there is something to act on, and everything of it has a name. */
async function allNamed(page: Seat['page']): Promise<void> {
  const tree = await AccessibilityTree.of(page);
  await expect
    .poll(async () => {
      const found = await tree.interactive();
      const unnamed = found.filter((node) => node.name === '').map((node) => node.role);
      return { several: found.length > 1, unnamed };
    })
    .toEqual({ several: true, unnamed: [] });
}

test('the onboarding can be done with Tab, Enter and letters alone, and everything in it has a name', async () => {
  const fresh = await Seat.take(world, 'mouseless');
  const { page } = fresh;
  const check = (): Promise<void> => allNamed(page);
  const press = async (testId: string): Promise<void> => {
    for (let count = 0; count < 20; count += 1) {
      await page.keyboard.press('Tab');
      const here = await page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
      if (here === testId) return page.keyboard.press('Enter');
    }
    throw new Error(`Tab does not reach ${testId}`);
  };
  await page.getByTestId('create-identity').waitFor();
  await check();
  await press('create-identity');
  await page.getByTestId('name').waitFor();
  await check();
  await press('change-network');
  await page.getByTestId('network-other').waitFor();
  await check();
  await press('network-other');
  await expect(page.getByTestId('network-address')).toBeFocused();
  await page.keyboard.type(world.gateway.addresses.url);
  await page.keyboard.press('Enter');
  await page.getByTestId('probe').waitFor();
  await check();
  await press('network-accept');
  await expect(page.getByTestId('name')).toBeFocused();
  await page.keyboard.type('mouseless');
  await page.locator('[data-testid="create"]:enabled').waitFor();
  await check();
  await page.keyboard.press('Enter');
  await page.getByTestId('shell').waitFor();
  await fresh.online('mouseless.aun.test');
  await fresh.close();
});

test('Enter sends, Shift+Enter begins a line', async () => {
  const peer = await inConversation('enter');
  const composer = seat.window.composer();
  await expect(composer).toBeFocused();
  await seat.page.keyboard.type('first');
  await seat.page.keyboard.press('Shift+Enter');
  await seat.page.keyboard.type('second');
  await expect(composer).toHaveValue('first\nsecond');
  await seat.page.keyboard.press('Enter');
  await expect(composer).toHaveValue('');
  await seat.window.shows('first\nsecond', { own: true });
  await seat.page.keyboard.press('Enter');
  await seat.page.keyboard.type('   ');
  await seat.page.keyboard.press('Enter');
  await expect(seat.page.getByTestId('send')).toBeDisabled();
  await expect.poll(() => seat.texts(own, peer, 'own')).toEqual(['first\nsecond']);
});

test('Enter that belongs to a Chinese composition never sends', async () => {
  const peer = await inConversation('pinyin');
  const { page } = seat;
  const composer = seat.window.composer();
  const input = await page.context().newCDPSession(page);
  await composer.focus();
  const enter = async (code: number): Promise<void> => {
    for (const type of ['rawKeyDown', 'keyUp'] as const) {
      await input.send('Input.dispatchKeyEvent', {
        type,
        key: 'Enter',
        code: 'Enter',
        windowsVirtualKeyCode: code,
      });
    }
  };
  await compose(input, 'ni hao');
  await expect(composer).toHaveValue('ni hao');
  // The key as input methods on Windows and Linux report it, and as macOS does.
  await enter(229);
  await enter(13);
  await expect(composer).toHaveValue('ni hao');
  await input.send('Input.insertText', { text: '你好' });
  await expect(composer).toHaveValue('你好');
  await compose(input, 'shi jie');
  await enter(229);
  await input.send('Input.insertText', { text: '世界' });
  await expect(composer).toHaveValue('你好世界');
  expect(await seat.texts(own, peer, 'own')).toEqual([]);
  await page.keyboard.press('Enter');
  await seat.window.shows('你好世界', { own: true });
  await expect.poll(() => seat.texts(own, peer, 'own')).toEqual(['你好世界']);
});

test('Ctrl+K leads to the search, the arrows to what was found, Enter there, Escape out', async () => {
  const peer = await inConversation('search');
  const { page } = seat;
  await page.keyboard.press('Control+k');
  await expect(page.getByTestId('search')).toBeFocused();
  await page.keyboard.type(peer);
  await expect(page.getByTestId('search-results').getByTestId('conversation-row')).toHaveCount(1);
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId('search-results').getByTestId('conversation-row')).toBeFocused();
  await page.keyboard.press('Control+k');
  await expect(page.getByTestId('search')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('search')).toHaveValue('');
  await expect(page.getByTestId('conversation-list')).toBeVisible();
});

test('Tab reaches everything in the conversation, and each stop is visible and named', async () => {
  await inConversation('tabbing');
  const { page } = seat;
  await seat.window.composer().fill('something to send');
  const wanted = [
    'rail-account',
    'add-identity',
    'open-settings',
    'new-conversation',
    'search',
    'conversation-row',
    'security-line',
    'details-button',
    'composer',
    'send',
  ];
  // All of it is there before Tab goes round.
  for (const place of wanted) await expect(page.getByTestId(place).first()).toBeVisible();
  await expect(page.getByTestId('send')).toBeEnabled();
  const stops = await tabStops(page);
  const reached = stops.map((stop) => stop.slice(0, stop.indexOf('|')));
  for (const place of wanted) expect(reached, place).toContain(place);
  expect(reached.some((stop) => stop === 'timeline' || stop === 'message')).toBe(true);
  expect(stops.filter((stop) => stop.endsWith('|') || stop.endsWith('|hidden'))).toEqual([]);
  await seat.window.composer().fill('');
});

test('everything in the conversation, its details and every dialog has a name', async () => {
  await inConversation('reading');
  const { page } = seat;
  await allNamed(page);
  await page.getByTestId('details-button').click();
  await page.locator('.details').waitFor();
  await allNamed(page);
  for (const [button, dialog] of [
    ['new-conversation', 'new-conversation-dialog'],
    ['open-settings', 'settings-dialog'],
    ['add-identity', 'add-identity-dialog'],
  ] as const) {
    await page.getByTestId(button).click();
    await page.getByTestId(dialog).waitFor();
    await allNamed(page);
    // A modal dialog keeps the focus, and Escape gives it back to where it was.
    for (let count = 0; count < 12; count += 1) {
      await page.keyboard.press('Tab');
      await expect(page.locator(`[data-testid="${dialog}"] :focus`)).toHaveCount(1);
    }
    await page.keyboard.press('Escape');
    await page.getByTestId(dialog).waitFor({ state: 'detached' });
    await expect(page.getByTestId(button)).toBeFocused();
  }
});
