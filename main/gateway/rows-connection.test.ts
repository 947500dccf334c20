import { beforeAll, describe, expect, it } from 'vitest';
import type { Identity } from '../ports/identity';
import type { Mishap } from './testing/fake-edge';
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

const world = (urls?: readonly string[]): FakeWorld =>
  fakeWorld(pki, identity, urls === undefined ? {} : { urls });

async function online(made = world()): Promise<FakeWorld> {
  made.session.start();
  await made.time.advance(200);
  expect(made.session.snapshot().state).toBe('online');
  return made;
}

/** `state` or `blocked: reason`, once things have come to rest. */
function outcome({ session }: FakeWorld): string {
  const { state, blocked } = session.snapshot();
  return blocked === null ? state : `blocked: ${blocked}`;
}

const auths = (made: FakeWorld): string[] =>
  made.edge.calls.filter((method) => method !== 'meta.ping').map((method) => method.replace('auth.', ''));

/** Rows of the close code table: code, what a live session makes of it within the first second. */
const CLOSES: [number, string][] = [
  [1000, 'backing-off'],
  [1005, 'backing-off'],
  [1006, 'backing-off'],
  [1001, 'backing-off'],
  [1009, 'backing-off'],
  [1011, 'backing-off'],
  [1012, 'backing-off'],
  [3000, 'backing-off'],
  [4001, 'blocked: sign_in_rejected'],
  [4003, 'blocked: identity_not_accepted'],
  [4008, 'blocked: sign_in_timed_out'],
  [4009, 'blocked: signed_in_elsewhere'],
  [4010, 'backing-off'],
  [4011, 'blocked: federation_denied'],
  [4012, 'blocked: signed_in_elsewhere'],
  [4013, 'blocked: short_connection_limit'],
  [4014, 'blocked: short_connection_limit'],
  [4015, 'blocked: evicted_by_quota'],
];

describe('protocol/01 §5.8: a live connection that is closed', () => {
  it.each(CLOSES)('with %i is %s, and one click or some time later online again', async (code, expected) => {
    const made = await online();
    for (const connection of made.edge.online) connection.drop(code);
    await made.time.advance(100);
    expect(outcome(made)).toBe(expected);
    await made.time.advance(60_000);
    if (expected === 'backing-off') expect(outcome(made)).toBe('online');
    else {
      expect(outcome(made)).toBe(expected);
      made.session.connectNow();
      await made.time.advance(200);
    }
    expect(outcome(made)).toBe('online');
  });

  it('with 1000 or nothing is tried again within a second, with a code of the gateway after 2 to 5', async () => {
    for (const [code, least, most] of [
      [1000, 500, 1000],
      [1006, 500, 1000],
      [1001, 2000, 5000],
      [1012, 2000, 5000],
    ] as const) {
      const made = await online();
      for (const connection of made.edge.online) connection.drop(code);
      await made.time.advance(0);
      const wait = (made.session.snapshot().retryAt ?? 0) - made.time.now();
      expect(wait).toBeGreaterThanOrEqual(least);
      expect(wait).toBeLessThanOrEqual(most);
    }
  });
});

