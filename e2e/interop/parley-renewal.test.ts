import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dictsOf, isDict } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { ClockedEngine } from './clocked-engine';
import { textIn } from './parley';
import { World } from './world';

const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;
const ACCOUNT = 'clocked.aun.test';

let world: World;
let engine: ClockedEngine;
beforeEach(async () => {
  world = await World.begin();
  engine = new ClockedEngine(world.folder('clocked'));
  await engine.start();
});
afterEach(async () => {
  await engine.stop();
  await world.end();
});

async function register(): Promise<void> {
  const { issuer, url } = world.gateway.addresses;
  const network = await engine.call('network.add', {
    issuer,
    gatewayUrl: url,
    rootPem: world.gateway.rootPem,
  });
  await engine.call('account.create', { network: network['id'], name: 'clocked', displayName: '' });
}

/** The account's snapshot once it is online. */
async function online(): Promise<Dict> {
  return until('the account is online', async () => {
    const [account] = dictsOf((await engine.call('account.list', {}))['accounts']);
    return isDict(account?.['session']) && account['session']['state'] === 'online' && account;
  });
}

async function texts(peer: string): Promise<string[]> {
  const page = await engine
    .call('message.page', { account: ACCOUNT, conversation: peer })
    .catch((): Dict => ({}));
  return dictsOf(page['messages']).map(textIn);
}

describe('the clock and the certificate of an identity', () => {
  it('a renewed certificate keeps open what was sealed to the old one while it was under way', async () => {
    await register();
    const before = (await online())['certificateFingerprint'];
    await world.gateway.hasKeys(ACCOUNT);
    const friend = await world.person('friend').join();
    await friend.tell(ACCOUNT, 'before');
    await until('it is heard', async () => (await texts(friend.aid)).length === 1);
    await engine.stop();
    // Past half of a certificate's two years.
    engine.offsetMs = 400 * DAY;
    await world.gateway.admin('advance_clock', { ms: engine.offsetMs });
    // The friend still holds the old keys, for an hour of its own clock.
    await friend.tell(ACCOUNT, 'in flight');
    await engine.start();
    const after = (await online())['certificateFingerprint'];
    expect(after).not.toBe(before);
    await until('both are heard', async () => (await texts(friend.aid)).length === 2);
    expect(await texts(friend.aid)).toEqual(['before', 'in flight']);
    const { body } = await world.gateway.get(`/pki/cert/${ACCOUNT}`);
    expect(body).toContain('BEGIN CERTIFICATE');
  });

  it('a clock that is hours behind is named when a name is registered; set right, the same name goes through', async () => {
    engine.offsetMs = -5 * HOUR;
    await expect(register()).rejects.toThrow('clock_skew');
    engine.offsetMs = 0;
    await register();
    await online();
  });
});
