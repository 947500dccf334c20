import { verify, X509Certificate } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../runtime/logger';
import type { Certificate, Identity } from '../ports/identity';
import { CertificateRenewal, renewalDueAt } from './certificate-renewal';
import { ownProfileTag } from './reply-meta';
import { seededRandom } from './testing/fake-edge';
import { ManualTime } from './testing/manual-time';
import { TestMemory } from './testing/test-memory';
import { WireFailure } from './testing/test-gateway';
import { createTestIdentity } from './testing/test-pki';
import { methods, stateIs, Worlds } from './testing/worlds';
import { TokenKeeper } from './tokens';
import { until } from './testing/until';

let worlds: Worlds;
beforeAll(async () => {
  worlds = await Worlds.create();
});
afterEach(() => worlds.end());

const DAY = 86_400_000;

function tokens(access: string, livesMs: number, refresh: string | null): TestMemory {
  const memory = new TestMemory();
  memory.tokens = { accessToken: access, accessExpiresAt: Date.now() + livesMs, refreshToken: refresh };
  return memory;
}

describe('an access token for HTTP', () => {
  it('is the one at hand while it lives for half a minute more', async () => {
    const { server, session } = await worlds.world({ memory: tokens('kept', 31_000, 'refresh') });
    expect(await session.accessToken()).toBe('kept');
    expect(server.calls).toEqual([]);
  });

  it('is refreshed when it does not', async () => {
    const memory = tokens('old', 29_000, 'refresh');
    const { server, session } = await worlds.world({ memory });
    server.refreshTokens.add('refresh');
    expect(await session.accessToken()).toBe(memory.tokens?.accessToken);
    expect(methods(server)).toEqual(['auth.refresh_token']);
    expect(memory.tokens?.refreshToken).not.toBe('refresh');
  });

  it('comes from a new sign-in when the refresh token is refused', async () => {
    const memory = tokens('old', 0, 'unknown');
    const { server, session } = await worlds.world({ memory });
    expect(await session.accessToken()).toBe(memory.tokens?.accessToken);
    expect(methods(server)).toEqual(['auth.refresh_token', 'auth.aid_login1', 'auth.aid_login2']);
  });

  it('is fetched once however many ask, also while the session itself gets online', async () => {
    const { server, session, memory } = await worlds.world({ memory: tokens('old', 0, 'refresh') });
    server.refreshTokens.add('refresh');
    session.start();
    const got = await Promise.all([1, 2, 3].map(() => session.accessToken()));
    await stateIs(session, 'online');
    expect(new Set(got).size).toBe(1);
    expect(got[0]).toBe(memory.tokens?.accessToken);
    expect(methods(server).filter((method) => method === 'auth.refresh_token')).toHaveLength(1);
    expect(methods(server)).not.toContain('auth.aid_login1');
  });

  it('costs one sign-in however many ask', async () => {
    const { server, session } = await worlds.world();
    const got = await Promise.all([1, 2, 3].map(() => session.accessToken()));
    expect(new Set(got).size).toBe(1);
    expect(methods(server)).toEqual(['auth.aid_login1', 'auth.aid_login2']);
  });

  it('comes from the next gateway when the first cannot be reached', async () => {
    const { server, session, memory } = await worlds.world({ remembered: true });
    memory.urls = ['ws://127.0.0.1:9/aun', server.url];
    expect(await session.accessToken()).toBe(memory.tokens?.accessToken);
  });

  it('fails with the reason of the gateway, and may be asked for again', async () => {
    const { server, session, memory } = await worlds.world();
    server.handlers.set('auth.aid_login1', () => {
      throw new WireFailure(-32001, 'public key mismatch');
    });
    await expect(session.accessToken()).rejects.toMatchObject({ code: 'own_key_elsewhere' });
    server.handlers.delete('auth.aid_login1');
    expect(await session.accessToken()).toBe(memory.tokens?.accessToken);
  });

  it('is not thought young because the clock was set back', async () => {
    const time = new ManualTime();
    const runtime = { clock: time, scheduler: time, random: seededRandom(1), logger: silentLogger };
    const keeper = new TokenKeeper(new TestMemory(), runtime);
    await keeper.adopt({ accessToken: 'a', accessExpiresAt: time.now() + 3_600_000, refreshToken: 'r' });
    time.setClockOff(-7_200_000);
    expect(await keeper.usableAccess()).toBe('a');
    await time.advance(3_570_000);
    expect(await keeper.usableAccess()).toBeNull();
    expect(keeper.isRefreshDue()).toBe(true);
  });

  it('of a short life is refreshed at half of it, not all the time', async () => {
    const time = new ManualTime();
    const runtime = { clock: time, scheduler: time, random: seededRandom(1), logger: silentLogger };
    const keeper = new TokenKeeper(new TestMemory(), runtime);
    await keeper.adopt({ accessToken: 'a', accessExpiresAt: time.now() + 600_000, refreshToken: 'r' });
    expect(keeper.isRefreshDue()).toBe(false);
    expect(keeper.refreshDueAt()).toBe(time.now() + 300_000);
    await time.advance(300_000);
    expect(keeper.isRefreshDue()).toBe(true);
  });
});

