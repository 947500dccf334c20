import { createHash, createPrivateKey } from 'node:crypto';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'playwright/test';
import { readUpstreamIdentity, writeUpstreamIdentity } from '../harness/sdk0220/upstream-folder';
import { World } from '../interop/world';
import { answerDialogs } from '../support/dialogs';
import { photographFailures, Seat } from '../support/seat';

/** Identities that come from and go to elsewhere: data folders of the SDKs, the custody service, another device. */
let world: World;
let seat: Seat;

test.beforeAll(async () => {
  world = await World.begin();
  seat = await Seat.take(world, 'mover');
});
test.afterAll(() => world.end());
photographFailures(() => seat);

async function fingerprintOfFolder(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const names = (await readdir(folder, { recursive: true })).sort();
  for (const name of names) {
    const file = path.join(folder, name);
    const facts = await stat(file);
    hash.update(`${name} ${facts.mtimeMs} ${facts.size}\n`);
    if (facts.isFile()) hash.update(await readFile(file));
  }
  return hash.digest('hex');
}

async function addNetwork(to: Seat): Promise<string> {
  const { issuer, url } = world.gateway.addresses;
  const made = await to.invoke('network.add', { issuer, gatewayUrl: url, rootPem: world.gateway.rootPem });
  return made.id;
}

test('an identity of an SDK folder is found, shown and imported; the folder stays as it was', async () => {
  const author = await world.person('sdk-born').join();
  const exported = author.client.exportIdentity();
  const folder = world.folder('sdk');
  await mkdir(folder, { recursive: true });
  await author.leave();
  writeUpstreamIdentity(folder, exported, { password: 'seed-123' });
  const before = await fingerprintOfFolder(folder);

  const network = await addNetwork(seat);
  await answerDialogs(seat, { open: folder });
  await seat.page.getByTestId('have-identity').click();
  await seat.page.getByTestId('restore-sdk').click();
  await seat.page.getByTestId('choose-sdk').click();
  const row = seat.page.getByTestId('sdk-identity');
  await expect(row).toContainText(author.aid);
  await row.locator('input').check();
  await seat.page.getByTestId('restore-network').selectOption(network);
  await seat.page.getByTestId('sdk-password').fill('wrong');
  await seat.page.getByTestId('sdk-import').click();
  await expect(seat.page.getByTestId('task-error')).toContainText(/seed password/);
  await seat.page.getByTestId('sdk-password').fill('seed-123');
  await seat.page.getByTestId('sdk-import').click();
  await seat.online(author.aid);
  expect(await fingerprintOfFolder(folder)).toBe(before);

  const friend = await world.person('friend').join();
  await seat.window.visit(friend.aid);
  await seat.window.say('same me, other program');
  await friend.heard(1);
  expect(friend.received[0]?.['from']).toBe(author.aid);

  const target = world.folder('sdk-export');
  await mkdir(target, { recursive: true });
  await answerDialogs(seat, { open: target });
  const saved = await seat.invoke('sdk.export', { account: author.aid, password: 'another seed password' });
  expect(saved.saved).toBe(true);
  const found = (await readdir(target, { recursive: true })).find((name) => name.endsWith('key.json')) ?? '';
  const aunPath = path.resolve(target, found, '../../../..');
  const loaded = readUpstreamIdentity(aunPath, author.aid, 'another seed password');
  const keyOf = (pem: string) => createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  expect(keyOf(loaded?.privateKeyPem ?? '')).toEqual(keyOf(exported.privateKeyPem));
});

test('a key left with the custody service comes back by phone code on a clean installation', async () => {
  const own = await seat.join(world, 'kept-safe');
  const { networks } = await seat.invoke('network.list', {});
  const network = networks.find(({ kind }) => kind === 'issuer')?.id ?? '';
  expect(await seat.invoke('custody.find', { network, account: own })).toMatchObject({ available: true });
  const phone = '+8613800000000';
  const secret = 'a secret of my own, quite long';
  const bind = await seat.invoke('custody.sendCode', { network, account: own, aid: null, phone });
  await seat.invoke('custody.backup', { account: own, phone, code: bind.debugCode ?? '', secret });

  const clean = await Seat.take(world, 'clean');
  const there = await addNetwork(clean);
  const back = await clean.invoke('custody.sendCode', { network: there, account: null, aid: own, phone });
  const wrong = back.debugCode === '000000' ? '000001' : '000000';
  const restore = { network: there, aid: own, phone };
  await expect(clean.invoke('custody.restore', { ...restore, code: wrong, secret })).rejects.toThrow(
    'custody_wrong_code',
  );
  const code = back.debugCode ?? '';
  const restored = await clean.invoke('custody.restore', { ...restore, code, secret });
  expect(restored.account).toBe(own);
  await clean.reload();
  await clean.online(own);
});

test('another device takes an identity over with two codes, once', async () => {
  const own = await seat.join(world, 'two-places');
  const offer = await seat.invoke('custody.offerTransfer', { account: own });
  const other = await Seat.take(world, 'second-device');
  const network = await addNetwork(other);
  const codes = { network, aid: own, transferCode: offer.transferCode };
  await other.invoke('custody.claimTransfer', { ...codes, oneTimePassword: offer.oneTimePassword });
  await other.reload();
  await other.online(own);
  await seat.online(own);
  const third = await Seat.take(world, 'third-device');
  await addNetwork(third);
  await expect(
    third.invoke('custody.claimTransfer', { ...codes, oneTimePassword: offer.oneTimePassword }),
  ).rejects.toThrow(/custody_/);
});
