import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Person } from '../harness/person';
import { dictsOf, isDict } from '../harness/sdk0220';
import type { Dict } from '../harness/sdk0220';
import { until } from '../harness/until';
import { Parley, textIn } from './parley';
import { World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());

/** Waits until the gateway hands out keys of that many devices. */
async function keyed(observer: Person, aid: string, devices: number): Promise<Dict[]> {
  return until(`${aid} has keys of ${String(devices)} devices`, async () => {
    const answer = await observer.client.rawCall('message.e2ee.get_prekey', { aid });
    const list = isDict(answer) ? dictsOf(answer['device_prekeys']) : [];
    return list.length === devices ? list : null;
  });
}

/** Rows of a timeline as `own text` or `text`, once there are that many. */
async function rows(parley: Parley, peer: string, count: number): Promise<string[]> {
  const found = await until(`${String(count)} rows with ${peer}`, async () => {
    const timeline = await parley.timeline(peer).catch((): Dict[] => []);
    return timeline.length >= count ? timeline : null;
  });
  return found.map((row) => (row['own'] === true ? `own ${textIn(row)}` : textIn(row)));
}

describe('two devices of one identity in Parley', () => {
  it('both receive what others send and see what the other one sent, in the right conversation', async () => {
    const desk = await Parley.join(world, 'owner', false);
    const friend = await world.person('friend').join();
    const laptop = await desk.otherDevice(world);
    const keys = await keyed(friend, desk.aid, 2);
    expect(new Set(keys.map((key) => key['device_id'])).size).toBe(2);
    await friend.tell(desk.aid, '给两台设备');
    expect(await rows(desk, friend.aid, 1)).toEqual(['给两台设备']);
    expect(await rows(laptop, friend.aid, 1)).toEqual(['给两台设备']);
    const sent = await desk.tell(friend.aid, 'from the desk');
    await laptop.tell(friend.aid, 'from the laptop');
    expect([...(await friend.heard(2))].sort()).toEqual(['from the desk', 'from the laptop']);
    for (const device of [desk, laptop]) {
      expect((await rows(device, friend.aid, 3)).slice(1).sort()).toEqual([
        'own from the desk',
        'own from the laptop',
      ]);
    }
    const copy = (await laptop.timeline(friend.aid)).find((row) => row['messageId'] === sent['messageId']);
    expect(copy).toMatchObject({ sender: desk.aid, protection: 'e2ee-v1', forwardSecret: true });
    // Nothing of it went into the notes to self, and neither device heard its own message back.
    expect(await laptop.timeline(desk.aid)).toEqual([]);
    expect(await desk.timeline(desk.aid)).toEqual([]);
    const { conversations } = await laptop.call('conversation.list');
    expect(dictsOf(conversations).map((entry) => [entry['conversation'], entry['unread']])).toContainEqual([
      friend.aid,
      1,
    ]);
  });

  it('show one note to self on both, once', async () => {
    const desk = await Parley.join(world, 'owner', false);
    const friend = await world.person('friend').join();
    const laptop = await desk.otherDevice(world);
    await keyed(friend, desk.aid, 2);
    const note = await desk.tell(desk.aid, '备忘');
    await laptop.tell(desk.aid, 'reply');
    for (const device of [desk, laptop]) {
      expect((await rows(device, desk.aid, 2)).sort()).toEqual(['own reply', 'own 备忘']);
    }
    // A later row on each device: whatever was to come twice has come by then.
    await friend.tell(desk.aid, 'later');
    for (const device of [desk, laptop]) {
      await rows(device, friend.aid, 1);
      const timeline = await device.timeline(desk.aid);
      expect(timeline).toHaveLength(2);
      expect(timeline.map((row) => row['messageId'])).toContain(note['messageId']);
    }
  });

  it('are both reached by another Parley, which sees each message once', async () => {
    const desk = await Parley.join(world, 'owner', false);
    const observer = await world.person('observer').join();
    const laptop = await desk.otherDevice(world);
    const peer = await Parley.join(world, 'peer', false);
    await keyed(observer, desk.aid, 2);
    await keyed(observer, peer.aid, 1);
    await peer.tell(desk.aid, 'to both');
    for (const device of [desk, laptop]) expect(await rows(device, peer.aid, 1)).toEqual(['to both']);
    await laptop.tell(peer.aid, 'answer');
    expect(await rows(peer, desk.aid, 2)).toEqual(['own to both', 'answer']);
    expect(await rows(desk, peer.aid, 2)).toEqual(['to both', 'own answer']);
  });

  it('get the very next message when the second one joined after the first message', async () => {
    const desk = await Parley.join(world, 'owner', false);
    const older = await world.person('older').join();
    const peer = await Parley.join(world, 'peer', false);
    await keyed(older, desk.aid, 1);
    await older.tell(desk.aid, 'before');
    await peer.tell(desk.aid, 'before');
    for (const sender of [older, peer]) await rows(desk, sender.aid, 1);
    const laptop = await desk.otherDevice(world);
    await keyed(older, desk.aid, 2);
    await older.tell(desk.aid, 'after');
    await peer.tell(desk.aid, 'after');
    for (const sender of [older, peer]) {
      expect(await rows(laptop, sender.aid, 1)).toEqual(['after']);
      expect(await rows(desk, sender.aid, 2)).toEqual(['before', 'after']);
    }
  });

  it('one of which was away, catches up on received and own messages in order', async () => {
    const desk = await Parley.join(world, 'owner', false);
    const friend = await world.person('friend').join();
    const laptop = await desk.otherDevice(world);
    await keyed(friend, desk.aid, 2);
    await laptop.stop();
    await friend.tell(desk.aid, '1');
    await rows(desk, friend.aid, 1);
    const second = await desk.tell(friend.aid, '2');
    await desk.state(friend.aid, second['messageId'], 'delivered');
    await friend.tell(desk.aid, '3');
    await laptop.startAgain();
    expect(await rows(laptop, friend.aid, 3)).toEqual(['1', 'own 2', '3']);
  });
});
