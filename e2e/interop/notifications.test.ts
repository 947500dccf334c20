import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { RecordingNotifier } from '../../main/notifications/testing/notification-world';
import type { Person } from '../harness/person';
import { dictsOf, isDict, numberOf, textOf } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { ClockedEngine } from './clocked-engine';
import { World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());

let engine: ClockedEngine;
let notifier: RecordingNotifier;
let me: string;
let folders = 0;

beforeEach(async () => {
  folders += 1;
  engine = new ClockedEngine(world.folder(`notified-${String(folders)}`));
  notifier = new RecordingNotifier();
  engine.notifier = notifier;
  await engine.start();
  const { url, issuer } = world.gateway.addresses;
  const { rootPem } = world.gateway;
  const network = await engine.call('network.add', { issuer, gatewayUrl: url, rootPem });
  const name = `reader${String(folders)}`;
  const made = await engine.call('account.create', { network: network['id'], name, displayName: name });
  me = textOf(made['account']);
  await engine.sessionIs(me, 'online');
  await world.gateway.hasKeys(me);
});
afterEach(() => engine.stop());

const send = (conversation: string, text: string): Promise<Dict> =>
  engine.call('message.send', { account: me, conversation, text, requestId: text });

/** Somebody who was let in. */
async function friend(name: string): Promise<Person> {
  const person = await world.person(name).join();
  await engine.call('conversation.open', { account: me, peer: person.aid });
  return person;
}

const shown = (bodies: readonly string[]): Promise<boolean> =>
  until(`notifications ${JSON.stringify(bodies)}, they are ${JSON.stringify(notifier.bodies)}`, () => {
    return JSON.stringify([...notifier.bodies].sort()) === JSON.stringify([...bodies].sort());
  });

const badge = (count: number): Promise<boolean> =>
  until(`the badge says ${String(count)}`, () => (notifier.badges.at(-1) ?? 0) === count);

describe('a shorter time for which messages are kept', () => {
  it('takes away at once what is older when the user shortens it', async () => {
    const bob = await friend('bobby');
    await bob.tell(me, 'an hour ago');
    await shown(['an hour ago']);
    engine.offsetMs = 3_600_000 + 60_000;
    await bob.tell(me, 'now');
    await shown(['2 new messages\nnow']);
    await engine.call('conversation.change', { account: me, conversation: bob.aid, retention: 3_600 });
    await shown([]);
    await badge(0);
  });
});

