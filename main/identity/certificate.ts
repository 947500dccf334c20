import { X509Certificate } from 'node:crypto';
import { fingerprintOf } from '../runtime/fingerprint';
import type { Certificate } from '../ports/identity';
import { AunError } from '../runtime/errors';
import { derChildren, DerError, derOid, derSmallInteger, DerTag, expectTag, readDer, serialHex } from './der';
import type { DerElement } from './der';

/** Why a certificate was refused; the `reason` in the detail of a `certificate_invalid` error. */
export type CertificateFault =
  | 'unreadable'
  | 'key_not_p256'
  | 'wrong_name'
  | 'is_a_ca'
  | 'not_a_root'
  | 'trust_list'
  | 'not_yet_valid'
  | 'expired'
  | 'weak_signature'
  | 'chain_unreadable'
  | 'chain_broken'
  | 'root_not_trusted'
  | 'wrong_issuer';

/** Builds the error for a refused certificate. */
export function certificateFault(
  reason: CertificateFault,
  message: string,
  detail: Record<string, unknown> = {},
): AunError {
  return new AunError('certificate_invalid', message, { detail: { reason, ...detail } });
}

/** A certificate with node's own view of it. */
export interface ParsedCertificate extends Certificate {
  readonly x509: X509Certificate;
}

/** The PEM form the wire uses: 64 columns, `\n`, trailing newline (`protocol/01 §6.1`). */
export function toPem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** Splits a PEM bundle into its certificates, in order. */
export function splitPemBundle(bundle: string): string[] {
  return bundle.match(PEM_BLOCK) ?? [];
}

/**
 * The one common name in a name as node prints it (one attribute a line, control characters escaped), or null when
 * there is none or more than one.
 */
export function commonNameOf(name: string): string | null {
  const names = name.split('\n').flatMap((line) => /^CN=(.*)$/.exec(line)?.[1] ?? []);
  return names.length === 1 ? (names[0] ?? null) : null;
}

/** Reads one certificate of whatever kind. @throws AunError `certificate_invalid` */
export function readX509(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (thrown) {
    throw new AunError('certificate_invalid', 'a certificate cannot be read', {
      detail: { reason: 'unreadable' satisfies CertificateFault },
      cause: thrown,
    });
  }
}

/**
 * Parses the leaf of an AID or of an auth server. The key must be P-256 (`protocol/01 §6.1`). The returned PEM is
 * normalised, so that one certificate has one text.
 * @throws AunError `certificate_invalid`
 */
export function parseCertificate(pem: string): ParsedCertificate {
  const x509 = readX509(pem);
  const commonName = commonNameOf(x509.subject);
  if (commonName === null)
    throw certificateFault('wrong_name', 'the certificate does not have exactly one common name');
  const { publicKey } = x509;
  if (publicKey.asymmetricKeyType !== 'ec' || publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw certificateFault('key_not_p256', `the key of ${commonName} is not P-256`);
  }
  return {
    x509,
    pem: toPem(x509.raw),
    fingerprint: fingerprintOf(x509.raw),
    spkiFingerprint: fingerprintOf(publicKey.export({ type: 'spki', format: 'der' })),
    commonName,
    publicKey,
    serial: serialHex(x509.serialNumber),
    notBefore: Date.parse(x509.validFrom),
    notAfter: Date.parse(x509.validTo),
  };
}

/** b64 of the SPKI DER of a certificate's key. */
export function spkiOf(certificate: Certificate): string {
  return certificate.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
}

/** Signature algorithms that are accepted, by object identifier (`protocol/01 §6.1`: no RSA, no old hashes). */
const SIGNATURES: Readonly<Record<string, 'sha256' | 'sha384' | 'sha512' | null>> = {
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.3.101.112': null,
};

/** Hash of an accepted signature algorithm (`null` for Ed25519). @throws DerError for any other algorithm. */
export function signatureHash(oid: string): 'sha256' | 'sha384' | 'sha512' | null {
  const hash = Object.hasOwn(SIGNATURES, oid) ? SIGNATURES[oid] : undefined;
  if (hash === undefined) throw new DerError(`signature algorithm ${oid} is not accepted`);
  return hash;
}

/** Parts of a certificate that node does not show. */
export interface CertificateFacts {
  readonly signatureAlgorithm: string;
  /** Subject name, DER. */
  readonly subject: Uint8Array;
  /** Public key with its algorithm, DER. */
  readonly spki: Uint8Array;
  /** How many further authorities may follow below this one; null without a limit. */
  readonly pathLength: number | null;
}

const BASIC_CONSTRAINTS = '2.5.29.19';

function pathLengthOf(extensions: DerElement | undefined): number | null {
  if (extensions === undefined) return null;
  for (const extension of derChildren(readDer(extensions.content, DerTag.sequence))) {
    const parts = derChildren(expectTag(extension, DerTag.sequence));
    if (derOid(parts[0]) !== BASIC_CONSTRAINTS) continue;
    const value = readDer(expectTag(parts[parts.length - 1], DerTag.octetString).content, DerTag.sequence);
    const limit = derChildren(value).find((element) => element.tag === DerTag.integer);
    return limit === undefined ? null : derSmallInteger(limit);
  }
  return null;
}

/** Reads the parts of a certificate that node does not show. @throws DerError */
export function certificateFacts(der: Uint8Array): CertificateFacts {
  const [tbs, algorithm] = derChildren(readDer(der, DerTag.sequence));
  const signatureAlgorithm = derOid(derChildren(expectTag(algorithm, DerTag.sequence))[0]);
  const fields = derChildren(expectTag(tbs, DerTag.sequence));
  // version [0], serial, algorithm, issuer, validity, subject, key, …
  const subject = expectTag(fields[5], DerTag.sequence).whole;
  const spki = expectTag(fields[6], DerTag.sequence).whole;
  const extensions = fields.find((element) => element.tag === 0xa3);
  return { signatureAlgorithm, subject, spki, pathLength: pathLengthOf(extensions) };
}
