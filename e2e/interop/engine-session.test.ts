import { createPrivateKey, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startGateway } from '../../gateway/server';
import type { RunningGateway } from '../../gateway/server';
import {
  callShort,
  checkNameAvailable,
  createPkiSource,
  createSession,
  probeNetwork,
} from '../../main/gateway';
import type { GatewaySession } from '../../main/gateway';
import { TestMemory } from '../../main/gateway/testing/test-memory';
import { until } from '../../main/gateway/testing/until';
import { parseCertificate } from '../../main/identity/certificate';
import { createCertificateVerifier } from '../../main/identity/verifier';
import type { Certificate, CertificateVerifier, Identity } from '../../main/ports/identity';
import { silentLogger } from '../../main/runtime/logger';
import { systemClock, systemRandom, systemScheduler } from '../../main/runtime/runtime';
import type { Runtime } from '../../main/runtime/runtime';
import { parseAid } from '../../shared/aun/aid';
import { createAidResultSchema } from '../../shared/aun/wire';

const runtime: Runtime = {
  clock: systemClock,
  random: systemRandom,
  scheduler: systemScheduler,
  logger: silentLogger,
};

let folder: string;
let server: RunningGateway;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'parley-session-'));
  server = await startGateway({ dataDir: folder, issuers: ['aun.test', 'other.test'], log: 'none' });
});
const sessions: GatewaySession[] = [];
afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.stop()));
  server.admin.faults.healthy = true;
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

let people = 0;

/** A registered person: key made here, certificate issued by the gateway and verified by the engine's own verifier. */
async function person(
  secure: boolean,
): Promise<{ identity: Identity; verifier: CertificateVerifier; connect(slot?: string): GatewaySession }> {
  people += 1;
  const aid = parseAid(`person${people}.aun.test`);
  if (aid === null) throw new Error('bad name');
  const access = {
    network: {
      issuer: 'aun.test',
      pinnedGatewayUrl: secure ? server.wss : server.url,
      rootPem: server.rootPem,
    },
    runtime,
    aid,
  };
  const verifier = createCertificateVerifier({
    pki: createPkiSource(access),
    trustRoots: [server.rootPem],
    pinnedIssuer: true,
    clock: systemClock,
    logger: silentLogger,
  });
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicKeySpki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  expect(await checkNameAvailable(access, aid)).toBe(true);
  const result = createAidResultSchema.parse(
    await callShort(access, 'auth.create_aid', { aid, public_key: publicKeySpki, curve: 'P-256' }),
  );
  expect(await checkNameAvailable(access, aid)).toBe(false);
  const held: Certificate[] = [await verifier.verifyOwn(aid, result.cert, publicKeySpki)];
  const identity: Identity = {
    aid,
    privateKey: createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    publicKey,
    publicKeySpki,
    certificate: () => held[0] ?? null,
    certificates: () => held,
    formerKeys: () => [],
    adoptCertificate: async (pem) => {
      held.unshift(parseCertificate(pem));
    },
    sign: (data) => sign('sha256', data, privateKey),
  };
  const memory = new TestMemory();
  return {
    identity,
    verifier,
    connect(slot = 'main') {
      const session = createSession({
        ...access,
        aid,
        deviceId: `device-${people}`,
        slotId: slot,
        identity,
        verifier,
        memory,
        hostName: 'desk',
        startedAt: 1,
      });
      sessions.push(session);
      session.start();
      return session;
    },
  };
}

const stateIs = (session: GatewaySession, state: string): Promise<void> =>
  until(
    `state ${state}, now ${JSON.stringify(session.snapshot())}`,
    () => session.snapshot().state === state,
  );