describe('a notification', () => {
  it('comes with a message, counts at the icon, and goes when it is read', async () => {
    const bob = await friend('bobby');
    await bob.tell(me, 'hello');
    await shown(['hello']);
    await badge(1);
    const { conversations } = await engine.call('conversation.list', { account: me });
    const row = dictsOf(conversations).find((each) => each['conversation'] === bob.aid);
    expect(row?.['unread']).toBe(1);
    const page = await engine.call('message.page', { account: me, conversation: bob.aid });
    const upTo = dictsOf(page['messages']).at(-1)?.['id'];
    await engine.call('conversation.markRead', { account: me, conversation: bob.aid, upTo });
    await shown([]);
    await badge(0);
  });

  it('is none for what is on the screen', async () => {
    const bob = await friend('bobby');
    const eve = await friend('eve');
    await engine.call('app.viewing', { focused: true, account: me, conversation: bob.aid });
    await bob.tell(me, 'seen');
    await eve.tell(me, 'not seen');
    await shown(['not seen']);
    expect(notifier.history.map(({ body }) => body)).toEqual(['not seen']);
  });

  it('is one for all that came while the program was closed', async () => {
    const bob = await friend('bobby');
    await send(bob.aid, 'bye');
    await bob.heard(1);
    await engine.stop();
    for (let index = 1; index <= 5; index += 1) await bob.tell(me, `text ${String(index)}`);
    await engine.start();
    await shown(['5 new messages\ntext 5']);
    expect(notifier.history.length).toBeLessThanOrEqual(2);
  });

  it('is withdrawn when the sender takes the message back', async () => {
    const bob = await friend('bobby');
    await bob.tell(me, 'kept');
    const sent = await bob.tell(me, 'regretted');
    await shown(['2 new messages\nregretted']);
    await bob.client.recall([textOf(sent['message_id'])]);
    await shown(['kept']);
    expect(JSON.stringify([...notifier.shown.values()])).not.toContain('regretted');
  });

  it('leads to the message when it is clicked', async () => {
    const bob = await friend('bobby');
    await bob.tell(me, 'look');
    await shown(['look']);
    notifier.history[0]?.clicked();
    const heard = await engine.heard('app.navigate');
    const page = await engine.call('message.page', { account: me, conversation: bob.aid });
    const [message] = dictsOf(page['messages']);
    expect(heard.data).toEqual({ account: me, conversation: bob.aid, message: numberOf(message?.['id']) });
    expect(notifier.focused).toBe(1);
  });

  it('of a stranger says only that there is a request', async () => {
    const stranger = await world.person('stranger').join();
    await stranger.tell(me, 'buy my pills');
    await shown([`${stranger.aid} wants to write to you`]);
    await stranger.tell(me, 'now');
    const bob = await friend('bobby');
    await bob.tell(me, 'hello');
    await shown([`${stranger.aid} wants to write to you`, 'hello']);
    await badge(1);
    expect(notifier.history).toHaveLength(2);
    await engine.call('conversation.block', { account: me, conversation: stranger.aid });
    await shown(['hello']);
    await stranger.tell(me, 'hello?');
    await bob.tell(me, 'still here');
    await shown(['2 new messages\nstill here']);
  });

  it('is none while the vault is locked, and those that were shown are gone', async () => {
    const bob = await friend('bobby');
    await bob.tell(me, 'before');
    await shown(['before']);
    await engine.call('vault.setPassphrase', { passphrase: 'a long passphrase' });
    await engine.call('vault.lock');
    await shown([]);
    await badge(0);
    await bob.tell(me, 'meanwhile');
    await engine.call('vault.unlock', { passphrase: 'a long passphrase' });
    await shown(['meanwhile']);
    await badge(2);
  });

  it('is none for a muted conversation and for an identity that wants to be left alone', async () => {
    const bob = await friend('bobby');
    const eve = await friend('eve');
    const mutedUntil = Date.now() + 60_000;
    await engine.call('conversation.change', { account: me, conversation: bob.aid, mutedUntil });
    await bob.tell(me, 'quiet');
    await eve.tell(me, 'loud');
    await shown(['loud']);
    await badge(1);
    await engine.call('account.update', { account: me, notifications: 'none' });
    await shown([]);
    await badge(0);
    const account = await engine.account(me);
    expect(isDict(account['session'])).toBe(true);
    expect(account['unread']).toBe(1);
  });
});

// Last, because it moves the clock of the gateway that all tests here share.
describe('the end of the time for which messages are kept', () => {
  it('takes them away by itself, with their index rows and notifications, and never brings them back', async () => {
    const bob = await friend('bobby');
    const eve = await friend('eve');
    await bob.tell(me, 'short-lived words');
    await eve.tell(me, 'kept words');
    await shown(['short-lived words', 'kept words']);
    await engine.call('conversation.change', { account: me, conversation: bob.aid, retention: 3_600 });
    const search = async (): Promise<number> => {
      const { hits } = await engine.call('message.search', { accounts: [me], query: 'words' });
      return dictsOf(hits).length;
    };
    expect(await search()).toBe(2);
    await engine.stop();
    // The computer's clock alone is not believed: it may be wrong.
    const later = 3_600_000 + 60_000;
    engine.offsetMs = later;
    await world.gateway.admin('advance_clock', { ms: later });
    await engine.start();
    const page = (): Promise<Dict> => engine.call('message.page', { account: me, conversation: bob.aid });
    await until('they are gone', async () => dictsOf((await page())['messages']).length === 0);
    expect(await search()).toBe(1);
    await badge(1);
    await engine.sessionIs(me, 'online');
    await world.gateway.admin('wipe_counters', { aid: me });
    await bob.tell(me, 'new words');
    await until('the next one is there', async () => dictsOf((await page())['messages']).length === 1);
    expect(await search()).toBe(2);
  });
});
