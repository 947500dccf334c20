import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dictsOf, isDict, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { ClockedEngine } from './clocked-engine';
import { World } from './world';

const issuer = 'aun.test';
const SECRET = 'correct horse battery staple';
const PHONE = '+8613800000000';
let world: World;
let engine: ClockedEngine;
let network: string;
let aid: string;
let number = 0;

beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());
beforeEach(async () => {
  number += 1;
  engine = new ClockedEngine(world.folder(`inspected-${String(number)}`));
});
afterEach(() => engine.stop());

async function addNetwork(target: ClockedEngine, rootPem = world.gateway.rootPem): Promise<string> {
  const { url } = world.gateway.addresses;
  const added = await target.call('network.add', { issuer, gatewayUrl: url, rootPem });
  return textOf(added['id']);
}

/** Starts the engine with one identity that is online. */
async function begin(): Promise<void> {
  await engine.start();
  network = await addNetwork(engine);
  const made = await engine.call('account.create', {
    network,
    name: `looked${String(number)}`,
    displayName: '',
  });
  aid = textOf(made['account']);
  await engine.sessionIs(aid, 'online');
}

describe('the connection from inside', () => {
  it('shows states, gateway, times and the sign-in server, and the environment, but never a token', async () => {
    engine.environment = { AUN_ENV: 'development', OTHER: 'x' };
    mkdirSync(engine.dataDir, { recursive: true });
    const config = { seed_password: 'planted-seed-password', root_ca_path: 'no-such-file.pem' };
    writeFileSync(path.join(engine.dataDir, 'config.json'), JSON.stringify(config));
    await begin();
    const inspection = await engine.call('session.inspect', { account: aid });
    expect(inspection).toMatchObject({
      slotId: 'main',
      deliveryMode: 'fanout',
      authServer: { status: 'valid' },
      environment: {
        variable: 'AUN_ENV',
        value: 'development',
        verifyTls: false,
        seedPassword: 'set',
        rootCaLoaded: 0,
      },
    });
    expect(dictsOf(inspection['history']).map((each) => each['state'])).toContain('online');
    expect(dictsOf(inspection['gateways'])).toMatchObject([{ source: 'pinned', inUse: true }]);
    expect(JSON.stringify(inspection)).not.toContain('planted-seed-password');
    const { text } = await engine.call('session.report', { account: aid });
    expect(textOf(text)).toContain(aid);
    expect(textOf(text)).toContain('certificate valid');
    for (const secret of ['planted-seed-password', engine.dataDir])
      expect(textOf(text)).not.toContain(secret);
  });

  it('shows own certificates with a renewal now, and those of others, judged', async () => {
    await begin();
    const friend = await world.person('friend').join();
    const before = await engine.call('certificate.own', { account: aid });
    expect(dictsOf(before['certificates'])).toMatchObject([
      { status: 'valid', active: true, currentKey: true, revocation: 'good' },
    ]);
    expect(before['renewal']).toMatchObject({ problem: '' });
    await engine.call('certificate.renew', { account: aid });
    const after = dictsOf((await engine.call('certificate.own', { account: aid }))['certificates']);
    expect(after.map((each) => each['active'])).toEqual([true, false]);
    expect(after[0]?.['keyFingerprint']).toBe(after[1]?.['keyFingerprint']);
    await engine.heard('account.changed', ({ snapshot }) => {
      return isDict(snapshot) && snapshot['certificateFingerprint'] === after[0]?.['fingerprint'];
    });
    await engine.call('certificate.rekey', { account: aid, confirm: aid });
    const keys = dictsOf((await engine.call('certificate.own', { account: aid }))['certificates']);
    expect(keys.map((each) => each['currentKey'])).toEqual([true, false, false]);
    const peer = await engine.call('certificate.peer', { account: aid, aid: friend.aid });
    expect(dictsOf(peer['certificates'])).toMatchObject([{ status: 'valid', active: true }]);
    await expect(engine.call('certificate.peer', { account: aid, aid: 'nobody.aun.test' })).rejects.toThrow(
      'not_found',
    );
  });
});

