import type { X509Certificate } from 'node:crypto';
import type { Certificate } from '../ports/identity';
import {
  certificateFacts,
  certificateFault,
  commonNameOf,
  readX509,
  signatureHash,
  splitPemBundle,
} from './certificate';
import type { CertificateFacts, ParsedCertificate } from './certificate';
import { DerError } from './der';

/** Clocks may differ this much before a validity period counts as broken, in ms. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;
/** More authorities than any real hierarchy has. */
const MAX_AUTHORITIES = 6;

/** A certificate authority of a checked chain. */
export interface Authority {
  readonly x509: X509Certificate;
  readonly facts: CertificateFacts;
  readonly commonName: string | null;
}

/** Reads a trust root or another authority. @throws AunError `certificate_invalid` */
export function readAuthority(pem: string): Authority {
  const x509 = readX509(pem);
  try {
    return { x509, facts: certificateFacts(x509.raw), commonName: commonNameOf(x509.subject) };
  } catch (thrown) {
    if (!(thrown instanceof DerError)) throw thrown;
    throw certificateFault('unreadable', `a certificate of an authority cannot be read: ${thrown.message}`);
  }
}

/** Refuses a certificate outside its validity period, with {@link CLOCK_TOLERANCE_MS}. @throws AunError */
export function checkValidity(
  name: string,
  period: Pick<Certificate, 'notBefore' | 'notAfter'>,
  now: number,
): void {
  const { notBefore, notAfter } = period;
  if (now + CLOCK_TOLERANCE_MS < notBefore)
    throw certificateFault('not_yet_valid', `the certificate of ${name} is not valid yet`, {
      notBefore,
      now,
    });
  if (now - CLOCK_TOLERANCE_MS > notAfter)
    throw certificateFault('expired', `the certificate of ${name} has expired`, { notAfter, now });
}

function checkSignature(child: X509Certificate, algorithm: string, parent: Authority, name: string): void {
  try {
    signatureHash(algorithm);
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : 'unknown signature algorithm';
    throw certificateFault('weak_signature', `the certificate of ${name}: ${message}`);
  }
  if (!parent.x509.ca || !child.checkIssued(parent.x509) || !child.verify(parent.x509.publicKey)) {
    throw certificateFault('chain_broken', `the certificate of ${name} was not issued by the next authority`);
  }
}

function describe(authority: Authority): string {
  return authority.commonName ?? authority.x509.subject.replace(/\n/g, ', ');
}

function checkAuthorityValidity(authority: Authority, now: number): void {
  const { validFrom, validTo } = authority.x509;
  checkValidity(
    describe(authority),
    { notBefore: Date.parse(validFrom), notAfter: Date.parse(validTo) },
    now,
  );
}

/** Whether two are the same certificate, byte for byte. */
export function isSame(left: Authority, right: Authority): boolean {
  return left.x509.raw.equals(right.x509.raw);
}

/** The root that issued `authority`, for gateways that leave the root out of their chain. */
export function findIssuingRoot(authority: Authority, roots: readonly Authority[]): Authority | undefined {
  return roots.find(
    (root) => authority.x509.checkIssued(root.x509) && authority.x509.verify(root.x509.publicKey),
  );
}

/**
 * Checks the authorities of a chain (issuer CA first, root last) up to one of the trusted roots: validity, who issued
 * whom, signatures, CA flags and path lengths, and that the last is a trusted root byte for byte (`protocol/01 §6.2`
 * steps 4 to 6).
 * @throws AunError `certificate_invalid`
 */
export function verifyAuthorities(
  bundle: string,
  roots: readonly Authority[],
  now: number,
): readonly Authority[] {
  const blocks = splitPemBundle(bundle);
  if (blocks.length === 0 || blocks.length > MAX_AUTHORITIES)
    throw certificateFault('chain_unreadable', `the chain has ${blocks.length} certificates`);
  const chain = blocks.map(readAuthority);
  const last = chain[chain.length - 1];
  if (last === undefined) throw certificateFault('chain_unreadable', 'the chain is empty');
  if (!roots.some((root) => isSame(root, last))) {
    const root = findIssuingRoot(last, roots);
    if (root === undefined)
      throw certificateFault(
        'root_not_trusted',
        `the chain ends at ${describe(last)}, which is not a trusted root`,
      );
    chain.push(root);
  }
  chain.forEach((authority, index) => {
    checkAuthorityValidity(authority, now);
    const parent = chain[index + 1] ?? authority;
    checkSignature(authority.x509, authority.facts.signatureAlgorithm, parent, describe(authority));
    const { pathLength } = authority.facts;
    if (pathLength !== null && index > pathLength)
      throw certificateFault(
        'chain_broken',
        `${describe(authority)} may not have ${index} authorities below it`,
      );
  });
  return chain;
}

/** Checks a leaf against the authority that should have issued it. @throws AunError `certificate_invalid` */
export function verifyLeaf(leaf: ParsedCertificate, issuer: Authority, now: number): void {
  checkValidity(leaf.commonName, leaf, now);
  checkAuthorityValidity(issuer, now);
  checkIssuedBy(leaf, issuer);
}

/** {@link verifyLeaf} for what was signed long ago: the leaf may be out of its validity, its issuer may not. */
export function verifyOldLeaf(leaf: ParsedCertificate, issuer: Authority, now: number): void {
  checkAuthorityValidity(issuer, now);
  checkIssuedBy(leaf, issuer);
}

/** The part of {@link verifyLeaf} that no clock changes. @throws AunError `certificate_invalid` */
export function checkIssuedBy(leaf: ParsedCertificate, issuer: Authority): void {
  if (leaf.x509.ca)
    throw certificateFault('is_a_ca', `the certificate of ${leaf.commonName} is an authority`);
  checkSignature(leaf.x509, leafAlgorithm(leaf), issuer, leaf.commonName);
}

function leafAlgorithm(leaf: ParsedCertificate): string {
  try {
    return certificateFacts(leaf.x509.raw).signatureAlgorithm;
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : 'unreadable';
    throw certificateFault('unreadable', `the certificate of ${leaf.commonName}: ${message}`);
  }
}
