import { expect, test } from 'playwright/test';
import { World } from '../interop/world';
import { photographFailures, Seat } from '../support/seat';

/** Notifications of the operating system; only its last step, the showing, is watched instead of done. */
let world: World;
let seat: Seat;
let own: string;

interface Shown {
  readonly title: string;
  readonly body: string;
  readonly open: boolean;
}

test.beforeAll(async () => {
  world = await World.begin();
  seat = await Seat.take(world, 'notified');
  own = await seat.join(world, 'notified');
  await seat.parley.app.evaluate(({ Notification }) => {
    const shown: { title: string; body: string; open: boolean; self: Electron.Notification }[] = [];
    Reflect.set(globalThis, 'shownNotifications', shown);
    Notification.isSupported = () => true;
    Notification.prototype.show = function (this: Electron.Notification) {
      shown.push({ title: this.title, body: this.body, open: true, self: this });
    };
    Notification.prototype.close = function (this: Electron.Notification) {
      for (const each of shown) if (each.self === this) each.open = false;
    };
  });
});
test.afterAll(() => world.end());
photographFailures(() => seat);

const shown = (): Promise<Shown[]> =>
  seat.parley.app.evaluate(() =>
    (Reflect.get(globalThis, 'shownNotifications') as Shown[]).map(({ title, body, open }) => ({
      title,
      body,
      open,
    })),
  );
const open = async (): Promise<Shown[]> => (await shown()).filter((each) => each.open);
/** Nobody looks at the window. */
const lookAway = () => seat.invoke('app.viewing', { focused: false, account: null, conversation: null });

test('a message of somebody known is announced; a click leads to it', async () => {
  const alice = await world.person('alice').join();
  await seat.invoke('conversation.open', { account: own, peer: alice.aid });
  await seat.window.visit(own);
  await lookAway();
  await alice.tell(own, '晚上一起吃饭？');
  await expect
    .poll(open)
    .toContainEqual(expect.objectContaining({ body: expect.stringContaining('晚上一起吃饭？') }));
  await seat.parley.app.evaluate(() => {
    const list = Reflect.get(globalThis, 'shownNotifications') as {
      open: boolean;
      self: Electron.Notification;
    }[];
    list
      .filter((each) => each.open)
      .at(-1)
      ?.self.emit('click');
  });
  await expect(
    seat.page.locator(
      `[data-testid="conversation-row"][data-conversation="${alice.aid}"][aria-current="true"]`,
    ),
  ).toHaveCount(1);
  await expect.poll(open).toEqual([]);
});

test('it says no more than the setting allows, and nothing where it is off', async () => {
  const bob = await world.person('bobby').join();
  await seat.invoke('conversation.open', { account: own, peer: bob.aid });
  await lookAway();
  await seat.invoke('app.settings.set', { notificationContent: 'name' });
  await bob.tell(own, 'a secret word');
  await expect.poll(async () => (await open()).length).toBe(1);
  expect(JSON.stringify(await open())).not.toContain('secret');
  await seat.invoke('app.settings.set', { notificationContent: 'none' });
  await bob.tell(own, 'another secret');
  await expect.poll(async () => JSON.stringify((await open()).at(-1))).not.toContain('bobby');
  await seat.invoke('app.settings.set', { notificationContent: 'full', notificationsOn: false });
  const before = (await shown()).length;
  await bob.tell(own, 'unheard');
  await expect.poll(() => seat.texts(own, bob.aid, 'theirs')).toContain('unheard');
  expect(await shown()).toHaveLength(before);
  await seat.invoke('app.settings.set', { notificationsOn: true });
});

test('what is taken back is withdrawn', async () => {
  const carol = await world.person('carol').join();
  await seat.invoke('conversation.open', { account: own, peer: carol.aid });
  await lookAway();
  const { message_id: id } = await carol.tell(own, 'oh no');
  await expect.poll(open).toContainEqual(expect.objectContaining({ body: expect.stringContaining('oh no') }));
  await carol.client.call('message.recall', { message_ids: [id] });
  await expect.poll(async () => JSON.stringify(await open())).not.toContain('oh no');
});
