import { parseAid } from '../../shared/aun/aid';
import { certificateFault } from './certificate';
import type { ParsedCertificate } from './certificate';
import type { Authority } from './chain';

/** Something that does not refuse a certificate on the public network but that should be known. */
export type CertificateWarning = 'issuer_differs' | 'auth_name_differs' | 'revocation_unknown';

/** Whose certificate one is taken for. */
export interface Expectation {
  readonly role: 'peer' | 'auth';
  readonly issuer: string;
  /** Common name the certificate must carry. */
  readonly name: string;
  /** For reading, the certificate may be outside its validity (`protocol/06 §8.2`). */
  readonly reading?: boolean;
}

/**
 * Checks that a certificate is for the expected name, and that the authority that issued it carries the issuer's name
 * (`protocol/01 §6.2`, §13): no trusted authority may vouch for the names of another. On the public network
 * (`pinnedIssuer` false) a different authority, or a different name of the sign-in server, is a warning.
 * @throws AunError `certificate_invalid`
 */
export function checkNames(
  leaf: ParsedCertificate,
  authority: Authority,
  expected: Expectation,
  pinnedIssuer: boolean,
): CertificateWarning[] {
  const warnings: CertificateWarning[] = [];
  if (leaf.commonName !== expected.name) {
    // Whoever holds an ordinary address must not pose as the server that people sign in to.
    const tolerable = expected.role === 'auth' && !pinnedIssuer && parseAid(leaf.commonName) === null;
    if (!tolerable)
      throw certificateFault(
        'wrong_name',
        `the certificate is for ${leaf.commonName}, not for ${expected.name}`,
      );
    warnings.push('auth_name_differs');
  }
  if (authority.commonName !== expected.issuer) {
    if (pinnedIssuer) {
      const found = authority.commonName ?? 'nobody';
      throw certificateFault(
        'wrong_issuer',
        `${expected.name} was certified by ${found}, not by ${expected.issuer}`,
      );
    }
    warnings.push('issuer_differs');
  }
  return warnings;
}
