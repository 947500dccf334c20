import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Meddler } from '../harness/meddler';
import { dictsOf, textOf } from '../harness/sdk0220';
import { until } from '../harness/until';
import { ClockedEngine } from './clocked-engine';
import { textIn } from './parley';
import { World } from './world';

let world: World;
let meddler: Meddler;
let engine: ClockedEngine;

beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());
beforeEach(async () => {
  meddler = await Meddler.before(world.gateway);
  engine = new ClockedEngine(world.folder('rekeyed'));
});
afterEach(async () => {
  await engine.stop();
  await meddler.stop();
});

describe('a change of key whose answer got lost', () => {
  it('is ended at the next start: the key that the network took is used, the old one kept, and it is told', async () => {
    await engine.start();
    const { issuer } = world.gateway.addresses;
    const { rootPem } = world.gateway;
    const network = await engine.call('network.add', { issuer, gatewayUrl: meddler.url, rootPem });
    const made = await engine.call('account.create', {
      network: network['id'],
      name: 'lost',
      displayName: '',
    });
    const account = textOf(made['account']);
    const before = (await engine.sessionIs(account, 'online'))['certificateFingerprint'];
    meddler.meddle = (frame, method) => {
      if (method !== 'auth.rekey') return frame;
      meddler.close(1011);
      return null;
    };
    await expect(engine.call('certificate.rekey', { account, confirm: account })).rejects.toThrow();
    meddler.meddle = null;
    expect(meddler.requestsOf('auth.rekey')).toHaveLength(1);
    await engine.stop();
    await engine.start();
    const after = (await engine.sessionIs(account, 'online'))['certificateFingerprint'];
    expect(after).not.toBe(before);
    const { certificates } = await engine.call('certificate.own', { account });
    expect(dictsOf(certificates).map((each) => each['currentKey'])).toEqual([true, false]);
    const notes = await until('it is told', async () => {
      const page = await engine.call('message.page', { account, conversation: account });
      const rows = dictsOf(page['messages']);
      return rows.length > 0 && rows;
    });
    expect(notes.map(textIn)).toEqual(['<notice>']);
    expect(meddler.requestsOf('auth.rekey')).toHaveLength(1);
  });
});
