import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dictsOf, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { ClockedEngine } from './clocked-engine';
import { textIn } from './parley';
import { World } from './world';

let world: World;
let engine: ClockedEngine;
let network: string;
let number = 0;
const issuer = 'aun.test';

beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());
beforeEach(async () => {
  number += 1;
  engine = new ClockedEngine(world.folder(`many-${String(number)}`));
  await engine.start();
  const { url } = world.gateway.addresses;
  const added = await engine.call('network.add', { issuer, gatewayUrl: url, rootPem: world.gateway.rootPem });
  network = textOf(added['id']);
});
afterEach(() => engine.stop());

/** Makes identities that are unique to the test. */
async function identities(...names: readonly string[]): Promise<string[]> {
  const made: string[] = [];
  for (const name of names) {
    const account = await engine.call('account.create', {
      network,
      name: `${name}m${String(number)}`,
      displayName: name,
    });
    made.push(textOf(account['account']));
  }
  return made;
}

async function order(): Promise<string[]> {
  return dictsOf((await engine.call('account.list'))['accounts']).map((entry) => textOf(entry['account']));
}

async function texts(account: string, peer: string): Promise<string[]> {
  const page = await engine.call('message.page', { account, conversation: peer }).catch((): Dict => ({}));
  return dictsOf(page['messages']).map(textIn);
}

function folderOf(aid: string): string {
  return path.join(engine.dataDir, 'AIDs', aid);
}

function first<T>(list: readonly T[]): T {
  const [found] = list;
  if (found === undefined) throw new Error('nothing there');
  return found;
}

describe('several identities in one window', () => {
  it('are put into another order, which a restart keeps, also while another one is added', async () => {
    const [one = '', two = '', three = ''] = await identities('anna', 'bert', 'cleo');
    const adding = identities('dora');
    await engine.call('account.reorder', { accounts: [three, one] });
    const [four = ''] = await adding;
    expect(await order()).toEqual([three, one, two, four]);
    await engine.heard('account.order');
    await engine.call('account.reorder', { accounts: [four] });
    await engine.stop();
    await engine.start();
    expect(await order()).toEqual([four, three, one, two]);
  });

  it('keep their own name, colour and quiet, and give the colour of the key back', async () => {
    const [one = '', two = ''] = await identities('anna', 'bert');
    const derived = (await engine.account(one))['hue'];
    await engine.call('account.update', {
      account: one,
      displayName: ' Anna A. ',
      hue: 77,
      notifications: 'none',
    });
    await engine.stop();
    await engine.start();
    expect(await engine.account(one)).toMatchObject({
      displayName: 'Anna A.',
      hue: 77,
      hueChosen: true,
      notifications: 'none',
    });
    expect(await engine.account(two)).toMatchObject({ hueChosen: false, notifications: 'all' });
    await engine.call('account.update', { account: one, hue: null });
    expect(await engine.account(one)).toMatchObject({
      hue: derived,
      hueChosen: false,
      notifications: 'none',
    });
  });

  it('take messages under another slot of the same device without fetching the old ones again', async () => {
    const aid = first(await identities('anna'));
    await engine.sessionIs(aid, 'online');
    await world.gateway.hasKeys(aid);
    const friend = await world.person('friend').join();
    await friend.tell(aid, 'before');
    await until('it is heard', async () => (await texts(aid, friend.aid)).length === 1);
    await friend.event('message.ack');
    const before = await engine.call('account.advanced.get', { account: aid });
    expect(before).toMatchObject({ slotId: 'main', deliveryMode: { mode: 'fanout' }, deviceName: 'test' });
    const settings = { slotId: 'second', deliveryMode: { mode: 'fanout' }, deviceName: 'desk' };
    await engine.call('account.advanced.set', { account: aid, settings });
    await engine.sessionIs(aid, 'online');
    await friend.tell(aid, 'after');
    await until('it is heard', async () => (await texts(aid, friend.aid)).length === 2);
    const inspection = await engine.call('session.inspect', { account: aid });
    expect(inspection).toMatchObject({ slotId: 'second', deviceId: before['deviceId'] });
    expect(engine.events.filter((each) => each.event === 'app.notice')).toEqual([]);
  });

  it('are read from the list of the version before, settings too', async () => {
    const aid = first(await identities('anna'));
    await engine.stop();
    const old = { aid, network, displayName: 'Anna', hue: 12, online: false };
    writeFileSync(path.join(engine.dataDir, 'accounts.json'), JSON.stringify({ accounts: [old] }));
    const settings = { theme: 'dark', language: 'en' };
    writeFileSync(path.join(engine.dataDir, 'settings.json'), JSON.stringify(settings));
    await engine.start();
    expect(await engine.account(aid)).toMatchObject({
      displayName: 'Anna',
      hue: 12,
      hueChosen: false,
      wantsOnline: false,
      notifications: 'all',
    });
    expect(await engine.call('app.settings.get')).toMatchObject({
      theme: 'dark',
      language: 'en',
      listWidth: 300,
    });
  });
});