describe('protocol/01 §5.8: gateway.disconnect', () => {
  const facts = {
    none: {},
    replaced: { new_extra_info: { app: 'Parley', device: 'Laptop', host: 'lap', started_at: 7 } },
    evicted: { quota_kind: 'aid_devices_quota_exceeded', evicted_by: { device_id: 'd2', slot_id: 'main' } },
  };
  it.each([
    [4009, 'replaced', 4009, 'signed_in_elsewhere'],
    [4009, 'replaced', 1006, 'signed_in_elsewhere'],
    [4009, 'none', 1012, 'signed_in_elsewhere'],
    [4012, 'none', 4012, 'signed_in_elsewhere'],
    [4015, 'evicted', 1000, 'evicted_by_quota'],
    [4001, 'none', 1006, 'sign_in_rejected'],
    [1012, 'none', 1012, 'identity_not_accepted'],
    [1000, 'replaced', 1000, 'signed_in_elsewhere'],
    [4999, 'evicted', 1006, 'evicted_by_quota'],
  ] as const)(
    'code %i (%s) then close %i means %s until told otherwise',
    async (code, kind, close, reason) => {
      const made = await online();
      for (const connection of made.edge.online) {
        connection.event('gateway.disconnect', { code, reason: 'because', detail: facts[kind] });
        connection.drop(close);
      }
      await made.time.advance(100);
      expect(outcome(made)).toBe(`blocked: ${reason}`);
      expect(made.session.snapshot().notice).toMatchObject({ reason: 'because' });
      const before = auths(made).length;
      made.session.networkChanged();
      made.session.resumed();
      made.session.start();
      await made.time.advance(3_600_000);
      expect(outcome(made)).toBe(`blocked: ${reason}`);
      expect(auths(made)).toHaveLength(before);
      made.session.connectNow();
      await made.time.advance(200);
      expect(outcome(made)).toBe('online');
      // The flag is gone: an ordinary loss heals by itself again.
      for (const connection of made.edge.online) connection.drop(1006);
      await made.time.advance(2_000);
      expect(outcome(made)).toBe('online');
    },
  );

  it('carries who took the place, whatever else it is stuffed with', async () => {
    const made = await online();
    const stuffing = Object.fromEntries(Array.from({ length: 100 }, (_value, index) => [`a${index}`, index]));
    for (const connection of made.edge.online) {
      connection.event('gateway.disconnect', {
        code: 4009,
        detail: {
          ...stuffing,
          self_extra_info: stuffing,
          new_extra_info: { ...stuffing, ...facts.replaced.new_extra_info },
          evicted_by: { device_id: 'd2' },
        },
      });
      connection.drop(4009);
    }
    await made.time.advance(100);
    expect(made.session.snapshot().notice).toMatchObject({
      'new_extra_info.app': 'Parley',
      'new_extra_info.device': 'Laptop',
      'new_extra_info.host': 'lap',
      'new_extra_info.started_at': '7',
    });
  });
});

describe('protocol/01 §5.3: auth.connect is refused', () => {
  it.each([
    [4000, 'missing nonce', 'blocked: protocol_mismatch', 1],
    [4000, 'unsupported auth.method', 'blocked: protocol_mismatch', 1],
    [4000, 'slot_requires_device_id', 'blocked: protocol_mismatch', 1],
    [4000, 'delivery_mode_conflict', 'blocked: delivery_mode_conflict', 1],
    [4000, 'slot_conflict', 'blocked: signed_in_elsewhere', 1],
    [4001, 'token invalid or expired', 'blocked: sign_in_rejected', 1],
    [4010, 'nonce invalid or expired', 'blocked: challenge_rejected', 2],
    [-32000, 'protocol version mismatch', 'blocked: protocol_mismatch', 1],
    [-32001, 'token invalid', 'blocked: sign_in_rejected', 1],
    [-32003, 'signature', 'blocked: sign_in_rejected', 1],
    [4013, 'short_connection_capacity_exceeded', 'blocked: short_connection_limit', 1],
  ])('%i %s: %s', async (error, message, expected, times) => {
    const made = world();
    made.edge.mishap = (step) => (step === 'auth.connect' ? { error, message } : 'none');
    made.session.start();
    await made.time.advance(60_000);
    expect(outcome(made)).toBe(expected);
    expect(auths(made).filter((method) => method === 'connect')).toHaveLength(times);
    made.edge.mishap = () => 'none';
    made.session.connectNow();
    await made.time.advance(200);
    expect(outcome(made)).toBe('online');
  });

  it.each([
    [4500, 'auth service unavailable'],
    [5003, 'busy'],
    [-32603, 'internal'],
    [-32013, 'initialization required'],
    [-32029, 'slow down'],
  ])('%i %s: tried again until it goes through', async (error, message) => {
    const made = world();
    let refusals = 3;
    made.edge.mishap = (step) => (step === 'auth.connect' && refusals-- > 0 ? { error, message } : 'none');
    made.session.start();
    await made.time.advance(30_000);
    expect(outcome(made)).toBe('online');
  });

  it('a hello that is none is tried again, and never online', async () => {
    const made = world();
    made.edge.results.set('auth.connect', () => ({ status: 'no' }));
    made.session.start();
    await made.time.advance(5_000);
    expect(made.session.snapshot().problem?.code).toBe('protocol_error');
    made.edge.results.clear();
    await made.time.advance(60_000);
    expect(outcome(made)).toBe('online');
  });
});

