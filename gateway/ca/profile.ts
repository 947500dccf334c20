import { randomBytes, randomInt } from 'node:crypto';
import type { Curve, KeyPair } from './keys';
import { fingerprint, importPublicKey, importSigningKey } from './keys';
import { x509 } from './x509';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Certificates start this long before now, for clients that tolerate no clock skew (`protocol/01 §6.1`). */
export const BACKDATE_MS = 10 * MINUTE;
/** Lifetimes of the profile in ms. */
export const LIFETIME_MS = {
  root: 3650 * DAY,
  issuer: 1825 * DAY,
  leaf: 730 * DAY,
} as const;

/** A certificate with what the gateway looks up about it. Times in ms. */
export interface IssuedCertificate {
  /** PEM, 64 columns, trailing newline. */
  readonly pem: string;
  readonly der: Buffer;
  readonly fingerprint: string;
  readonly serial: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

/** A CA: certificate and key. */
export interface SigningAuthority {
  readonly certificate: IssuedCertificate;
  readonly keys: KeyPair;
  readonly commonName: string;
}

/** Serial of 16 bytes whose first digit is never zero (`protocol/01 §6.1`), lower-case hex. */
export function newSerial(): string {
  return Buffer.concat([Buffer.from([randomInt(0x10, 0x80)]), randomBytes(15)]).toString('hex');
}

/** The form serials are compared in: lower case, no leading zeros. */
export function normalizeSerial(serial: string): string {
  return serial.toLowerCase().replace(/^0+/, '');
}

/** Reads a PEM certificate. @throws when it is not one. */
export function readCertificate(pem: string): IssuedCertificate {
  const certificate = new x509.X509Certificate(pem);
  const der = Buffer.from(certificate.rawData);
  return {
    pem: pemOf(certificate),
    der,
    fingerprint: fingerprint(der),
    serial: normalizeSerial(certificate.serialNumber),
    notBefore: certificate.notBefore.getTime(),
    notAfter: certificate.notAfter.getTime(),
  };
}

function pemOf(certificate: { toString(format: 'pem'): string }): string {
  return `${certificate.toString('pem').trim().replace(/\r\n/g, '\n')}\n`;
}

/** What distinguishes the certificates of the profile. */
export interface CertificateRequest {
  readonly commonName: string;
  /** SPKI DER of the subject. */
  readonly publicDer: Buffer;
  readonly curve: Curve;
  /** `null` for a leaf. */
  readonly pathLength: number | null;
  readonly lifetimeMs: number;
  /** Host names and addresses for the subject alternative name. */
  readonly hosts?: readonly string[];
  readonly addresses?: readonly string[];
  /** TLS servers carry an extended key usage; AID and auth leaves do not. */
  readonly tlsServer?: boolean;
}

/**
 * Issues a certificate in the profile of `protocol/01 §6.1`. Without `signer` it is self-signed by `subjectKeys`.
 * `now` in ms.
 */
export async function issueCertificate(
  request: CertificateRequest,
  signer: { commonName: string; keys: KeyPair },
  now: number,
): Promise<IssuedCertificate> {
  const subjectKey = await importPublicKey(request.publicDer, request.curve);
  const signerKey = await importPublicKey(signer.keys.publicDer, signer.keys.curve);
  const authority = request.pathLength !== null;
  const { KeyUsageFlags } = x509;
  const usage = authority
    ? KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign
    : KeyUsageFlags.digitalSignature | KeyUsageFlags.keyAgreement;
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(authority, request.pathLength ?? undefined, true),
    new x509.KeyUsagesExtension(usage, true),
    await x509.SubjectKeyIdentifierExtension.create(subjectKey),
    await x509.AuthorityKeyIdentifierExtension.create(signerKey),
  ];
  const names = [
    ...(request.hosts ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(request.addresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  if (names.length > 0) extensions.push(new x509.SubjectAlternativeNameExtension(names, false));
  if (request.tlsServer === true) {
    extensions.push(new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth], false));
  }
  const notBefore = now - BACKDATE_MS;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: `CN=${request.commonName}`,
    issuer: `CN=${signer.commonName}`,
    notBefore: new Date(notBefore),
    notAfter: new Date(notBefore + request.lifetimeMs),
    publicKey: subjectKey,
    signingKey: await importSigningKey(signer.keys),
    signingAlgorithm: { name: 'ECDSA', hash: signer.keys.curve === 'P-384' ? 'SHA-384' : 'SHA-256' },
    extensions,
  });
  return readCertificate(pemOf(certificate));
}
