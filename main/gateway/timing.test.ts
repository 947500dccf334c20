import { beforeAll, describe, expect, it } from 'vitest';
import type { Identity } from '../ports/identity';
import { heartbeatIntervalMs } from './heartbeat';
import { RpcSocket } from './rpc-socket';
import type { FakeEdge } from './testing/fake-edge';
import { fakeWorld } from './testing/fake-world';
import type { FakeWorld } from './testing/fake-world';
import { createTestIdentity, createTestPki } from './testing/test-pki';
import type { TestPki } from './testing/test-pki';

let pki: TestPki;
let identity: Identity;
beforeAll(async () => {
  pki = await createTestPki();
  identity = await createTestIdentity(pki, 'alice');
});

const TARGET = {
  secure: false,
  address: '127.0.0.1',
  port: 1,
  host: null,
  tlsName: null,
  extraRoot: null,
  unverified: false,
};

const world = (urls?: readonly string[]): FakeWorld =>
  fakeWorld(pki, identity, urls === undefined ? {} : { urls });

async function online(made: FakeWorld): Promise<FakeWorld> {
  made.session.start();
  await made.time.advance(200);
  expect(made.session.snapshot().state).toBe('online');
  return made;
}

const count = (edge: FakeEdge, method: string): number => edge.calls.filter((call) => call === method).length;

describe('a socket', () => {
  it('gives up after 10 s without a challenge', async () => {
    const { time, edge, runtime } = world();
    edge.mishap = (step) => (step === 'challenge' ? 'silence' : 'none');
    const socket = new RpcSocket(edge, TARGET, '/aun', runtime);
    const failure = socket.challenge.catch((thrown: unknown) => thrown);
    await time.advance(9_999);
    expect(socket.isOpen).toBe(true);
    await time.advance(1);
    expect(await failure).toMatchObject({ code: 'request_timeout' });
    expect(socket.isOpen).toBe(false);
    expect(time.untilNext()).toBeNull();
  });

  it('gives a call 35 s, or what the caller says, and drops the late reply', async () => {
    const { time, edge, runtime } = world();
    const socket = new RpcSocket(edge, TARGET, '/aun', runtime);
    await time.advance(100);
    edge.latencyMs = () => 40_000;
    const slow = socket.call('echo', {}).catch((thrown: unknown) => thrown);
    const quick = socket.call('echo', {}, { timeoutMs: 1000 }).catch((thrown: unknown) => thrown);
    await time.advance(1000);
    expect(await quick).toMatchObject({ code: 'request_timeout', retryable: true });
    await time.advance(34_000);
    expect(await slow).toMatchObject({ code: 'request_timeout' });
    await time.advance(10_000);
    expect(socket.isOpen).toBe(true);
  });

  it('is terminated when the gateway does not answer the close within 3 s', async () => {
    const { time, edge, runtime } = world();
    const socket = new RpcSocket(edge, TARGET, '/aun', runtime);
    await time.advance(100);
    edge.latencyMs = () => 60_000;
    const closed = socket.close();
    await time.advance(3_000);
    await closed;
    expect((await socket.ended).code).toBe(1006);
    await expect(socket.call('echo', {})).rejects.toMatchObject({ code: 'connection_closed' });
  });

  it('leaves a connection whose gateway announced the end but never closed it', async () => {
    const { time, edge, runtime } = world();
    const socket = new RpcSocket(edge, TARGET, '/aun', runtime);
    await time.advance(100);
    const connected = socket.call('auth.connect', {});
    await time.advance(100);
    await connected;
    for (const connection of edge.online) connection.event('gateway.disconnect', { code: 4009, reason: 'x' });
    await time.advance(3_000);
    expect(await socket.ended).toMatchObject({ code: 4009 });
  });
});

