import { expect, test } from 'playwright/test';
import type { Locator } from 'playwright/test';
import { World } from '../interop/world';
import { photographFailures, Seat } from '../support/seat';

/** Two windows: comparing safety numbers, a changed key, and a revoked certificate. */
let world: World;
let ada: Seat;
let bob: Seat;
let adaAid: string;
let bobAid: string;

test.beforeAll(async () => {
  world = await World.begin();
  ada = await Seat.take(world, 'ada');
  bob = await Seat.take(world, 'bob');
  adaAid = await ada.join(world, 'ada-love');
  bobAid = await bob.join(world, 'bob-base');
});
test.afterAll(() => world.end());
photographFailures(() => ada);

/** Opens the number of somebody. What it shows can be asked for again while a new key is on its way. */
async function openNumber(seat: Seat, peer: string): Promise<Locator> {
  await seat.window.visit(peer);
  const button = seat.page.getByTestId('details-button');
  if ((await button.getAttribute('aria-pressed')) !== 'true') await button.click();
  await seat.page.getByTestId('person-verify').click();
  return seat.page.getByTestId('safety-number');
}

/** The sixty digits that are shown of somebody. */
async function numberShown(seat: Seat, peer: string): Promise<string> {
  const number = await openNumber(seat, peer);
  await expect(number).toHaveAttribute('data-digits', /^\d{60}$/);
  return (await number.getAttribute('data-digits')) ?? '';
}

test('both sides see the same sixty digits, and "they match" marks the other as verified', async () => {
  await ada.window.visit(bobAid);
  await ada.window.say('shall we compare?');
  await bob.window.visit(adaAid);
  await bob.window.shows('shall we compare?', { own: false });
  await bob.window.say('yes');
  await ada.window.shows('yes', { own: false });
  const one = await numberShown(ada, bobAid);
  await expect(await openNumber(bob, adaAid)).toHaveAttribute('data-digits', one);
  await ada.page.getByTestId('numbers-match').click();
  await ada.page.getByTestId('verified-mark').waitFor();
  await ada.page.keyboard.press('Escape');
  await expect(ada.page.getByTestId('security-line')).toHaveAttribute('data-security', 'verified');
  const shown = await bob.invoke('contact.safetyNumber', { account: bobAid, aid: adaAid });
  const theirs = await ada.invoke('contact.safetyNumber', { account: adaAid, aid: bobAid });
  const scanned = { account: bobAid, aid: adaAid, key: shown.peerKey, qr: theirs.qr };
  expect(await bob.invoke('contact.verify', scanned)).toMatchObject({ trust: 'verified', verifiedBy: 'qr' });
  await expect(bob.invoke('contact.verify', { ...scanned, qr: shown.qr })).rejects.toThrow(
    'safety_number_differs',
  );
  await bob.page.keyboard.press('Escape');
});

test('a new key stops the next message until it was looked at; old messages stay readable', async () => {
  await bob.page.locator(`[data-testid="rail-account"][data-account="${bobAid}"]`).dblclick();
  await bob.page.getByTestId('identity-tab-keys').click();
  await bob.page.getByTestId('rekey-open').click();
  await expect(bob.page.getByTestId('rekey-confirm')).toBeDisabled();
  await bob.page.getByTestId('typed-address').fill(bobAid);
  await bob.page.getByTestId('rekey-confirm').click();
  await bob.page.getByTestId('rekey-open').waitFor();
  await bob.page.keyboard.press('Escape');
  await bob.online(bobAid);
  await bob.window.visit(adaAid);
  await bob.window.say('I have a new key');

  await ada.window.visit(bobAid);
  await ada.window.shows('I have a new key', { own: false });
  await ada.window.shows('yes', { own: false });
  const banner = ada.page.getByTestId('trust-banner');
  await expect(banner).toBeVisible();
  await expect(ada.page.getByTestId('security-line')).toHaveAttribute('data-security', 'keys_changed');
  await expect(ada.page.getByTestId('timeline-notice').last()).toBeVisible();
  await ada.window.say('this must wait');
  await ada.window.shows('this must wait', { state: 'queued' });
  expect(await bob.texts(bobAid, adaAid, 'theirs')).not.toContain('this must wait');

  // It was verified before: one more question before going on.
  await ada.page.getByTestId('trust-accept').click();
  await ada.page.getByTestId('trust-accept-anyway').click();
  await bob.window.shows('this must wait', { own: false });
  await expect(ada.page.getByTestId('security-line')).toHaveAttribute('data-security', 'encrypted');
  await ada.restart();
  await ada.online(adaAid);
  await ada.window.visit(bobAid);
  await ada.window.shows('I have a new key', { own: false });
  await ada.window.say('still here');
  await bob.window.shows('still here', { own: false });
  const afterwards = await numberShown(bob, adaAid);
  await expect(await openNumber(ada, bobAid)).toHaveAttribute('data-digits', afterwards);
});

test('a revoked certificate is said, and nothing is sent to it', async () => {
  await ada.page.keyboard.press('Escape');
  await bob.page.keyboard.press('Escape');
  await bob.close();
  await world.gateway.admin('revoke', { aid: bobAid });
  await ada.restart();
  await ada.online(adaAid);
  await ada.window.visit(bobAid);
  await ada.window.say('into the void');
  await ada.window.shows('into the void', { state: 'queued' });
  await expect(ada.page.getByTestId('security-line')).toHaveAttribute('data-security', 'revoked');
});
