import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../shared/aun/canonical-json';
import { failure, TestNetwork } from '../testing/network';
import { TestSocket } from '../testing/socket';

const QUEUE: JsonObject = { mode: 'queue', routing: 'round_robin', affinity_ttl_ms: 0 };

describe('auth.connect', () => {
  let network: TestNetwork;
  beforeEach(async () => {
    network = await TestNetwork.start();
  });
  afterEach(() => network.dispose());

  it('answers with everything a client reads', async () => {
    const alice = await network.join('alice', { slot: 'main' });
    expect(alice.hello).toMatchObject({
      status: 'ok',
      protocol: '1.0',
      authenticated: true,
      identity: { role: 'agent', aid: 'alice.aun.test' },
      connection: { device_id: 'device-1', kind: 'long' },
      capabilities: { features: { max_message_size: 1_048_576, notify: true } },
    });
    expect(alice.hello).not.toHaveProperty('heartbeat_interval');
  });

  it('lets a client try several tokens on one socket and one nonce', async () => {
    const alice = await network.register('alice');
    const { access_token: token } = await network.login(alice);
    const socket = await TestSocket.open(network.gateway.url);
    const nonce = await socket.nonce();
    for (const stale of ['stale-1', 'stale-2', 'stale-3']) {
      const error = await failure(socket.call('auth.connect', network.connectParams(nonce, stale)));
      expect(error).toMatchObject({ code: 4001, message: 'token invalid or expired' });
    }
    expect(await socket.call('auth.connect', network.connectParams(nonce, token))).toMatchObject({
      status: 'ok',
    });
    const again = await failure(socket.call('auth.connect', network.connectParams(nonce, token)));
    expect(again.code).toBe(4000);
    socket.close();
  });

  it('answers what arrived before the challenge after it: a client takes the first frame as its challenge', async () => {
    const slow = await TestNetwork.start({ timings: { challenge: 150 } });
    const socket = await TestSocket.open(slow.gateway.url);
    socket.send('not JSON');
    const early = await socket.request('meta.ping');
    expect(socket.frames[0]).toMatchObject({ method: 'challenge' });
    expect(socket.frames[1]).toMatchObject({ id: null, error: { code: -32700 } });
    expect(socket.frames[2]).toEqual(early);
    expect(socket.frames).toHaveLength(3);
    socket.close();
    await slow.dispose();
  });

  it('closes a socket that goes on guessing tokens', async () => {
    const socket = await TestSocket.open(network.gateway.url);
    const nonce = await socket.nonce();
    const attempts = Array.from({ length: 20 }, () =>
      socket.request('auth.connect', network.connectParams(nonce, 'guess')),
    );
    await Promise.all(attempts);
    expect((await socket.closed).code).toBe(4001);
  });

  it('refuses bad requests with the documented codes and texts', async () => {
    const alice = await network.register('alice');
    const { access_token: token } = await network.login(alice);
    const attempt = async (change: (params: JsonObject) => JsonObject) => {
      const socket = await TestSocket.open(network.gateway.url);
      const params = change(network.connectParams(await socket.nonce(), token));
      const error = await failure(socket.call('auth.connect', params));
      return { error, socket };
    };
    const codeOf = async (change: JsonObject) => {
      const { error, socket } = await attempt((params) => ({ ...params, ...change }));
      socket.close();
      return `${error.code} ${error.message}`;
    };
    expect(await codeOf({ nonce: '' })).toBe('4000 missing nonce');
    expect(await codeOf({ nonce: 'other' })).toBe('4010 nonce invalid or expired');
    expect(await codeOf({ auth: { method: 'aid', token } })).toBe('4000 unsupported auth.method');
    expect(await codeOf({ device: { id: '' }, client: { slot_id: 'main' } })).toBe(
      '4000 slot_requires_device_id',
    );
    expect(await codeOf({ device: { id: 'not ok' } })).toBe('4000 invalid device id');
    expect(await codeOf({ client: { slot_id: '/x' } })).toBe('4000 invalid slot_id');
    expect(await codeOf({ delivery_mode: { mode: 'carrier pigeon' } })).toBe('4000 invalid delivery_mode');
    network.gateway.admin.faults.authAvailable = false;
    expect(await codeOf({})).toBe('4500 auth service unavailable');
    const { error, socket } = await attempt((params) => ({
      ...params,
      protocol: { min: '2.0', max: '3.0' },
    }));
    expect(error).toMatchObject({ code: -32000, message: 'protocol version mismatch' });
    expect(error.data).toMatchObject({ client_range: { min: '2.0' }, server_range: { max: '1.0' } });
    await socket.closed;
  });

  it('accepts a connect whose optional members are missing or null', async () => {
    const alice = await network.register('alice');
    const { access_token: token } = await network.login(alice);
    const socket = await TestSocket.open(network.gateway.url);
    const nonce = await socket.nonce();
    const params = { nonce, auth: { method: 'kite_token', token }, extra_info: null, options: null };
    expect((await socket.call('auth.connect', params))['status']).toBe('ok');
    socket.close();
  });

  it('refuses everything but auth.* before login and unknown methods after it', async () => {
    const socket = await TestSocket.open(network.gateway.url);
    for (const method of ['meta.ping', 'message.send', 'no.such.method']) {
      expect(await failure(socket.call(method))).toMatchObject({
        code: -32013,
        message: 'initialization required',
      });
    }
    expect((await failure(socket.call('auth.nothing'))).code).toBe(-32601);
    socket.close();
    const alice = await network.join('alice');
    for (const method of ['message.v2.pull', 'group.v2.pull', 'group.fs.ls', 'message.history', 'toString']) {
      expect((await failure(alice.call(method))).code).toBe(-32601);
    }
  });

  it('closes with 4008 when nobody logs in in time', async () => {
    const hasty = await TestNetwork.start({ timings: { handshake: 60 } });
    const socket = await TestSocket.open(hasty.gateway.url);
    expect(await socket.closed).toEqual({ code: 4008, reason: 'auth timeout' });
    await hasty.dispose();
  });

  it('displaces the older connection of a slot and tells it first', async () => {
    const old = await network.join('alice', { slot: 'app cli', extra: { pid: 1111 } });
    const next = await network.connect(old.identity, { slot: 'app daemon', extra: { pid: 2222, _x: 1 } });
    const event = await old.socket.event('gateway.disconnect');
    expect(event).toEqual({
      code: 4009,
      reason: 'Connection replaced',
      detail: {
        aid: 'alice.aun.test',
        device_id: 'device-1',
        slot_id: 'app cli',
        self_extra_info: { pid: 1111 },
        new_extra_info: { pid: 2222 },
      },
    });
    expect((await old.socket.closed).code).toBe(4009);
    expect(await next.call('meta.ping')).toMatchObject({ pong: true });
  });

  it('leaves other slots and devices alone', async () => {
    const first = await network.join('alice', { slot: 'one' });
    await network.connect(first.identity, { slot: 'two' });
    await network.connect(first.identity, { device: 'device-2', slot: 'one' });
    expect(await first.call('meta.status')).toMatchObject({ mode: 'gateway', aid: 'alice.aun.test' });
    expect(network.gateway.admin.sessions(first.identity.aid)).toHaveLength(3);
  });

  it('evicts the oldest slot and the oldest device over quota', async () => {
    network.gateway.admin.setQuotas({ slots: 2, devices: 2 });
    const first = await network.join('alice', { slot: 'one' });
    await network.connect(first.identity, { slot: 'two' });
    await network.connect(first.identity, { slot: 'three' });
    expect(await first.socket.event('gateway.disconnect')).toMatchObject({
      code: 4015,
      detail: {
        slot_id: 'one',
        quota_kind: 'aid_device_slot_quota_exceeded',
        evicted_by: { aid: 'alice.aun.test', device_id: 'device-1', slot_id: 'three' },
      },
    });
    expect((await first.socket.closed).code).toBe(4015);
    const second = await network.connect(first.identity, { device: 'device-2' });
    await network.connect(first.identity, { device: 'device-3' });
    await network.connect(first.identity, { device: 'device-4' });
    expect(await second.socket.event('gateway.disconnect')).toMatchObject({
      detail: { device_id: 'device-2', quota_kind: 'aid_devices_quota_exceeded' },
    });
    const devices = network.gateway.admin.sessions(first.identity.aid).map((each) => each.device_id);
    expect(devices).toEqual(['device-3', 'device-4']);
  });

  it('allows ten short connections of an instance and refuses the eleventh', async () => {
    const alice = await network.join('alice');
    for (let index = 0; index < 10; index += 1) await network.connect(alice.identity, { short: true });
    const token = (await network.login(alice.identity)).access_token;
    const socket = await TestSocket.open(network.gateway.url);
    const params = network.connectParams(await socket.nonce(), token, { short: true });
    expect(await failure(socket.call('auth.connect', params))).toMatchObject({
      code: 4013,
      message: 'short_connection_capacity_exceeded',
    });
    expect((await socket.closed).code).toBe(4013);
    expect(await alice.call('meta.ping')).toMatchObject({ pong: true });
  });

  it('ends a short connection that is idle and keeps one that is used', async () => {
    const idle = await network.join('alice', { short: 40 });
    const event = await idle.socket.event('gateway.disconnect');
    expect(event).toMatchObject({ code: 4014, detail: { aid: 'alice.aun.test', ttl_ms: 40 } });
    expect((await idle.socket.closed).code).toBe(4014);
  });

  it('wants one delivery mode for all connections of an AID', async () => {
    const fanout = await network.join('alice', { slot: 'one' });
    const error = await failure(network.connect(fanout.identity, { slot: 'two', delivery: QUEUE }));
    expect(error).toMatchObject({ code: 4000, message: 'delivery_mode_conflict' });
    const same = await network.connect(fanout.identity, { slot: 'one', delivery: QUEUE });
    expect(same.hello['status']).toBe('ok');
  });

  it('sends the heartbeat interval in hello and pong once one is set', async () => {
    network.gateway.admin.faults.heartbeatInterval = 15;
    const alice = await network.join('alice');
    expect(alice.hello['heartbeat_interval']).toBe(15);
    expect((await alice.call('meta.ping'))['heartbeat_interval']).toBe(15);
  });

  it('answers malformed frames and keeps the session', async () => {
    const alice = await network.join('alice');
    alice.socket.send('{not json');
    expect((await alice.socket.frame((frame) => frame.error?.code === -32700)).id).toBeNull();
    alice.socket.send('[1,2]');
    await alice.socket.frame((frame) => frame.error?.code === -32600);
    alice.socket.send('{"jsonrpc":"2.0","method":"notification/client.activity","params":{}}');
    expect(await alice.call('meta.ping')).toMatchObject({ pong: true });
  });

  it('closes with 1009 only above four mebibytes', async () => {
    const alice = await network.join('alice');
    const large = await failure(alice.text('alice.aun.test', 'x'.repeat(3 * 1024 * 1024)));
    expect(large).toMatchObject({ code: -32603, message: 'payload too large' });
    alice.socket.send(JSON.stringify({ text: 'x'.repeat(4 * 1024 * 1024 + 1) }));
    expect((await alice.socket.closed).code).toBe(1009);
  });

  it('stops with 1001 and without the event that forbids reconnecting', async () => {
    const alice = await network.join('alice');
    await network.gateway.stop();
    expect((await alice.socket.closed).code).toBe(1001);
    expect(alice.socket.events('gateway.disconnect')).toEqual([]);
  });
});
