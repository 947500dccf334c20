import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PUBLIC_ROOT_PEM } from '../../main/identity/public-root';
import { dictsOf, isDict, numberOf, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { ClockedEngine } from './clocked-engine';
import { keepFile, keptFile } from './kept-file';
import { textIn } from './parley';
import { World } from './world';

const SECRET = 'correct horse battery staple';
const issuer = 'aun.test';
let world: World;
let old: ClockedEngine;
let fresh: ClockedEngine;
let aid: string;
let network: string;
let file: string;
let number = 0;

async function addNetwork(engine: ClockedEngine): Promise<string> {
  const { url } = world.gateway.addresses;
  const added = await engine.call('network.add', { issuer, gatewayUrl: url, rootPem: world.gateway.rootPem });
  return textOf(added['id']);
}

async function start(name: string): Promise<ClockedEngine> {
  const engine = new ClockedEngine(world.folder(`${name}-${String(number)}`));
  await engine.start();
  return engine;
}

beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());
beforeEach(async () => {
  number += 1;
  [old, fresh] = await Promise.all([start('old'), start('fresh')]);
  network = await addNetwork(old);
  const made = await old.call('account.create', {
    network,
    name: `mover${String(number)}`,
    displayName: 'Mo',
  });
  aid = textOf(made['account']);
  await old.sessionIs(aid, 'online');
  await world.gateway.hasKeys(aid);
  file = world.folder(`saved-${String(number)}.aunbackup`);
});
afterEach(() => Promise.all([old.stop(), fresh.stop()]));

async function save(contents: 'recovery' | 'full'): Promise<Dict> {
  old.desk.answer(file);
  return old.call('backup.create', { account: aid, contents, secret: SECRET, job: `save-${contents}` });
}

async function choose(): Promise<string> {
  fresh.desk.answer(file);
  const { found } = await fresh.call('backup.choose');
  if (!isDict(found)) throw new Error('nothing was found');
  expect(found).toMatchObject({ aid, held: 'no', name: path.basename(file) });
  expect(JSON.stringify(found)).not.toContain(path.dirname(file));
  return textOf(found['file']);
}

async function texts(engine: ClockedEngine, peer: string): Promise<string[]> {
  const page = await engine
    .call('message.page', { account: aid, conversation: peer })
    .catch((): Dict => ({}));
  return dictsOf(page['messages']).map(textIn);
}

async function advanced(engine: ClockedEngine): Promise<Dict> {
  return engine.call('account.advanced.get', { account: aid });
}

async function networksOf(engine: ClockedEngine): Promise<string[]> {
  const { networks } = await engine.call('network.list');
  return dictsOf(networks).map(({ id }) => textOf(id));
}

function phases(engine: ClockedEngine, job: string): string[] {
  return engine.events.flatMap((each) =>
    each.event === 'backup.progress' && each.data.progress.job === job ? [each.data.progress.phase] : [],
  );
}

/** Nothing of an identity or of its beginnings is in a data folder. */
function leftovers(engine: ClockedEngine): string[] {
  const root = path.join(engine.dataDir, 'AIDs');
  if (!existsSync(root)) return [];
  const pending = path.join(root, '_pending');
  const inside = existsSync(pending) ? readdirSync(pending) : [];
  return [...readdirSync(root).filter((name) => name !== '_pending'), ...inside];
}

