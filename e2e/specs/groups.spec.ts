import { expect, test } from 'playwright/test';
import { Circle, closeDialogs, groupAt, groupPage, securedAt, textsAt, visitGroup } from '../support/circle';
import type { Sitter } from '../support/circle';
import { photographFailures } from '../support/seat';

/** One group through its whole life, in three real windows: who made it, who came by code, who asked. */
test.describe.configure({ mode: 'serial' });

let circle: Circle;
let owner: Sitter;
let second: Sitter;
let third: Sitter;
let group = '';

test.beforeAll(async () => {
  circle = await Circle.begin(['founder', 'invited', 'asking']);
  owner = circle.at(0);
  second = circle.at(1);
  third = circle.at(2);
});
test.afterAll(() => circle.end());
for (const place of [0, 1, 2]) photographFailures(() => circle.at(place).seat, String(place));

const say = async (sitter: Sitter, text: string): Promise<void> => {
  await sitter.seat.window.say(text);
};
const hears = (sitter: Sitter, text: string): Promise<void> =>
  expect.poll(() => textsAt(sitter, group), { timeout: 30_000 }).toContain(text);

test('a group is made and is in the list, secured', async () => {
  const { page } = owner.seat;
  await page.getByTestId('new-conversation').click();
  await page.getByTestId('way-create').click();
  await page.getByTestId('group-name').fill('周三读书会');
  await page.getByTestId('group-purpose').fill('Books, one a month');
  await page.getByTestId('create-group').click();
  await expect(page.getByTestId('chat-title')).toHaveText('周三读书会');
  const row = page.locator('[data-testid="conversation-row"]', { hasText: '周三读书会' });
  group = (await row.getAttribute('data-conversation')) ?? '';
  expect(group).toMatch(/^group\.aun\.test\//);
  await securedAt(owner, group);
  await expect
    .poll(() => groupAt(owner, group))
    .toMatchObject({ role: 'owner', joinMode: 'approval', memberCount: 1 });
});

test('somebody comes in with an invite code, and both write', async () => {
  const { page } = owner.seat;
  await groupPage(owner, 'invites');
  await page.getByTestId('new-invite').click();
  await page.getByTestId('invite-make').click();
  let code = '';
  await expect
    .poll(async () => {
      const { invites } = await owner.seat.invoke('group.invites', { account: owner.aid, group });
      code = invites[0]?.link ?? '';
      return code;
    })
    .toContain('/invite/ic-');
  await closeDialogs(owner);

  const there = second.seat.page;
  await there.getByTestId('new-conversation').click();
  await there.getByTestId('way-join').click();
  await there.getByTestId('join-field').fill(code);
  await there.getByTestId('join-look').click();
  await there.getByTestId('join-do').click();
  await expect(there.getByTestId('chat-title')).toHaveText('周三读书会');
  await securedAt(second, group, 2);
  await securedAt(owner, group, 2);
  await say(owner, 'Welcome. 第一本书是《活着》');
  await hears(second, 'Welcome. 第一本书是《活着》');
  await say(second, 'Thank you, I have read it twice');
  await hears(owner, 'Thank you, I have read it twice');
  await expect(page.getByTestId('bubble').filter({ hasText: 'read it twice' })).toBeVisible();
  await expect(page.locator('[data-testid="group-event"][data-action="invite_code_used"]')).toBeVisible();
});

test('somebody asks, is looked at and let in; what was written before stays closed to them', async () => {
  const there = third.seat.page;
  const { link } = await groupAt(owner, group);
  await there.getByTestId('new-conversation').click();
  await there.getByTestId('way-join').click();
  await there.getByTestId('join-field').fill(link);
  await there.getByTestId('join-look').click();
  await there.getByTestId('join-message').fill('我也想读书');
  await there.getByTestId('join-do').click();
  await there.getByTestId('join-pending').waitFor();
  await closeDialogs(third);

  await groupPage(owner, 'requests');
  const request = owner.seat.page.getByTestId('request');
  await expect(request).toContainText('我也想读书');
  await request.getByTestId('request-approve').click();
  await expect(request).toHaveCount(0);
  await closeDialogs(owner);

  await securedAt(third, group, 3);
  await visitGroup(third, group);
  await securedAt(owner, group, 3);
  await securedAt(second, group, 3);
  await say(owner, 'Now we are three');
  await hears(third, 'Now we are three');
  expect(await textsAt(third, group)).not.toContain('Thank you, I have read it twice');
  await expect(there.getByTestId('history-before')).toBeVisible();
});

test('who is away reads it all when they are back, in order', async () => {
  await second.seat.kill();
  for (let number = 1; number <= 5; number += 1) await say(owner, `while you were away ${number}`);
  await say(third, '我也写一句');
  await second.seat.start();
  await second.seat.online(second.aid);
  await hears(second, 'while you were away 5');
  await hears(second, '我也写一句');
  await expect
    .poll(async () => (await textsAt(second, group)).filter((text) => text.startsWith('while')))
    .toEqual([1, 2, 3, 4, 5].map((number) => `while you were away ${number}`));
  await visitGroup(second, group);
});

test('a muted member sees why and cannot write; unmuted they can', async () => {
  const { page } = owner.seat;
  await page.getByTestId('message').filter({ hasText: '我也写一句' }).first().focus();
  await page.keyboard.press('Shift+F10');
  await page.getByTestId('member-mute').click();
  await page.getByTestId('moderation-reason').fill('Please calm down');
  await page.getByTestId('moderation-confirm').click();
  const quiet = third.seat.page.getByTestId('group-quiet');
  await expect(quiet).toContainText('Please calm down');
  await expect(third.seat.window.composer()).toHaveCount(0);
  await owner.seat.page.getByTestId('undo').click();
  await third.seat.window.composer().waitFor();
  await say(third, 'back again');
  await hears(owner, 'back again');
});

test('who is removed reads nothing further, and the others go on under a new key', async () => {
  const before = (await groupAt(owner, group)).keys.epoch;
  await groupPage(owner, 'members');
  const { page } = owner.seat;
  await page.locator(`[data-testid="member"][data-aid="${third.aid}"]`).getByTestId('member-menu').click();
  await page.getByTestId('member-kick').click();
  await expect(page.getByTestId('moderation-dialog')).toContainText(third.aid);
  await page.getByTestId('moderation-confirm').click();
  await expect(page.locator(`[data-testid="member"][data-aid="${third.aid}"]`)).toHaveCount(0);
  await closeDialogs(owner);
  await securedAt(owner, group, before + 1);
  await securedAt(second, group, before + 1);
  await say(owner, 'only for two now');
  await hears(second, 'only for two now');
  await expect(third.seat.page.getByTestId('group-quiet')).toBeVisible();
  await expect.poll(async () => (await groupAt(third, group)).membership).toBe('removed');
  await third.seat.restart();
  await third.seat.online(third.aid);
  expect(await textsAt(third, group)).not.toContain('only for two now');
  await expect.poll(() => textsAt(third, group)).toContain('Now we are three');
});

test('the group is handed over: the new owner decides, the old one is an admin', async () => {
  const { page } = owner.seat;
  await groupPage(owner, 'members');
  await page.locator(`[data-testid="member"][data-aid="${second.aid}"]`).getByTestId('member-menu').click();
  await page.getByTestId('member-transfer').click();
  await page.getByTestId('moderation-typed').fill(second.aid);
  await page.getByTestId('moderation-confirm').click();
  await page.getByTestId('moderation-dialog').waitFor({ state: 'detached' });
  await expect.poll(async () => (await groupAt(second, group)).role).toBe('owner');
  await expect.poll(async () => (await groupAt(owner, group)).role).toBe('admin');
  await page.getByTestId('group-tab-danger').click();
  await expect(page.getByTestId('dissolve')).toBeDisabled();
  await closeDialogs(owner);
});

test('the moderation log has it all, can be searched and says who signed', async () => {
  const { page } = owner.seat;
  await groupPage(owner, 'log');
  const log = page.getByTestId('log');
  for (const action of [
    'invite_code_created',
    'invite_code_used',
    'join_approved',
    'member_banned',
    'member_unbanned',
    'member_removed',
    'owner_transferred',
  ])
    await expect(log.locator(`[data-testid="log-entry"][data-action="${action}"]`).first()).toBeVisible();
  await expect(log.locator('[data-action="member_removed"]').first()).toContainText('asking');
  await page.getByTestId('log-search').fill('calm');
  await expect(log.getByTestId('log-entry')).toHaveCount(1);
  await closeDialogs(owner);
  await expect
    .poll(async () => {
      const { entries } = await owner.seat.invoke('group.log', { account: owner.aid, group });
      return entries.find(({ action }) => action === 'member_removed');
    })
    .toMatchObject({ actor: owner.aid, target: third.aid, signature: 'verified' });
});

test('the group ends for everybody; what was written stays to be read', async () => {
  await closeDialogs(second);
  await visitGroup(second, group);
  await groupPage(second, 'danger');
  const { page } = second.seat;
  await page.getByTestId('dissolve').click();
  await page.getByTestId('dissolve-typed').fill(group);
  await page.getByTestId('dissolve-confirm').click();
  await expect.poll(async () => (await groupAt(owner, group)).status).toBe('dissolved');
  await closeDialogs(second);
  await expect(owner.seat.page.getByTestId('group-quiet')).toBeVisible();
  await expect.poll(() => textsAt(owner, group)).toContain('only for two now');
  await expect(owner.seat.window.composer()).toHaveCount(0);
});
