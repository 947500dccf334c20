import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AunError, RpcError } from '../runtime/errors';
import type { Runtime } from '../runtime/runtime';
import { WireFailure } from './testing/test-gateway';
import { methods, stateIs, Worlds } from './testing/worlds';
import { until } from './testing/until';

let worlds: Worlds;
beforeAll(async () => {
  worlds = await Worlds.create();
});
afterEach(() => worlds.end());

describe('an open session', () => {
  it('rejects open calls at once when the connection drops, and heals', async () => {
    const { server, session } = await worlds.world();
    server.handlers.set('slow', () => undefined);
    session.start();
    await stateIs(session, 'online');
    const slow = session.call('slow', {});
    await until('the call arrived', () => methods(server).includes('slow'));
    for (const socket of server.sessions) socket.terminate();
    await expect(slow).rejects.toMatchObject({ code: 'connection_closed', retryable: true });
    await expect(session.call('echo', {})).rejects.toMatchObject({ code: 'connection_closed' });
    await stateIs(session, 'online');
    expect(await session.call('echo', { again: true })).toEqual({ again: true });
  });

  it('tells that it is online before it delivers events that came with the hello', async () => {
    const { server, session } = await worlds.world();
    const heard: string[] = [];
    session.onOnline(() => heard.push('online'));
    session.onEvent((name) => heard.push(name));
    server.handlers.set('auth.connect', (_params, socket) => {
      server.sessions.add(socket);
      queueMicrotask(() => {
        server.push('message.received', { seq: 1 });
        server.push('message.received', { seq: 2 });
        server.push('message.ack', {});
      });
      return { status: 'ok' };
    });
    session.start();
    await until('three events', () => heard.length >= 4);
    expect(heard).toEqual(['online', 'message.received', 'message.received', 'message.ack']);
  });

  it('survives malformed frames, unknown ids, unknown events and a throwing listener', async () => {
    const { server, session } = await worlds.world();
    const heard: unknown[] = [];
    session.onEvent(() => {
      throw new Error('listener');
    });
    session.onEvent((name, params) => heard.push([name, params]));
    session.start();
    await stateIs(session, 'online');
    for (const socket of server.sessions) {
      socket.send('{not json');
      socket.send('[]');
      socket.send('7');
      socket.send('{"id":"rpc-unknown","result":1}');
      socket.send('{"id":null,"error":{"code":1}}');
      socket.send('{"method":"notification/x","params":{}}');
      socket.send(Buffer.from('{"method":"event/new.kind","params":{"x":1}}'));
    }
    await until('the unknown event', () => heard.length === 1);
    expect(heard).toEqual([['new.kind', { x: 1 }]]);
    expect(await session.call('echo', { alive: true })).toEqual({ alive: true });
    expect(session.snapshot().state).toBe('online');
  });

  it('maps error replies and refuses frames the gateway would not read', async () => {
    const { server, session } = await worlds.world();
    server.hello = { capabilities: { features: { max_message_size: 1000 } } };
    server.handlers.set('message.send', () => {
      throw new WireFailure(-32029, 'slow down', { retry_after: 3, reason: 'burst' });
    });
    session.start();
    await stateIs(session, 'online');
    const failure: unknown = await session.call('message.send', {}).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(RpcError);
    expect(failure).toMatchObject({
      code: 'rate_limited',
      retryable: true,
      retryAfterSeconds: 3,
      reason: 'burst',
    });
    const before = server.calls.length;
    await expect(session.call('echo', { text: 'x'.repeat(70_000) })).rejects.toMatchObject({
      code: 'frame_too_large',
    });
    expect(server.calls).toHaveLength(before);
  });

  it('stops for good: the socket is closed when stop resolves and nothing reconnects', async () => {
    const { server, session } = await worlds.world();
    session.start();
    await stateIs(session, 'online');
    await session.stop();
    await until('the gateway saw it', () => server.sessions.size === 0);
    expect(session.snapshot()).toMatchObject({ state: 'offline', retryAt: null, problem: null });
    session.networkChanged();
    expect(session.snapshot().state).toBe('offline');
    session.start();
    await stateIs(session, 'online');
  });

  it('measures how far the clocks are apart', async () => {
    const { server, session } = await worlds.world();
    server.hello = { server_time: Date.now() / 1000 + 7200 };
    session.start();
    await stateIs(session, 'online');
    expect(Math.round(session.clockSkewMs() / 60_000)).toBe(120);
    expect(session.snapshot().clockSkewMs).toBe(session.clockSkewMs());
  });

  it('writes no token, nonce or certificate to the log', async () => {
    const lines: string[] = [];
    const logger: Runtime['logger'] = {
      log: (level, event, fields) => lines.push(JSON.stringify([level, event, fields])),
      with: () => logger,
    };
    const { server, session, memory } = await worlds.world({ own: { logger } });
    session.start();
    await stateIs(session, 'online');
    for (const socket of server.sessions) socket.terminate();
    await stateIs(session, 'backing-off');
    await stateIs(session, 'online');
    const log = lines.join('\n');
    expect(lines.length).toBeGreaterThan(4);
    expect(log).not.toContain(memory.tokens?.accessToken);
    expect(log).not.toContain(memory.tokens?.refreshToken);
    expect(log).not.toContain('BEGIN CERTIFICATE');
  });

  it('waits in the background while the gateway is down and returns by itself', async () => {
    const { server, session } = await worlds.world();
    session.start();
    await stateIs(session, 'online');
    const { port } = server;
    await server.close();
    await until('an attempt failed', () => session.snapshot().attempt >= 2);
    expect(session.snapshot().problem).toMatchObject({ code: 'gateway_unreachable' });
    const again = await worlds.gateway({ port });
    again.tokens.add([...server.tokens][0] ?? '');
    session.resumed();
    await stateIs(session, 'online');
  });

  it('is an error family member in every rejection', async () => {
    const { session } = await worlds.world();
    const failure: unknown = await session.call('echo', {}).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(AunError);
  });
});

describe('notifications', () => {
  it('leave without an id and expect nothing, as long as they are small enough', async () => {
    const { server, session } = await worlds.world();
    const heard: unknown[] = [];
    session.start();
    await stateIs(session, 'online');
    for (const socket of server.sessions) {
      socket.removeAllListeners('message');
      socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString('utf8'))));
    }
    const params = { target: { type: 'aid', aid: 'bobby.aun.test' } };
    session.notify('notification/route', params);
    session.notify('notification/route', { text: 'x'.repeat(65_536) });
    session.notify('notification/client.activity', {});
    await until('both arrived', () => heard.length === 2);
    expect(heard).toEqual([
      { jsonrpc: '2.0', method: 'notification/route', params },
      { jsonrpc: '2.0', method: 'notification/client.activity', params: {} },
    ]);
  });

  it('are nothing at all while offline', async () => {
    const { session } = await worlds.world();
    session.notify('notification/route', {});
    expect(session.passesNotifications()).toBe(false);
  });

  it.each([
    [true, { capabilities: { features: { notify: true } } }],
    [false, { capabilities: { features: { notify: 'yes' } } }],
    [false, { capabilities: { features: {} } }],
    [false, {}],
  ])('are passed on: %s, when the gateway says %j', async (passes, hello) => {
    const { server, session } = await worlds.world();
    server.hello = hello;
    session.start();
    await stateIs(session, 'online');
    expect(session.passesNotifications()).toBe(passes);
    await session.stop();
    expect(session.passesNotifications()).toBe(false);
  });
});