describe('an identity that is taken out', () => {
  it('with its data kept stays away after a restart and comes back with its history and its device', async () => {
    const [one = '', two = ''] = await identities('anna', 'bert');
    await engine.sessionIs(one, 'online');
    await engine.call('conversation.open', { account: one, peer: two });
    await engine.call('message.send', { account: one, conversation: two, text: 'kept', requestId: 'r1' });
    const before = await engine.call('account.advanced.get', { account: one });
    await engine.call('account.remove', { account: one, data: 'keep', confirm: '' });
    expect(await order()).toEqual([two]);
    await engine.heard('account.removed', (data) => data['account'] === one);
    await engine.stop();
    await engine.start();
    expect(await order()).toEqual([two]);
    const { accounts } = await engine.call('account.listRemoved');
    expect(dictsOf(accounts)).toMatchObject([{ account: one, network }]);
    await engine.call('account.putBack', { account: one });
    expect(await texts(one, two)).toEqual(['kept']);
    expect((await engine.call('account.advanced.get', { account: one }))['deviceId']).toBe(
      before['deviceId'],
    );
    await engine.sessionIs(one, 'online');
    expect(dictsOf((await engine.call('account.listRemoved'))['accounts'])).toEqual([]);
  });

  it('with its data destroyed leaves no file, and only when its address was typed', async () => {
    const [one = '', two = ''] = await identities('anna', 'bert');
    await engine.sessionIs(one, 'online');
    await expect(
      engine.call('account.remove', { account: one, data: 'erase', confirm: two }),
    ).rejects.toThrow('invalid_request');
    expect(existsSync(folderOf(one))).toBe(true);
    await engine.call('account.remove', { account: one, data: 'erase', confirm: one.toUpperCase() });
    expect(readdirSync(path.join(engine.dataDir, 'AIDs'))).not.toContain(one);
    expect(readFileSync(path.join(engine.dataDir, 'accounts.json'), 'utf8')).not.toContain(one);
    await engine.stop();
    await engine.start();
    expect(await order()).toEqual([two]);
    await engine.sessionIs(two, 'online');
  });

  it('and kept can still be destroyed later', async () => {
    const aid = first(await identities('anna'));
    await engine.call('account.remove', { account: aid, data: 'keep', confirm: '' });
    expect(existsSync(folderOf(aid))).toBe(true);
    await expect(engine.call('account.eraseRemoved', { account: aid, confirm: 'me' })).rejects.toThrow(
      'invalid_request',
    );
    await engine.call('account.eraseRemoved', { account: aid, confirm: aid });
    expect(existsSync(folderOf(aid))).toBe(false);
    expect(dictsOf((await engine.call('account.listRemoved'))['accounts'])).toEqual([]);
  });

  it('is destroyed for good at the next start when a crash interrupted it', async () => {
    const aid = first(await identities('anna'));
    await engine.call('account.remove', { account: aid, data: 'keep', confirm: '' });
    await engine.stop();
    const file = path.join(engine.dataDir, 'accounts.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"erasing": false', '"erasing": true'));
    await engine.start();
    expect(existsSync(folderOf(aid))).toBe(false);
    expect(await order()).toEqual([]);
  });

  it('while it is being opened is closed and gone, and the others open', async () => {
    const [one = '', two = ''] = await identities('anna', 'bert');
    await engine.stop();
    const starting = engine.start();
    const removing = until('it is listed', () =>
      engine.call('account.remove', { account: one, data: 'erase', confirm: one }).then(
        () => true,
        () => false,
      ),
    );
    await Promise.all([starting, removing]);
    expect(await order()).toEqual([two]);
    expect(existsSync(folderOf(one))).toBe(false);
    await engine.sessionIs(two, 'online');
  });
});

