import { X509Certificate } from 'node:crypto';
import { expect, test } from 'playwright/test';
import { World } from '../interop/world';
import { photographFailures, Seat } from '../support/seat';

/** From nothing to an identity, with everything that can be in the way. */
test.describe('on a network of somebody else', () => {
  let world: World;
  let seat: Seat;

  test.beforeAll(async () => {
    world = await World.begin();
    seat = await Seat.take(world, 'newcomer');
  });
  test.afterAll(() => world.end());
  photographFailures(() => seat);

  /** Leads to the step where the name is chosen, from wherever the window is. */
  async function toName(): Promise<void> {
    const { page } = seat;
    await page.reload();
    const { issuer, url } = world.gateway.addresses;
    await seat.invoke('network.add', { issuer, gatewayUrl: url, rootPem: world.gateway.rootPem });
    await page.getByTestId('create-identity').or(page.getByTestId('add-identity')).click();
    const change = page.getByTestId('change-network').or(page.getByTestId('network-known'));
    await change.first().waitFor();
    if (await page.getByTestId('change-network').isVisible())
      await page.getByTestId('change-network').click();
    await page.getByTestId('network-known').click();
    await page.getByTestId('name').waitFor();
  }

  async function toOtherNetwork(): Promise<void> {
    const { page } = seat;
    await page.reload();
    await page.getByTestId('create-identity').or(page.getByTestId('add-identity')).click();
    const step = page.getByTestId('change-network').or(page.getByTestId('network-other'));
    await step.first().waitFor();
    if (await page.getByTestId('change-network').isVisible())
      await page.getByTestId('change-network').click();
    await page.getByTestId('network-other').click();
  }

  test('an address without a gateway is explained, and another one can be typed', async () => {
    const { page } = seat;
    await toOtherNetwork();
    const field = page.getByTestId('network-address');
    await field.fill('ws://127.0.0.1:9/aun');
    await page.getByTestId('network-lookup').click();
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(page.getByText('The gateway does not answer.', { exact: false })).toBeVisible();
    await field.fill('not an address at all');
    await expect(field).not.toHaveAttribute('aria-invalid', 'true');
    await page.getByTestId('network-lookup').click();
    await expect(field).toHaveAttribute('aria-invalid', 'true');
  });

  test('another network is accepted by the fingerprint of its root', async () => {
    const { page } = seat;
    const { url, issuer } = world.gateway.addresses;
    await toOtherNetwork();
    await page.getByTestId('network-address').fill(url);
    await page.getByTestId('network-lookup').click();
    await expect(page.getByTestId('probe-issuer')).toHaveText(issuer);
    const digest = new X509Certificate(world.gateway.rootPem).fingerprint256
      .replaceAll(':', '')
      .toLowerCase();
    await expect
      .poll(async () => {
        const shown = (await page.getByTestId('probe').textContent()) ?? '';
        return shown.toLowerCase().replaceAll(/[^0-9a-z]/g, '');
      })
      .toContain(digest);
    await page.getByTestId('network-accept').click();
    await expect(page.getByTestId('name')).toBeFocused();
  });

  test('a name is told while typing which rule it breaks', async () => {
    const { page } = seat;
    await toName();
    const name = page.getByTestId('name');
    const cases: readonly (readonly [string, string])[] = [
      ['张伟', 'Only a–z, 0–9, _ and - are allowed.'],
      ['lin.wei', 'Only a–z, 0–9, _ and - are allowed.'],
      ['-linwei', 'It can’t begin with a hyphen.'],
      ['guest42', 'Names that begin with “guest” are reserved.'],
      ['g-friends', 'Names that begin with “g-” are reserved for groups.'],
      ['lin', 'At least 4 characters.'],
      ['l'.repeat(65), 'At most 64 characters.'],
      ['gateway', 'This name is reserved for the network itself.'],
    ];
    for (const [typed, told] of cases) {
      await name.fill(typed);
      await expect(page.getByText(told, { exact: true })).toBeVisible();
      await expect(page.getByTestId('create')).toBeDisabled();
    }
    // Too short is no mistake while it is typed, and one when the field is left.
    await name.fill('lin');
    await expect(name).not.toHaveAttribute('aria-invalid', 'true');
    await page.getByTestId('display-name').focus();
    await expect(name).toHaveAttribute('aria-invalid', 'true');
    await name.fill('');
    await expect(page.getByText('4 to 64 characters: a–z, 0–9, _ and -')).toBeVisible();
    await expect(page.getByTestId('create')).toBeDisabled();
    // Capital letters and spaces around are folded, not refused.
    await name.fill('  Lin_Wei ');
    await expect(page.getByText('lin_wei.aun.test is free.')).toBeVisible();
    await expect(page.getByTestId('create')).toBeEnabled();
  });

  test('a gateway that goes away while the name is chosen is told, and asked again', async () => {
    const { page } = seat;
    await toName();
    await world.gateway.kill();
    await page.getByTestId('name').fill('while-down');
    await expect(page.getByText(/Couldn’t check the name\./)).toBeVisible();
    await expect(page.getByTestId('create')).toBeDisabled();
    await world.gateway.startAgain();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByText('while-down.aun.test is free.')).toBeVisible();
  });

  test('a gateway that goes away while the identity is made loses nothing', async () => {
    const { page } = seat;
    await toName();
    await page.getByTestId('name').fill('unlucky');
    await page.locator('[data-testid="create"]:enabled').waitFor();
    await world.gateway.kill();
    await page.getByTestId('create').click();
    const failed = page.getByTestId('create-failed');
    await expect(failed).toContainText('unlucky.aun.test was not created');
    await expect(failed).toContainText('Nothing is lost.');
    await world.gateway.startAgain();
    await page.getByTestId('create-retry').click();
    await seat.online('unlucky.aun.test');
  });

  test('a taken name brings three free ones, and one click is enough', async () => {
    const { page } = seat;
    await toName();
    const owner = world.person('lin-wei');
    await owner.client.createAid(owner.aid);
    const taken = owner.aid.slice(0, owner.aid.indexOf('.'));
    await page.getByTestId('name').fill(taken);
    await expect(page.getByText(`${owner.aid} is taken. These are free:`)).toBeVisible();
    const suggestions = page.getByTestId('suggestions').getByRole('button');
    await expect(suggestions).toHaveCount(3);
    const chosen = (await suggestions.nth(1).textContent()) ?? '';
    expect(chosen).not.toBe(taken);
    await suggestions.nth(1).click();
    await expect(page.getByText(`${chosen}.aun.test is free.`)).toBeVisible();
    await page.getByTestId('display-name').fill('林薇');
    await page.getByTestId('create').click();
    await seat.online(`${chosen}.aun.test`);
    await expect(page.locator(`[data-account="${chosen}.aun.test"]`)).toHaveAttribute(
      'aria-label',
      `林薇 (${chosen}.aun.test), online`,
    );
  });
});

