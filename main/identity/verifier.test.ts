import { beforeEach, describe, expect, it } from 'vitest';
import { AunError } from '../runtime/errors';
import { silentLogger } from '../runtime/logger';
import { parseCertificate, spkiOf, toPem } from './certificate';
import { issueCrl, issueOcsp, makeCa } from './testing/test-authority';
import { makeTestNetwork, testAid, testClock, unreachable } from './testing/test-network';
import type { TestClock, TestNetwork } from './testing/test-network';
import { createCertificateVerifier } from './verifier';
import type { VerifierMemory, VerifierOptions } from './verifier';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const alice = testAid('alice.aun.test');
let clock: TestClock;
let network: TestNetwork;

beforeEach(async () => {
  clock = testClock();
  network = await makeTestNetwork('aun.test', clock);
});

function verifier(options: Partial<VerifierOptions> = {}) {
  return createCertificateVerifier({
    pki: network.pki,
    trustRoots: [network.root.pem],
    pinnedIssuer: true,
    clock,
    logger: silentLogger,
    ...options,
  });
}

async function refusal(work: Promise<unknown>): Promise<{ code: string; reason: unknown }> {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof AunError) return { code: thrown.code, reason: thrown.detail['reason'] };
    throw thrown;
  }
  throw new Error('the certificate was accepted');
}

describe('the walk from a certificate to the root', () => {
  it('accepts a certificate that the issuer of the address issued', async () => {
    const pem = await network.leaf('CN=alice.aun.test');
    const certificate = await verifier().verifyPeer(alice, pem);
    expect(certificate).toMatchObject({ commonName: 'alice.aun.test', warnings: [] });
    expect(certificate.fingerprint).toBe(parseCertificate(pem).fingerprint);
  });

  it('refuses a certificate for another address', async () => {
    const pem = await network.leaf('CN=mallory.aun.test');
    expect(await refusal(verifier().verifyPeer(alice, pem))).toMatchObject({ reason: 'wrong_name' });
  });

  it('refuses a certificate with two common names', async () => {
    const pem = await network.leaf('CN=alice.aun.test,CN=mallory.aun.test');
    expect(await refusal(verifier().verifyPeer(alice, pem))).toMatchObject({ reason: 'wrong_name' });
  });

  it('refuses a name that only looks right because a line break is hidden in it', async () => {
    const pem = await network.leaf('O=x\\0ACN=alice.aun.test,CN=mallory.aun.test');
    expect(await refusal(verifier().verifyPeer(alice, pem))).toMatchObject({ reason: 'wrong_name' });
  });

  it('refuses a key that is not P-256', async () => {
    const pem = await network.leaf('CN=alice.aun.test', { curve: 'P-384' });
    expect(await refusal(verifier().verifyPeer(alice, pem))).toMatchObject({ reason: 'key_not_p256' });
  });

  it('refuses a leaf that is an authority', async () => {
    const pem = await network.leaf('CN=alice.aun.test', { ca: true });
    expect(await refusal(verifier().verifyPeer(alice, pem))).toMatchObject({ reason: 'is_a_ca' });
  });

  it('refuses a chain that ends at a root that is not trusted', async () => {
    const other = await makeTestNetwork('aun.test', clock);
    const pem = await other.leaf('CN=alice.aun.test');
    network.answers.chain = other.answers.chain;
    expect(await refusal(verifier().verifyPeer(alice, pem))).toMatchObject({ reason: 'root_not_trusted' });
  });

  it('refuses a certificate that another authority of the same name issued', async () => {
    const other = await makeTestNetwork('aun.test', clock);
    const pem = await other.leaf('CN=alice.aun.test');
    expect(await refusal(verifier().verifyPeer(alice, pem))).toMatchObject({ reason: 'chain_broken' });
  });

  it('refuses an authority below an authority that may have none below it', async () => {
    const below = await makeCa('CN=aun.test', { parent: network.ca, now: clock.now() });
    const bundle = below.pem + network.ca.pem + network.root.pem;
    network.answers.chain = () => bundle;
    network.ca = below;
    await network.revoke();
    const pem = await network.leaf('CN=alice.aun.test');
    expect(await refusal(verifier().verifyPeer(alice, pem))).toMatchObject({ reason: 'chain_broken' });
  });

  it('refuses a certificate whose signature was tampered with', async () => {
    const der = Buffer.from(parseCertificate(await network.leaf('CN=alice.aun.test')).x509.raw);
    der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1);
    expect(await refusal(verifier().verifyPeer(alice, toPem(der)))).toMatchObject({ reason: 'chain_broken' });
  });

  it('refuses an issuer that is no authority', async () => {
    const posing = await makeCa('CN=aun.test', { parent: network.root, now: clock.now(), flag: false });
    const bundle = posing.pem + network.root.pem;
    network.answers.chain = () => bundle;
    network.ca = posing;
    await network.revoke();
    const pem = await network.leaf('CN=alice.aun.test');
    expect(await refusal(verifier().verifyPeer(alice, pem))).toMatchObject({ reason: 'chain_broken' });
  });

  it('accepts a chain whose root was left out when the root is a trusted one', async () => {
    network.answers.chain = () => network.ca.pem;
    const pem = await network.leaf('CN=alice.aun.test');
    await expect(verifier().verifyPeer(alice, pem)).resolves.toMatchObject({ commonName: alice });
  });

  it('fetches the chain again when the gateway has renewed its authority', async () => {
    const checker = verifier();
    await checker.verifyPeer(alice, await network.leaf('CN=alice.aun.test'));
    clock.advance(2 * MINUTE);
    network.ca = await makeCa('CN=aun.test', { parent: network.root, pathLength: 0, now: clock.now() });
    await network.revoke();
    const renewed = await network.leaf('CN=alice.aun.test');
    await expect(checker.verifyPeer(alice, renewed)).resolves.toMatchObject({ commonName: alice });
    expect(network.calls.chain).toBe(2);
  });

  it('refuses what is not a certificate', async () => {
    expect(await refusal(verifier().verifyPeer(alice, 'hello'))).toMatchObject({ reason: 'unreadable' });
  });
});

