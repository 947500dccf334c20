import { createHash } from 'node:crypto';
import { open, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { World } from '../interop/world';
import { photographFailures, Seat } from '../support/seat';

/** Damaged files: a calm screen with choices, the files untouched, and the other identities at work. */
let world: World;
let seat: Seat;
let broken: string;
let healthy: string;

test.beforeAll(async () => {
  world = await World.begin();
  seat = await Seat.take(world, 'damage');
  broken = await seat.join(world, 'broken-one', 'Broken');
  healthy = await seat.join(world, 'healthy-one', 'Healthy');
  await seat.invoke('conversation.open', { account: broken, peer: healthy });
  for (const text of ['一', '二', '三']) {
    await seat.invoke('message.send', { account: broken, conversation: healthy, text, requestId: text });
  }
});
test.afterAll(() => world.end());
photographFailures(() => seat);

function folder(): string {
  return path.join(seat.dataDir, 'AIDs', broken);
}

/** Every file below the folder with a digest of its bytes. */
async function digests(): Promise<Record<string, string>> {
  const entries = await readdir(folder(), { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const pairs = files.sort().map(async (file) => {
    const digest = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    return [path.relative(folder(), file), digest] as const;
  });
  return Object.fromEntries(await Promise.all(pairs));
}

async function choose(account: string): Promise<void> {
  await seat.page.locator(`[data-testid="rail-account"][data-account="${account}"]`).click();
}

/** The screen of trouble, its choices, and the identity beside it that works. */
async function calmScreen(kind: 'key' | 'database'): Promise<void> {
  await choose(broken);
  const screen = seat.page.getByTestId(`trouble-${kind}`);
  await expect(screen.getByRole('heading')).toContainText(kind === 'key' ? 'can’t be read' : 'is damaged');
  await expect(screen.getByRole('button', { name: 'Try again' })).toBeVisible();
  await expect(screen.getByRole('button', { name: 'Show data folder' })).toBeVisible();
  await seat.online(healthy);
  await choose(healthy);
  await expect(
    seat.page.getByTestId('list-pane').or(seat.page.getByTestId('conversation-list')),
  ).toBeVisible();
  await choose(broken);
}

test('a database with damaged pages is shown calmly and not touched; its repair is enough', async () => {
  await seat.close();
  const file = path.join(folder(), 'parley.db');
  const original = await readFile(file);
  const handle = await open(file, 'r+');
  for (let page = 1; page * 4096 < original.length; page += 1) {
    await handle.write(Buffer.alloc(64, 0x5a), 0, 64, page * 4096 + 512);
  }
  await handle.close();
  const before = await digests();
  await seat.start();
  await calmScreen('database');
  await seat.page.getByTestId('trouble-database').getByRole('button', { name: 'Try again' }).click();
  await expect(seat.page.getByTestId('trouble-database')).toBeVisible();
  await seat.close();
  expect(await digests()).toEqual(before);
  await writeFile(file, original);
  await seat.start();
  await seat.online(broken);
  await expect.poll(() => seat.texts(broken, healthy, 'own')).toEqual(['一', '二', '三']);
});

test('a key file with other bytes is shown calmly and not touched; trying again after its repair is enough', async () => {
  await seat.close();
  const file = path.join(folder(), 'private', 'key.json');
  const original = await readFile(file);
  const damaged = Buffer.from(original);
  damaged.fill(0x23, Math.floor(damaged.length / 2), Math.floor(damaged.length / 2) + 40);
  await writeFile(file, damaged);
  const before = await digests();
  await seat.start();
  await calmScreen('key');
  expect(await digests()).toEqual(before);
  await writeFile(file, original);
  await seat.page.getByTestId('trouble-key').getByRole('button', { name: 'Try again' }).click();
  await seat.page.getByTestId('trouble-key').waitFor({ state: 'detached' });
  await seat.online(broken);
});

test('a vault that cannot unwrap leaves every file as it is, and works when its key is back', async () => {
  await seat.close();
  const key = path.join(seat.dataDir, 'vault.key');
  await rename(key, `${key}.away`);
  const before = await digests();
  await seat.start();
  await choose(broken);
  await expect(seat.page.getByTestId('trouble-key')).toBeVisible();
  await choose(healthy);
  await expect(seat.page.getByTestId('trouble-key')).toBeVisible();
  await seat.close();
  expect(await digests()).toEqual(before);
  await rename(`${key}.away`, key);
  await seat.start();
  await seat.online(broken);
  await seat.online(healthy);
});