describe('trust roots', () => {
  it('are shown before they are trusted, trusted for one network, and taken away again', async () => {
    const other = await World.begin();
    try {
      await engine.start();
      // The network was added with the root of somebody else: nobody there can be believed.
      network = await addNetwork(engine, other.gateway.rootPem);
      const create = (): Promise<Dict> =>
        engine.call('account.create', { network, name: `rooted${String(number)}`, displayName: '' });
      await expect(create()).rejects.toThrow('certificate_invalid');
      engine.desk.answer(null);
      expect(await engine.call('network.chooseRoot', { network })).toEqual({ file: null, roots: [] });
      engine.desk.answer(world.gateway.addresses.rootCa);
      const chosen = await engine.call('network.chooseRoot', { network });
      const [shown] = dictsOf(chosen['roots']);
      await expect(create()).rejects.toThrow('certificate_invalid');
      await engine.call('network.importRoot', { network, file: chosen['file'] });
      const made = await create();
      await engine.sessionIs(textOf(made['account']), 'online');
      const roots = async (): Promise<unknown[]> =>
        dictsOf((await engine.call('network.roots', { network }))['roots']).map((each) => each['source']);
      expect(await roots()).toEqual(['pinned', 'imported']);
      await engine.stop();
      await engine.start();
      expect(await roots()).toEqual(['pinned', 'imported']);
      await engine.call('network.removeRoot', { network, fingerprint: shown?.['fingerprint'] });
      expect(await roots()).toEqual(['pinned']);
      const own = await engine.call('certificate.own', { account: made['account'] });
      expect(dictsOf(own['certificates'])).toMatchObject([{ status: 'untrusted' }]);
    } finally {
      await other.end();
    }
  });
});

describe('custody', () => {
  it('keeps a key by phone code and gives it back on another computer', async () => {
    await begin();
    expect(await engine.call('custody.find', { network, account: aid })).toMatchObject({ available: true });
    const sent = await engine.call('custody.sendCode', { network, account: aid, aid: null, phone: PHONE });
    const code = sent['debugCode'];
    await engine.call('custody.backup', { account: aid, phone: PHONE, code, secret: SECRET });
    const status = await engine.call('backup.status', { account: aid });
    expect(status['custodyAt']).toEqual(expect.any(Number));
    const fresh = new ClockedEngine(world.folder(`custody-${String(number)}`));
    await fresh.start();
    try {
      const there = await addNetwork(fresh);
      const again = await fresh.call('custody.sendCode', {
        network: there,
        account: null,
        aid,
        phone: PHONE,
      });
      const restore = { network: there, aid, phone: PHONE, code: again['debugCode'] };
      await expect(fresh.call('custody.restore', { ...restore, secret: 'wrong secret!' })).rejects.toThrow(
        'backup_wrong_passphrase',
      );
      await fresh.call('custody.restore', { ...restore, secret: SECRET });
      await fresh.sessionIs(aid, 'online');
      await expect(fresh.call('custody.restore', { ...restore, secret: SECRET })).rejects.toThrow(
        'already_exists',
      );
    } finally {
      await fresh.stop();
    }
  });

  it('hands a key over to another device by two codes', async () => {
    await begin();
    const offered = await engine.call('custody.offerTransfer', { account: aid });
    const fresh = new ClockedEngine(world.folder(`transfer-${String(number)}`));
    await fresh.start();
    try {
      const there = await addNetwork(fresh);
      const { transferCode, oneTimePassword } = offered;
      await fresh.call('custody.claimTransfer', { network: there, aid, transferCode, oneTimePassword });
      await fresh.sessionIs(aid, 'online');
      const devices = await Promise.all(
        [engine, fresh].map((each) => each.call('account.advanced.get', { account: aid })),
      );
      expect(devices[0]?.['deviceId']).not.toBe(devices[1]?.['deviceId']);
    } finally {
      await fresh.stop();
    }
  });
});

describe('links', () => {
  it('that the system handed over come again until they are settled', async () => {
    await engine.start();
    const group = 'aun://group.aun.test/g-abc123/invite/ic-0123456789';
    engine.desk.links = ['bob.aun.test', '', group];
    expect(await engine.call('link.take', { settled: [] })).toEqual({
      links: [
        { aid: 'bob.aun.test', invitation: null },
        { aid: '', invitation: null },
        { aid: '', invitation: group },
      ],
    });
    expect(await engine.call('link.take', { settled: ['bob.aun.test', ''] })).toEqual({
      links: [{ aid: '', invitation: group }],
    });
    expect(await engine.call('link.take', { settled: [group] })).toEqual({ links: [] });
  });
});

describe('an identity whose device settings change', () => {
  it('keeps what its user calls this device', async () => {
    await begin();
    const settings = { slotId: 'main', deliveryMode: { mode: 'fanout' }, deviceName: 'the desk upstairs' };
    await engine.call('account.advanced.set', { account: aid, settings });
    await engine.sessionIs(aid, 'online');
    await until('it is kept', async () => {
      const kept = await engine.call('account.advanced.get', { account: aid });
      return kept['deviceName'] === 'the desk upstairs';
    });
  });
});
