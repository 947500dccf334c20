import { issuerOf } from '../../shared/aun/aid';
import type { Aid } from '../../shared/aun/aid';
import type { Certificate, CertificateVerifier, PkiSource } from '../ports/identity';
import { AunError } from '../runtime/errors';
import { fingerprintOf } from '../runtime/fingerprint';
import type { Logger } from '../runtime/logger';
import type { Clock } from '../runtime/runtime';
import { certificateFault, parseCertificate, spkiOf } from './certificate';
import type { ParsedCertificate } from './certificate';
import { checkValidity, readAuthority, verifyAuthorities, verifyLeaf, verifyOldLeaf } from './chain';
import type { Authority } from './chain';
import { checkNames } from './expected-names';
import type { CertificateWarning, Expectation } from './expected-names';
import { createExplainer } from './explain';
import type { Explanation } from './explain';
import { createRevocationChecker } from './revocation';
import type { RevocationMemory } from './revocation';

/** A verified certificate is not walked again for this long, in ms (`protocol/01 §6.2` step 1). */
export const RESULT_PERIOD_MS = 24 * 60 * 60_000;
/** A chain that did not fit is fetched again no sooner than this, in ms. */
const CHAIN_RETRY_MS = 60_000;
/** Certificates remembered at most; the oldest leave first. */
const MAX_RESULTS = 20_000;

export type { CertificateWarning } from './expected-names';

/** A certificate that passed, with what was noticed. */
export interface VerifiedCertificate extends Certificate {
  readonly warnings: readonly CertificateWarning[];
}

/** Durable memory of a verifier; both parts are optional to use. */
export interface VerifierMemory extends RevocationMemory {
  /** When a certificate was last verified in full for a name, Unix ms, or null. */
  verifiedAt(fingerprint: string, name: string): Promise<number | null>;
  recordVerified(fingerprint: string, name: string, at: number): Promise<void>;
}

export interface VerifierOptions {
  readonly pki: PkiSource;
  /** PEM of the roots this network trusts. */
  readonly trustRoots: readonly string[];
  /**
   * True for networks whose root the user pinned: the issuing authority must then carry the issuer's name. On the
   * public network a difference is a warning (`protocol/01 §6.2`).
   */
  readonly pinnedIssuer: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly memory?: VerifierMemory;
}

/** {@link CertificateVerifier} whose results also carry warnings. */
export interface WarningVerifier extends CertificateVerifier {
  verifyPeer(...parameters: Parameters<CertificateVerifier['verifyPeer']>): Promise<VerifiedCertificate>;
  verifyAuthServer(issuer: string, pem: string): Promise<VerifiedCertificate>;
  verifyOwn(
    aid: Parameters<CertificateVerifier['verifyOwn']>[0],
    pem: string,
    publicKeySpki: string,
  ): Promise<VerifiedCertificate>;
  /**
   * Judges the certificate of an AID for the viewer: says what is wrong instead of refusing.
   * @throws AunError `certificate_invalid` only for what is no certificate at all
   */
  explainPeer(aid: Parameters<CertificateVerifier['verifyPeer']>[0], pem: string): Promise<Explanation>;
  /** The same for the certificate of a sign-in server. */
  explainAuthServer(issuer: string, pem: string): Promise<Explanation>;
}

interface Result {
  readonly certificate: VerifiedCertificate;
  readonly validUntil: number;
}

interface ChainState {
  readonly authorities: readonly Authority[];
  readonly fetchedAt: number;
}

/**
 * Builds the verifier of one network (`protocol/01 §6.2`, §6.3, §13). Results are cached for
 * {@link RESULT_PERIOD_MS}; a cached certificate costs a map lookup and a look into the revocation list, which itself
 * is at most five minutes old. Concurrent calls share one fetch.
 */
