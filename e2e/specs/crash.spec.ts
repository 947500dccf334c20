import { expect, test } from 'playwright/test';
import { until } from '../harness/until';
import { World } from '../interop/world';
import { photographFailures, Seat } from '../support/seat';

/** The application is killed at the worst moments; every message is there exactly once afterwards. */
let world: World;
let seat: Seat;
let own: string;

test.beforeAll(async () => {
  world = await World.begin();
  seat = await Seat.take(world, 'crasher');
  own = await seat.join(world, 'crasher');
});
test.afterAll(() => world.end());
photographFailures(() => seat);

const numbered = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${word} ${String(index)}`);

/** Kills the application and opens it again on the same folder. */
async function crash(): Promise<void> {
  await seat.kill();
  await seat.start();
  await seat.page.getByTestId('shell').waitFor();
}

test('killed twice while messages arrive, it holds every one of them once and in order', async () => {
  const alice = await world.person('alice').join();
  const texts: string[] = [];
  const enough = new AbortController();
  // She writes until both kills are over, so each of them comes while messages arrive.
  const sending = (async () => {
    while (!enough.signal.aborted) {
      const text = `来信 ${String(texts.length)}`;
      texts.push(text);
      await alice.tell(own, text);
    }
  })();
  for (const [at, kind] of [
    [10, 'first'],
    [50, 'second'],
  ] as const) {
    const due = async (): Promise<boolean> =>
      (await seat.texts(own, alice.aid, 'theirs').catch(() => [])).length >= at;
    await until(`the ${kind} kill is due`, due, 40_000);
    await crash();
  }
  enough.abort();
  await sending;
  await seat.online(own);
  await seat.window.visit(alice.aid);
  await seat.window.shows(texts.at(-1) ?? '', { own: false, timeoutMs: 40_000 });
  await expect.poll(() => seat.texts(own, alice.aid, 'theirs')).toEqual(texts);
});

test('killed while it sends, everything it had accepted leaves exactly once and in order', async () => {
  const bob = await world.person('bobby').join();
  await seat.online(own);
  await seat.invoke('conversation.open', { account: own, peer: bob.aid });
  await seat.window.choose(bob.aid);
  await seat.window.say('warm');
  await bob.heard(1);
  // Replies are slow, so that the kill comes between requests that the gateway has and replies that nobody hears.
  await world.gateway.admin('delay_replies', { ms: 150 });
  const texts = numbered('去信', 30);
  for (const text of texts) {
    await seat.invoke('message.send', { account: own, conversation: bob.aid, text, requestId: text });
  }
  await bob.heard(5);
  await seat.kill();
  await world.gateway.admin('delay_replies', { ms: 0 });
  await seat.start();
  await seat.online(own);
  await seat.window.visit(bob.aid);
  await seat.window.shows('去信 29', { own: true, state: 'delivered', timeoutMs: 40_000 });
  await bob.tell(own, 'all of them');
  await seat.window.shows('all of them', { own: false });
  expect(await bob.heard(1 + texts.length)).toEqual(['warm', ...texts]);
  await expect.poll(() => seat.texts(own, bob.aid, 'own')).toEqual(['warm', ...texts]);
  // A program that repeats its request after the crash gets the message that is there already.
  await seat.invoke('message.send', {
    account: own,
    conversation: bob.aid,
    text: '去信 3',
    requestId: '去信 3',
  });
  expect(await seat.texts(own, bob.aid, 'own')).toHaveLength(31);
});

test('killed right after Enter, the message is in the timeline and leaves', async () => {
  const eve = await world.person('evening').join();
  await seat.online(own);
  await seat.window.visit(eve.aid);
  await world.gateway.kill();
  await seat.window.say('写完就断电');
  await seat.window.shows('写完就断电', { state: 'queued' });
  await crash();
  await seat.window.visit(eve.aid);
  await seat.window.shows('写完就断电', { state: 'queued' });
  await expect(seat.window.composer()).toHaveValue('');
  await world.gateway.startAgain();
  await seat.window.shows('写完就断电', { state: 'delivered', timeoutMs: 40_000 });
  expect(await eve.heard(1)).toEqual(['写完就断电']);
});