describe('the engine’s session on the real gateway', () => {
  it.each([false, true])('registers, signs in, calls and heals (TLS: %s)', async (secure) => {
    const { identity, connect } = await person(secure);
    const session = connect();
    await stateIs(session, 'online');
    expect(await session.call('meta.ping', {})).toMatchObject({ pong: true });
    expect(await session.call('meta.status', {})).toMatchObject({ aid: identity.aid });
    expect(Math.abs(session.clockSkewMs())).toBeLessThan(5000);
    server.admin.drop({ aid: identity.aid });
    await stateIs(session, 'backing-off');
    await stateIs(session, 'online');
  });

  it('signs in anew on the same socket when all its tokens are worthless', async () => {
    const { identity, connect } = await person(false);
    const session = connect();
    await stateIs(session, 'online');
    server.admin.expireTokens(identity.aid);
    server.admin.drop({ aid: identity.aid });
    await stateIs(session, 'backing-off');
    await stateIs(session, 'online');
  });

  it('is told when the same slot connects elsewhere, and takes the slot back only when told to', async () => {
    const { connect } = await person(false);
    const first = connect();
    await stateIs(first, 'online');
    const second = connect();
    await stateIs(second, 'online');
    await stateIs(first, 'blocked');
    expect(first.snapshot()).toMatchObject({
      blocked: 'signed_in_elsewhere',
      notice: { 'new_extra_info.app': 'Parley', 'new_extra_info.host': 'desk' },
    });
    first.connectNow();
    await stateIs(first, 'online');
    await stateIs(second, 'blocked');
  });

  it.each([
    [4001, 'sign_in_rejected'],
    [4003, 'identity_not_accepted'],
    [4008, 'sign_in_timed_out'],
    [4011, 'federation_denied'],
    [4015, 'evicted_by_quota'],
  ])('close %i of the gateway blocks with %s and connecting by hand heals', async (code, reason) => {
    const { identity, connect } = await person(false);
    const session = connect();
    await stateIs(session, 'online');
    server.admin.close({ aid: identity.aid }, { code, reason: 'test', event: false });
    await stateIs(session, 'blocked');
    expect(session.snapshot().blocked).toBe(reason);
    session.connectNow();
    await stateIs(session, 'online');
  });

  it('an identity that the gateway lost is explained', async () => {
    const { identity, connect } = await person(false);
    const session = connect();
    await stateIs(session, 'online');
    server.admin.freeName(identity.aid);
    await stateIs(session, 'blocked');
    session.connectNow();
    await until('the reason', () => session.snapshot().blocked === 'not_registered');
  });

  it('a revoked certificate is explained', async () => {
    const { identity, connect } = await person(false);
    const session = connect();
    await stateIs(session, 'online');
    server.admin.revoke({ aid: identity.aid });
    server.admin.drop({ aid: identity.aid });
    await until('the reason', () => session.snapshot().blocked === 'certificate_revoked');
  });

  it('maps the errors of real methods', async () => {
    const { connect } = await person(false);
    const session = connect();
    await stateIs(session, 'online');
    const payload = { type: 'text', text: 'x' };
    const failure = (method: string, params: Record<string, unknown>): Promise<unknown> =>
      session.call(method, params).then(
        () => 'no failure',
        (thrown: unknown) => (thrown instanceof Error && 'code' in thrown ? thrown.code : thrown),
      );
    expect(await failure('message.send', { to: 'nobody_here.aun.test', payload })).toBe('recipient_unknown');
    expect(await failure('message.send', { to: 'bobby.elsewhere.test', payload })).toBe('unreachable_issuer');
    expect(await failure('no.such.method', {})).toBe('invalid_request');
    const large = { type: 'text', text: 'x'.repeat(1_048_576) };
    expect(await failure('message.send', { to: 'nobody_here.aun.test', payload: large })).toBe(
      'message_too_large',
    );
    const huge = { type: 'text', text: 'x'.repeat(1_300_000) };
    expect(await failure('message.send', { to: 'nobody_here.aun.test', payload: huge })).toBe(
      'frame_too_large',
    );
    expect(session.snapshot().state).toBe('online');
  });

  it('fetches the documents of every issuer the gateway hosts', async () => {
    for (const pinnedGatewayUrl of [server.url, server.wss]) {
      const network = { issuer: 'aun.test', pinnedGatewayUrl, rootPem: server.rootPem };
      const pki = createPkiSource({ network, runtime });
      expect(await firstSubject(pki.chain('aun.test'))).toBe('CN=aun.test');
      expect(await firstSubject(pki.chain('other.test'))).toBe('CN=other.test');
    }
  });

  it('can be looked at before anything is trusted', async () => {
    for (const url of [server.url, server.wss]) {
      const probe = await probeNetwork(url, { runtime });
      expect(probe).toMatchObject({ issuer: 'aun.test', gatewayUrl: url, loopback: true, publicRoot: false });
      expect(probe.rootPem?.trim()).toBe(server.rootPem.trim());
    }
  });
});

async function firstSubject(chain: Promise<string>): Promise<string> {
  const [first = ''] = (await chain).split(/(?<=-----END CERTIFICATE-----)/);
  return new X509Certificate(first).subject;
}