export function createCertificateVerifier(options: VerifierOptions): WarningVerifier {
  const { pki, pinnedIssuer, clock, logger } = options;
  const memory = options.memory ?? null;
  const roots = options.trustRoots.map(readAuthority);
  const chains = new Map<string, ChainState>();
  const chainFetches = new Map<string, Promise<ChainState>>();
  const results = new Map<string, Result>();
  const running = new Map<string, Promise<VerifiedCertificate>>();
  const revocation = createRevocationChecker({
    pki,
    clock,
    logger,
    memory,
    authority: async (issuer, reload) => issuingAuthority(await chain(issuer, reload)),
  });

  const explain = createExplainer({ pki, roots, pinnedIssuer, clock, revocation });

  async function fetchChain(issuer: string): Promise<ChainState> {
    const authorities = verifyAuthorities(await pki.chain(issuer), roots, clock.now());
    const state = { authorities, fetchedAt: clock.monotonic() };
    chains.set(issuer, state);
    return state;
  }

  function chain(issuer: string, reload: boolean): Promise<ChainState> {
    const known = chains.get(issuer);
    const age = known === undefined ? Infinity : clock.monotonic() - known.fetchedAt;
    if (known !== undefined && age < (reload ? CHAIN_RETRY_MS : RESULT_PERIOD_MS))
      return Promise.resolve(known);
    let fetching = chainFetches.get(issuer);
    if (fetching === undefined) {
      fetching = fetchChain(issuer).finally(() => chainFetches.delete(issuer));
      chainFetches.set(issuer, fetching);
    }
    return fetching;
  }

  /** Walks from the leaf to the root, with a fresh chain when the known one does not fit. */
  async function walk(leaf: ParsedCertificate, { issuer, reading }: Expectation): Promise<Authority> {
    const check = reading === true ? verifyOldLeaf : verifyLeaf;
    const known = issuingAuthority(await chain(issuer, false));
    try {
      check(leaf, known, clock.now());
      return known;
    } catch (thrown) {
      if (!(thrown instanceof AunError) || thrown.detail['reason'] !== 'chain_broken') throw thrown;
      const reloaded = issuingAuthority(await chain(issuer, true));
      if (reloaded.x509.raw.equals(known.x509.raw)) throw thrown;
      check(leaf, reloaded, clock.now());
      return reloaded;
    }
  }

  /** @throws AunError `certificate_revoked` | `revocation_list_invalid` */
  async function checkList(certificate: Certificate, issuer: string): Promise<boolean> {
    const list = await revocation.list(issuer);
    if (list?.revoked.has(certificate.serial)) throw revoked(certificate);
    return list !== null;
  }

  async function checkRevocation(leaf: ParsedCertificate, issuer: string): Promise<CertificateWarning[]> {
    const [listed, status] = await Promise.all([
      checkList(leaf, issuer),
      revocation.status(issuer, leaf.serial),
    ]);
    if (status === 'revoked') throw revoked(leaf);
    return listed || status === 'good' ? [] : ['revocation_unknown'];
  }

  async function verifiedBefore(leaf: ParsedCertificate, expected: Expectation): Promise<number | null> {
    const at = (await memory?.verifiedAt(leaf.fingerprint, expected.name)) ?? null;
    return at !== null && at <= clock.now() && clock.now() - at < RESULT_PERIOD_MS ? at : null;
  }

  async function verifyInFull(key: string, pem: string, expected: Expectation): Promise<VerifiedCertificate> {
    const leaf = parseCertificate(pem);
    let at = await verifiedBefore(leaf, expected);
    let warnings: readonly CertificateWarning[] = [];
    let issuerKey: string | null = null;
    if (at === null) {
      const authority = await walk(leaf, expected);
      issuerKey = fingerprintOf(authority.facts.spki);
      warnings = checkNames(leaf, authority, expected, pinnedIssuer);
      warnings = [...warnings, ...(await checkRevocation(leaf, expected.issuer))];
      at = clock.now();
      // What could not be checked now is checked again soon, so it is not remembered as verified.
      if (warnings.length === 0) await memory?.recordVerified(leaf.fingerprint, expected.name, at);
      else logger.log('warn', 'certificate.warnings', { name: expected.name, serial: leaf.serial, warnings });
    } else {
      if (expected.reading !== true) checkValidity(leaf.commonName, leaf, clock.now());
      await checkList(leaf, expected.issuer);
    }
    const { x509: _x509, ...plain } = leaf;
    const certificate = { ...plain, warnings, ...(issuerKey === null ? {} : { issuerKey }) };
    const period = warnings.includes('revocation_unknown') ? CHAIN_RETRY_MS : RESULT_PERIOD_MS;
    remember(key, { certificate, validUntil: at + period });
    return certificate;
  }

  function remember(key: string, result: Result): void {
    results.delete(key);
    results.set(key, result);
    if (results.size <= MAX_RESULTS) return;
    for (const oldest of results.keys()) {
      results.delete(oldest);
      break;
    }
  }

  async function recheck(result: Result, expected: Expectation): Promise<VerifiedCertificate> {
    if (expected.reading !== true) checkValidity(expected.name, result.certificate, clock.now());
    await checkList(result.certificate, expected.issuer);
    return result.certificate;
  }

  function verify(pem: string, expected: Expectation): Promise<VerifiedCertificate> {
    const key = `${expected.reading === true ? 'reading ' : ''}${expected.role} ${expected.issuer} ${expected.name} ${pem}`;
    const known = results.get(key);
    if (known !== undefined && clock.now() < known.validUntil) return recheck(known, expected);
    let work = running.get(key);
    if (work === undefined) {
      work = verifyInFull(key, pem, expected).finally(() => running.delete(key));
      running.set(key, work);
    }
    return work;
  }

  return {
    verifyPeer: (aid, pem, purpose) =>
      verify(pem, { ...peerExpectation(aid), reading: purpose === 'reading' }),
    verifyAuthServer: (issuer, pem) => verify(pem, authExpectation(issuer)),
    explainPeer: (aid, pem) => explain(pem, peerExpectation(aid)),
    explainAuthServer: (issuer, pem) => explain(pem, authExpectation(issuer)),
    async verifyOwn(aid, pem, publicKeySpki) {
      if (spkiOf(parseCertificate(pem)) !== publicKeySpki)
        throw new AunError('certificate_mismatch', `the certificate of ${aid} is for another key`);
      return verify(pem, peerExpectation(aid));
    },
  };
}

function peerExpectation(aid: Aid): Expectation {
  return { role: 'peer', issuer: issuerOf(aid), name: aid };
}

function authExpectation(issuer: string): Expectation {
  return { role: 'auth', issuer, name: `auth.${issuer}` };
}

function issuingAuthority(state: ChainState): Authority {
  const [first] = state.authorities;
  if (first === undefined) throw certificateFault('chain_unreadable', 'the chain is empty');
  return first;
}

function revoked(certificate: Certificate): AunError {
  return new AunError('certificate_revoked', `the certificate of ${certificate.commonName} is revoked`, {
    detail: { serial: certificate.serial, fingerprint: certificate.fingerprint },
  });
}
