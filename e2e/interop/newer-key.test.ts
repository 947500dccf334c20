import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dictsOf, isDict, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { ClockedEngine } from './clocked-engine';
import { keepFile, keptFile } from './kept-file';
import { textIn } from './parley';
import { World } from './world';

const SECRET = 'correct horse battery staple';
const PHONE = '+8613800000001';
let world: World;
/** Has the newer key. */
let other: ClockedEngine;
/** Has the old one. */
let here: ClockedEngine;
let aid: string;
let network: string;
let number = 0;

async function start(name: string): Promise<ClockedEngine> {
  const engine = new ClockedEngine(world.folder(`${name}-${String(number)}`));
  await engine.start();
  const { url } = world.gateway.addresses;
  const { rootPem } = world.gateway;
  const added = await engine.call('network.add', { issuer: 'aun.test', gatewayUrl: url, rootPem });
  network = textOf(added['id']);
  return engine;
}

beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());
beforeEach(async () => {
  number += 1;
  other = await start('other');
  here = await start('here');
  const made = await other.call('account.create', {
    network,
    name: `rekeyed${String(number)}`,
    displayName: '',
  });
  aid = textOf(made['account']);
  await other.sessionIs(aid, 'online');
  await world.gateway.hasKeys(aid);
});
afterEach(() => Promise.all([other.stop(), here.stop()]));

async function save(name: string, contents: 'recovery' | 'full'): Promise<string> {
  const file = world.folder(`${name}-${String(number)}.aunbackup`);
  other.desk.answer(file);
  await other.call('backup.create', { account: aid, contents, secret: SECRET, job: `save-${name}` });
  return file;
}

/** Chooses a file, expects what is said of it, and restores it. */
async function restore(file: string, held: string): Promise<Dict> {
  here.desk.answer(file);
  const { found } = await here.call('backup.choose');
  expect(found).toMatchObject({ aid, held });
  const handle = isDict(found) ? found['file'] : '';
  return here.call('backup.restore', { file: handle, secret: SECRET, network, job: path.basename(file) });
}

const rekey = (): Promise<Dict> => other.call('certificate.rekey', { account: aid, confirm: aid });

/** Both have the identity; the other one has changed its key since, and what is here is an archive. */
async function archivedHere(): Promise<void> {
  const old = await save('old', 'full');
  await rekey();
  await restore(old, 'no');
  await here.sessionIs(aid, 'blocked', 'archived');
}

async function rows(engine: ClockedEngine, conversation: string): Promise<Dict[]> {
  const page = await engine
    .call('message.page', { account: aid, conversation })
    .catch((): Dict => ({ messages: [] }));
  return dictsOf(page['messages']);
}

/** How often the notes to self say that the own key is another one. */
async function timesTold(): Promise<number> {
  return (await rows(here, aid)).filter(
    ({ content }) => isDict(content) && content['notice'] === 'own_keys_changed',
  ).length;
}

const deviceId = async (): Promise<unknown> =>
  (await here.call('account.advanced.get', { account: aid }))['deviceId'];
const fingerprintAt = async (engine: ClockedEngine): Promise<unknown> =>
  (await engine.account(aid))['certificateFingerprint'];
const keysHere = async (): Promise<unknown[]> =>
  dictsOf((await here.call('certificate.own', { account: aid }))['certificates']).map(
    (each) => each['currentKey'],
  );

/** It is online with the key of the other, which was told of. */
async function hasTheNewerKey(told = 1): Promise<void> {
  await here.sessionIs(aid, 'online');
  expect(await fingerprintAt(here)).toBe(await fingerprintAt(other));
  expect((await keysHere())[0]).toBe(true);
  await until('it is told', async () => (await timesTold()) >= told);
  expect(await timesTold()).toBe(told);
  const pending = path.join(here.dataDir, 'AIDs', '_pending');
  expect(existsSync(pending) ? readdirSync(pending) : []).toEqual([]);
}