describe('validity periods', () => {
  it('tolerate clocks that differ by up to five minutes', async () => {
    const early = await network.leaf('CN=alice.aun.test', { notBefore: clock.now() + 4 * MINUTE });
    const late = await network.leaf('CN=alice.aun.test', { notAfter: clock.now() - 4 * MINUTE });
    await expect(verifier().verifyPeer(alice, early)).resolves.toBeDefined();
    await expect(verifier().verifyPeer(alice, late)).resolves.toBeDefined();
  });

  it('refuse what is further away', async () => {
    const early = await network.leaf('CN=alice.aun.test', { notBefore: clock.now() + 6 * MINUTE });
    const late = await network.leaf('CN=alice.aun.test', { notAfter: clock.now() - 6 * MINUTE });
    expect(await refusal(verifier().verifyPeer(alice, early))).toMatchObject({ reason: 'not_yet_valid' });
    expect(await refusal(verifier().verifyPeer(alice, late))).toMatchObject({ reason: 'expired' });
  });

  it('end a cached acceptance too', async () => {
    const pem = await network.leaf('CN=alice.aun.test', { notAfter: clock.now() + HOUR });
    const checker = verifier();
    await checker.verifyPeer(alice, pem);
    clock.advance(HOUR + 6 * MINUTE);
    expect(await refusal(checker.verifyPeer(alice, pem))).toMatchObject({ reason: 'expired' });
  });
});

