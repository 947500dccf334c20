import { expect, test } from 'playwright/test';
import { DEMO_AGENTS } from '../../shared/aun/demo-agents';
import { World } from '../interop/world';
import { groupAt, securedAt } from '../support/circle';
import type { Sitter } from '../support/circle';
import { photographFailures, Seat } from '../support/seat';

/** The groups of the embedded local network, alone at one window: found, joined, and made trouble in on request. */
test.describe.configure({ mode: 'serial' });

let world: World;
let here: Sitter;
let own = '';
let issuer = '';

test.beforeAll(async () => {
  world = await World.begin();
  const seat = await Seat.take(world, 'alone');
  const network = await seat.invoke('network.startLocal', {});
  issuer = network.issuer;
  const { account } = await seat.invoke('account.create', {
    network: network.id,
    name: 'alone-here',
    displayName: '',
  });
  await seat.reload();
  await seat.online(account);
  here = { seat, aid: account };
});
test.afterAll(() => world.end());
photographFailures(() => here.seat);

const agent = (name: keyof typeof DEMO_AGENTS): string => `${DEMO_AGENTS[name]}.${issuer}`;

/** Whether somebody else's message in a group has these words. */
const heard = (group: string, words: string): Promise<void> =>
  expect
    .poll(
      async () =>
        (await here.seat.stored(here.aid, group)).some(
          ({ own: mine, content }) => !mine && content.kind === 'text' && content.text.includes(words),
        ),
      { timeout: 60_000 },
    )
    .toBe(true);

test('the public group is found, looked at and joined; its agents answer who is mentioned', async () => {
  const { page } = here.seat;
  // The agents open their groups while the network starts; a search shows what there is at its moment.
  await expect
    .poll(
      async () => {
        const { found } = await here.seat.invoke('group.search', { account: here.aid, query: 'lounge' });
        return found.length;
      },
      { timeout: 60_000 },
    )
    .toBe(1);
  await page.getByTestId('open-discover').click();
  await page.getByTestId('discover-search').fill('lounge');
  const card = page.getByTestId('group-card').filter({ hasText: 'Parley Lounge' });
  await card.waitFor({ timeout: 60_000 });
  await card.click();
  await page.getByTestId('join-do').click();
  await expect(page.getByTestId('chat-title')).toHaveText('Parley Lounge');
  const row = page.locator('[data-testid="conversation-row"]', { hasText: 'Parley Lounge' });
  const lounge = (await row.getAttribute('data-conversation')) ?? '';
  await securedAt(here, lounge);
  await expect(page.getByTestId('group-dispatch')).toHaveAttribute('data-mode', 'mention');
  await page.getByTestId('rules-agree').click();
  const composer = here.seat.window.composer();
  await composer.click();
  await composer.pressSequentially('@ech');
  await page.getByTestId('mention-offer').first().click();
  await composer.pressSequentially('are you there? 你在吗');
  await composer.press('Enter');
  await heard(lounge, '你在吗');
});

test('agents that answer each other are noticed, and a click lets only the mentioned hear', async () => {
  const { page } = here.seat;
  const { group, failed } = await here.seat.invoke('group.create', {
    account: here.aid,
    name: 'Trouble 试验场',
    members: [
      { aid: agent('guide'), kind: 'ai' },
      { aid: agent('warden'), kind: 'ai' },
    ],
    requestId: 'e2e-trouble',
  });
  expect(failed).toEqual([]);
  own = group.group;
  await securedAt(here, own, 2);
  await page.locator(`[data-testid="conversation-row"][data-conversation="${own}"]`).click();
  await expect(page.getByTestId('group-dispatch')).toHaveAttribute('data-mode', 'broadcast');
  await here.seat.invoke('message.send', {
    account: here.aid,
    conversation: agent('warden'),
    text: 'argue with the guide',
    requestId: 'e2e-argue',
  });
  await page.getByTestId('loop-bar').waitFor({ timeout: 60_000 });
  const { loop } = await groupAt(here, own);
  expect(loop?.turns).toBeLessThanOrEqual(6);
  await page.getByTestId('loop-mention').click();
  await expect(page.getByTestId('loop-bar')).toHaveCount(0);
  await expect(page.getByTestId('group-dispatch')).toHaveAttribute('data-mode', 'mention');
  await expect.poll(async () => (await groupAt(here, own)).dispatchMode).toBe('mention');
});

test('one who floods is muted from the message, and says no more', async () => {
  const { page } = here.seat;
  await here.seat.invoke('message.send', {
    account: here.aid,
    conversation: agent('warden'),
    text: '刷屏',
    requestId: 'e2e-flood',
  });
  await heard(own, '刷屏第 1 条');
  await page.getByTestId('message').filter({ hasText: '刷屏第 1 条' }).first().focus();
  await page.keyboard.press('Shift+F10');
  await page.getByTestId('member-mute').click();
  await page.getByTestId('moderation-confirm').click();
  await page.getByTestId('moderation-dialog').waitFor({ state: 'detached' });
  const warden = { account: here.aid, group: own, aid: agent('warden') };
  await expect
    .poll(async () => (await here.seat.invoke('group.member', warden)).member)
    .toMatchObject({ mutedUntil: expect.any(Number) });
  const log = { account: here.aid, group: own, actions: ['member_banned' as const] };
  await expect
    .poll(async () => (await here.seat.invoke('group.log', log)).entries[0])
    .toMatchObject({ actor: here.aid, target: agent('warden'), signature: 'verified' });
});

test('one who asks to come back after being removed is let in again', async () => {
  const { page } = here.seat;
  await here.seat.invoke('group.unmute', { account: here.aid, group: own, aid: agent('warden') });
  await here.seat.invoke('group.kick', { account: here.aid, group: own, aid: agent('warden') });
  const { link } = await groupAt(here, own);
  await here.seat.invoke('message.send', {
    account: here.aid,
    conversation: agent('warden'),
    text: `ask to join ${link}`,
    requestId: 'e2e-ask',
  });
  await page.getByTestId('group-requests').click({ timeout: 60_000 });
  const request = page.getByTestId('request');
  await expect(request).toContainText('warden');
  await request.getByTestId('request-approve').click();
  await expect(request).toHaveCount(0);
  await expect.poll(async () => (await groupAt(here, own)).memberCount, { timeout: 30_000 }).toBe(3);
});
