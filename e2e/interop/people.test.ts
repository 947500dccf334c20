import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dictsOf, isDict, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { ClockedEngine } from './clocked-engine';
import { textIn } from './parley';
import { World } from './world';

let world: World;
let engine: ClockedEngine;
let alice: string;
let bob: string;
let number = 0;

beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());
beforeEach(async () => {
  number += 1;
  engine = new ClockedEngine(world.folder(`people-${String(number)}`));
  await engine.start();
  const { url, issuer } = world.gateway.addresses;
  const { rootPem } = world.gateway;
  const { id: network } = await engine.call('network.add', { issuer, gatewayUrl: url, rootPem });
  const make = async (name: string): Promise<string> => {
    const made = await engine.call('account.create', {
      network,
      name: `${name}${String(number)}`,
      displayName: '',
    });
    return textOf(made['account']);
  };
  [alice, bob] = await Promise.all([make('alice'), make('bobby')]);
  for (const aid of [alice, bob]) {
    await engine.sessionIs(aid, 'online');
    await world.gateway.hasKeys(aid);
  }
});
afterEach(() => engine.stop());

async function tell(from: string, to: string, text: string): Promise<Dict> {
  await engine.call('conversation.open', { account: from, peer: to });
  const params = { account: from, conversation: to, text, requestId: `${from} ${text}` };
  return engine.call('message.send', params);
}

async function rows(account: string, peer: string): Promise<Dict[]> {
  const page = await engine.call('message.page', { account, conversation: peer }).catch((): Dict => ({}));
  return dictsOf(page['messages']);
}

async function heard(account: string, peer: string, text: string): Promise<void> {
  await until(`${account} reads ${text}`, async () => (await rows(account, peer)).map(textIn).includes(text));
}

async function message(account: string, peer: string, text: string, wanted: Dict): Promise<Dict> {
  return until(`${text} is ${JSON.stringify(wanted)}`, async () => {
    const found = (await rows(account, peer)).find((row) => textIn(row) === text);
    return (
      found !== undefined && Object.entries(wanted).every(([name, value]) => found[name] === value) && found
    );
  });
}

async function conversation(account: string, peer: string): Promise<Dict> {
  const { conversations } = await engine.call('conversation.list', { account });
  return dictsOf(conversations).find((each) => each['conversation'] === peer) ?? {};
}

async function notices(account: string, peer: string): Promise<string[]> {
  return (await rows(account, peer)).flatMap(({ content }) =>
    isDict(content) && content['kind'] === 'notice' ? [textOf(content['notice'])] : [],
  );
}

/** Alice and Bob have written to each other, so that they know each other's keys. */
async function acquainted(): Promise<void> {
  await tell(alice, bob, 'hello Bob');
  await heard(bob, alice, 'hello Bob');
  await tell(bob, alice, 'hello Alice');
  await heard(alice, bob, 'hello Alice');
}