describe('the own certificate', () => {
  const of = (lifeDays: number): Certificate => {
    const certificate = worldsCertificate;
    return { ...certificate, notBefore: 0, notAfter: lifeDays * DAY };
  };
  let worldsCertificate: Certificate;
  beforeAll(async () => {
    const held = (await createTestIdentity(worlds.pki, 'dora')).certificate();
    if (held === null) throw new Error('no certificate');
    worldsCertificate = held;
  });

  it.each([
    [730, 700],
    [365, 335],
    [60, 30],
    [40, 20],
    [2, 1],
  ])('of %i days is due for renewal after %i', (life, due) => {
    expect(renewalDueAt(of(life)) / DAY).toBe(due);
  });

  function renewal(skewMs = 0): {
    time: ManualTime;
    tried: number[];
    renewal: CertificateRenewal;
    fail: { with: Error | null };
  } {
    const time = new ManualTime({ start: 0 });
    const tried: number[] = [];
    const fail: { with: Error | null } = { with: null };
    let held = of(100);
    const identity = { certificate: () => held } as Partial<Identity> as Identity;
    const made = new CertificateRenewal({
      identity,
      runtime: { clock: time, scheduler: time, random: seededRandom(1), logger: silentLogger },
      skewMs: () => skewMs,
      renew: async () => {
        tried.push(time.now() / DAY);
        if (fail.with !== null) throw fail.with;
        held = { ...held, notBefore: time.now(), notAfter: time.now() + 100 * DAY };
      },
    });
    return { time, tried, renewal: made, fail };
  }

  it('is renewed once a session that stays online sees it due, and then left alone', async () => {
    const { time, tried, renewal: made } = renewal();
    made.online();
    await time.advance(69.5 * DAY);
    expect(tried).toEqual([]);
    expect(made.status()).toEqual({ dueAt: 70 * DAY, lastTriedAt: null, problem: '' });
    await time.advance(30 * DAY);
    expect(tried).toEqual([70]);
    expect(made.status()).toEqual({ dueAt: 140 * DAY, lastTriedAt: 70 * DAY, problem: '' });
    made.offline();
    expect(time.untilNext()).toBeNull();
  });

  it('that could not be renewed is tried daily, not at every reconnect, and the reason is kept', async () => {
    const { time, tried, renewal: made, fail } = renewal();
    fail.with = new Error('the authority sleeps');
    await time.advance(80 * DAY);
    for (let reconnects = 0; reconnects < 5; reconnects += 1) {
      made.online();
      await time.advance(60_000);
    }
    expect(tried).toEqual([80]);
    expect(made.status()).toMatchObject({ lastTriedAt: 80 * DAY, problem: 'the authority sleeps' });
    await time.advance(DAY);
    expect(tried).toHaveLength(2);
    fail.with = null;
    await time.advance(DAY);
    expect(made.status().problem).toBe('');
    await time.advance(10 * DAY);
    expect(tried).toHaveLength(3);
  });

  it('is not ordered again and again by a computer whose clock is years ahead', async () => {
    const { time, tried, renewal: made } = renewal(-3 * 365 * DAY);
    await time.advance(3 * 365 * DAY + 10 * DAY);
    made.online();
    await time.advance(5 * DAY);
    expect(tried).toEqual([]);
  });

  it('is renewed on the connection when it is due, without touching the session', async () => {
    const identity = await createTestIdentity(worlds.pki, 'erik', {
      notAfter: new Date(Date.now() + 60_000),
    });
    const { server, session } = await worlds.world({ identity });
    session.start();
    await stateIs(session, 'online');
    await until('a new certificate', () => identity.certificates().length === 2);
    expect(methods(server).slice(-2)).toEqual(['auth.aid_login1', 'auth.renew_cert']);
    expect(session.renewal()).toMatchObject({ problem: '' });
    expect(session.renewal().dueAt).toBeGreaterThan(Date.now());
    expect(session.snapshot().state).toBe('online');
  });

  it('is renewed when the user says so; a certificate for another key is refused and the reason kept', async () => {
    const { server, session, identity } = await worlds.world();
    await session.renewCertificate();
    expect(identity.certificates()).toHaveLength(2);
    const stranger = await createTestIdentity(worlds.pki, 'mallo');
    const wrong = await worlds.pki.issueFor(identity.aid, stranger.publicKeySpki);
    server.handlers.set('auth.renew_cert', () => ({ status: 'renewed', cert_pem: wrong }));
    await expect(session.renewCertificate()).rejects.toMatchObject({ code: 'certificate_mismatch' });
    expect(identity.certificates()).toHaveLength(2);
    expect(session.renewal().problem).not.toBe('');
    expect(session.renewal().lastTriedAt).toBeGreaterThan(Date.now() - 60_000);
    server.handlers.set('auth.renew_cert', () => ({ status: 'renewed' }));
    await expect(session.renewCertificate()).rejects.toMatchObject({ code: 'protocol_error' });
  });

  it('of the sign-in server is kept for the viewer, also when it is not trusted', async () => {
    const { server, session } = await worlds.world();
    expect(session.authServerCertificate()).toBeNull();
    session.start();
    await stateIs(session, 'online');
    expect(session.authServerCertificate()).toBe(worlds.pki.authority.pem);
    server.handlers.set('auth.aid_login1', (params) => ({
      request_id: 'r',
      nonce: 'n',
      auth_cert: worlds.pki.rootPem,
      client_nonce_signature: worlds.proof(params['client_nonce']),
    }));
    await expect(session.renewCertificate()).rejects.toMatchObject({ code: 'gateway_not_trusted' });
    expect(session.authServerCertificate()).toBe(worlds.pki.rootPem);
  });
});