describe('the heartbeat', () => {
  it.each([
    [null, 30_000],
    [30, 30_000],
    [1, 10_000],
    [9999, 600_000],
    [0, 0],
    [-5, 0],
    [Number.NaN, 30_000],
  ])('turns an announced interval of %s s into %i ms', (announced, expected) => {
    expect(heartbeatIntervalMs(announced)).toBe(expected);
  });

  it('asks every 30 s', async () => {
    const { time, edge } = await online(world());
    await time.advance(95_000);
    expect(count(edge, 'meta.ping')).toBe(3);
  });

  it('survives one lost pong and reconnects after two in a row', async () => {
    const { time, edge, session } = await online(world());
    let lost = 1;
    edge.mishap = (step) => (step === 'meta.ping' && lost-- > 0 ? 'silence' : 'none');
    await time.advance(50_000);
    expect(session.snapshot().state).toBe('online');
    expect(count(edge, 'auth.connect')).toBe(1);
    lost = 2;
    await time.advance(62_000);
    expect(count(edge, 'auth.connect')).toBe(2);
    expect(session.snapshot().state).toBe('online');
  });

  it.each([0, 1])(
    'notices that the clock of the computer was set (whole seconds only: %i)',
    async (whole) => {
      const made = await online(world());
      const { time, edge, session } = made;
      edge.results.set('meta.ping', () => ({
        pong: true,
        timestamp: whole === 1 ? Math.floor(time.world() / 1000) : time.world() / 1000,
      }));
      const heard: (number | null)[] = [];
      session.onChange((snapshot) => heard.push(snapshot.clockSkewMs));
      await time.advance(60_000);
      expect(heard).toEqual([]);
      expect(Math.abs(session.clockSkewMs())).toBeLessThan(50);
      time.setClockOff(7_200_000);
      await time.advance(60_000);
      expect(heard).toHaveLength(1);
      expect(Math.abs(session.clockSkewMs() + 7_200_000)).toBeLessThan(1_100);
      time.setClockOff(0);
      await time.advance(60_000);
      expect(Math.abs(session.clockSkewMs())).toBeLessThan(1_100);
      expect(session.snapshot().state).toBe('online');
    },
  );

  it('finds out within 10 s of waking up that the connection is dead', async () => {
    const { time, edge, session } = await online(world());
    let lost = 2;
    edge.mishap = (step) => (step === 'meta.ping' && lost-- > 0 ? 'silence' : 'none');
    session.resumed();
    await time.advance(9_900);
    expect(session.snapshot().state).toBe('online');
    await time.advance(100);
    expect(session.snapshot()).toMatchObject({
      state: 'backing-off',
      problem: { code: 'connection_closed' },
    });
    await time.advance(1_200);
    expect(session.snapshot().state).toBe('online');
  });
});

describe('token refresh', () => {
  it('happens once 30 minutes are left and keeps the session', async () => {
    const { time, edge, memory, session } = await online(world());
    await time.advance(1_790_000);
    expect(count(edge, 'auth.refresh_token')).toBe(0);
    await time.advance(60_000);
    expect(count(edge, 'auth.refresh_token')).toBe(1);
    expect(memory.tokens).toMatchObject({ accessToken: 'access-2', refreshToken: 'refresh-2' });
    expect(session.snapshot().state).toBe('online');
    expect(count(edge, 'auth.connect')).toBe(1);
  });

  it('tries again while the gateway is busy, and signs in anew after three refusals', async () => {
    const { time, edge, memory, session } = await online(world());
    edge.mishap = (step) => (step === 'auth.refresh_token' ? { error: 5003, message: 'busy' } : 'none');
    await time.advance(1_800_000 + 150_000);
    expect(count(edge, 'auth.refresh_token')).toBeGreaterThan(3);
    expect(count(edge, 'auth.connect')).toBe(1);
    edge.mishap = (step) => (step === 'auth.refresh_token' ? { error: -32001, message: 'refused' } : 'none');
    await time.advance(95_000);
    expect(count(edge, 'auth.connect')).toBe(2);
    expect(session.snapshot().state).toBe('online');
    expect(memory.tokens?.refreshToken).toBeNull();
  });

  it('an expired token is not offered; the refresh token is', async () => {
    const made = world();
    made.memory.tokens = {
      accessToken: 'old',
      accessExpiresAt: made.time.now() + 29_000,
      refreshToken: 'refresh',
    };
    const { edge } = await online(made);
    expect(edge.calls.slice(0, 2)).toEqual(['auth.refresh_token', 'auth.connect']);
  });
});

