import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { certificateViewSchema } from '../../shared/model/certificate';
import type { CertificateView } from '../../shared/model/certificate';
import type { Certificate, FormerKey } from '../ports/identity';
import { silentLogger } from '../runtime/logger';
import { parseCertificate } from './certificate';
import { createCertificateDesk, EXPIRING_MS } from './certificate-desk';
import type { CertificateDesk } from './certificate-desk';
import { issueCrl, makeCa } from './testing/test-authority';
import { makeTestNetwork, testAid, testClock, unreachable } from './testing/test-network';
import type { TestClock, TestNetwork } from './testing/test-network';
import { createCertificateVerifier } from './verifier';
import type { VerifierOptions } from './verifier';

const DAY = 86_400_000;
const alice = testAid('alice.aun.test');
const bob = testAid('bobby.aun.test');
let clock: TestClock;
let network: TestNetwork;
let held: Certificate[];
let former: FormerKey[];

function keyPair() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  return { privateKey, spki };
}

const own = keyPair();

beforeEach(async () => {
  clock = testClock();
  network = await makeTestNetwork('aun.test', clock);
  held = [parseCertificate(await network.leaf(`CN=${alice}`, { spki: own.spki }))];
  former = [];
});

function desk(options: Partial<VerifierOptions> = {}): CertificateDesk {
  return createCertificateDesk({
    identity: {
      aid: alice,
      publicKeySpki: own.spki,
      certificate: () => held[0] ?? null,
      certificates: () => held,
      formerKeys: () => former,
    },
    pki: network.pki,
    verifier: createCertificateVerifier({
      pki: network.pki,
      trustRoots: [network.root.pem],
      pinnedIssuer: true,
      clock,
      logger: silentLogger,
      ...options,
    }),
    clock,
  });
}

/** What the desk says of a certificate that the network gives out for bob. */
async function judged(pem: string, options: Partial<VerifierOptions> = {}): Promise<CertificateView> {
  network.answers.certificate = () => pem;
  const [view] = await desk(options).peer(bob);
  if (view === undefined) throw new Error('nothing to see');
  return certificateViewSchema.parse(view);
}

describe('own certificates', () => {
  it('are all there: the active one, earlier ones of its key, those of former keys', async () => {
    const old = keyPair();
    held.push(parseCertificate(await network.leaf(`CN=${alice}`, { spki: own.spki })));
    const last = parseCertificate(await network.leaf(`CN=${alice}`, { spki: old.spki }));
    former = [{ privateKey: old.privateKey, publicKeySpki: old.spki, certificates: [last] }];
    const views = await desk().own();
    expect(views.map(({ active, currentKey, status }) => [active, currentKey, status])).toEqual([
      [true, true, 'valid'],
      [false, true, 'valid'],
      [false, false, 'valid'],
    ]);
    expect(views.map(({ fingerprint }) => fingerprint)).toEqual([
      ...held.map(({ fingerprint }) => fingerprint),
      last.fingerprint,
    ]);
    expect(network.calls.chain).toBeLessThanOrEqual(2);
  });

  it('show where they come from, up to the root that is trusted', async () => {
    const [view] = await desk().own();
    const certificate = held[0];
    expect(view).toMatchObject({
      subject: `CN=${alice}`,
      issuer: 'CN=aun.test',
      serial: certificate?.serial,
      keyFingerprint: certificate?.spkiFingerprint,
      curve: 'P-256',
      notAfter: certificate?.notAfter,
      revocation: 'good',
      warnings: [],
      statusDetail: '',
      pem: certificate?.pem,
    });
    expect(view?.chain.map(({ subject, trustAnchor }) => [subject, trustAnchor])).toEqual([
      ['CN=aun.test', false],
      ['CN=AUN Test Root CA', true],
    ]);
  });

  it('without a network show what is known, and that nothing else is', async () => {
    network.answers.chain = () => {
      throw unreachable();
    };
    const [view] = await desk().own();
    expect(view).toMatchObject({ status: 'unknown', chain: [], revocation: 'unknown' });
    expect(view?.statusDetail).toBe('no answer');
    clock.advance(400 * DAY);
    expect((await desk().own())[0]?.status).toBe('expired');
  });
});

