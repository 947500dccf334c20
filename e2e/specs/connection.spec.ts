import { cp } from 'node:fs/promises';
import { expect, test } from 'playwright/test';
import { GatewayProcess } from '../harness/gateway-process';
import type { Person, PersonOptions } from '../harness/person';
import { World } from '../interop/world';
import { photographFailures, Seat } from '../support/seat';

/** Everything that can end a connection: the session survives or explains, and nothing is lost. */
let world: World;
let seat: Seat;
let own: string;

test.beforeAll(async () => {
  world = await World.begin();
  seat = await Seat.take(world, 'connected');
  own = await seat.join(world, 'connected');
});
test.afterAll(() => world.end());
photographFailures(() => seat);

function banner(): ReturnType<Seat['page']['getByTestId']> {
  return seat.page.getByTestId('connection');
}

/** Somebody with whom the conversation is open and works. */
async function partner(name: string, options: PersonOptions = {}): Promise<Person> {
  const person = await world.person(name, options).join();
  await seat.online(own);
  await seat.window.visit(person.aid);
  await seat.window.say('warm');
  await person.heard(1);
  return person;
}

test('what is typed while the gateway is down waits, says so, and leaves by itself exactly once', async () => {
  const alice = await partner('alice');
  await seat.window.composer().pressSequentially('half a ');
  await world.gateway.kill();
  await expect(banner()).toHaveAttribute('data-state', 'backing-off');
  await seat.window.composer().pressSequentially('sentence');
  await seat.window.composer().press('Enter');
  await seat.window.say('第二条');
  const first = seat.page.getByTestId('bubble').filter({ hasText: 'half a sentence' });
  await expect(first).toHaveAttribute('data-state', 'queued');
  await expect(first.getByRole('img', { name: 'Waiting' })).toBeVisible();
  await world.gateway.startAgain();
  await expect(first).toHaveAttribute('data-state', 'delivered', { timeout: 40_000 });
  await expect(banner()).toHaveCount(0);
  expect(await alice.heard(3)).toEqual(['warm', 'half a sentence', '第二条']);
  await alice.tell(own, 'got both');
  await seat.window.shows('got both', { own: false });
  expect(await alice.heard(3)).toEqual(['warm', 'half a sentence', '第二条']);
});

test('a reply that is lost with its connection makes no second message', async () => {
  const bob = await partner('bobby');
  await world.gateway.admin('lose_replies', { method: 'message.send', times: 2 });
  for (const text of ['once', 'and once more']) await seat.window.say(text);
  await seat.window.shows('and once more', { state: 'delivered', timeoutMs: 40_000 });
  await seat.window.shows('once', { state: 'delivered' });
  await bob.tell(own, 'end');
  await seat.window.shows('end', { own: false });
  expect(await bob.heard(3)).toEqual(['warm', 'once', 'and once more']);
});

for (const [code, told, remedy] of [
  [4001, 'The network rejected the sign-in.', 'Sign in again'],
  [4003, 'The network does not accept this identity.', 'Sign in again'],
  [4009, 'This identity was opened elsewhere on this device.', 'Use here'],
] as const) {
  test(`close code ${String(code)} is explained, keeps what is typed, and one button takes it back`, async () => {
    const peer = await partner(`close${String(code)}`);
    await world.gateway.admin('close', { aid: own, code, reason: 'told by a test', event: true });
    await expect(banner()).toHaveAttribute('data-state', 'blocked');
    await expect(banner()).toContainText(told);
    await seat.presence(own, 'blocked');
    await seat.window.say('typed while blocked');
    await seat.window.shows('typed while blocked', { state: 'queued' });
    await banner().getByRole('button', { name: remedy }).click();
    await seat.online(own);
    await seat.window.shows('typed while blocked', { state: 'delivered' });
    expect(await peer.heard(2)).toEqual(['warm', 'typed while blocked']);
  });
}

test('a rejected challenge (4010) is tried once more by itself before anybody is asked', async () => {
  const peer = await partner('challenge');
  await world.gateway.admin('close', { aid: own, code: 4010, reason: 'invalid nonce', event: true });
  await seat.window.say('after 4010');
  await seat.window.shows('after 4010', { state: 'delivered', timeoutMs: 40_000 });
  expect(await peer.heard(2)).toEqual(['warm', 'after 4010']);
  await seat.online(own);
});