describe('the newer key of an identity that is an archive here', () => {
  it('comes with a full backup: device and history stay, what the file has beyond that is added', async () => {
    const friend = await world.person('friend').join();
    await friend.tell(aid, 'before the change');
    await until('it is heard', async () => (await rows(other, friend.aid)).length === 1);
    await archivedHere();
    const device = await deviceId();
    await here.call('account.update', { account: aid, hue: 77 });
    await friend.tell(aid, 'after the change');
    await until('it is heard', async () => (await rows(other, friend.aid)).length === 2);
    await keepFile(other, aid, world.folder(`cat-${String(number)}.bin`), 'a cat');

    const restored = await restore(await save('new', 'full'), 'replaceable');
    expect(restored).toMatchObject({ account: aid, archived: false, conversations: 0 });
    // The line that the other device wrote when it changed the key came along.
    await hasTheNewerKey(2);
    expect((await rows(here, friend.aid)).map(textIn)).toEqual(['before the change', 'after the change']);
    expect(await deviceId()).toBe(device);
    expect(await here.account(aid)).toMatchObject({ hue: 77, wantsOnline: true });
    const saved = world.folder(`cat-${String(number)}-saved`);
    expect((await keptFile(here, aid, saved)).toString()).toBe('a cat');
    await world.gateway.hasKeys(aid, 2);
    await friend.tell(aid, 'to the newer key');
    await until('it is heard', async () => (await rows(here, friend.aid)).length === 3);
    // It stays so, and what is here now cannot be replaced any more.
    await here.stop();
    await here.start();
    await here.sessionIs(aid, 'online');
    await expect(restore(await save('again', 'full'), 'window')).rejects.toThrow('already_exists');
  });

  it('comes with a recovery file', async () => {
    await archivedHere();
    expect(await restore(await save('new', 'recovery'), 'replaceable')).toMatchObject({ archived: false });
    await hasTheNewerKey();
  });

  it('comes with a folder of the SDKs', async () => {
    await archivedHere();
    const folder = world.folder(`sdk-${String(number)}`);
    other.desk.answer(folder);
    await other.call('sdk.export', { account: aid, password: 'seed password' });
    here.desk.answer(folder);
    const { found } = await here.call('sdk.choose');
    if (!isDict(found)) throw new Error('nothing was found');
    expect(dictsOf(found['identities'])).toMatchObject([{ aid, held: 'replaceable' }]);
    const params = { folder: found['folder'], aid, network, password: 'seed password' };
    await here.call('sdk.import', params);
    await hasTheNewerKey();
    await expect(here.call('sdk.import', params)).rejects.toThrow('already_exists');
  });

  it('comes from the custody service, and from another device by two codes', async () => {
    await archivedHere();
    const sent = await other.call('custody.sendCode', { network, account: aid, aid: null, phone: PHONE });
    const code = sent['debugCode'];
    await other.call('custody.backup', { account: aid, phone: PHONE, code, secret: SECRET });
    const again = await here.call('custody.sendCode', { network, account: null, aid, phone: PHONE });
    const request = { network, aid, phone: PHONE, code: again['debugCode'], secret: SECRET };
    await here.call('custody.restore', request);
    await hasTheNewerKey();

    await rekey();
    // Another slot has no token of before: it signs in with the key.
    const { deviceId: _device, ...settings } = await here.call('account.advanced.get', { account: aid });
    await here.call('account.advanced.set', { account: aid, settings: { ...settings, slotId: 'other' } });
    await here.sessionIs(aid, 'blocked', 'name_belongs_to_another_key');
    const { transferCode, oneTimePassword } = await other.call('custody.offerTransfer', { account: aid });
    await here.call('custody.claimTransfer', { network, aid, transferCode, oneTimePassword });
    await hasTheNewerKey(2);
    expect(await keysHere()).toEqual([true, false, false]);
  });

  it('is refused when the file has the old key, or one that is no longer the newest', async () => {
    const old = await save('old-again', 'recovery');
    await archivedHere();
    const middle = await save('middle', 'recovery');
    await rekey();
    const before = await fingerprintAt(here);
    for (const file of [old, middle])
      await expect(restore(file, 'replaceable')).rejects.toThrow('already_exists');
    await here.sessionIs(aid, 'blocked', 'archived');
    expect(await fingerprintAt(here)).toBe(before);
    expect(await timesTold()).toBe(0);
    await restore(await save('newest', 'recovery'), 'replaceable');
    await hasTheNewerKey();
    expect(await keysHere()).toEqual([true, false, false]);
  });

  it('changes nothing when the file is cut off or the passphrase is wrong', async () => {
    const friend = await world.person('friend').join();
    await archivedHere();
    await friend.tell(aid, 'after the change');
    await until('it is heard', async () => (await rows(other, friend.aid)).length === 1);
    const file = await save('new', 'full');
    const whole = readFileSync(file);
    const before = await fingerprintAt(here);
    writeFileSync(file, whole.subarray(0, whole.length - 40));
    await expect(restore(file, 'replaceable')).rejects.toThrow(/backup_(damaged|wrong_passphrase)/);
    await here.sessionIs(aid, 'blocked', 'archived');
    expect(await fingerprintAt(here)).toBe(before);
    expect(await rows(here, friend.aid)).toEqual([]);
    writeFileSync(file, whole);
    await restore(file, 'replaceable');
    await hasTheNewerKey(2);
  });
});

describe('an identity that was taken out with its data kept', () => {
  it('is to be put back, and every way in says so', async () => {
    const file = await save('own', 'recovery');
    await other.call('account.remove', { account: aid, data: 'keep', confirm: '' });
    other.desk.answer(file);
    const { found } = await other.call('backup.choose');
    expect(found).toMatchObject({ held: 'removed' });
    const handle = isDict(found) ? found['file'] : '';
    const params = { file: handle, secret: SECRET, network, job: 'back' };
    const where = async (command: string, given: Dict): Promise<unknown> =>
      (await other.refusal(command, given)).detail['where'];
    expect(await where('backup.restore', params)).toBe('removed');
    const codes = { network, aid, transferCode: 'TX-1', oneTimePassword: '123456' };
    expect(await where('custody.claimTransfer', codes)).toBe('removed');
    const name = aid.slice(0, aid.indexOf('.'));
    expect(await where('account.create', { network, name, displayName: '' })).toBe('removed');
    await other.call('account.putBack', { account: aid });
    await other.sessionIs(aid, 'online');
    expect(await where('backup.restore', params)).toBe('window');
  });
});
