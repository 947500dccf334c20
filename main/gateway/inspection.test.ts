import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sessionInspectionSchema } from '../../shared/model/connection';
import { deliveryModeOnWire, deliveryModeText } from './delivery-mode';
import { readHelloFacts } from './hello-facts';
import { HISTORY_LIMIT, SessionLog } from './session-log';
import { initialState } from './session-machine';
import { TestMemory } from './testing/test-memory';
import { methods, stateIs, Worlds } from './testing/worlds';
import { until } from './testing/until';

let worlds: Worlds;
beforeAll(async () => {
  worlds = await Worlds.create();
});
afterEach(() => worlds.end());

describe('a session seen from inside', () => {
  it('shows its history, gateway, heartbeat and the life of its tokens, never a token', async () => {
    const { server, session, memory } = await worlds.world();
    expect(session.inspect()).toMatchObject({
      history: [],
      gateways: [{ url: server.url, source: 'pinned', inUse: false }],
      heartbeatSeconds: null,
      onlineSince: null,
      tokens: { accessExpiresAt: null, refreshable: false, refreshDueAt: null },
      deviceId: 'device-1',
      slotId: 'main',
      deliveryMode: 'fanout',
      protocol: null,
      server: null,
      features: [],
    });
    server.hello = {
      heartbeat_interval: 45,
      bridgeInfo: { name: 'AUN local gateway', version: '0.1' },
      capabilities: { features: { e2ee: true, binary_message: false, max_message_size: 1_048_576 } },
    };
    session.start();
    await stateIs(session, 'online');
    session.resumed();
    await until('a pong', () => session.inspect().lastHeartbeatAt !== null);
    const seen = session.inspect();
    expect(sessionInspectionSchema.parse(seen)).toEqual(seen);
    expect(seen.history.map((event) => event.state)).toEqual([
      'discovering',
      'authenticating',
      'connecting',
      'online',
    ]);
    const expiry = memory.tokens?.accessExpiresAt ?? 0;
    expect(seen).toMatchObject({
      gateways: [{ url: server.url, source: 'pinned', inUse: true }],
      heartbeatSeconds: 45,
      onlineSince: session.snapshot().since,
      tokens: {
        accessExpiresAt: expiry,
        refreshable: true,
        refreshedAt: null,
        refreshFailures: 0,
      },
      protocol: '1.0',
      server: 'AUN local gateway 0.1',
      features: ['e2ee', 'max_message_size: 1048576'],
    });
    expect(Math.abs((seen.tokens.refreshDueAt ?? 0) - (expiry - 1_800_000))).toBeLessThan(100);
    expect(seen.roundTripMs).toBeGreaterThanOrEqual(0);
    expect(Math.abs(seen.clockSkewMs ?? Infinity)).toBeLessThan(5_000);
    const text = JSON.stringify(seen);
    for (const token of [...server.tokens, ...server.refreshTokens]) expect(text).not.toContain(token);
  });

  it('remembers why it was blocked and that it came back', async () => {
    const { server, session } = await worlds.world();
    session.start();
    await stateIs(session, 'online');
    for (const socket of server.sessions) socket.close(4009);
    await stateIs(session, 'blocked');
    session.connectNow();
    await stateIs(session, 'online');
    const lines = session.inspect().history.map((event) => `${event.state} ${event.blocked ?? ''}`.trim());
    expect(lines.slice(3)).toEqual([
      'online',
      'blocked signed_in_elsewhere',
      'discovering',
      'connecting',
      'online',
    ]);
  });

  it('keeps the last 200 changes and no repetitions', () => {
    const log = new SessionLog();
    const state = initialState(0);
    for (let attempt = 0; attempt < 500; attempt += 1) {
      log.note({ ...state, phase: 'backing-off', failures: attempt, since: attempt });
      log.note({ ...state, phase: 'backing-off', failures: attempt, since: attempt + 1 });
    }
    const events = log.events();
    expect(events).toHaveLength(HISTORY_LIMIT);
    expect(events[0]).toMatchObject({ attempt: 300, at: 300 });
    expect(events.at(-1)).toMatchObject({ attempt: 499, at: 499 });
  });
});

describe('what a gateway says of itself', () => {
  it('is cut to short printable texts', () => {
    const facts = readHelloFacts({
      protocol: '1.0\u202E\u0000',
      bridgeInfo: { name: 'x'.repeat(1000), version: { nested: true } },
      capabilities: {
        features: {
          a: true,
          'b\u0007ell': 'yes\r\nno',
          c: { deep: 1 },
          d: false,
          e: null,
          ['long'.repeat(100)]: 'z'.repeat(500),
        },
      },
    });
    expect(facts).toEqual({
      protocol: '1.0',
      server: 'x'.repeat(64),
      features: ['a', 'bell: yesno', 'c', `${'long'.repeat(16)}: ${'z'.repeat(64)}`],
    });
  });

  it('is left out where it is malformed, and bounded where it is endless', () => {
    for (const hello of [null, 'x', [], { protocol: {}, bridgeInfo: 7, capabilities: [] }])
      expect(readHelloFacts(hello)).toEqual({ protocol: null, server: null, features: [] });
    const features = Object.fromEntries(
      Array.from({ length: 5_000 }, (_value, index) => [`f${index}`, true]),
    );
    expect(readHelloFacts({ capabilities: { features } }).features).toHaveLength(32);
  });
});

describe('how an account introduces itself', () => {
  it.each([
    [{ mode: 'fanout' }, { mode: 'fanout', routing: '', affinity_ttl_ms: 0 }, 'fanout'],
    [
      { mode: 'queue', routing: 'round_robin', affinityTtlMs: 0 },
      { mode: 'queue', routing: 'round_robin', affinity_ttl_ms: 0 },
      'queue, round_robin',
    ],
    [
      { mode: 'queue', routing: 'sender_affinity', affinityTtlMs: 60_000 },
      { mode: 'queue', routing: 'sender_affinity', affinity_ttl_ms: 60_000 },
      'queue, sender_affinity, 60000 ms',
    ],
  ] as const)('delivery mode %j', async (deliveryMode, onWire, text) => {
    expect(deliveryModeOnWire(deliveryMode)).toEqual(onWire);
    expect(deliveryModeText(deliveryMode)).toBe(text);
    const { server, session } = await worlds.world({ deliveryMode, deviceName: 'Kitchen' });
    session.start();
    await stateIs(session, 'online');
    const params = server.calls.find((call) => call.method === 'auth.connect')?.params;
    expect(params).toMatchObject({
      delivery_mode: onWire,
      extra_info: { app: 'Parley', device: 'Kitchen', host: 'desk', started_at: 1_760_000_000_000 },
    });
    expect(session.inspect().deliveryMode).toBe(text);
  });

  it('trusts TLS of its own computer blindly only where the environment asked for it', async () => {
    const { session, server } = await worlds.world({ secure: true, rootPem: null, verifyTls: false });
    session.start();
    await stateIs(session, 'online');
    expect(methods(server)).toContain('auth.connect');
  });

  it('uses a gateway that it remembers and says so', async () => {
    const memory = new TestMemory();
    const { server, session } = await worlds.world({ memory, remembered: true });
    session.start();
    await stateIs(session, 'online');
    expect(session.inspect().gateways).toEqual([{ url: server.url, source: 'remembered', inUse: true }]);
  });
});
