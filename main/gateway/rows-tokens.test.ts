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

describe('protocol/01 §5.5: ways to a token', () => {
  const refused: Mishap = { error: 4001, message: 'token invalid or expired' };
  const invalid: Mishap = { error: -32001, message: 'invalid_or_expired_refresh_token' };
  const HOUR = 3_600_000;
  it.each([
    ['the token at hand', { lives: HOUR, refresh: 'r' }, 0, false, ['connect']],
    ['none: sign-in', null, 0, false, ['aid_login1', 'aid_login2', 'connect']],
    [
      'one that ran out, with a refresh token',
      { lives: 0, refresh: 'r' },
      0,
      false,
      ['refresh_token', 'connect'],
    ],
    [
      'one that ran out, without',
      { lives: 0, refresh: null },
      0,
      false,
      ['aid_login1', 'aid_login2', 'connect'],
    ],
    [
      'a stale one: refresh',
      { lives: HOUR, refresh: 'r' },
      1,
      false,
      ['connect', 'refresh_token', 'connect'],
    ],
    [
      'a stale one and a stale refresh token: sign-in',
      { lives: HOUR, refresh: 'r' },
      1,
      true,
      ['connect', 'refresh_token', 'aid_login1', 'aid_login2', 'connect'],
    ],
    [
      'a stale one, and a refreshed one refused too: sign-in',
      { lives: HOUR, refresh: 'r' },
      2,
      false,
      ['connect', 'refresh_token', 'connect', 'aid_login1', 'aid_login2', 'connect'],
    ],
  ] as const)('%s', async (_name, held, refusals, refreshRefused, expected) => {
    const made = world();
    if (held !== null)
      made.memory.tokens = {
        accessToken: 'held',
        accessExpiresAt: made.time.now() + held.lives,
        refreshToken: held.refresh,
      };
    let left: number = refusals;
    let sockets = 0;
    made.edge.mishap = (step) => {
      if (step === 'open') sockets += 1;
      if (step === 'auth.connect' && left-- > 0) return refused;
      return step === 'auth.refresh_token' && refreshRefused ? invalid : 'none';
    };
    await online(made);
    expect(auths(made)).toEqual(expected);
    // All offers of a token go over one socket with one nonce; the rest has sockets of its own.
    expect(sockets).toBe(1 + expected.filter((method) => method !== 'connect').length);
  });

  it.each([
    ['busy', { error: 5003, message: 'busy' }],
    ['silent', 'silence'],
    ['closing', 1011],
  ] as const)('a refresh that is %s does not end in a sign-in', async (_name, mishap) => {
    const made = world();
    made.memory.tokens = { accessToken: 'held', accessExpiresAt: 0, refreshToken: 'r' };
    made.edge.mishap = (step) => (step === 'auth.refresh_token' ? mishap : 'none');
    made.session.start();
    await made.time.advance(20_000);
    expect(auths(made)).not.toContain('aid_login1');
    expect(made.memory.tokens.refreshToken).toBe('r');
    made.edge.mishap = () => 'none';
    await made.time.advance(60_000);
    expect(outcome(made)).toBe('online');
  });
});