describe('a full backup', () => {
  it('restores the identity with its history, its settings and its people on a clean computer', async () => {
    const friend = await world.person('friend').join();
    await friend.tell(aid, 'hello, 老朋友');
    await until('it is heard', async () => (await texts(old, friend.aid)).length === 1);
    const own = { account: aid, conversation: friend.aid, text: 'kept for years', requestId: 'r' };
    await old.call('message.send', own);
    await friend.heard(1);
    await old.call('account.update', { account: aid, hue: 123, notifications: 'none' });
    await old.call('contact.setAlias', { account: aid, aid: friend.aid, alias: 'Best friend' });
    await keepFile(old, aid, `${file}-cat.bin`, 'a cat');
    expect(await save('full')).toMatchObject({ saved: true, name: path.basename(file) });
    expect(phases(old, 'save-full').at(-1)).toBe('done');
    const before = await advanced(old);
    await old.stop();

    const chosenNetwork = await addNetwork(fresh);
    const restored = await fresh.call('backup.restore', {
      file: await choose(),
      secret: SECRET,
      network: chosenNetwork,
      job: 'back',
    });
    expect(restored).toMatchObject({ account: aid, archived: false, files: 1 });
    expect(numberOf(restored['messages'])).toBeGreaterThanOrEqual(2);
    expect(phases(fresh, 'back').at(-1)).toBe('done');
    const account = await fresh.sessionIs(aid, 'online');
    expect(account).toMatchObject({ displayName: 'Mo', hue: 123, hueChosen: true, notifications: 'none' });
    expect(await texts(fresh, friend.aid)).toEqual(['hello, 老朋友', 'kept for years']);
    await expect.poll(() => texts(fresh, aid)).toEqual(['<media>', '<notice>']);
    expect(await fresh.call('contact.get', { account: aid, aid: friend.aid })).toMatchObject({
      alias: 'Best friend',
      title: 'Best friend',
    });
    expect((await advanced(fresh))['deviceId']).not.toBe(before['deviceId']);
    expect((await keptFile(fresh, aid, `${file}-saved`)).toString()).toBe('a cat');
    // The new device is written to with keys of its own, and hears what comes from now on.
    await world.gateway.hasKeys(aid, 2);
    await friend.tell(aid, 'after the move');
    await until('it is heard', async () => (await texts(fresh, friend.aid)).length === 3);
    expect(await texts(fresh, friend.aid)).toEqual(['hello, 老朋友', 'kept for years', 'after the move']);
  });

  it('brings its network along when the user chose that one and this computer does not know it', async () => {
    await save('full');
    const result = { file: await choose(), secret: SECRET, job: 'back' };
    await expect(fresh.call('backup.restore', { ...result, network: 'elsewhere' })).rejects.toThrow(
      'network_unknown',
    );
    expect(leftovers(fresh)).toEqual([]);
    await fresh.call('backup.restore', { ...result, network });
    await fresh.sessionIs(aid, 'online');
    expect(await networksOf(fresh)).toContain(network);
    await fresh.stop();
    await fresh.start();
    await fresh.sessionIs(aid, 'online');
  });

  it('takes that network away again when it fails after the network came', async () => {
    const attachments = path.join(old.dataDir, 'AIDs', aid, 'attachments');
    mkdirSync(attachments);
    writeFileSync(path.join(attachments, 'large.bin'), Buffer.alloc(300_000, 7));
    await save('full');
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, whole.length - 40));
    const before = await networksOf(fresh);
    const offered: string[][] = [];
    fresh.onEvent = (event) => {
      if (event.event === 'network.changed') offered.push(event.data.networks.map(({ id }) => id));
    };
    const params = { file: await choose(), network, secret: SECRET, job: 'back' };
    await expect(fresh.call('backup.restore', params)).rejects.toThrow('backup_damaged');
    expect(await networksOf(fresh)).toEqual(before);
    await until('the window heard so', () => Promise.resolve(offered.length === 2));
    expect(offered).toEqual([[...before, network], before]);
    fresh.onEvent = () => undefined;
  });
});

describe('a backup of a network that is known here under another root', () => {
  it('does not replace that root', async () => {
    await save('recovery');
    const { url } = world.gateway.addresses;
    await fresh.call('network.add', { issuer, gatewayUrl: url, rootPem: PUBLIC_ROOT_PEM });
    const before = await fresh.call('network.list');
    const result = { file: await choose(), secret: SECRET, job: 'back' };
    await fresh.call('backup.restore', { ...result, network: issuer });
    const rootsOf = ({ networks }: Dict) =>
      dictsOf(networks).map(({ id, rootFingerprint }) => [id, rootFingerprint]);
    expect(rootsOf(await fresh.call('network.list'))).toEqual(rootsOf(before));
  });
});

describe('a recovery file', () => {
  it('restores keys and people without the history, and the reminder is content', async () => {
    const friend = await world.person('friend').join();
    await friend.tell(aid, 'hello');
    await until('it is heard', async () => (await texts(old, friend.aid)).length === 1);
    const own = { account: aid, conversation: friend.aid, text: 'an answer', requestId: 'r' };
    await old.call('message.send', own);
    await until('it is reminded of', async () => {
      const { attention } = await old.account(aid);
      return Array.isArray(attention) && attention.includes('backup_missing');
    });
    await save('recovery');
    expect(await old.call('backup.status', { account: aid })).toMatchObject({
      reminder: false,
      lastVersion: 1,
    });
    await until('the reminder is gone', async () => {
      const { attention } = await old.account(aid);
      return Array.isArray(attention) && attention.length === 0;
    });
    await addNetwork(fresh);
    const restored = await fresh.call('backup.restore', {
      file: await choose(),
      secret: SECRET,
      network,
      job: 'back',
    });
    expect(restored).toMatchObject({ account: aid, messages: 0, archived: false });
    await fresh.sessionIs(aid, 'online');
    expect(await texts(fresh, friend.aid)).not.toContain('an answer');
    expect(await fresh.call('backup.status', { account: aid })).toMatchObject({ reminder: false });
  });
});

