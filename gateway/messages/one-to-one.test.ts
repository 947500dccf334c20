import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { TestClient } from '../testing/network';
import { failure, TestNetwork } from '../testing/network';

const DAY = 24 * 3_600_000;
const ids = (rows: readonly JsonObject[]) => rows.map((row) => row['message_id']);
const seqs = (rows: readonly JsonObject[]) => rows.map((row) => row['seq']);

describe('one-to-one messages', () => {
  let network: TestNetwork;
  let alice: TestClient;
  beforeEach(async () => {
    network = await TestNetwork.start();
    alice = await network.join('alice');
  });
  afterEach(() => network.dispose());

  it('delivers five clear texts in order with consecutive numbers', async () => {
    const bob = await network.join('bobby');
    for (let index = 1; index <= 5; index += 1) {
      const result = await alice.text(bob.identity.aid, `hello ${index}`);
      expect(result).toMatchObject({
        seq: index,
        status: 'delivered',
        delivery_mode: 'fanout',
        device_seqs: { 'device-1': index },
      });
    }
    await bob.socket.event('message.received', (row) => row['seq'] === 5);
    const pushed = bob.socket.events('message.received');
    expect(seqs(pushed)).toEqual([1, 2, 3, 4, 5]);
    expect(pushed[0]).toMatchObject({
      from: 'alice.aun.test',
      to: 'bobby.aun.test',
      payload: { type: 'text', text: 'hello 1' },
      encrypted: false,
      direction: 'inbound',
      device_id: 'device-1',
    });
    expect(pushed[0]).not.toHaveProperty('slot_id');
    expect(await bob.pull()).toEqual(pushed);
  });

  it('works the same over wss', async () => {
    const bob = await network.join('bobby', { secure: true });
    await alice.text(bob.identity.aid, '你好');
    expect(await bob.socket.event('message.received')).toMatchObject({ payload: { text: '你好' } });
  });

  it('keeps mail for someone offline and pushes none of it when they return', async () => {
    const bob = await network.join('bobby');
    await bob.leave();
    for (let index = 0; index < 5; index += 1) {
      expect((await alice.text(bob.identity.aid, `m${index}`))['status']).toBe('sent');
    }
    const back = await network.connect(bob.identity);
    expect(seqs(await back.pull())).toEqual([1, 2, 3, 4, 5]);
    expect(back.socket.events('message.received')).toEqual([]);
  });

  it('gives two slots of a device the same numbers and separate cursors, and names both to the sender', async () => {
    const one = await network.join('bobby', { slot: 'one' });
    const two = await network.connect(one.identity, { slot: 'two' });
    await alice.text(one.identity.aid, 'hello');
    expect((await one.socket.event('message.received'))['seq']).toBe(1);
    expect((await two.socket.event('message.received'))['seq']).toBe(1);
    expect(await one.call('message.ack', { seq: 1 })).toEqual({ success: true, ack_seq: 1 });
    expect((await two.call('message.pull', {}))['server_ack_seq']).toBe(0);
    await two.call('message.ack', { seq: 1, device_id: 'device-1', slot_id: 'two' });
    const slots = ['one', 'two'].map((slot) =>
      alice.socket.event('message.ack', (params) => params['slot_id'] === slot),
    );
    for (const event of await Promise.all(slots)) {
      expect(event).toMatchObject({ to: 'bobby.aun.test', ack_seq: 1, device_id: 'device-1' });
    }
  });

  it('gives every device its copy and the other devices of the sender theirs', async () => {
    const bob = await network.join('bobby');
    const tablet = await network.connect(bob.identity, { device: 'tablet' });
    const phone = await network.connect(alice.identity, { device: 'phone' });
    const result = await alice.text(bob.identity.aid, 'hello');
    expect(result['device_seqs']).toEqual({ 'device-1': 1, tablet: 1 });
    expect(await bob.socket.event('message.received')).toMatchObject({ direction: 'inbound' });
    expect(await tablet.socket.event('message.received')).toMatchObject({ device_id: 'tablet' });
    expect(await phone.socket.event('message.received')).toMatchObject({
      direction: 'outbound_sync',
      from: 'alice.aun.test',
      to: 'bobby.aun.test',
      seq: 1,
    });
    expect(await alice.pull()).toEqual([]);
  });

  it('moves the ack cursor forward only and never beyond what exists', async () => {
    const bob = await network.join('bobby');
    for (const text of ['a', 'b', 'c']) await alice.text(bob.identity.aid, text);
    const ack = (seq: number) => bob.call('message.ack', { seq });
    expect((await ack(2))['ack_seq']).toBe(2);
    expect((await ack(1))['ack_seq']).toBe(2);
    expect((await ack(99))['ack_seq']).toBe(3);
    expect((await bob.call('message.pull', { after_seq: 3 }))['server_ack_seq']).toBe(3);
    expect((await failure(bob.call('message.ack', { seq: 'x' }))).code).toBe(-32602);
  });

  it('announces a repeated ack again, at most once a second', async () => {
    const bob = await network.join('bobby');
    await alice.text(bob.identity.aid, 'a');
    await bob.call('message.ack', { seq: 1 });
    await bob.call('message.ack', { seq: 1 });
    await alice.call('meta.ping');
    expect(alice.socket.events('message.ack')).toHaveLength(1);
    network.gateway.clock.advance(1001);
    await bob.call('message.ack', { seq: 1 });
    await alice.call('meta.ping');
    expect(alice.socket.events('message.ack')).toHaveLength(2);
  });

  it('delivers once when a message id is sent twice, also after a restart', async () => {
    const bob = await network.join('bobby');
    const send = (client: TestClient) => client.text(bob.identity.aid, 'once', { message_id: 'm-1' });
    const first = await send(alice);
    const second = await send(alice);
    expect(second).toEqual({ ...first, status: 'duplicate' });
    await network.gateway.kill();
    await network.restart();
    const again = await network.connect(alice.identity);
    expect(await send(again)).toEqual({ ...first, status: 'duplicate' });
    const back = await network.connect(bob.identity);
    expect(ids(await back.pull())).toEqual(['m-1']);
  });

  it('does not let one sender use up the ids of another', async () => {
    const bob = await network.join('bobby');
    const carol = await network.join('carol');
    for (const sender of [alice, carol]) {
      const result = await sender.text(bob.identity.aid, 'same id', { message_id: 'shared' });
      expect(result['status']).toBe('delivered');
    }
    expect(seqs(await bob.pull())).toEqual([1, 2]);
  });

  it('returns the same page twice and pages by limit', async () => {
    const bob = await network.join('bobby');
    for (let index = 0; index < 7; index += 1) await alice.text(bob.identity.aid, `m${index}`);
    expect(await bob.pull()).toEqual(await bob.pull());
    expect(seqs(await bob.pull(2, 3))).toEqual([3, 4, 5]);
    const empty = await bob.call('message.pull', { after_seq: 7 });
    expect(empty).toMatchObject({
      messages: [],
      count: 0,
      latest_seq: 0,
      retention_floor_seq: 0,
      earliest_available_seq: null,
      ephemeral_earliest_available_seq: null,
      ephemeral_dropped_count: 0,
    });
    expect((await failure(bob.call('message.pull', { device_id: 'other' }))).code).toBe(-32602);
    expect((await failure(bob.call('message.pull', { slot_id: 'other' }))).code).toBe(-32602);
  });

  it('ends a page before one mebibyte but never sends an empty one while rows wait', async () => {
    const bob = await network.join('bobby');
    const large = 'x'.repeat(500_000);
    for (const text of [large, large, large, 'y'.repeat(1_048_500)]) await alice.text(bob.identity.aid, text);
    expect(seqs(await bob.pull(0))).toEqual([1, 2]);
    expect(seqs(await bob.pull(2))).toEqual([3]);
    const sizes = bob.socket.frames
      .filter((frame) => frame.result !== undefined)
      .map((frame) => JSON.stringify(frame).length);
    expect(Math.max(...sizes)).toBeLessThan(1_048_576);
    expect(seqs(await bob.pull(3))).toEqual([4]);
  });

  it('holds mail for a registered AID that never connected until its first device does', async () => {
    const dora = await network.register('doras');
    const result = await alice.text(dora.aid, 'waiting', { message_id: 'm-9' });
    expect(result).toMatchObject({ message_id: 'm-9', status: 'sent', seq: 0, device_seqs: {} });
    await network.gateway.kill();
    await network.restart();
    const first = await network.connect(dora);
    expect(await first.pull()).toMatchObject([{ seq: 1, message_id: 'm-9', direction: 'inbound' }]);
    const second = await network.connect(dora, { device: 'device-2' });
    expect(await second.pull()).toEqual([]);
  });

  it('explains why a message cannot be sent', async () => {
    const attempt = async (params: JsonObject) => {
      const error = await failure(alice.call('message.send', params));
      return { code: error.code, message: error.message, data: error.data };
    };
    const payload = { type: 'text', text: 'x' };
    expect(await attempt({ payload })).toMatchObject({ code: -32603, message: 'missing to/payload' });
    expect(await attempt({ to: 'alice.aun.test' })).toMatchObject({ message: 'missing to/payload' });
    expect(await attempt({ to: 'nodots', payload })).toMatchObject({ message: 'missing to/payload' });
    expect(await attempt({ to: 'group.aun.test', payload })).toMatchObject({ code: -32603 });
    expect(await attempt({ to: 'nobody.aun.test', payload })).toEqual({
      code: -32603,
      message: 'target AID not found: nobody.aun.test',
      data: { reason: 'aid_not_found' },
    });
    expect(await attempt({ to: 'alice.far.test', payload })).toMatchObject({
      code: -32010,
      message: 'federation unavailable: far.test',
    });
    expect(await attempt({ to: 'alice.aun.test', payload: { text: 'x'.repeat(1_048_570) } })).toMatchObject({
      code: -32603,
      message: 'payload too large',
    });
    expect(await attempt({ to: 'alice.aun.test', payload, message_id: 'a\u0001' })).toMatchObject({
      code: -32602,
    });
  });

  it('takes a payload of exactly one mebibyte', async () => {
    const text = 'x'.repeat(1_048_576 - '{"text":""}'.length);
    expect(await alice.call('message.send', { to: 'alice.aun.test', payload: { text } })).toHaveProperty(
      'message_id',
    );
  });

  it('ignores the timestamp and the from of the caller', async () => {
    const bob = await network.join('bobby');
    await alice.text(bob.identity.aid, 'x', { from: 'mallory.aun.test', timestamp: 5 });
    const row = await bob.socket.event('message.received');
    expect(row['from']).toBe('alice.aun.test');
    expect(Number(row['timestamp'])).toBeGreaterThan(Date.now() - 60_000);
  });

  it('knows who is online', async () => {
    const bob = await network.join('bobby');
    await network.register('never');
    const shorty = await network.join('shorty', { short: true });
    const aids = ['bobby.aun.test', 'never.aun.test', 'shorty.aun.test', 'x.far.test'];
    const ask = () => shorty.call('message.query_online', { aids });
    expect((await ask())['online']).toEqual({
      'bobby.aun.test': true,
      'never.aun.test': false,
      'shorty.aun.test': false,
      'x.far.test': false,
    });
    await bob.leave();
    expect((await ask())['online']).toMatchObject({ 'bobby.aun.test': false });
    const many = Array.from({ length: 101 }, (_, index) => `a${index}.aun.test`);
    expect((await failure(alice.call('message.query_online', { aids: many }))).code).toBe(-32602);
  });

  it('pushes nothing to a short connection and echoes nothing to the long one beside it', async () => {
    const short = await network.connect(alice.identity, { short: true });
    const bob = await network.join('bobby');
    await short.text(bob.identity.aid, 'from the short one');
    await bob.text(alice.identity.aid, 'to the long one');
    expect(await alice.socket.event('message.received')).toMatchObject({ from: 'bobby.aun.test', seq: 1 });
    await short.call('meta.ping');
    expect(short.socket.events('message.received')).toEqual([]);
  });

  it('puts a note to self on every own device as inbound', async () => {
    const phone = await network.connect(alice.identity, { device: 'phone' });
    await alice.text(alice.identity.aid, 'remember');
    expect(await alice.socket.event('message.received')).toMatchObject({ direction: 'inbound' });
    expect(await phone.socket.event('message.received')).toMatchObject({ direction: 'inbound' });
    expect(seqs(await alice.pull())).toEqual([1]);
  });

  it('drops mail after the retention time, says so, and keeps counting', async () => {
    const bob = await network.join('bobby');
    for (const text of ['a', 'b', 'c']) await alice.text(bob.identity.aid, text);
    network.gateway.admin.advanceClock(31 * DAY);
    const token = (await network.login(alice.identity)).access_token;
    expect(token).toBeTruthy();
    await alice.text(bob.identity.aid, 'd');
    const page = await bob.call('message.pull', {});
    expect(page).toMatchObject({
      count: 1,
      latest_seq: 4,
      server_ack_seq: 3,
      retention_floor_seq: 3,
      earliest_available_seq: 4,
    });
  });

  it('names the other issuer when a message crosses to it', async () => {
    await network.dispose();
    network = await TestNetwork.start({ issuers: ['aun.test', 'other.test'] });
    const sender = await network.join('alice');
    const peer = await network.join('bobby.other.test');
    expect(await sender.text(peer.identity.aid, 'x')).toMatchObject({
      cross_domain: true,
      target_issuer: 'other.test',
    });
  });

  it('limits sends when rate limits are on and says how long to wait', async () => {
    await network.dispose();
    network = await TestNetwork.start({ rateLimit: { send: { perSecond: 1, burst: 2 } } });
    const sender = await network.join('alice');
    await sender.text('alice.aun.test', '1');
    await sender.text('alice.aun.test', '2');
    const error = await failure(sender.text('alice.aun.test', '3'));
    expect(error).toMatchObject({ code: -32029, data: { retry_after: 1 } });
    network.gateway.clock.advance(1000);
    expect(await sender.text('alice.aun.test', '3')).toHaveProperty('message_id');
  });
});
