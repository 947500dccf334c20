import { X509Certificate } from 'node:crypto';
import { pemBlocks } from './der';
import { SdkError } from './errors';
import { gatewayHttp, httpText } from './http';
import type { NetworkOptions } from './http';
import { commonName } from './primitives';
import { isRevoked, ocspStatus, requireDict, revokedSerials } from './revocation';

const CLOCK_TOLERANCE_MS = 5 * 60 * 1000;
const VERIFIED_FOR_MS = 24 * 3600 * 1000;
const CRL_FOR_MS = 5 * 60 * 1000;
const PKI_TIMEOUT_MS = 5000;

export interface VerifierOptions {
  network: NetworkOptions;
  /** PEM bundle of trusted AUN roots (`root_ca_path`). */
  rootPem: string;
  now: () => number;
  /** Told about a CRL or OCSP service that did not answer: the check is skipped with only this warning. */
  warn: (text: string) => void;
}

/** Verifies authentication and peer certificates in the order of protocol/01 §6.2, soft failures included. */
export class CertificateVerifier {
  readonly #options: VerifierOptions;
  readonly #roots: X509Certificate[];
  readonly #chains = new Map<string, X509Certificate[]>();
  readonly #verified = new Map<string, number>();
  readonly #crls = new Map<string, { serials: Set<string>; until: number }>();

  constructor(options: VerifierOptions) {
    this.#options = options;
    this.#roots = pemBlocks(options.rootPem).map((pem) => new X509Certificate(pem));
  }

  /** Throws `AuthError` saying what is wrong with the chain; `expectedAid` also fixes the subject. */
  async verify(leaf: X509Certificate, gatewayUrl: string, expectedAid?: string): Promise<void> {
    const now = this.#options.now();
    const until = this.#verified.get(leaf.serialNumber);
    if (until === undefined || until <= now) {
      this.#checkValidity(leaf);
      const chain = await this.#chain(gatewayUrl, expectedAid ?? '');
      this.#walk(leaf, chain);
      await this.#checkRevocation(leaf, chain, gatewayUrl);
      this.#verified.set(leaf.serialNumber, now + VERIFIED_FOR_MS);
    }
    if (expectedAid !== undefined && commonName(leaf) !== expectedAid) {
      throw refused(`certificate subject is not ${expectedAid}`);
    }
  }

  /** Forgets every result, as the hourly clean-up of the generation does. */
  forget(): void {
    this.#verified.clear();
    this.#crls.clear();
  }

  #checkValidity(certificate: X509Certificate): void {
    const now = this.#options.now();
    if (Date.parse(certificate.validFrom) - CLOCK_TOLERANCE_MS > now)
      throw refused('certificate not yet valid');
    if (Date.parse(certificate.validTo) + CLOCK_TOLERANCE_MS < now) throw refused('certificate expired');
  }

  async #chain(gatewayUrl: string, peer: string): Promise<X509Certificate[]> {
    const key = `${gatewayUrl}#${peer}`;
    const known = this.#chains.get(key);
    if (known) return known;
    const text = await httpText(gatewayHttp(gatewayUrl, '/pki/chain'), this.#options.network, PKI_TIMEOUT_MS);
    const chain = pemBlocks(text).map((pem) => new X509Certificate(pem));
    if (chain.length === 0) throw refused('certificate chain is empty');
    this.#chains.set(key, chain);
    return chain;
  }

  #walk(leaf: X509Certificate, chain: X509Certificate[]): void {
    let child = leaf;
    for (const authority of chain) {
      this.#checkValidity(authority);
      if (!child.checkIssued(authority)) throw refused('certificate issuer mismatch');
      if (!child.verify(authority.publicKey)) throw refused('certificate signature invalid');
      if (!authority.ca) throw refused('issuer is not a certificate authority');
      child = authority;
    }
    const last = child;
    if (!last.checkIssued(last) || !last.verify(last.publicKey))
      throw refused('chain does not end in a root');
    if (!this.#roots.some((root) => root.raw.equals(last.raw)))
      throw refused('not anchored by a trusted root');
  }

  async #checkRevocation(leaf: X509Certificate, chain: X509Certificate[], gatewayUrl: string): Promise<void> {
    const [issuer] = chain;
    if (!issuer) return;
    const serial = leaf.serialNumber.toLowerCase();
    let revoked = false;
    try {
      revoked = isRevoked(await this.#crl(gatewayUrl, issuer), serial);
    } catch {
      this.#options.warn('crl unavailable');
    }
    if (revoked) throw refused('certificate revoked (crl)');
    let status = 'unknown';
    try {
      const url = gatewayHttp(gatewayUrl, `/pki/ocsp/${serial}`);
      status = ocspStatus(requireDict(await httpText(url, this.#options.network, PKI_TIMEOUT_MS)));
    } catch {
      this.#options.warn('ocsp unavailable');
      return;
    }
    if (status === 'revoked') throw refused('certificate revoked (ocsp)');
    if (status !== 'good') this.#options.warn(`ocsp status ${status}`);
  }

  async #crl(gatewayUrl: string, issuer: X509Certificate): Promise<Set<string>> {
    const now = this.#options.now();
    const known = this.#crls.get(gatewayUrl);
    if (known && known.until > now) return known.serials;
    const text = await httpText(
      gatewayHttp(gatewayUrl, '/pki/crl.json'),
      this.#options.network,
      PKI_TIMEOUT_MS,
    );
    const serials = revokedSerials(requireDict(text), issuer);
    this.#crls.set(gatewayUrl, { serials, until: now + CRL_FOR_MS });
    return serials;
  }
}

function refused(reason: string): SdkError {
  return new SdkError('AuthError', reason);
}