describe('a restore that cannot be', () => {
  beforeEach(() => addNetwork(fresh));

  it('leaves nothing behind after a wrong passphrase, and the right one works afterwards', async () => {
    await save('full');
    const params = { file: await choose(), network, job: 'back' };
    await expect(fresh.call('backup.restore', { ...params, secret: 'wrong' })).rejects.toThrow(
      'backup_wrong_passphrase',
    );
    expect(phases(fresh, 'back').at(-1)).toBe('failed');
    expect(leftovers(fresh)).toEqual([]);
    expect(dictsOf((await fresh.call('account.list'))['accounts'])).toEqual([]);
    await fresh.call('backup.restore', { ...params, secret: SECRET });
    await fresh.sessionIs(aid, 'online');
  });

  it('leaves nothing behind when the end of the file is missing', async () => {
    const attachments = path.join(old.dataDir, 'AIDs', aid, 'attachments');
    mkdirSync(attachments);
    writeFileSync(path.join(attachments, 'large.bin'), Buffer.alloc(300_000, 7));
    await save('full');
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, whole.length - 40));
    const params = { file: await choose(), network, secret: SECRET, job: 'back' };
    await expect(fresh.call('backup.restore', params)).rejects.toThrow('backup_damaged');
    expect(leftovers(fresh)).toEqual([]);
    expect(dictsOf((await fresh.call('account.list'))['accounts'])).toEqual([]);
  });

  it('leaves nothing behind when it is stopped, by the user or because the vault is locked', async () => {
    await save('full');
    await fresh.call('vault.setPassphrase', { passphrase: 'eight and more' });
    const params = { file: await choose(), network, secret: SECRET };
    const stopped = fresh.call('backup.restore', { ...params, job: 'one' });
    const refused = expect(stopped).rejects.toThrow('cancelled');
    await fresh.heard('backup.progress');
    await fresh.call('backup.cancel', { job: 'one' });
    await refused;
    expect(phases(fresh, 'one').at(-1)).toBe('cancelled');
    const locked = fresh.call('backup.restore', { ...params, job: 'two' });
    const refusedToo = expect(locked).rejects.toThrow(/cancelled|vault_locked/);
    await fresh.call('vault.lock');
    await refusedToo;
    expect(leftovers(fresh)).toEqual([]);
    await fresh.call('vault.unlock', { passphrase: 'eight and more' });
    await fresh.call('backup.restore', { ...params, job: 'three' });
    await fresh.sessionIs(aid, 'online');
  });

  it('leaves nothing behind when it is stopped half-way, with keys and a database on disk', async () => {
    const attachments = path.join(old.dataDir, 'AIDs', aid, 'attachments');
    mkdirSync(attachments);
    writeFileSync(path.join(attachments, 'large.bin'), Buffer.alloc(2_000_000, 7));
    await save('full');
    let inside: string[] = [];
    fresh.onEvent = (event) => {
      if (event.event !== 'backup.progress' || event.data.progress.phase !== 'attachments') return;
      if (inside.length === 0) inside = leftovers(fresh);
      void fresh.call('backup.cancel', { job: 'back' });
    };
    const params = { file: await choose(), network, secret: SECRET, job: 'back' };
    await expect(fresh.call('backup.restore', params)).rejects.toThrow('cancelled');
    expect(inside).toHaveLength(1);
    expect(leftovers(fresh)).toEqual([]);
    fresh.onEvent = () => undefined;
    await fresh.call('backup.restore', params);
    await fresh.sessionIs(aid, 'online');
  });

  it('is refused for an identity that is here already, shown or taken out', async () => {
    await save('recovery');
    old.desk.answer(file);
    const { found } = await old.call('backup.choose');
    expect(found).toMatchObject({ held: 'window' });
    const params = { file: isDict(found) ? found['file'] : '', network, secret: SECRET, job: 'back' };
    await expect(old.call('backup.restore', params)).rejects.toThrow('already_exists');
    await old.call('account.remove', { account: aid, data: 'keep', confirm: '' });
    await expect(old.call('backup.restore', params)).rejects.toThrow('already_exists');
    await old.call('account.eraseRemoved', { account: aid, confirm: aid });
    await old.call('backup.restore', params);
    await old.sessionIs(aid, 'online');
  });

  it('is one at a time for each identity', async () => {
    await save('full');
    const params = { file: await choose(), network, secret: SECRET };
    const running = fresh.call('backup.restore', { ...params, job: 'one' });
    await fresh.heard('backup.progress');
    await expect(fresh.call('backup.restore', { ...params, job: 'two' })).rejects.toThrow('busy');
    await running;
  });
});

