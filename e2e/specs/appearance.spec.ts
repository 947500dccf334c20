import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import type { Settings } from '../../shared/model/settings';
import { World } from '../interop/world';
import { blemishes } from '../support/appearance';
import { closeDialogs, groupPage, securedAt } from '../support/circle';
import { photographFailures, Seat } from '../support/seat';

/** Both languages, both themes, a wide and a narrow window: readable everywhere, and a picture of each. */
const pictures = path.resolve(__dirname, '../../out/e2e/pictures');
const looks: readonly Pick<Settings, 'language' | 'theme'>[] = [
  { language: 'zh-CN', theme: 'light' },
  { language: 'zh-CN', theme: 'dark' },
  { language: 'en', theme: 'light' },
  { language: 'en', theme: 'dark' },
];

/** One picture that is not right does not keep the others from being looked at. */
const soft = expect.configure({ soft: true });
let world: World;
let seat: Seat;

test.beforeAll(async () => {
  world = await World.begin();
  seat = await Seat.take(world, 'looks');
  await mkdir(pictures, { recursive: true });
});
test.afterAll(() => world.end());
photographFailures(() => seat);

async function wear(look: (typeof looks)[number]): Promise<void> {
  await seat.invoke('app.settings.set', look);
  await expect(seat.page.locator('html')).toHaveAttribute('data-theme', look.theme);
  await expect(seat.page.locator('html')).toHaveAttribute('lang', look.language);
}

/** Takes a picture and looks for what a person could not read. */
async function inspect(step: string, look: (typeof looks)[number]): Promise<void> {
  const file = path.join(pictures, `${step}-${look.language}-${look.theme}.png`);
  await seat.page.screenshot({ path: file, animations: 'disabled', caret: 'hide' });
  // What is drawn a moment later (a list that is still fetched, colours that fade over) is looked at again.
  await soft.poll(() => blemishes(seat.page), file).toEqual([]);
  if (look.language !== 'zh-CN') return;
  // What is left in Latin letters is names, addresses and what people wrote; a forgotten sentence has four words.
  const written = ['works for me', 'Line one', 'CN=', 'Bring the book you'];
  const forgotten = async (): Promise<string[]> =>
    (await seat.page.locator('body').innerText())
      .split('\n')
      .filter((line) => /[A-Za-z]+ [A-Za-z]+ [A-Za-z]+ [A-Za-z]+/.test(line))
      .filter((line) => !written.some((known) => line.includes(known)));
  await soft.poll(forgotten, file).toEqual([]);
}

/** The same step in every look. */
async function inspectAll(step: string): Promise<void> {
  for (const look of looks) {
    await wear(look);
    await inspect(step, look);
  }
}

test('every step of the onboarding', async () => {
  const { page } = seat;
  await page.reload();
  await page.getByTestId('create-identity').waitFor();
  await inspectAll('welcome');
  await page.getByTestId('create-identity').click();
  await page.getByTestId('change-network').click();
  await inspectAll('network');
  await page.getByTestId('network-other').click();
  await page.getByTestId('network-address').fill(world.gateway.addresses.wss);
  await page.getByTestId('network-lookup').click();
  await page.getByTestId('probe').waitFor();
  await inspectAll('probe');
  await page.getByTestId('network-accept').click();
  const owner = world.person('lin-wei');
  await owner.client.createAid(owner.aid);
  await page.getByTestId('name').fill(owner.aid.slice(0, owner.aid.indexOf('.')));
  await page.getByTestId('suggestions').waitFor();
  await inspectAll('name-taken');
  await page.getByTestId('name').fill('-bad');
  await inspectAll('name-wrong');
});