describe('a new key', () => {
  it('is certified on the word of the old one; nothing is stored here', async () => {
    const memory = tokens('kept', 600_000, 'refresh');
    const { server, session, identity } = await worlds.world({ memory });
    const next = await createTestIdentity(worlds.pki, 'alice');
    let nonce = '';
    const login1 = server.handlers;
    login1.set('auth.aid_login1', (params) => {
      nonce = 'server-nonce-7';
      return {
        request_id: 'request-7',
        nonce,
        auth_cert: worlds.pki.authority.pem,
        client_nonce_signature: worlds.proof(params['client_nonce']),
      };
    });
    const cert = await worlds.pki.issueFor(identity.aid, next.publicKeySpki);
    server.handlers.set('auth.rekey', () => ({ status: 'rekeyed', cert }));
    const certificate = await session.rekey(next.publicKeySpki);
    expect(certificate.pem).toBe(cert);
    const { signature, ...params } = server.calls.at(-1)?.params ?? {};
    expect(params).toEqual({
      aid: identity.aid,
      request_id: 'request-7',
      nonce,
      new_public_key: next.publicKeySpki,
    });
    const old = new X509Certificate(identity.certificate()?.pem ?? '').publicKey;
    const proof = Buffer.from(String(signature), 'base64');
    expect(verify('sha256', Buffer.from(nonce + next.publicKeySpki), old, proof)).toBe(true);
    expect(identity.certificates()).toHaveLength(1);
    // The gateway retired the refresh tokens of the old key.
    expect(memory.tokens).toMatchObject({ accessToken: 'kept', refreshToken: null });
  });

  it('is not believed to be certified when the certificate is for another one', async () => {
    const { server, session, identity } = await worlds.world();
    const next = await createTestIdentity(worlds.pki, 'alice');
    const cert = await worlds.pki.issueFor(identity.aid, identity.publicKeySpki);
    server.handlers.set('auth.rekey', () => ({ status: 'rekeyed', cert }));
    await expect(session.rekey(next.publicKeySpki)).rejects.toMatchObject({ code: 'certificate_mismatch' });
  });
});

describe('the tag of the own profile', () => {
  const TAG = `"${'ab'.repeat(32)}"`;
  it('is told when a reply or an event brings another one', async () => {
    const { server, session } = await worlds.world();
    const heard: string[] = [];
    session.onOwnProfileTag((etag) => heard.push(etag));
    session.start();
    await stateIs(session, 'online');
    const say = (frame: unknown): void => {
      for (const socket of server.sessions) socket.send(JSON.stringify(frame));
    };
    say({ id: 'unknown', result: {}, _meta: { agent_md_etag: TAG } });
    say({ id: 'unknown', result: {}, _meta: { agent_md_etag: TAG } });
    say({ id: 'unknown', error: { code: 1 }, _meta: { agent_md_etag: '"from-an-error"' } });
    say({ method: 'event/x', params: {}, _meta: { agent_md_etag: '"other"' } });
    await until('two tags', () => heard.length === 2);
    expect(heard).toEqual([TAG, '"other"']);
  });

  it.each([
    [{ agent_md_etag: TAG }, TAG],
    [{ agent_md_etag: `W/${TAG}` }, `W/${TAG}`],
    [{ agent_md_etag: 'bare' }, null],
    [{ agent_md_etag: '"line\nbreak"' }, null],
    [{ agent_md_etag: `"${'x'.repeat(200)}"` }, null],
    [{ agent_md_etag: 7 }, null],
    [{}, null],
    ['text', null],
    [null, null],
  ])('%j is read as %j', (meta, expected) => {
    expect(ownProfileTag(meta)).toBe(expected);
  });
});
