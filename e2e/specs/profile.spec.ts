import { expect, test } from 'playwright/test';
import { World } from '../interop/world';
import { photographFailures, Seat } from '../support/seat';

/** Profiles: edited and signed in one window, fetched and verified by another; what is not verified is said. */
let world: World;
let author: Seat;
let reader: Seat;
let authorAid: string;
let readerAid: string;

test.beforeAll(async () => {
  world = await World.begin();
  author = await Seat.take(world, 'author');
  reader = await Seat.take(world, 'reader');
  authorAid = await author.join(world, 'planner-bot');
  readerAid = await reader.join(world, 'curious');
});
test.afterAll(() => world.end());
photographFailures(() => reader);

test('a published profile is seen as verified, with name, shape and inert text', async () => {
  const { page } = author;
  await page.locator(`[data-testid="rail-account"][data-account="${authorAid}"]`).dblclick();
  await page.getByTestId('identity-tab-profile').click();
  await page.getByTestId('profile-name').fill('计划员 Planner');
  await page.getByTestId('profile-type').selectOption('assistant');
  await page.getByTestId('profile-description').fill('Schedules meetings and sums up threads');
  await page
    .getByTestId('profile-body')
    .fill(
      '# Hello\n\n<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\n\n[x](javascript:alert(1)) **bold**',
    );
  await page.getByTestId('profile-publish').click();
  await expect(page.getByTestId('profile-standing')).toContainText(/published/i);
  await page.keyboard.press('Escape');

  await reader.window.visit(authorAid);
  await reader.window.say('who are you?');
  await reader.page.getByTestId('details-button').click();
  await expect(reader.page.getByTestId('profile-status')).toHaveAttribute('data-status', 'verified');
  const details = reader.page.getByTestId('details');
  await expect(details).toContainText('计划员 Planner');
  await expect(details.getByTestId('kind-badge')).toContainText(/agent/i);
  await expect(reader.page.getByTestId('chat-title')).toHaveText('计划员 Planner');
  await expect(details.getByTestId('markdown')).toContainText('bold');
  await expect(details.locator('img, script, iframe, a[href^="javascript"]')).toHaveCount(0);
  expect(await reader.page.evaluate(() => 'hacked' in window)).toBe(false);
  const row = reader.page.locator(`[data-testid="conversation-row"][data-conversation="${authorAid}"]`);
  await expect(row).toContainText('计划员 Planner');
});

test('a change is seen after asking again; a second device that edits an old version is told', async () => {
  const before = await author.invoke('profile.own', { account: authorAid });
  const text = before.published?.text ?? '';
  const changed = text.replace('Schedules meetings', 'Cancels meetings');
  await author.invoke('profile.publish', {
    account: authorAid,
    text: changed,
    replacing: before.published?.etag ?? null,
  });
  await expect(
    author.invoke('profile.publish', {
      account: authorAid,
      text,
      replacing: before.published?.etag ?? null,
    }),
  ).rejects.toThrow('profile_conflict');
  await reader.page.getByTestId('profile-refresh').click();
  await expect(reader.page.getByTestId('details')).toContainText('Cancels meetings');
});

test('somebody without a profile has no shape and no claim', async () => {
  const stranger = await world.person('stranger').join();
  await stranger.tell(readerAid, 'hello?');
  await reader.window.visit(stranger.aid);
  await expect(reader.page.getByTestId('profile-status')).toHaveAttribute('data-status', 'none');
  await expect(reader.page.getByTestId('details').getByTestId('kind-badge')).not.toContainText(/agent$/i);
  await expect(reader.page.getByTestId('chat-title')).toHaveText(stranger.aid);
});

test('after a change of key the profile is signed anew by itself', async () => {
  const published = async (): Promise<unknown> => {
    const asked = { account: readerAid, aid: authorAid, refresh: true };
    return (await reader.invoke('profile.peer', asked)).certificateFingerprint;
  };
  const before = await published();
  await author.invoke('certificate.rekey', { account: authorAid, confirm: authorAid });
  await expect.poll(published).not.toBe(before);
  const { certificates } = await author.invoke('certificate.own', { account: authorAid });
  // Others can see it before the answer to publishing it is back.
  await expect
    .poll(async () => (await author.invoke('profile.own', { account: authorAid })).published)
    .toMatchObject({
      certificateFingerprint: certificates[0]?.fingerprint,
      text: expect.stringContaining('Cancels meetings'),
    });
});