test('the messenger: conversation, states, search, details, dialogs, trouble', async () => {
  const { page } = seat;
  const own = await seat.join(world, 'looks', '陈晓 Chen');
  const friend = await world.person('lin-yue').join();
  const other = await world.person('martin').join();
  const late = world.person('later');
  await late.client.createAid(late.aid);
  await seat.window.visit(other.aid);
  await other.tell(
    own,
    'Line one\nשלום עולם\nhttps://example.com/a/very/long/path?with=parameters&and=more#fragment',
  );
  await seat.window.visit(friend.aid);
  await seat.window.say('明天上午十点部署，可以吗？ 👍');
  await friend.heard(1);
  await friend.tell(own, 'Ten works for me. 我先看一下变更清单。');
  await friend.tell(own, '🎉');
  await friend.client.rawCall('message.send', {
    to: own,
    type: 'e2ee.encrypted',
    encrypted: true,
    message_id: 'cannot-open',
    payload: { type: 'e2ee.encrypted', version: '1', encryption_mode: 'prekey_ecdh_v2', ciphertext: 'AAAA' },
  });
  await expect(page.getByTestId('undecryptable')).toHaveCount(1);
  await page.getByTestId('details-button').click();
  await page.locator('.details').waitFor();
  await inspectAll('conversation');
  await page.getByTestId('details-button').click();

  await seat.invoke('conversation.open', { account: own, peer: late.aid });
  await seat.window.choose(late.aid);
  await seat.window.say('等你设置好加密');
  await expect(page.getByTestId('delivery-trouble')).toHaveCount(1);
  await other.tell(own, 'Ten works for me.');
  await inspectAll('waiting');

  await page.getByTestId('search').fill('works');
  await expect(page.getByTestId('search-hit')).toHaveCount(2);
  await inspectAll('search');
  await page.getByTestId('search').fill('');

  for (const [button, dialog] of [
    ['new-conversation', 'new-conversation-dialog'],
    ['open-settings', 'settings-dialog'],
  ] as const) {
    await page.getByTestId(button).click();
    await page.getByTestId(dialog).waitFor();
    await inspectAll(dialog);
    await page.keyboard.press('Escape');
    await page.getByTestId(dialog).waitFor({ state: 'detached' });
  }

  await world.gateway.admin('close', { aid: own, code: 4009, reason: 'elsewhere', event: true });
  await seat.presence(own, 'blocked');
  await inspectAll('displaced');
  await page.getByTestId('remedy').click();
  await seat.online(own);

  await seat.parley.app.evaluate(({ BrowserWindow: Windows }) => {
    Windows.getAllWindows()[0]?.setContentSize(480, 640);
  });
  await expect.poll(() => page.evaluate(() => window.innerWidth)).toBeLessThan(640);
  await inspectAll('narrow');
});

test('groups: making, finding, the conversation and what happened in it, the page', async () => {
  const { page } = seat;
  await seat.parley.app.evaluate(({ BrowserWindow: Windows }) => {
    Windows.getAllWindows()[0]?.setContentSize(1080, 720);
  });
  await expect.poll(() => page.evaluate(() => window.innerWidth)).toBeGreaterThan(1000);
  const own = (await seat.invoke('account.list', {})).accounts[0]?.account ?? '';
  const sitter = { seat, aid: own };
  await page.getByTestId('new-conversation').click();
  await page.getByTestId('way-create').click();
  await page.getByTestId('group-name').fill('周三读书会');
  await page.getByTestId('group-purpose').fill('每月一本书');
  await inspectAll('group-create');
  await page.getByTestId('create-group').click();
  await expect(page.getByTestId('chat-title')).toHaveText('周三读书会');
  const row = page.locator('[data-testid="conversation-row"]', { hasText: '周三读书会' });
  const group = (await row.getAttribute('data-conversation')) ?? '';
  await securedAt(sitter, group);
  await seat.window.say('Bring the book you like most. 每人一本。');
  await seat.invoke('group.setRules', { account: own, group, content: '请互相尊重。' });
  await expect(page.locator('[data-testid="group-event"][data-action="rules_updated"]')).toBeVisible();
  await inspectAll('group-conversation');
  for (const section of ['overview', 'members', 'log', 'settings', 'keys', 'danger']) {
    await groupPage(sitter, section);
    await page.getByTestId(`group-section-${section}`).waitFor();
    await inspectAll(`group-${section}`);
    await closeDialogs(sitter);
  }
  await page.getByTestId('open-discover').click();
  await page.getByTestId('discover-dialog').waitFor();
  await inspectAll('group-discover');
  await closeDialogs(sitter);

  await seat.parley.app.evaluate(({ BrowserWindow: Windows }) => {
    Windows.getAllWindows()[0]?.setContentSize(480, 640);
  });
  await expect.poll(() => page.evaluate(() => window.innerWidth)).toBeLessThan(640);
  await inspectAll('group-narrow');
  for (const section of ['members', 'log', 'settings', 'keys']) {
    await groupPage(sitter, section);
    await page.getByTestId(`group-section-${section}`).waitFor();
    await inspectAll(`group-${section}-narrow`);
    await closeDialogs(sitter);
  }
});