test('expired tokens are renewed without a word, and the message goes out once', async () => {
  const peer = await partner('tokens');
  await world.gateway.admin('expire_tokens', { aid: own });
  await world.gateway.admin('drop', { aid: own });
  await seat.window.say('with a new token');
  await seat.window.shows('with a new token', { state: 'delivered', timeoutMs: 40_000 });
  await expect(banner()).toHaveCount(0);
  expect(await peer.heard(2)).toEqual(['warm', 'with a new token']);
});

test('a clock that is off by hours is told, and messages still go', async () => {
  // The other side's clock is right by the old time; its generation would drop what seems three hours off.
  const peer = await partner('clock', { replayWindowSeconds: 0 });
  const hours = 3 * 3600 * 1000;
  await world.gateway.admin('advance_clock', { ms: hours });
  try {
    await world.gateway.admin('drop', { aid: own });
    await expect(banner()).toHaveAttribute('data-state', 'clock-skew');
    await expect(banner()).toContainText('off by 3 hours');
    await expect(seat.page.getByTestId('notice')).toContainText('clock is wrong');
    await seat.window.say('three hours later');
    await seat.window.shows('three hours later', { state: 'delivered' });
    expect(await peer.heard(2)).toEqual(['warm', 'three hours later']);
  } finally {
    await world.gateway.admin('advance_clock', { ms: -hours });
    await world.gateway.admin('drop', { aid: own });
  }
  await expect(banner()).toHaveCount(0, { timeout: 40_000 });
});

test('a gateway that lost its counters is noticed, and nothing is lost or shown twice', async () => {
  const peer = await partner('counters');
  for (const text of ['1', '2', '3']) await peer.tell(own, text);
  await seat.window.shows('3', { own: false });
  await peer.event('message.ack');
  await seat.close();
  await world.gateway.admin('wipe_counters', { aid: own });
  await peer.tell(own, '4');
  await peer.tell(own, '5');
  await seat.start();
  await seat.online(own);
  await expect(seat.page.getByTestId('notice')).toContainText('lost its records and started again');
  await seat.window.visit(peer.aid);
  await seat.window.shows('5', { own: false });
  await peer.tell(own, '6');
  await seat.window.shows('6', { own: false });
  await expect.poll(() => seat.texts(own, peer.aid, 'theirs')).toEqual(['1', '2', '3', '4', '5', '6']);
});

test('the same installation opened elsewhere displaces this one, and “Use here” takes it back', async () => {
  const peer = await partner('displaced');
  await seat.close();
  await cp(seat.dataDir, world.folder('seat-copy'), { recursive: true });
  await seat.start();
  await seat.online(own);
  const copy = await Seat.take(world, 'copy');
  await copy.online(own);
  await seat.presence(own, 'blocked');
  await seat.window.visit(peer.aid);
  await expect(banner()).toContainText('opened elsewhere on this device');
  await banner().getByRole('button', { name: 'Use here' }).click();
  await seat.online(own);
  await copy.presence(own, 'blocked');
  await copy.close();
  await seat.window.say('written here again');
  await seat.window.shows('written here again', { state: 'delivered' });
  expect(await peer.heard(2)).toEqual(['warm', 'written here again']);
});

test('a gateway with another root is not spoken to; the right one gets the message once', async () => {
  const { issuer, wss } = world.gateway.addresses;
  const network = await seat.invoke('network.add', {
    issuer,
    gatewayUrl: wss,
    rootPem: world.gateway.rootPem,
  });
  expect(network.gatewayUrl).toBe(wss);
  await seat.online(own);
  const peer = await partner('impostor');
  await peer.restart();
  await world.gateway.stop();
  const impostor = await GatewayProcess.start({
    dataDir: world.folder('impostor-gateway'),
    args: ['--port', String(world.gateway.port)],
  });
  try {
    await expect(banner()).toContainText('could not prove who it is. Nothing was sent to it.', {
      timeout: 40_000,
    });
    await seat.window.say('only for the right gateway');
    await seat.window.shows('only for the right gateway', { state: 'queued' });
    expect(await impostor.admin('sessions')).toEqual({ sessions: [] });
  } finally {
    await impostor.kill();
  }
  await world.gateway.startAgain();
  await banner().getByRole('button', { name: 'Try again' }).click();
  await seat.window.shows('only for the right gateway', { state: 'sent', timeoutMs: 40_000 });
  await peer.online();
  expect(await peer.heard(2)).toEqual(['warm', 'only for the right gateway']);
});
