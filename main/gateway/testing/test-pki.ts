import 'reflect-metadata';
import { createHash, createPrivateKey, sign, webcrypto, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { parseAid } from '../../../shared/aun/aid';
import type { Aid } from '../../../shared/aun/aid';
import type { Certificate, CertificateVerifier, Identity } from '../../ports/identity';
import { AunError } from '../../runtime/errors';

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
type Keys = Awaited<ReturnType<typeof makeKeys>>;

async function makeKeys() {
  const pair = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', pair.privateKey));
  return { pair, key: createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }) };
}

let serials = 0x10;

async function issue(options: {
  subject: string;
  publicKey: Keys['pair']['publicKey'];
  by: { subject: string; keys: Keys };
  ca: boolean;
  names?: string[];
  notAfter?: Date;
}): Promise<string> {
  serials += 1;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serials.toString(16).padStart(4, '0'),
    subject: options.subject,
    issuer: options.by.subject,
    notBefore: new Date(Date.now() - 600_000),
    notAfter: options.notAfter ?? new Date(Date.now() + 86_400_000),
    publicKey: options.publicKey,
    signingKey: options.by.keys.pair.privateKey,
    signingAlgorithm: P256,
    extensions: [
      new x509.BasicConstraintsExtension(options.ca, undefined, true),
      ...(options.names === undefined
        ? []
        : [
            new x509.SubjectAlternativeNameExtension(
              options.names.map((value) => ({
                type: /^[0-9.]+$/.test(value) ? ('ip' as const) : ('dns' as const),
                value,
              })),
            ),
          ]),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

/** A trust chain for tests: root, issuer CA, sign-in authority and a TLS leaf. */
export interface TestPki {
  readonly issuer: string;
  readonly rootPem: string;
  readonly issuerPem: string;
  readonly authority: { readonly pem: string; readonly key: KeyObject };
  readonly tls: { readonly cert: string; readonly key: string };
  issueFor(aid: string, spkiBase64: string, notAfter?: Date): Promise<string>;
}

export async function createTestPki(issuer = 'aun.test'): Promise<TestPki> {
  const [root, ca, authority, tls] = await Promise.all([makeKeys(), makeKeys(), makeKeys(), makeKeys()]);
  const byRoot = { subject: 'CN=Test Root', keys: root };
  const byIssuer = { subject: `CN=${issuer}`, keys: ca };
  const rootPem = await issue({
    subject: byRoot.subject,
    publicKey: root.pair.publicKey,
    by: byRoot,
    ca: true,
  });
  const issuerPem = await issue({
    subject: byIssuer.subject,
    publicKey: ca.pair.publicKey,
    by: byRoot,
    ca: true,
  });
  const authorityPem = await issue({
    subject: `CN=auth.${issuer}`,
    publicKey: authority.pair.publicKey,
    by: byIssuer,
    ca: false,
  });
  const tlsPem = await issue({
    subject: `CN=gateway.${issuer}`,
    publicKey: tls.pair.publicKey,
    by: byRoot,
    ca: false,
    names: [issuer, `*.${issuer}`, 'localhost', '127.0.0.1'],
  });
  return {
    issuer,
    rootPem,
    issuerPem,
    authority: { pem: authorityPem, key: authority.key },
    tls: { cert: tlsPem, key: tls.key.export({ type: 'pkcs8', format: 'pem' }).toString() },
    issueFor: async (aid, spkiBase64, notAfter) =>
      issue({
        subject: `CN=${aid}`,
        publicKey: await webcrypto.subtle.importKey('spki', Buffer.from(spkiBase64, 'base64'), P256, true, [
          'verify',
        ]),
        by: byIssuer,
        ca: false,
        ...(notAfter === undefined ? {} : { notAfter }),
      }),
  };
}

export function readCertificate(pem: string): Certificate {
  const parsed = new X509Certificate(pem);
  const hash = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return {
    pem,
    fingerprint: hash(parsed.raw),
    spkiFingerprint: hash(parsed.publicKey.export({ type: 'spki', format: 'der' })),
    commonName: /^CN=(.+)$/m.exec(parsed.subject)?.[1] ?? '',
    publicKey: parsed.publicKey,
    serial: parsed.serialNumber.toLowerCase().replace(/^0+/, ''),
    notBefore: Date.parse(parsed.validFrom),
    notAfter: Date.parse(parsed.validTo),
  };
}

/** Checks signatures and names against one issuer CA; enough for the sign-in, which is what these tests are about. */
export function testVerifier(pki: TestPki): CertificateVerifier {
  const check = (pem: string, name: string): Certificate => {
    const issuer = new X509Certificate(pki.issuerPem);
    const certificate = readCertificate(pem);
    if (!new X509Certificate(pem).verify(issuer.publicKey) || certificate.commonName !== name)
      throw new AunError('certificate_invalid', `not a certificate of ${name}`);
    return certificate;
  };
  return {
    verifyPeer: async (aid, pem) => check(pem, aid),
    verifyAuthServer: async (issuer, pem) => check(pem, `auth.${issuer}`),
    verifyOwn: async (aid, pem, spki) => {
      const certificate = check(pem, aid);
      const key = certificate.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
      if (key !== spki) throw new AunError('certificate_mismatch', 'another key');
      return certificate;
    },
  };
}

/** An identity with a fresh key; `certified: false` leaves it without a certificate. */
export async function createTestIdentity(
  pki: TestPki,
  name: string,
  options: { certified?: boolean; notAfter?: Date } = {},
): Promise<Identity & { readonly aid: Aid }> {
  const aid = parseAid(`${name}.${pki.issuer}`);
  if (aid === null) throw new Error(`bad test name ${name}`);
  const { key, pair } = await makeKeys();
  const spki = Buffer.from(await webcrypto.subtle.exportKey('spki', pair.publicKey)).toString('base64');
  const held: Certificate[] =
    options.certified === false ? [] : [readCertificate(await pki.issueFor(aid, spki, options.notAfter))];
  const publicKey = readCertificate(await pki.issueFor(aid, spki)).publicKey;
  return {
    aid,
    privateKey: key,
    publicKey,
    publicKeySpki: spki,
    certificate: () => held[0] ?? null,
    certificates: () => held,
    formerKeys: () => [],
    adoptCertificate: async (pem) => {
      held.unshift(readCertificate(pem));
    },
    sign: (data) => sign('sha256', data, key),
  };
}