describe('a certificate out of its validity', () => {
  it('is accepted for reading alone, and for nothing else of what is wrong with it', async () => {
    const DAY = 24 * HOUR;
    const expired = await network.leaf('CN=alice.aun.test', { notAfter: clock.now() - DAY });
    const early = await network.leaf('CN=alice.aun.test', { notBefore: clock.now() + DAY });
    const checked = verifier();
    for (const [pem, reason] of [
      [expired, 'expired'],
      [early, 'not_yet_valid'],
    ] as const) {
      for (let time = 0; time < 2; time += 1) {
        expect(await checked.verifyPeer(alice, pem, 'reading')).toMatchObject({ warnings: [] });
        expect(await refusal(checked.verifyPeer(alice, pem))).toMatchObject({ reason });
      }
    }
    const fresh = verifier();
    const both = await Promise.allSettled([
      fresh.verifyPeer(alice, expired, 'reading'),
      fresh.verifyPeer(alice, expired),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    const foreign = await network.leaf('CN=mallory.aun.test', { notAfter: clock.now() - DAY });
    expect(await refusal(checked.verifyPeer(alice, foreign, 'reading'))).toMatchObject({
      reason: 'wrong_name',
    });
    await network.revoke(expired);
    clock.advance(6 * MINUTE);
    expect(await refusal(checked.verifyPeer(alice, expired, 'reading'))).toMatchObject({
      code: 'certificate_revoked',
    });
    const stranger = await makeTestNetwork('aun.test', clock);
    const forged = await stranger.leaf('CN=alice.aun.test', { notAfter: clock.now() - DAY });
    expect(await refusal(checked.verifyPeer(alice, forged, 'reading'))).toMatchObject({
      reason: 'chain_broken',
    });
  });
});

describe('names of issuers', () => {
  const bob = testAid('bob-x.other.test');

  it('must match on a pinned network', async () => {
    const pem = await network.leaf('CN=bob-x.other.test');
    expect(await refusal(verifier().verifyPeer(bob, pem))).toMatchObject({ reason: 'wrong_issuer' });
  });

  it('only warn on the public network', async () => {
    const pem = await network.leaf('CN=bob-x.other.test');
    const certificate = await verifier({ pinnedIssuer: false }).verifyPeer(bob, pem);
    expect(certificate.warnings).toEqual(['issuer_differs']);
  });

  it('bind the certificate of the auth server', async () => {
    const right = await network.leaf('CN=auth.aun.test');
    const wrong = await network.leaf('CN=gateway.aun.test');
    await expect(verifier().verifyAuthServer('aun.test', right)).resolves.toMatchObject({ warnings: [] });
    expect(await refusal(verifier().verifyAuthServer('aun.test', wrong))).toMatchObject({
      reason: 'wrong_name',
    });
    const open = verifier({ pinnedIssuer: false });
    await expect(open.verifyAuthServer('aun.test', wrong)).resolves.toMatchObject({
      warnings: ['auth_name_differs'],
    });
  });

  it('never let an ordinary address pose as the auth server', async () => {
    const pem = await network.leaf('CN=mallory.aun.test');
    const open = verifier({ pinnedIssuer: false });
    expect(await refusal(open.verifyAuthServer('aun.test', pem))).toMatchObject({ reason: 'wrong_name' });
  });
});

describe('the own certificate', () => {
  it('must be for the own key', async () => {
    const pem = await network.leaf('CN=alice.aun.test');
    const spki = spkiOf(parseCertificate(pem));
    await expect(verifier().verifyOwn(alice, pem, spki)).resolves.toMatchObject({ commonName: alice });
    const other = spkiOf(parseCertificate(await network.leaf('CN=alice.aun.test')));
    expect(await refusal(verifier().verifyOwn(alice, pem, other))).toMatchObject({
      code: 'certificate_mismatch',
    });
  });
});

describe('revocation', () => {
  it('refuses a certificate on the list', async () => {
    const pem = await network.leaf('CN=alice.aun.test');
    await network.revoke(pem);
    expect(await refusal(verifier().verifyPeer(alice, pem))).toMatchObject({ code: 'certificate_revoked' });
  });

  it('reaches a certificate that was accepted before, once the list is five minutes old', async () => {
    const pem = await network.leaf('CN=alice.aun.test');
    const checker = verifier();
    await checker.verifyPeer(alice, pem);
    await network.revoke(pem);
    await expect(checker.verifyPeer(alice, pem)).resolves.toBeDefined();
    clock.advance(5 * MINUTE);
    expect(await refusal(checker.verifyPeer(alice, pem))).toMatchObject({ code: 'certificate_revoked' });
  });

  it('surfaces a list that another key signed', async () => {
    const other = await makeTestNetwork('aun.test', clock);
    const pem = await network.leaf('CN=alice.aun.test');
    const crl_pem = await issueCrl(other.ca, [], clock.now());
    network.answers.crl = () => ({ crl_pem });
    expect(await refusal(verifier().verifyPeer(alice, pem))).toMatchObject({
      code: 'revocation_list_invalid',
    });
  });

  it('does not believe the unsigned serials beside a broken list', async () => {
    const pem = await network.leaf('CN=alice.aun.test');
    network.answers.crl = () => ({ crl_pem: 'broken', revoked_serials: [] });
    expect(await refusal(verifier().verifyPeer(alice, pem))).toMatchObject({
      code: 'revocation_list_invalid',
    });
    network.answers.crl = () => ({ revoked_serials: [] });
    expect(await refusal(verifier().verifyPeer(alice, pem))).toMatchObject({
      code: 'revocation_list_invalid',
    });
  });

  it('tolerates a list that cannot be fetched, and says so', async () => {
    const pem = await network.leaf('CN=alice.aun.test');
    network.answers.crl = () => {
      throw unreachable();
    };
    network.answers.ocsp = network.answers.crl;
    const certificate = await verifier().verifyPeer(alice, pem);
    expect(certificate.warnings).toEqual(['revocation_unknown']);
  });

  it('falls back to the last good list while the gateway cannot be reached', async () => {
    const pem = await network.leaf('CN=alice.aun.test');
    const lists = new Map<string, string>();
    const memory: VerifierMemory = {
      loadRevocationList: async (issuer) => lists.get(issuer) ?? null,
      saveRevocationList: async (issuer, list) => void lists.set(issuer, list),
      verifiedAt: async () => null,
      recordVerified: async () => undefined,
    };
    await network.revoke(pem);
    expect(await refusal(verifier({ memory }).verifyPeer(alice, pem))).toMatchObject({
      code: 'certificate_revoked',
    });
    network.answers.crl = () => {
      throw unreachable();
    };
    expect(await refusal(verifier({ memory }).verifyPeer(alice, pem))).toMatchObject({
      code: 'certificate_revoked',
    });
  });

  it('does not let an older list replace a newer one', async () => {
    const pem = await network.leaf('CN=alice.aun.test');
    const old = network.answers.crl();
    clock.advance(MINUTE);
    await network.revoke(pem);
    const checker = verifier();
    expect(await refusal(checker.verifyPeer(alice, pem))).toMatchObject({ code: 'certificate_revoked' });
    network.answers.crl = () => old;
    clock.advance(6 * MINUTE);
    expect(await refusal(checker.verifyPeer(alice, pem))).toMatchObject({ code: 'certificate_revoked' });
  });

  it('believes an OCSP answer that says revoked, signed or not', async () => {
    const pem = await network.leaf('CN=alice.aun.test');
    network.answers.ocsp = () => ({ status: 'revoked', ocsp_response: 'MAMKAQY=' });
    expect(await refusal(verifier().verifyPeer(alice, pem))).toMatchObject({ code: 'certificate_revoked' });
    const { serial } = parseCertificate(pem);
    const ocsp_response = await issueOcsp(network.ca, serial, 'revoked', clock.now());
    network.answers.ocsp = () => ({ status: 'revoked', ocsp_response });
    expect(await refusal(verifier().verifyPeer(alice, pem))).toMatchObject({ code: 'certificate_revoked' });
  });

  it('passes over an OCSP answer whose parts disagree, or that is signed by somebody else', async () => {
    const pem = await network.leaf('CN=alice.aun.test');
    const { serial } = parseCertificate(pem);
    network.answers.crl = () => {
      throw unreachable();
    };
    const good = await issueOcsp(network.ca, serial, 'good', clock.now());
    network.answers.ocsp = () => ({ status: 'revoked', ocsp_response: good });
    const warnings = ['revocation_unknown'];
    await expect(verifier().verifyPeer(alice, pem)).resolves.toMatchObject({ warnings });
    const other = await makeTestNetwork('aun.test', clock);
    const forged = await issueOcsp(network.ca, serial, 'good', clock.now(), other.ca);
    network.answers.ocsp = () => ({ status: 'good', ocsp_response: forged });
    await expect(verifier().verifyPeer(alice, pem)).resolves.toMatchObject({ warnings });
  });

  it('believes a signed revocation whatever is said beside it', async () => {
    const pem = await network.leaf('CN=alice.aun.test');
    const { serial } = parseCertificate(pem);
    const ocsp_response = await issueOcsp(network.ca, serial, 'revoked', clock.now());
    network.answers.ocsp = () => ({ status: 'good', ocsp_response });
    expect(await refusal(verifier().verifyPeer(alice, pem))).toMatchObject({ code: 'certificate_revoked' });
  });

  it('takes a signed good answer where there is no list', async () => {
    const pem = await network.leaf('CN=alice.aun.test');
    const { serial } = parseCertificate(pem);
    const ocsp_response = await issueOcsp(network.ca, serial, 'good', clock.now());
    network.answers.ocsp = () => ({ status: 'good', ocsp_response });
    network.answers.crl = () => {
      throw unreachable();
    };
    await expect(verifier().verifyPeer(alice, pem)).resolves.toMatchObject({ warnings: [] });
  });
});

describe('caching', () => {
  it('asks the gateway once for thousands of messages of one sender', async () => {
    const pem = await network.leaf('CN=alice.aun.test');
    const checker = verifier();
    await Promise.all(Array.from({ length: 500 }, () => checker.verifyPeer(alice, pem)));
    for (let index = 0; index < 500; index += 1) await checker.verifyPeer(alice, pem);
    expect(network.calls).toMatchObject({ chain: 1, crl: 1, ocsp: 1 });
  });

  it('shares one chain and one list among many senders at once', async () => {
    const names = ['anna-1', 'bert-2', 'carl-3', 'dora-4'];
    const pems = await Promise.all(names.map((name) => network.leaf(`CN=${name}.aun.test`)));
    const checker = verifier();
    await Promise.all(
      names.map((name, index) => checker.verifyPeer(testAid(`${name}.aun.test`), pems[index] ?? '')),
    );
    expect(network.calls).toMatchObject({ chain: 1, crl: 1, ocsp: 4 });
  });

  it('walks again after a day', async () => {
    const pem = await network.leaf('CN=alice.aun.test');
    const checker = verifier();
    await checker.verifyPeer(alice, pem);
    clock.advance(25 * HOUR);
    await network.revoke();
    await checker.verifyPeer(alice, pem);
    expect(network.calls.ocsp).toBe(2);
  });

  it('does not remember an acceptance for another address', async () => {
    const pem = await network.leaf('CN=alice.aun.test');
    const checker = verifier();
    await checker.verifyPeer(alice, pem);
    expect(await refusal(checker.verifyPeer(testAid('mallory.aun.test'), pem))).toMatchObject({
      reason: 'wrong_name',
    });
  });

  it('does not repeat a failure of the network', async () => {
    const pem = await network.leaf('CN=alice.aun.test');
    const { chain } = network.answers;
    network.answers.chain = () => {
      throw unreachable();
    };
    const checker = verifier();
    expect(await refusal(checker.verifyPeer(alice, pem))).toMatchObject({ code: 'gateway_unreachable' });
    network.answers.chain = chain;
    await expect(checker.verifyPeer(alice, pem)).resolves.toBeDefined();
  });

  it('trusts what an earlier run verified, but still looks at the list', async () => {
    const pem = await network.leaf('CN=alice.aun.test');
    const verified = new Map<string, number>();
    const memory: VerifierMemory = {
      loadRevocationList: async () => null,
      saveRevocationList: async () => undefined,
      verifiedAt: async (fingerprint, name) => verified.get(fingerprint + name) ?? null,
      recordVerified: async (fingerprint, name, at) => void verified.set(fingerprint + name, at),
    };
    await verifier({ memory }).verifyPeer(alice, pem);
    expect(network.calls.ocsp).toBe(1);
    await verifier({ memory }).verifyPeer(alice, pem);
    expect(network.calls.ocsp).toBe(1);
    await network.revoke(pem);
    expect(await refusal(verifier({ memory }).verifyPeer(alice, pem))).toMatchObject({
      code: 'certificate_revoked',
    });
  });
});