describe('protocol/01 §3.3: the health gate before a reconnect', () => {
  it.each([
    [200, 'online'],
    [201, 'backing-off'],
    [204, 'backing-off'],
    [404, 'backing-off'],
    [429, 'backing-off'],
    [500, 'backing-off'],
    [503, 'backing-off'],
  ])('status %i: %s', async (status, expected) => {
    const made = await online();
    made.edge.http = () => ({ status, headers: {}, body: Buffer.from('anything') });
    for (const connection of made.edge.online) connection.drop(1006);
    await made.time.advance(2_000);
    for (let seconds = 0; seconds < 30 && made.session.snapshot().state !== 'online'; seconds += 1)
      await made.time.advance(1_000);
    expect(made.session.snapshot().state === 'online').toBe(expected === 'online');
    if (expected !== 'online') expect(made.session.snapshot().problem?.code).toBe('gateway_unhealthy');
  });

  it('is no answer within 5 s: not now', async () => {
    const made = await online();
    made.edge.mishap = (step) => (step === 'http' ? 'silence' : 'none');
    for (const connection of made.edge.online) connection.drop(1006);
    await made.time.advance(5_400);
    expect(outcome(made)).toBe('discovering');
    await made.time.advance(650);
    expect(made.session.snapshot()).toMatchObject({
      state: 'backing-off',
      problem: { code: 'request_timeout' },
      attempt: 2,
    });
  });
});

describe('protocol/01 §3.1, §3.2: gateways', () => {
  const OLD = 'ws://127.0.0.1:1/aun';
  const NEW = 'ws://127.0.0.1:2/aun';
  const found = (...urls: string[]) => ({
    status: 200,
    headers: {},
    body: Buffer.from(JSON.stringify({ gateways: urls.map((url, index) => ({ url, priority: index })) })),
  });

  it('a remembered one that is gone is given up after three rounds, and the new one is remembered', async () => {
    const made = world([OLD]);
    made.edge.mishap = (step, target) => (step === 'open' && target.port === 1 ? 1006 : 'none');
    made.edge.http = (request) => (request.path === '/health' ? found() : found(NEW));
    made.session.start();
    await made.time.advance(10_000);
    expect(outcome(made)).toBe('online');
    expect(made.session.inspect().gateways).toEqual([{ url: NEW, source: 'discovered', inUse: true }]);
    expect(made.memory.urls).toEqual([NEW]);
  });

  it('a remembered one that turned into a stranger is looked up anew at once', async () => {
    const made = world([OLD]);
    const stranger = await createTestPki();
    made.edge.results.set('auth.aid_login1', () => ({
      request_id: 'r',
      nonce: 'n',
      auth_cert: stranger.authority.pem,
      client_nonce_signature: 'AA==',
    }));
    made.edge.http = () => {
      made.edge.results.delete('auth.aid_login1');
      return found(NEW);
    };
    made.session.start();
    await made.time.advance(1_000);
    expect(outcome(made)).toBe('online');
    expect(made.session.snapshot().gatewayUrl).toBe(NEW);
  });

  it('a stranger that discovery still names is not trusted', async () => {
    const made = world([OLD]);
    const stranger = await createTestPki();
    made.edge.results.set('auth.aid_login1', () => ({
      request_id: 'r',
      nonce: 'n',
      auth_cert: stranger.authority.pem,
      client_nonce_signature: 'AA==',
    }));
    made.edge.http = () => found(OLD);
    made.session.start();
    await made.time.advance(1_000);
    expect(outcome(made)).toBe('blocked: gateway_not_trusted');
    expect(auths(made)).not.toContain('aid_login2');
  });

  const troubles: [string, Mishap, string][] = [
    ['cannot be reached', 1006, 'open'],
    ['says nothing', 'silence', 'challenge'],
    ['is restarting', 1012, 'auth.connect'],
    ['is busy', { error: 5003, message: 'busy' }, 'auth.connect'],
    ['has no sign-in service', { error: 4500, message: 'auth service unavailable' }, 'auth.connect'],
  ];
  it.each(troubles)('the next in order is tried when the first %s', async (_name, mishap, where) => {
    const made = world([OLD, NEW]);
    made.edge.mishap = (step, target) => (step === where && target.port === 1 ? mishap : 'none');
    made.session.start();
    await made.time.advance(12_000);
    expect(outcome(made)).toBe('online');
    expect(made.session.snapshot().gatewayUrl).toBe(NEW);
    expect(made.session.inspect().gateways.map((each) => each.inUse)).toEqual([false, true]);
  });

  it('the first in order is preferred again at the next reconnect', async () => {
    const made = world([OLD, NEW]);
    made.edge.mishap = (step, target) => (step === 'open' && target.port === 1 ? 1006 : 'none');
    await online(made);
    made.edge.mishap = () => 'none';
    for (const connection of made.edge.online) connection.drop(1006);
    await made.time.advance(2_000);
    expect(made.session.snapshot().gatewayUrl).toBe(OLD);
  });
});
