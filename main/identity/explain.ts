import type { X509Certificate } from 'node:crypto';
import type { PkiSource } from '../ports/identity';
import { AunError, toAunError } from '../runtime/errors';
import type { Clock } from '../runtime/runtime';
import { parseCertificate, readX509, splitPemBundle } from './certificate';
import type { ParsedCertificate } from './certificate';
import {
  checkIssuedBy,
  checkValidity,
  findIssuingRoot,
  isSame,
  readAuthority,
  verifyAuthorities,
} from './chain';
import type { Authority } from './chain';
import { serialHex } from './der';
import { checkNames } from './expected-names';
import type { CertificateWarning, Expectation } from './expected-names';
import type { RevocationChecker } from './revocation';

/** A chain is fetched for an explanation at most this often, in ms: a viewer shows several certificates of one chain. */
const BUNDLE_PERIOD_MS = 30_000;

/** One authority above an explained certificate. */
export interface ExplainedAuthority {
  readonly x509: X509Certificate;
  /** One of the roots this network trusts. */
  readonly trustAnchor: boolean;
}

/** Everything that can be said of a certificate, each check by itself: what failed, and null for what is fine. */
export interface Explanation {
  readonly x509: X509Certificate;
  /** As the network gives it out, the issuer first; empty when it could not be had. Not necessarily to be trusted. */
  readonly chain: readonly ExplainedAuthority[];
  /** The chain could not be asked for, so nothing can be said of trust. */
  readonly unreachable: AunError | null;
  /** The certificate itself, its signature or the authorities above it. */
  readonly trustFault: AunError | null;
  readonly nameFault: AunError | null;
  readonly validityFault: AunError | null;
  readonly revocation: 'good' | 'revoked' | 'unknown';
  /** Why nothing is known of a revocation. */
  readonly revocationFault: AunError | null;
  readonly warnings: readonly CertificateWarning[];
}

/** The fault that a check finds, or null. */
function faultOf(check: () => void): AunError | null {
  try {
    check();
    return null;
  } catch (thrown) {
    if (thrown instanceof AunError) return thrown;
    throw thrown;
  }
}

function readable(pem: string): Authority[] {
  try {
    return [readAuthority(pem)];
  } catch (thrown) {
    if (thrown instanceof AunError) return [];
    throw thrown;
  }
}

/** Builds what judges certificates for the viewer, by the same rules by which the verifier refuses them. */
export function createExplainer(parts: {
  readonly pki: Pick<PkiSource, 'chain'>;
  readonly roots: readonly Authority[];
  readonly pinnedIssuer: boolean;
  readonly clock: Clock;
  readonly revocation: RevocationChecker;
}): (pem: string, expected: Expectation) => Promise<Explanation> {
  const { pki, roots, pinnedIssuer, clock, revocation } = parts;
  const bundles = new Map<string, { readonly at: number; readonly bundle: string }>();

  async function bundleOf(issuer: string): Promise<string | AunError> {
    const known = bundles.get(issuer);
    const now = clock.monotonic();
    if (known !== undefined && now - known.at < BUNDLE_PERIOD_MS) return known.bundle;
    try {
      const bundle = await pki.chain(issuer);
      bundles.set(issuer, { at: now, bundle });
      return bundle;
    } catch (thrown) {
      return toAunError(thrown);
    }
  }

  function shownChain(bundle: string): ExplainedAuthority[] {
    const chain = splitPemBundle(bundle).flatMap(readable);
    const last = chain[chain.length - 1];
    const anchored = last !== undefined && roots.some((root) => isSame(root, last));
    const above = last === undefined || anchored ? undefined : findIssuingRoot(last, roots);
    if (above !== undefined) chain.push(above);
    return chain.map((authority) => ({
      x509: authority.x509,
      trustAnchor: roots.some((root) => isSame(root, authority)),
    }));
  }

  async function revocationOf(
    issuer: string,
    serial: string,
  ): Promise<Pick<Explanation, 'revocation' | 'revocationFault'>> {
    const status = await revocation.status(issuer, serial);
    if (status === 'revoked') return { revocation: 'revoked', revocationFault: null };
    try {
      const list = await revocation.list(issuer);
      if (list?.revoked.has(serial)) return { revocation: 'revoked', revocationFault: null };
      const known = list !== null || status === 'good';
      return { revocation: known ? 'good' : 'unknown', revocationFault: null };
    } catch (thrown) {
      return { revocation: 'unknown', revocationFault: toAunError(thrown) };
    }
  }

  return async (pem, expected) => {
    const x509 = readX509(pem);
    const period = { notBefore: Date.parse(x509.validFrom), notAfter: Date.parse(x509.validTo) };
    const validityFault = faultOf(() => checkValidity(expected.name, period, clock.now()));
    let leaf: ParsedCertificate | null = null;
    const leafFault = faultOf(() => {
      leaf = parseCertificate(pem);
    });
    const bundle = await bundleOf(expected.issuer);
    const nothing = { revocation: 'unknown', revocationFault: null, nameFault: null } as const;
    if (bundle instanceof AunError) {
      const warnings = ['revocation_unknown'] as const;
      const faults = { trustFault: leafFault, validityFault, unreachable: bundle };
      return { x509, chain: [], ...faults, ...nothing, warnings };
    }
    const warnings: CertificateWarning[] = [];
    let nameFault: AunError | null = null;
    const trustFault =
      leafFault ??
      faultOf(() => {
        const [issuer] = verifyAuthorities(bundle, roots, clock.now());
        if (leaf === null || issuer === undefined) return;
        const checked = leaf;
        checkIssuedBy(checked, issuer);
        nameFault = faultOf(() => {
          warnings.push(...checkNames(checked, issuer, expected, pinnedIssuer));
        });
      });
    const judged =
      trustFault === null
        ? await revocationOf(expected.issuer, serialHex(x509.serialNumber))
        : { revocation: nothing.revocation, revocationFault: null };
    if (judged.revocation === 'unknown') warnings.push('revocation_unknown');
    const chain = shownChain(bundle);
    return { x509, chain, unreachable: null, trustFault, nameFault, validityFault, ...judged, warnings };
  };
}