describe('the status of a certificate', () => {
  const leaf = (changes: Parameters<TestNetwork['leaf']>[1] = {}) => network.leaf(`CN=${bob}`, changes);

  it('is valid', async () => {
    expect(await judged(await leaf())).toMatchObject({ status: 'valid', revocation: 'good' });
  });

  it('is expiring for thirty days, then expired, however the clock tolerance', async () => {
    const notAfter = clock.now() + EXPIRING_MS;
    const pem = await leaf({ notAfter });
    expect((await judged(pem)).status).toBe('valid');
    clock.advance(1000);
    expect((await judged(pem)).status).toBe('expiring');
    clock.advance(EXPIRING_MS + 300_000);
    expect((await judged(pem)).status).toBe('expired');
  });

  it('is not valid yet', async () => {
    expect((await judged(await leaf({ notBefore: clock.now() + DAY }))).status).toBe('not_yet_valid');
  });

  it('is revoked, by the list or by the status service, also when it has expired', async () => {
    const pem = await leaf({ notAfter: clock.now() + DAY });
    await network.revoke(pem);
    expect(await judged(pem)).toMatchObject({ status: 'revoked', revocation: 'revoked' });
    clock.advance(2 * DAY);
    expect((await judged(pem)).status).toBe('revoked');
    const other = await leaf();
    network.answers.ocsp = () => ({ status: 'revoked', ocsp_response: 'MAMKAQY=' });
    expect(await judged(other)).toMatchObject({ status: 'revoked', revocation: 'revoked' });
  });

  it('is unchecked when neither list nor status service answers, and says so when the list is a lie', async () => {
    const pem = await leaf();
    network.answers.crl = network.answers.ocsp = () => {
      throw unreachable();
    };
    expect(await judged(pem)).toMatchObject({
      status: 'valid_unchecked',
      revocation: 'unknown',
      warnings: ['revocation_unknown'],
    });
    const stranger = await makeCa('CN=aun.test', { now: clock.now() });
    const forged = await issueCrl(stranger, [], clock.now());
    network.answers.crl = () => ({ crl_pem: forged, revoked_serials: [] });
    expect((await judged(pem)).statusDetail).toContain('revocation list');
  });

  it('is that of another name', async () => {
    const view = await judged(await network.leaf('CN=mallory.aun.test'));
    expect(view).toMatchObject({ status: 'wrong_name', subject: 'CN=mallory.aun.test' });
    expect((await judged(await network.leaf(`CN=${bob},CN=mallory.aun.test`))).status).toBe('wrong_name');
  });

  it('is untrusted under another root, and shows the chain without an anchor', async () => {
    const view = await judged(await leaf(), {
      trustRoots: [(await makeCa('CN=Other', { now: clock.now() })).pem],
    });
    expect(view.status).toBe('untrusted');
    expect(view.chain.map(({ trustAnchor }) => trustAnchor)).toEqual([false, false]);
    expect(view.statusDetail).toContain('not a trusted root');
  });

  it('is untrusted when another authority signed it, or one of another issuer', async () => {
    const stranger = await makeTestNetwork('aun.test', clock);
    expect((await judged(await stranger.leaf(`CN=${bob}`))).status).toBe('untrusted');
    const elsewhere = await makeCa('CN=other.test', {
      parent: network.root,
      pathLength: 0,
      now: clock.now(),
    });
    network.ca = elsewhere;
    await network.revoke();
    const pem = await network.leaf(`CN=${bob}`);
    expect((await judged(pem)).status).toBe('untrusted');
    expect(await judged(pem, { pinnedIssuer: false })).toMatchObject({
      status: 'valid',
      warnings: ['issuer_differs'],
    });
  });

  it('is told of keys on other curves, too', async () => {
    const view = await judged(await network.leaf(`CN=${bob}`, { curve: 'P-384' }));
    expect(view).toMatchObject({ status: 'untrusted', curve: 'P-384' });
  });

  it('needs a certificate', async () => {
    network.answers.certificate = () => null;
    await expect(desk().peer(bob)).rejects.toMatchObject({ code: 'not_found' });
    await expect(desk().peer('no address')).rejects.toMatchObject({ code: 'invalid_aid' });
    await expect(judged('rubbish')).rejects.toMatchObject({ code: 'certificate_invalid' });
  });
});

it('the certificate of the sign-in server is judged for its own name', async () => {
  const right = await network.leaf('CN=auth.aun.test');
  expect(await desk().authServer(right)).toMatchObject({ status: 'valid', active: true });
  const wrong = await network.leaf('CN=alice.aun.test');
  expect((await desk().authServer(wrong)).status).toBe('wrong_name');
});