test.describe('on the network of this computer', () => {
  let world: World;
  let seat: Seat;

  test.beforeAll(async () => {
    world = await World.begin();
    seat = await Seat.take(world, 'local');
  });
  test.afterAll(() => world.end());
  photographFailures(() => seat);

  test('one click, one name, and three agents answer; all of it is there after a restart', async () => {
    const { page } = seat;
    await page.getByTestId('try-local').click();
    await page.getByTestId('name').fill('newcomer');
    await page.locator('[data-testid="create"]:enabled').click();
    await page.getByTestId('shell').waitFor();
    const account = (await page.getByTestId('rail-account').getAttribute('data-account')) ?? '';
    const issuer = account.slice(account.indexOf('.') + 1);
    await seat.online(account);
    const { window } = seat;

    await window.visit(`echo.${issuer}`);
    await window.say('Hallo 世界 👋');
    await window.shows('Hallo 世界 👋', { own: false });
    await window.visit(`parley-guide.${issuer}`);
    await window.say('加密安全吗？');
    await expect(page.getByTestId('bubble').filter({ hasText: '绝不会改用明文发送' })).toBeVisible();
    await window.visit(`slow-writer.${issuer}`);
    await window.say('Take your time');
    await expect(page.getByTestId('bubble').filter({ hasText: 'That is my answer.' })).toBeVisible();

    await seat.restart();
    await seat.page.getByTestId('shell').waitFor();
    await seat.online(account);
    await seat.window.visit(`echo.${issuer}`);
    await seat.window.shows('Hallo 世界 👋', { own: false });
    await seat.window.say('still here?');
    // Gateway and agents start anew with the application, and agents answer when they are ready.
    await seat.window.shows('still here?', { own: false, timeoutMs: 60_000 });
    await expect
      .poll(() => seat.texts(account, `echo.${issuer}`, 'theirs'))
      .toEqual(['Hallo 世界 👋', 'still here?']);
  });
});
