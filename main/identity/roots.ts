import { AunError } from '../runtime/errors';
import { fingerprintOf } from '../runtime/fingerprint';
import { certificateFault, signatureHash, splitPemBundle, toPem } from './certificate';
import { checkValidity, readAuthority } from './chain';
import type { Authority } from './chain';
import { DerError } from './der';
import { PUBLIC_ROOT_PEM } from './public-root';

/** More certificates than any file of roots needs. */
const MAX_ROOTS = 64;

/** A root certificate as it is shown before and after it is trusted. */
export interface RootCertificate {
  readonly pem: string;
  /** `sha256:` + hex of the DER. */
  readonly fingerprint: string;
  readonly subject: string;
  /** Unix ms. */
  readonly notAfter: number;
}

/** Where a trusted root comes from. */
export type RootSource = 'bundled' | 'pinned' | 'imported' | 'configured';

/** A root that a network trusts. */
export interface TrustRoot extends RootCertificate {
  readonly source: RootSource;
}

/** What the trust of one network is made of. */
export interface RootSources {
  /** The network trusts the root of the public network that comes with the program. */
  readonly bundled: boolean;
  /** PEM of the root that was pinned when the network was added, or null. */
  readonly pinned: string | null;
  /** PEMs that the user imported for this network. */
  readonly imported: readonly string[];
  /** PEMs from `root_ca_path`. */
  readonly configured: readonly string[];
}

function isSelfSigned({ x509 }: Authority): boolean {
  return x509.ca && x509.checkIssued(x509) && x509.verify(x509.publicKey);
}

function hasAcceptedSignature({ facts }: Authority): boolean {
  try {
    signatureHash(facts.signatureAlgorithm);
    return true;
  } catch (thrown) {
    if (thrown instanceof DerError) return false;
    throw thrown;
  }
}

function describeRoot(authority: Authority): RootCertificate {
  const { x509 } = authority;
  return {
    pem: toPem(x509.raw),
    fingerprint: fingerprintOf(x509.raw),
    subject: x509.subject.replace(/\n/g, ', '),
    notAfter: Date.parse(x509.validTo),
  };
}

/**
 * Reads one certificate that is to be trusted as a root: an authority that signed itself, with an accepted algorithm,
 * within its validity. `now` is Unix ms.
 * @throws AunError `certificate_invalid`
 */
export function readRoot(pem: string, now: number): RootCertificate {
  const authority = readAuthority(pem);
  const root = describeRoot(authority);
  if (!isSelfSigned(authority)) throw certificateFault('not_a_root', `${root.subject} is not a root`);
  if (!hasAcceptedSignature(authority))
    throw certificateFault('weak_signature', `${root.subject} is signed with an old algorithm`);
  checkValidity(
    root.subject,
    { notBefore: Date.parse(authority.x509.validFrom), notAfter: root.notAfter },
    now,
  );
  return root;
}

/**
 * Reads a file of roots, to be shown before anything in it is trusted. All of it must be good: a file with something
 * else in it is not what the user takes it for.
 * @throws AunError `certificate_invalid`
 */
export function readRootBundle(text: string, now: number): RootCertificate[] {
  const blocks = splitPemBundle(text);
  if (blocks.length === 0 || blocks.length > MAX_ROOTS)
    throw certificateFault('unreadable', `the file holds ${blocks.length} certificates`);
  const roots = new Map(blocks.map((pem) => readRoot(pem, now)).map((root) => [root.fingerprint, root]));
  return [...roots.values()];
}

/**
 * The roots a network trusts, each once and under its strongest source. Roots that were accepted once stay listed when
 * they expire: the verifier refuses them, and the list says why nothing works.
 * @throws AunError `certificate_invalid` when a stored root cannot be read any more
 */
export function trustRootsOf(sources: RootSources): TrustRoot[] {
  const all: readonly (readonly [RootSource, readonly string[]])[] = [
    ['bundled', sources.bundled ? [PUBLIC_ROOT_PEM] : []],
    ['pinned', sources.pinned === null ? [] : [sources.pinned]],
    ['imported', sources.imported],
    ['configured', sources.configured],
  ];
  const roots = new Map<string, TrustRoot>();
  for (const [source, pems] of all)
    for (const pem of pems) {
      const root = describeRoot(readAuthority(pem));
      if (!roots.has(root.fingerprint)) roots.set(root.fingerprint, { ...root, source });
    }
  return [...roots.values()];
}

/** The imported PEMs of a network after the user trusted roots that were shown. */
export function withImported(imported: readonly string[], roots: readonly RootCertificate[]): string[] {
  return [...new Set([...imported, ...roots.map(({ pem }) => pem)])];
}

/**
 * The imported PEMs of a network without one of them. Roots from elsewhere are not the user's to remove.
 * @throws AunError `not_found`
 */
export function withoutImported(sources: RootSources, fingerprint: string): string[] {
  const rest = sources.imported.filter((pem) => fingerprintOf(readAuthority(pem).x509.raw) !== fingerprint);
  if (rest.length === sources.imported.length)
    throw new AunError('not_found', 'no imported root has this fingerprint');
  return rest;
}