describe('protocol/01 §7.2, §7.3: a sign-in that fails', () => {
  it.each([
    ['auth.aid_login1', -32001, 'aid not registered', 'blocked: not_registered'],
    ['auth.aid_login1', -32001, 'public key mismatch', 'blocked: name_belongs_to_another_key'],
    ['auth.aid_login1', -32001, 'certificate revoked', 'blocked: certificate_revoked'],
    ['auth.aid_login1', -32001, 'certificate expired', 'blocked: certificate_expired'],
    ['auth.aid_login1', -32602, 'invalid AID', 'blocked: protocol_mismatch'],
    ['auth.aid_login1', -32004, 'not allowed', 'blocked: identity_not_accepted'],
    ['auth.aid_login2', -32001, 'nonce invalid or expired', 'blocked: challenge_rejected'],
    ['auth.aid_login2', -32003, 'signature verification failed', 'blocked: sign_in_rejected'],
    ['auth.aid_login1', -32001, 'aid_login1_failed', 'backing-off'],
    ['auth.aid_login2', -32001, 'aid_login2_failed', 'backing-off'],
    ['auth.aid_login1', -32029, 'rate limit', 'backing-off'],
    ['auth.aid_login1', 5000, 'busy', 'backing-off'],
    ['auth.aid_login2', -32002, 'service unavailable', 'backing-off'],
  ])('%s %i %s: %s', async (method, error, message, expected) => {
    const made = world();
    made.edge.mishap = (step) => (step === method ? { error, message } : 'none');
    made.session.start();
    await made.time.advance(60_000);
    const seen = outcome(made);
    expect(expected === 'backing-off' ? made.session.snapshot().attempt > 1 : seen === expected).toBe(true);
    made.edge.mishap = () => 'none';
    made.session.connectNow();
    await made.time.advance(60_000);
    expect(outcome(made)).toBe('online');
  });

  it.each([
    ['success: false', { success: false, error: 'not today' }, 'blocked: sign_in_rejected'],
    ['no token at all', { status: 'ok' }, 'protocol_error'],
    ['not even an object', 'ok', 'protocol_error'],
  ])('a result with %s is no sign-in', async (_name, result, expected) => {
    const made = world();
    made.edge.results.set('auth.aid_login2', () => result);
    made.session.start();
    await made.time.advance(400);
    const { problem } = made.session.snapshot();
    expect([outcome(made), problem?.code]).toContain(expected);
    expect(auths(made)).not.toContain('connect');
  });

  it.each([
    ['access_token', { access_token: 't1', token: 't2', kite_token: 't3' }, 't1'],
    ['token', { access_token: '', token: 't2', kite_token: 't3' }, 't2'],
    ['kite_token', { kite_token: 't3' }, 't3'],
  ])(
    'the token is taken from %s and lives an hour where the gateway does not say',
    async (_name, result, token) => {
      const made = world();
      made.edge.results.set('auth.aid_login2', () => result);
      await online(made);
      expect(made.memory.tokens?.accessToken).toBe(token);
      const life = (made.memory.tokens?.accessExpiresAt ?? 0) - made.time.now();
      expect(Math.abs(life - 3_600_000)).toBeLessThan(1_000);
      expect(made.memory.tokens?.refreshToken).toBeNull();
    },
  );
});

describe('protocol/01 §7.4: tokens while a session is open', () => {
  const HOUR = 3_600_000;
  it.each([
    [
      'a rotated refresh token replaces the old one',
      { success: true, access_token: 'a', refresh_token: 'new' },
      'new',
    ],
    ['an unrotated one stays', { success: true, access_token: 'a' }, 'refresh-1'],
  ])('%s', async (_name, result, expected) => {
    const made = await online();
    made.edge.results.set('auth.refresh_token', () => ({ ...result, expires_in: 7200 }));
    await made.time.advance(HOUR / 2 + 60_000);
    expect(made.memory.tokens).toMatchObject({ accessToken: 'a', refreshToken: expected });
    const life = (made.memory.tokens?.accessExpiresAt ?? 0) - made.time.now();
    expect(life).toBeGreaterThan(7_000_000);
  });

  it.each([
    ['success: false', { success: false, error: 'invalid_or_expired_refresh_token', relogin_required: true }],
    ['success without a token', { success: true }],
  ])('%s three times in a row is answered by a new sign-in, not by a lost session', async (_name, result) => {
    const made = await online();
    made.edge.results.set('auth.refresh_token', () => result);
    await made.time.advance(HOUR / 2 + 30_000);
    expect(made.session.inspect().tokens.refreshFailures).toBeGreaterThanOrEqual(1);
    await made.time.advance(HOUR);
    expect(outcome(made)).toBe('online');
    expect(auths(made).filter((method) => method === 'refresh_token')).toHaveLength(3);
    made.edge.results.clear();
    const token = made.session.accessToken();
    await made.time.advance(200);
    expect(await token).toBe(made.memory.tokens?.accessToken);
    expect(auths(made).slice(-2)).toEqual(['aid_login1', 'aid_login2']);
  });

  it('an access token that ran out does not end the session', async () => {
    const made = world();
    made.edge.results.set('auth.aid_login2', () => ({ access_token: 'only', expires_in: 60 }));
    await online(made);
    await made.time.advance(HOUR);
    expect(outcome(made)).toBe('online');
    expect(auths(made).filter((method) => method === 'connect')).toHaveLength(1);
  });

  it('is refreshed for hours on end without the session noticing', async () => {
    const made = await online();
    await made.time.advance(12 * HOUR);
    const refreshes = auths(made).filter((method) => method === 'refresh_token').length;
    expect(refreshes).toBeGreaterThanOrEqual(22);
    expect(refreshes).toBeLessThanOrEqual(24);
    expect(auths(made).filter((method) => method === 'connect')).toHaveLength(1);
    expect(made.session.inspect().tokens.refreshedAt).toBeGreaterThan(made.time.now() - HOUR);
  });

  it('is refreshed at once when the computer wakes and finds it too old', async () => {
    const made = await online();
    made.time.sleep(40 * 60_000);
    made.session.resumed();
    await made.time.advance(500);
    expect(auths(made).slice(-1)).toEqual(['refresh_token']);
    expect(outcome(made)).toBe('online');
  });
});
