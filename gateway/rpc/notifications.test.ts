import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { TestClient } from '../testing/network';
import { TestNetwork } from '../testing/network';
import { TestSocket } from '../testing/socket';

describe('notifications', () => {
  let network: TestNetwork;
  let alice: TestClient;
  let bob: TestClient;
  let phone: TestClient;
  beforeAll(async () => {
    network = await TestNetwork.start();
    alice = await network.join('alice', { device: 'desk', slot: 'main' });
    bob = await network.join('bobby', { device: 'laptop', slot: 'one' });
    phone = await network.connect(bob.identity, { device: 'phone' });
  });
  afterAll(() => network.dispose());

  const notify = (params: JsonObject, method = 'notification/route', from = alice) =>
    from.socket.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
  const toBob = (name: string, params: JsonObject = {}, more: JsonObject = {}): JsonObject => ({
    target: { type: 'aid', aid: 'bobby.aun.test' },
    deliver: { method: `event/app.${name}`, params },
    ...more,
  });
  /** Everything sent before has been handled when this has: frames of one socket keep their order. */
  const handled = async (client = alice): Promise<void> => {
    await client.call('meta.ping');
    await bob.call('meta.ping');
    await phone.call('meta.ping');
  };

  it('are announced at login', () => {
    expect(alice.hello['capabilities']).toMatchObject({ features: { notify: true } });
  });

  it('reach every long connection of the target, with what the gateway knows of the sender', async () => {
    const short = await network.connect(bob.identity, { device: 'laptop', slot: 'short', short: true });
    notify(toBob('typing', { chat: 'alice.aun.test', _notify: { from_aid: 'forged' } }, { ttl_ms: 5000 }));
    const event = await bob.socket.event('app.typing');
    expect(event).toMatchObject({
      chat: 'alice.aun.test',
      _notify: { from_aid: 'alice.aun.test', device_id: 'desk', slot_id: 'main', ttl_ms: 5000 },
    });
    await phone.socket.event('app.typing');
    await short.call('meta.ping');
    expect(short.socket.events('app.typing')).toEqual([]);
    expect(await bob.pull()).toEqual([]);
    await short.leave();
  });

  it('can be meant for one device or one slot', async () => {
    const aid = 'bobby.aun.test';
    const target = (more: JsonObject): JsonObject => ({ target: { type: 'aid', aid, ...more } });
    notify(toBob('device', {}, target({ device_id: 'phone' })));
    notify(toBob('slot', {}, target({ device_id: 'laptop', slot_id: 'one' })));
    notify(toBob('other', {}, target({ device_id: 'laptop', slot_id: 'two' })));
    notify(toBob('slotless', {}, target({ slot_id: 'one' })));
    await handled();
    expect([bob, phone].map((client) => client.socket.events('app.device').length)).toEqual([0, 1]);
    expect([bob, phone].map((client) => client.socket.events('app.slot').length)).toEqual([1, 0]);
    for (const name of ['other', 'slotless']) {
      expect([bob, phone].flatMap((client) => client.socket.events(`app.${name}`))).toEqual([]);
    }
  });

  it.each([
    ['another event', { deliver: { method: 'event/message.received', params: {} } }],
    ['no name', { deliver: { method: 'event/app.', params: {} } }],
    ['a long life', { ttl_ms: 60_001 }],
    ['a negative life', { ttl_ms: -1 }],
    ['a broken life', { ttl_ms: 1.5 }],
    ['another kind of target', { target: { type: 'group', aid: 'bobby.aun.test' } }],
    ['no target', { target: null }],
    ['a group besides', { group_id: 'g-1' }],
    ['params that are no object', { deliver: { method: 'event/app.typing', params: [] } }],
    ['too much', { deliver: { method: 'event/app.typing', params: { text: '世'.repeat(22_000) } } }],
  ])('are dropped without a word: %s', async (_name, more) => {
    const before = bob.socket.frames.length;
    const answers = alice.socket.frames.length;
    notify(toBob('typing', {}, more));
    await handled();
    // The answers to the pings, and nothing else.
    expect([bob.socket.frames.length - before, alice.socket.frames.length - answers]).toEqual([1, 1]);
  });

  it('take as much as they may', async () => {
    const frame = toBob('large', { text: '' });
    const space = 65_536 - Buffer.byteLength(JSON.stringify(frame));
    notify(toBob('large', { text: 'x'.repeat(space) }));
    notify(toBob('larger', { text: 'x'.repeat(space) }));
    await handled();
    expect(bob.socket.events('app.large')).toHaveLength(1);
    expect(bob.socket.events('app.larger')).toHaveLength(0);
  });

  it('to groups, to the gateway, and to those who are away go nowhere', async () => {
    notify(
      { group_id: 'g-1', group_aid: 'g-1', deliver: { method: 'event/app.x', params: {} } },
      'notification/group.route',
    );
    notify({ state: 'active' }, 'notification/client.activity');
    notify(toBob('x', {}, { target: { type: 'aid', aid: 'nobody.aun.test' } }));
    notify(toBob('x'), 'message.send');
    await handled();
    expect(bob.socket.events('app.x')).toEqual([]);
    const carol = await network.register('carol');
    notify(toBob('missed', {}, { target: { type: 'aid', aid: carol.aid } }));
    await handled();
    const later = await network.connect(carol);
    await later.call('meta.ping');
    expect(later.socket.events('app.missed')).toEqual([]);
  });

  it('are not taken from somebody without a session', async () => {
    const nobody = await TestSocket.open(network.gateway.url);
    await nobody.nonce();
    nobody.send(JSON.stringify({ jsonrpc: '2.0', method: 'notification/route', params: toBob('nameless') }));
    await nobody.request('meta.ping');
    await handled();
    expect(bob.socket.events('app.nameless')).toEqual([]);
    nobody.close();
  });
});
