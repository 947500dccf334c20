import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestNetworkLogin } from '../../../gateway/testing/custody';
import { createPkiSource, createWebClient } from '../../gateway';
import type { Identity } from '../../ports/identity';
import { silentLogger } from '../../runtime/logger';
import { systemClock, systemRandom, systemScheduler } from '../../runtime/runtime';
import { parseCertificate } from '../certificate';
import { testAid } from '../testing/test-network';
import { createCertificateVerifier } from '../verifier';
import { createCustodyClient } from './index';
import type { CustodyClient } from './index';

const SECRET = 'correct horse battery staple';
let network: TestNetworkLogin;

beforeAll(async () => {
  network = await TestNetworkLogin.begin();
});
afterAll(() => network.dispose());

/** The client as an installation has it: real requests, real verification. */
function clientAt(gatewayUrl: string): CustodyClient {
  const runtime = {
    clock: systemClock,
    random: systemRandom,
    scheduler: systemScheduler,
    logger: silentLogger,
  };
  const { issuer } = network.gateway;
  const access = {
    runtime,
    network: { issuer, pinnedGatewayUrl: gatewayUrl, rootPem: network.rootPem },
  };
  const verifier = createCertificateVerifier({
    pki: createPkiSource(access),
    trustRoots: [network.rootPem],
    pinnedIssuer: true,
    clock: systemClock,
    logger: silentLogger,
  });
  return createCustodyClient({
    ...runtime,
    web: createWebClient(access),
    issuer,
    local: true,
    verifier,
    cost: 1024,
  });
}

async function member(name: string): Promise<{ identity: Identity; token: string }> {
  const { identity, token } = await network.member(name);
  const certificate = parseCertificate(identity.cert);
  return {
    token,
    identity: {
      aid: testAid(identity.aid),
      privateKey: identity.privateKey,
      publicKey: new X509Certificate(identity.cert).publicKey,
      publicKeySpki: identity.publicKey,
      certificate: () => certificate,
      certificates: () => [certificate],
      adoptCertificate: async () => undefined,
      formerKeys: () => [],
      sign: () => Buffer.alloc(0),
    },
  };
}

describe('the custody client on a real network', () => {
  it.each([
    ['plain', 'alice', '+48602000001', () => network.gateway.url],
    ['TLS', 'bobby', '+48602000002', () => network.gateway.wss],
  ])('keeps and copies keys over %s', async (_transport, name, phone, url) => {
    const client = clientAt(url());
    const own = await member(name);
    const { aid } = own.identity;
    expect(await client.find(aid)).toEqual({ host: 'aid_custody.aun.test' });
    const bind = await client.sendCode({ aid, phone, token: own.token });
    await client.backup({ ...own, phone, code: bind.debugCode ?? '', secret: SECRET });
    const sent = await client.sendCode({ aid, phone, token: null });
    const pem = own.identity.privateKey.export({ type: 'pkcs8', format: 'pem' });
    expect(await client.restore({ aid, phone, code: sent.debugCode ?? '', secret: SECRET })).toMatchObject({
      aid,
      privateKeyPem: pem,
    });
    const offered = await client.offerTransfer(own);
    expect(await client.claimTransfer({ aid, ...offered })).toMatchObject({ privateKeyPem: pem });
  });

  it('does not hand out a key whose certificate was revoked since', async () => {
    const client = clientAt(network.gateway.url);
    const own = await member('carol');
    const { aid } = own.identity;
    const offered = await client.offerTransfer(own);
    network.gateway.admin.revoke({ aid });
    await expect(client.claimTransfer({ aid, ...offered })).rejects.toMatchObject({
      code: 'certificate_revoked',
    });
  });
});
