import { existsSync } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { World } from '../interop/world';
import { answerDialogs } from '../support/dialogs';
import { photographFailures, Seat } from '../support/seat';

/** One file saves an identity with its history; a clean installation gets it back under a new device id. */
let world: World;
let home: Seat;
let fresh: Seat;
const secret = '一匹马 and a battery staple';

test.beforeAll(async () => {
  world = await World.begin();
  home = await Seat.take(world, 'home');
  fresh = await Seat.take(world, 'fresh');
});
test.afterAll(() => world.end());
photographFailures(() => fresh);

async function openBackups(seat: Seat, own: string): Promise<void> {
  await seat.page.locator(`[data-testid="rail-account"][data-account="${own}"]`).dblclick();
  await seat.page.getByTestId('identity-tab-backup').click();
}

test('saved in one window, restored in another: history, people and names, with a device id of its own', async () => {
  const own = await home.join(world, 'keeper', '守护者');
  const friend = await world.person('friend').join();
  await home.window.visit(friend.aid);
  for (const text of ['第一句', 'second', 'third 🙂']) await home.window.say(text);
  await friend.heard(3);
  await friend.tell(own, 'and an answer');
  await home.window.shows('and an answer', { own: false });
  await home.invoke('contact.setAlias', { account: own, aid: friend.aid, alias: '老朋友' });
  const reminder = async (): Promise<boolean> =>
    (await home.invoke('backup.status', { account: own })).reminder;
  await expect.poll(reminder).toBe(true);

  const file = world.folder('keeper.aunbackup');
  await answerDialogs(home, { save: file });
  await openBackups(home, own);
  const { page } = home;
  await page.getByTestId('backup-open').click();
  const create = page.getByTestId('backup-create');
  await page.getByTestId('secret').fill('too short');
  await expect(create).toBeDisabled();
  await page.getByTestId('secret').fill(secret);
  await page.getByTestId('secret-repeat').fill(secret);
  await create.click();
  await page.getByTestId('backup-saved').waitFor();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const bytes = await readFile(file);
  for (const plain of ['第一句', 'and an answer', '老朋友', 'PRIVATE KEY', 'access'])
    expect(bytes.includes(Buffer.from(plain))).toBe(false);
  await expect.poll(reminder).toBe(false);

  await answerDialogs(fresh, { open: file });
  await fresh.page.getByTestId('have-identity').click();
  await fresh.page.getByTestId('restore-file').click();
  await fresh.page.getByTestId('choose-backup').click();
  await expect(fresh.page.getByTestId('found-aid')).toContainText(own);
  const network = await fresh.invoke('network.add', {
    issuer: world.gateway.addresses.issuer,
    gatewayUrl: world.gateway.addresses.url,
    rootPem: world.gateway.rootPem,
  });
  await fresh.page.getByTestId('restore-network').selectOption(network.id);
  await fresh.page.getByTestId('restore-secret').fill('not this one at all');
  await fresh.page.getByTestId('restore-start').click();
  await expect(fresh.page.getByTestId('task-error')).toBeVisible();
  expect(await fresh.invoke('account.list', {})).toEqual({ accounts: [] });
  await fresh.page.getByTestId('restore-secret').fill(secret);
  await fresh.page.getByTestId('restore-start').click();
  await fresh.page.getByTestId('restore-done').waitFor();
  await fresh.page.getByTestId('restore-finish').click();
  await fresh.online(own);
  const [restored] = (await fresh.invoke('account.list', {})).accounts;
  expect(restored).toMatchObject({ displayName: '守护者' });
  expect(await fresh.texts(own, friend.aid, 'own')).toEqual(['第一句', 'second', 'third 🙂']);
  expect(await fresh.texts(own, friend.aid, 'theirs')).toEqual(['and an answer']);
  expect((await fresh.invoke('contact.get', { account: own, aid: friend.aid })).alias).toBe('老朋友');
  const device = async (seat: Seat): Promise<string | null> =>
    (await seat.invoke('account.advanced.get', { account: own })).deviceId;
  expect(await device(fresh)).not.toBe(await device(home));

  // Both devices are the same person now: what is written to them reaches both.
  await home.online(own);
  await friend.tell(own, 'to both of you');
  await fresh.window.visit(friend.aid);
  await fresh.window.shows('to both of you', { own: false });
  await home.page.keyboard.press('Escape');
  await home.window.visit(friend.aid);
  await home.window.shows('to both of you', { own: false });
});

test('a damaged file restores nothing and leaves nothing behind', async () => {
  const own = await home.join(world, 'victim', '');
  const file = world.folder('victim.aunbackup');
  await answerDialogs(home, { save: file });
  const made = await home.invoke('backup.create', { account: own, contents: 'full', secret, job: 'job-1' });
  expect(made.saved).toBe(true);
  const whole = await readFile(file);
  const network = (await fresh.invoke('network.list', {})).networks.find(({ kind }) => kind === 'issuer');
  const damaged = [
    whole.subarray(0, whole.length - 20),
    Buffer.concat([whole, Buffer.from([0])]),
    Buffer.from(whole.map((byte, index) => (index === whole.length - 40 ? byte ^ 1 : byte))),
  ];
  for (const [index, bytes] of damaged.entries()) {
    const copy = world.folder(`damaged-${index}.aunbackup`);
    await writeFile(copy, bytes);
    await answerDialogs(fresh, { open: copy });
    const { found } = await fresh.invoke('backup.choose', {});
    const job = { file: found?.file ?? '', secret, network: network?.id ?? '', job: `job-${index}` };
    await expect(fresh.invoke('backup.restore', job)).rejects.toThrow(/backup_(damaged|wrong_passphrase)/);
  }
  expect(existsSync(path.join(fresh.dataDir, 'AIDs', own))).toBe(false);
  const pending = await readdir(path.join(fresh.dataDir, 'AIDs', '_pending')).catch(() => []);
  expect(pending.filter((name) => name.startsWith('victim'))).toEqual([]);
});