describe('several gateways', () => {
  const URLS = ['ws://127.0.0.1:1/aun', 'ws://127.0.0.1:2/aun'];

  it('the next one is tried when the first cannot be reached', async () => {
    const made = world(URLS);
    made.edge.mishap = (step, target) => (step === 'open' && target.port === 1 ? 1006 : 'none');
    const { session } = await online(made);
    expect(session.snapshot().gatewayUrl).toBe(URLS[1]);
  });

  it('nothing stays open at the first one when its sign-in is busy', async () => {
    const made = world(URLS);
    made.memory.tokens = {
      accessToken: 'stale',
      accessExpiresAt: made.time.now() + 600_000,
      refreshToken: null,
    };
    const closed: number[] = [];
    const open = made.edge.openSocket.bind(made.edge);
    made.edge.openSocket = (target, path, handlers) =>
      open(target, path, {
        ...handlers,
        closed: (code, reason) => {
          closed.push(target.port);
          handlers.closed(code, reason);
        },
      });
    made.edge.mishap = (step, target) => {
      if (target.port !== 1) return 'none';
      if (step === 'auth.connect') return { error: 4001, message: 'token invalid or expired' };
      return step === 'auth.aid_login1' ? { error: 5003, message: 'busy' } : 'none';
    };
    const { session } = await online(made);
    expect(session.snapshot().gatewayUrl).toBe(URLS[1]);
    expect(closed.filter((port) => port === 1)).toHaveLength(2);
  });

  it('a refused identity is not carried to the next one', async () => {
    const { time, edge, session } = world(URLS);
    const ports: number[] = [];
    edge.mishap = (step, target) => {
      if (step === 'open') ports.push(target.port);
      return step === 'auth.aid_login1' ? { error: -32001, message: 'public key mismatch' } : 'none';
    };
    session.start();
    await time.advance(1000);
    expect(session.snapshot().blocked).toBe('name_belongs_to_another_key');
    expect(ports).toEqual([1]);
  });

  it('an unhealthy gateway is left alone before a reconnect', async () => {
    const { time, edge, session } = await online(world());
    edge.mishap = (step) => (step === 'http' ? { error: 503, message: '' } : 'none');
    for (const connection of edge.online) connection.drop(1006);
    await time.advance(60_000);
    expect(session.snapshot()).toMatchObject({
      state: 'backing-off',
      problem: { code: 'gateway_unhealthy' },
    });
    expect(count(edge, 'auth.connect')).toBe(1);
    edge.mishap = () => 'none';
    await time.advance(31_000);
    expect(session.snapshot().state).toBe('online');
  });
});

describe('an attempt that hangs', () => {
  it('is given up after two minutes even when the database never answers', async () => {
    const made = world();
    made.memory.loadTokens = () => new Promise(() => undefined);
    made.session.start();
    await made.time.advance(119_000);
    expect(made.session.snapshot().state).toBe('discovering');
    await made.time.advance(1_000);
    expect(made.session.snapshot()).toMatchObject({
      state: 'backing-off',
      problem: { code: 'request_timeout' },
    });
  });

  it('has its main socket closed when the session stops', async () => {
    const { time, edge, session } = world();
    edge.mishap = (step) => (step === 'auth.connect' ? 'silence' : 'none');
    session.start();
    await time.advance(1000);
    expect(session.snapshot().state).toBe('connecting');
    const stopped = session.stop();
    await time.advance(100);
    await stopped;
    await time.advance(1);
    expect(time.untilNext()).toBeNull();
  });

  it('is closed when the session stops', async () => {
    const { time, edge, session } = world();
    edge.mishap = (step) => (step === 'auth.aid_login1' ? 'silence' : 'none');
    session.start();
    await time.advance(1000);
    expect(session.snapshot().state).toBe('authenticating');
    const stopped = session.stop();
    await time.advance(100);
    await stopped;
    await time.advance(1);
    expect(time.untilNext()).toBeNull();
  });
});