describe('an identity that cannot be opened', () => {
  it('harms no other: they are reordered, changed and online, and it can be taken out', async () => {
    const [broken = '', whole = ''] = await identities('anna', 'bert');
    await engine.stop();
    writeFileSync(path.join(folderOf(broken), 'parley.db'), 'this is no database at all, but long enough');
    await engine.start();
    await engine.sessionIs(broken, 'blocked', 'database_damaged');
    await engine.sessionIs(whole, 'online');
    await engine.call('account.reorder', { accounts: [whole, broken] });
    await engine.call('account.update', { account: broken, displayName: 'Broken' });
    expect(await engine.account(broken)).toMatchObject({ displayName: 'Broken' });
    await engine.call('account.remove', { account: broken, data: 'erase', confirm: broken });
    expect(await order()).toEqual([whole]);
    expect(existsSync(folderOf(broken))).toBe(false);
  });
});

describe('the vault', () => {
  it('locks every identity and opens them again with the passphrase only', async () => {
    const [one = '', two = ''] = await identities('anna', 'bert');
    await engine.call('vault.setPassphrase', { passphrase: 'eight and more' });
    await engine.call('vault.lock');
    for (const aid of [one, two]) await engine.sessionIs(aid, 'blocked', 'vault_locked');
    await expect(engine.call('conversation.list', { account: one })).rejects.toThrow('vault_locked');
    await expect(engine.call('vault.unlock', { passphrase: 'wrong one' })).rejects.toThrow(
      'vault_wrong_passphrase',
    );
    await engine.call('vault.unlock', { passphrase: 'eight and more' });
    for (const aid of [one, two]) await engine.sessionIs(aid, 'online');
  });

  it('takes the database of an identity that was taken out along when the passphrase changes', async () => {
    const aid = first(await identities('anna'));
    await engine.call('account.remove', { account: aid, data: 'keep', confirm: '' });
    await engine.call('vault.setPassphrase', { passphrase: 'the first one' });
    await expect(
      engine.call('vault.changePassphrase', { current: 'not this one', passphrase: 'the second one' }),
    ).rejects.toThrow('vault_wrong_passphrase');
    await engine.call('vault.changePassphrase', { current: 'the first one', passphrase: 'the second one' });
    await engine.stop();
    await engine.start();
    await expect(engine.call('vault.unlock', { passphrase: 'the first one' })).rejects.toThrow();
    await engine.call('vault.unlock', { passphrase: 'the second one' });
    await engine.call('account.putBack', { account: aid });
    await engine.sessionIs(aid, 'online');
  });

  it('locked while an identity is being made leaves no identity that cannot be opened', async () => {
    await engine.call('vault.setPassphrase', { passphrase: 'eight and more' });
    const making = identities('anna').catch(() => []);
    await engine.call('vault.lock');
    const made = await making;
    await engine.call('vault.unlock', { passphrase: 'eight and more' });
    for (const aid of await order()) await engine.sessionIs(aid, 'online');
    // Whatever became of it, making it again ends well.
    if (made.length === 0) await identities('anna');
    for (const aid of await order()) await engine.sessionIs(aid, 'online');
    expect(await order()).toHaveLength(1);
  });

  it('keeps an identity that is made while the passphrase is set', async () => {
    const [setting, made] = await Promise.all([
      engine.call('vault.setPassphrase', { passphrase: 'eight and more' }),
      identities('anna', 'bert', 'cleo'),
    ]);
    expect(setting).toMatchObject({ passphraseSet: true, locked: false });
    await engine.stop();
    await engine.start('eight and more');
    for (const aid of made) await engine.sessionIs(aid, 'online');
  });
});