describe('a backup whose key was replaced meanwhile', () => {
  it('becomes an archive: history only, never online, also after a restart', async () => {
    const notes = { account: aid, conversation: aid, text: 'a note of old', requestId: 'n' };
    await old.call('message.send', notes);
    await until('it is stored', async () => (await texts(old, aid)).includes('a note of old'));
    await save('full');
    await expect(old.call('certificate.rekey', { account: aid, confirm: 'nobody' })).rejects.toThrow(
      'invalid_request',
    );
    const before = textOf((await old.account(aid))['certificateFingerprint']);
    await old.call('certificate.rekey', { account: aid, confirm: aid });
    const after = await old.sessionIs(aid, 'online');
    expect(after['certificateFingerprint']).not.toBe(before);
    await expect.poll(() => texts(old, aid)).toEqual(['a note of old', '<notice>']);
    await addNetwork(fresh);
    const restored = await fresh.call('backup.restore', {
      file: await choose(),
      secret: SECRET,
      network,
      job: 'back',
    });
    expect(restored).toMatchObject({ archived: true });
    await fresh.sessionIs(aid, 'blocked', 'archived');
    await expect(fresh.call('account.connect', { account: aid })).rejects.toThrow('account_archived');
    expect(await texts(fresh, aid)).toContain('a note of old');
    await fresh.stop();
    await fresh.start();
    await fresh.sessionIs(aid, 'blocked', 'archived');
    expect(await fresh.account(aid)).toMatchObject({ wantsOnline: false, attention: [] });
  });
});

describe('other ways out and in', () => {
  it('the key as an encrypted PEM opens in other tools, and no path crosses the bridge', async () => {
    const target = world.folder(`key-${String(number)}.pem`);
    old.desk.answer(target);
    const answer = await old.call('identity.exportPem', { account: aid, secret: SECRET });
    expect(answer).toEqual({ saved: true });
    const text = readFileSync(target, 'utf8');
    expect(text).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    expect(await old.call('identity.exportPem', { account: aid, secret: SECRET })).toEqual({ saved: false });
  });

  it('a data folder for the SDKs goes out and comes in again, with a new device', async () => {
    const folder = world.folder(`sdk-${String(number)}`);
    old.desk.answer(folder);
    await old.call('sdk.export', { account: aid, password: 'seed password' });
    const before = await advanced(old);
    await addNetwork(fresh);
    fresh.desk.answer(folder);
    const { found } = await fresh.call('sdk.choose');
    if (!isDict(found)) throw new Error('nothing was found');
    expect(dictsOf(found['identities'])).toMatchObject([{ aid, held: 'no', problem: null }]);
    const params = { folder: found['folder'], aid, network };
    await expect(fresh.call('sdk.import', { ...params, password: 'wrong' })).rejects.toThrow(
      'sdk_key_unreadable',
    );
    expect(leftovers(fresh)).toEqual([]);
    await fresh.call('sdk.import', { ...params, password: 'seed password' });
    await fresh.sessionIs(aid, 'online');
    expect((await advanced(fresh))['deviceId']).not.toBe(before['deviceId']);
  });

  it('what an interrupted restore left is swept away at the next start', async () => {
    await save('full');
    await addNetwork(fresh);
    await fresh.stop();
    const pending = path.join(fresh.dataDir, 'AIDs', '_pending', `import~${aid}-0badcafe-1767225600`);
    mkdirSync(path.join(pending, 'private'), { recursive: true });
    copyFileSync(file, path.join(pending, 'parley.db'));
    await fresh.start();
    expect(leftovers(fresh)).toEqual([]);
  });
});