describe('a key that changes', () => {
  it('stops the next message until the user accepts it; then what waited is sent at once', async () => {
    await acquainted();
    const before = await engine.call('contact.get', { account: alice, aid: bob });
    expect(before).toMatchObject({ trust: 'seen', keyChange: null });
    await engine.call('certificate.rekey', { account: bob, confirm: bob });
    await engine.sessionIs(bob, 'online');
    await expect.poll(() => notices(bob, bob)).toEqual(['own_keys_changed']);
    await tell(bob, alice, 'from my new key');
    await heard(alice, bob, 'from my new key');
    const changed = await until('the change is seen', async () => {
      const contact = await engine.call('contact.get', { account: alice, aid: bob });
      return contact['trust'] === 'changed' && contact;
    });
    // The line follows the change of trust at once, not in the same write.
    await expect.poll(() => notices(alice, bob)).toEqual(['keys_changed']);
    await until('the conversation says so', async () => {
      return (await conversation(alice, bob))['security'] === 'keys_changed';
    });
    await tell(alice, bob, 'do you read this?');
    await message(alice, bob, 'do you read this?', { state: 'queued', stateReason: 'keys_changed' });
    expect((await rows(bob, alice)).map(textIn)).not.toContain('do you read this?');
    const change = isDict(changed['keyChange']) ? changed['keyChange'] : {};
    await expect(
      engine.call('contact.acceptKeys', { account: alice, aid: bob, key: change['previousKey'] }),
    ).rejects.toThrow('not_found');
    await engine.call('contact.acceptKeys', { account: alice, aid: bob, key: change['newKey'] });
    await message(alice, bob, 'do you read this?', { state: 'delivered' });
    await heard(bob, alice, 'do you read this?');
    await expect.poll(() => notices(alice, bob)).toEqual(['keys_changed', 'keys_accepted']);
    await until('the conversation is protected again', async () => {
      return (await conversation(alice, bob))['security'] === 'encrypted';
    });
    // What came under the old key stays readable, on both sides.
    expect((await rows(bob, alice)).map(textIn)).toContain('hello Bob');
  });

  it('takes the verified mark away, and messages under way to the old key are still opened', async () => {
    await acquainted();
    const number = await engine.call('contact.safetyNumber', { account: alice, aid: bob });
    const same = await engine.call('contact.safetyNumber', { account: bob, aid: alice });
    expect(number['groups']).toEqual(same['groups']);
    await engine.call('contact.verify', {
      account: alice,
      aid: bob,
      key: number['peerKey'],
      qr: same['qr'],
    });
    await until('the mark is shown', async () => (await conversation(alice, bob))['security'] === 'verified');
    const { contacts } = await engine.call('contact.list', { account: alice, only: 'verified' });
    expect(dictsOf(contacts).map((each) => each['aid'])).toEqual([bob]);
    await engine.call('account.disconnect', { account: bob });
    await tell(alice, bob, 'sealed to the old key');
    await message(alice, bob, 'sealed to the old key', { state: 'sent' });
    await engine.call('account.connect', { account: bob });
    await engine.sessionIs(bob, 'online');
    await engine.call('certificate.rekey', { account: bob, confirm: bob });
    await heard(bob, alice, 'sealed to the old key');
    await tell(bob, alice, 'new key here');
    await until('the mark is gone', async () => {
      const contact = await engine.call('contact.get', { account: alice, aid: bob });
      return contact['trust'] === 'changed_after_verification';
    });
    expect(await engine.call('contact.list', { account: alice, only: 'verified' })).toEqual({ contacts: [] });
  });
});

describe('a profile', () => {
  it('that is published names its owner in the conversations of others, once its signature was checked', async () => {
    await acquainted();
    const text = [
      '---',
      `aid: "${bob}"`,
      'name: "Bob the Builder"',
      'type: "human"',
      'version: "1.0.0"',
      'description: "builds"',
      'tags: []',
      '---',
      '',
      '# Bob',
      '',
    ].join('\n');
    const published = await engine.call('profile.publish', { account: bob, text, replacing: null });
    expect(published).toMatchObject({ state: 'published', published: { status: 'verified' } });
    await until(
      'the rail knows',
      async () => (await engine.account(bob))['profileName'] === 'Bob the Builder',
    );
    await engine.call('profile.peer', { account: alice, aid: bob, refresh: true });
    await until('the conversation has the name', async () => {
      const shown = await conversation(alice, bob);
      return shown['title'] === 'Bob the Builder' && shown['peerKind'] === 'human';
    });
    expect(await conversation(alice, bob)).toMatchObject({ profileStatus: 'verified' });
    await engine.heard('profile.changed', (data) => data['account'] === alice);
    await engine.call('contact.setAlias', { account: alice, aid: bob, alias: 'My builder' });
    await until('the own name wins', async () => (await conversation(alice, bob))['title'] === 'My builder');
    // A profile of the old key would be worth no more than a thief's.
    await engine.call('certificate.rekey', { account: bob, confirm: bob });
    const { certificateFingerprint } = await engine.sessionIs(bob, 'online');
    await until('it is signed with the new key', async () => {
      const own = await engine.call('profile.own', { account: bob });
      return (
        isDict(own['published']) && own['published']['certificateFingerprint'] === certificateFingerprint
      );
    });
    const seen = await engine.call('profile.peer', { account: alice, aid: bob, refresh: true });
    expect(seen).toMatchObject({ status: 'verified', certificateFingerprint });
  });
});
