import 'reflect-metadata';
import { createHash, createPrivateKey, randomBytes, sign, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  Extension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
  X509CrlGenerator,
} from '@peculiar/x509';
import type { X509Certificate } from '@peculiar/x509';
import type { OcspStatus } from '../ocsp';
import { toPem } from '../certificate';
import { certificateFacts } from '../certificate';
import { der, derGeneralizedTime, derOidHex } from './der-writer';

cryptoProvider.set(globalThis.crypto);

const P384 = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' } as const;
const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;

/** A certificate authority of a test, in the profile of `protocol/01 §6.1`. */
export interface TestCa {
  readonly certificate: X509Certificate;
  readonly pem: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

/** Serial numbers as the profile wants them: 16 bytes, the first 0x10 to 0x7f. */
export function testSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = 0x10 + ((bytes[0] ?? 0) % 0x70);
  return bytes.toString('hex');
}

function pemOf(certificate: X509Certificate): string {
  return toPem(new Uint8Array(certificate.rawData));
}

/** The critical KeyUsage extension, from the DER of its bits. */
function keyUsage(bits: string): Extension {
  return new Extension('2.5.29.15', true, Buffer.from(bits, 'hex'));
}

/** Makes an authority; without `parent` a root. `flag` false makes one that may not issue anything. */
export async function makeCa(
  name: string,
  options: { parent?: TestCa; pathLength?: number; now: number; days?: number; flag?: boolean },
): Promise<TestCa> {
  const { parent, now } = options;
  const keys = await webcrypto.subtle.generateKey(P384, true, ['sign', 'verify']);
  const extensions: Extension[] = [
    new BasicConstraintsExtension(options.flag ?? true, options.pathLength, true),
    keyUsage('03020186'),
    await SubjectKeyIdentifierExtension.create(keys.publicKey),
  ];
  if (parent !== undefined)
    extensions.push(await AuthorityKeyIdentifierExtension.create(parent.keys.publicKey));
  const certificate = await X509CertificateGenerator.create({
    serialNumber: testSerial(),
    subject: name,
    issuer: parent?.certificate.subject ?? name,
    notBefore: new Date(now - 600_000),
    notAfter: new Date(now + (options.days ?? 365) * DAY),
    publicKey: keys.publicKey,
    signingKey: (parent?.keys ?? keys).privateKey,
    signingAlgorithm: P384,
    extensions,
  });
  return { certificate, pem: pemOf(certificate), keys };
}

/** What to put into a leaf. Times are Unix ms; `spki` is the b64 of a client's public key. */
export interface LeafOptions {
  readonly now: number;
  readonly spki?: string;
  readonly curve?: 'P-256' | 'P-384';
  readonly serial?: string;
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly ca?: boolean;
}

/** Issues a leaf; `subject` is a whole name such as `CN=alice.aun.test`. */
export async function issueLeaf(ca: TestCa, subject: string, options: LeafOptions): Promise<string> {
  const algorithm = options.curve === 'P-384' ? P384 : P256;
  const publicKey =
    options.spki === undefined
      ? (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])).publicKey
      : await webcrypto.subtle.importKey('spki', Buffer.from(options.spki, 'base64'), algorithm, true, [
          'verify',
        ]);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: options.serial ?? testSerial(),
    subject,
    issuer: ca.certificate.subject,
    notBefore: new Date(options.notBefore ?? options.now - 600_000),
    notAfter: new Date(options.notAfter ?? options.now + 365 * DAY),
    publicKey,
    signingKey: ca.keys.privateKey,
    signingAlgorithm: P384,
    extensions: [
      new BasicConstraintsExtension(options.ca === true, undefined, true),
      keyUsage(options.ca === true ? '03020284' : '03020388'),
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(ca.keys.publicKey),
    ],
  });
  return pemOf(certificate);
}

/** A revocation list signed by `ca`. */
export async function issueCrl(ca: TestCa, serials: readonly string[], now: number): Promise<string> {
  const crl = await X509CrlGenerator.create({
    issuer: ca.certificate.subject,
    thisUpdate: new Date(now),
    nextUpdate: new Date(now + DAY),
    entries: serials.map((serialNumber) => ({ serialNumber, revocationDate: new Date(now) })),
    signingKey: ca.keys.privateKey,
    signingAlgorithm: P384,
  });
  return crl.toString('pem').replace(/(BEGIN|END) CRL/g, '$1 X509 CRL');
}

const STATUS = {
  good: der(0x80),
  revoked: der(0xa1, derGeneralizedTime(Date.UTC(2026, 0, 1))),
  unknown: der(0x82),
} as const;

/** A signed OCSP answer in the full form of `protocol/01 §6.3` (issuer key hash over the whole SPKI), b64. */
export async function issueOcsp(
  ca: TestCa,
  serial: string,
  status: OcspStatus,
  now: number,
  signer: TestCa = ca,
): Promise<string> {
  const facts = certificateFacts(new Uint8Array(ca.certificate.rawData));
  const hash = (bytes: Uint8Array) => der(0x04, createHash('sha256').update(bytes).digest());
  const certId = der(
    0x30,
    der(0x30, derOidHex('608648016503040201')),
    hash(facts.subject),
    hash(facts.spki),
    der(0x02, Buffer.from(serial, 'hex')),
  );
  const single = der(
    0x30,
    certId,
    STATUS[status],
    derGeneralizedTime(now),
    der(0xa0, derGeneralizedTime(now + DAY)),
  );
  const keyHash = createHash('sha1').update(facts.spki).digest();
  const data = der(0x30, der(0xa2, der(0x04, keyHash)), derGeneralizedTime(now), der(0x30, single));
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', signer.keys.privateKey));
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const signature = der(0x03, Buffer.from([0]), sign('sha384', data, key));
  const basic = der(0x30, data, der(0x30, derOidHex('2a8648ce3d040303')), signature);
  const bytes = der(0xa0, der(0x30, derOidHex('2b0601050507300101'), der(0x04, basic)));
  return der(0x30, der(0x0a, Buffer.from([0])), bytes).toString('base64');
}

/** The minimal answer: "unauthorized", so that only the plain status beside it counts. */
export const MINIMAL_OCSP = 'MAMKAQY=';
