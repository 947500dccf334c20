import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isDict, textOf } from '../harness/sdk0220';
import { until } from '../harness/until';
import { World } from './world';

let world: World;
beforeAll(async () => {
  world = await World.begin();
});
afterAll(() => world.end());

describe('several devices of 0.2.20 clients', () => {
  it('each get their own copy, and the sender’s other device gets what was sent', async () => {
    const desk = await world.person('alice').join();
    const tablet = await world.device(desk, 'tablet').online();
    const laptop = await world.person('bobby').join();
    const phone = await world.device(laptop, 'phone').online();
    const sent = await desk.tell(laptop.aid, '给两台设备');
    expect(await laptop.heard(1)).toEqual(['给两台设备']);
    expect(await phone.heard(1)).toEqual(['给两台设备']);
    expect(await tablet.heard(1)).toEqual(['给两台设备']);
    for (const [device, direction] of [
      [laptop, 'inbound'],
      [phone, 'inbound'],
      [tablet, 'outbound_sync'],
    ] as const) {
      expect(device.received[0]).toMatchObject({
        direction,
        from: desk.aid,
        to: laptop.aid,
        message_id: sent['message_id'],
        device_id: device.client.deviceId,
        seq: 1,
      });
      expect(device.undecryptable).toEqual([]);
    }
    expect(sent['device_seqs']).toEqual({ [laptop.client.deviceId]: 1, [phone.client.deviceId]: 1 });
    expect(desk.received).toEqual([]);
  });

  it('reach a device that was away, and keep one counter for each device', async () => {
    const alice = await world.person('alice').join();
    const laptop = await world.person('bobby').join();
    const phone = await world.device(laptop, 'phone').online();
    await phone.restart();
    for (const text of ['one', 'two', 'three']) await alice.tell(laptop.aid, text);
    await laptop.heard(3);
    await phone.online();
    expect(await phone.heard(3)).toEqual(['one', 'two', 'three']);
    expect(phone.received.map((row) => row['seq'])).toEqual([1, 2, 3]);
  });

  it('include a device that joined later from the very next message on', async () => {
    const alice = await world.person('alice').join();
    const laptop = await world.person('bobby').join();
    await alice.tell(laptop.aid, 'before');
    const phone = await world.device(laptop, 'phone').online();
    await alice.tell(laptop.aid, 'after');
    expect(await laptop.heard(2)).toEqual(['before', 'after']);
    expect(await phone.heard(1)).toEqual(['after']);
  });

  it('do not block a sender who cannot use the new device: each message is refused at most once', async () => {
    const alice = await world.person('alice').join();
    const bob = await world.person('bobby').join();
    const phone = await world.device(bob, 'phone').online();
    const params = (id: string): Record<string, unknown> => ({
      to: bob.aid,
      type: 'e2ee.multi_device',
      encrypted: true,
      message_id: id,
      timestamp: Date.now(),
      payload: {
        type: 'e2ee.multi_device',
        logical_message_id: id,
        recipient_copies: [
          {
            device_id: bob.client.deviceId,
            envelope: {
              type: 'e2ee.encrypted',
              version: '1',
              aad: { from: alice.aid, to: bob.aid, message_id: id },
            },
          },
        ],
        self_copies: [],
      },
    });
    await expect(alice.client.rawCall('message.send', params('only-one-device'))).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining('prekey cert fingerprint mismatch') as string,
    });
    await expect(alice.client.rawCall('message.send', params('only-one-device'))).resolves.toMatchObject({
      message_id: 'only-one-device',
    });
    await bob.event('message.undecryptable');
    expect(phone.received).toEqual([]);
  });

  it('share a note to self, one row on each device', async () => {
    const desk = await world.person('alice').join();
    const tablet = await world.device(desk, 'tablet').online();
    await desk.tell(desk.aid, '备忘');
    expect(await desk.heard(1)).toEqual(['备忘']);
    expect(await tablet.heard(1)).toEqual(['备忘']);
    await desk.tell(desk.aid, 'second');
    expect(await tablet.heard(2)).toEqual(['备忘', 'second']);
    expect(await desk.heard(2)).toEqual(['备忘', 'second']);
    for (const row of [...desk.received, ...tablet.received]) expect(row['direction']).toBe('inbound');
  });

  it('see the same number in both slots of one device and acknowledge on their own', async () => {
    const alice = await world.person('alice').join();
    const left = await world.person('bobby').join({ slotId: 'left' });
    const right = await world.sameDevice(left).online({ slotId: 'right' });
    expect(right.client.deviceId).toBe(left.client.deviceId);
    const sent = await alice.tell(left.aid, 'both slots');
    await Promise.all([left.heard(1), right.heard(1)]);
    expect([left.received[0]?.['seq'], right.received[0]?.['seq']]).toEqual([sent['seq'], sent['seq']]);
    const slots = await until('two acks', () => {
      const acks = alice.events.filter((entry) => entry.name === 'message.ack').map((entry) => entry.data);
      const found = new Set(acks.map((ack) => textOf(ack['slot_id'])));
      return found.has('left') && found.has('right') ? acks : null;
    });
    for (const ack of slots) expect(ack).toMatchObject({ to: left.aid, device_id: left.client.deviceId });
    await right.leave();
    await alice.tell(left.aid, 'only left');
    await left.heard(2);
    const cursor = async (slot: typeof left): Promise<unknown> =>
      (await slot.client.pull({ after_seq: 0 })).reply['server_ack_seq'];
    expect(await cursor(left)).toBe(2);
    await right.online({ slotId: 'right' });
    await right.heard(2);
    expect(await until('right catches up', async () => (await cursor(right)) === 2)).toBe(true);
  });

  it('get plaintext on the sender’s other device as well', async () => {
    const desk = await world.person('alice').join();
    const tablet = await world.device(desk, 'tablet').online();
    const bob = await world.person('bobby').join();
    await desk.client.send({ to: bob.aid, payload: { type: 'text', text: 'open' }, encrypt: false });
    expect(await bob.heard(1)).toEqual(['open']);
    expect(await tablet.heard(1)).toEqual(['open']);
    expect(tablet.received[0]).toMatchObject({ direction: 'outbound_sync', from: desk.aid, to: bob.aid });
    expect(bob.received[0]?.['encrypted'] ?? false).toBe(false);
  });

  it('refuse a pull for another device or slot', async () => {
    const alice = await world.person('alice').join();
    for (const wrong of [{ device_id: 'other-device' }, { slot_id: 'other' }]) {
      await expect(
        alice.client.rawCall('message.pull', { after_seq: 0, limit: 10, ...wrong }),
      ).rejects.toMatchObject({ code: -32602 });
    }
  });

  it('list every device once, most recent first, and nothing for strangers', async () => {
    const laptop = await world.person('bobby').join();
    const phone = await world.device(laptop, 'phone').online();
    const reply = await laptop.client.call('message.e2ee.get_prekey', { aid: laptop.aid });
    if (!isDict(reply) || !Array.isArray(reply['device_prekeys'])) throw new Error('no prekeys');
    expect(reply['found']).toBe(true);
    expect(
      reply['device_prekeys'].map((entry: unknown) => (isDict(entry) ? entry['device_id'] : '')),
    ).toEqual([phone.client.deviceId, laptop.client.deviceId]);
    expect(reply['prekey']).toEqual(reply['device_prekeys'][0]);
    expect(await laptop.client.call('message.e2ee.get_prekey', { aid: 'stranger.aun.test' })).toEqual({
      found: false,
    });
  });
});
