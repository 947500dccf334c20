import { X509Certificate } from 'node:crypto';
import { parsePeerAid } from '../../../shared/aun/aid';
import type { Aid } from '../../../shared/aun/aid';
import type { Certificate, CertificateVerifier, Identity, PkiSource } from '../../ports/identity';
import type { StoredCertificate } from '../../ports/store';
import type { PeerTrust } from '../../ports/trust';
import { AunError, toAunError } from '../../runtime/errors';
import type { Runtime } from '../../runtime/runtime';
import { BoundedMap } from '../../runtime/bounded-map';
import { normalFingerprint, spkiOf } from './primitives';
import { fingerprintOf } from '../../runtime/fingerprint';
import type { E2eeStore } from './store';

/** How long a verified certificate is used, and for how long when checking it again fails (`protocol/02 §7`), ms. */
export const CERTIFICATE_TIMES = { fresh: 3_600_000, grace: 7_200_000, failure: 15_000 } as const;
const CACHE_LIMIT = 1024;

interface Entry {
  readonly certificate: Certificate;
  readonly verifiedAt: number;
}

/** Failures that say something about the certificate; every other one says that it could not be checked now. */
const VERDICTS: ReadonlySet<string> = new Set([
  'certificate_invalid',
  'certificate_revoked',
  'certificate_mismatch',
]);

/** Whether an error is a judgement on a certificate (as opposed to "cannot tell now"). */
export function isCertificateVerdict(error: AunError): boolean {
  return VERDICTS.has(error.code);
}

/**
 * Verified certificates of peers, by AID and fingerprint (`protocol/02 §7`): memory, then the account's store, then the
 * gateway. Nothing leaves here that the verifier has not accepted for exactly that AID.
 */
export class CertificateDirectory {
  readonly #identity: Identity;
  readonly #pki: PkiSource;
  readonly #verifier: CertificateVerifier;
  readonly #store: E2eeStore;
  readonly #trust: PeerTrust;
  readonly #runtime: Runtime;
  readonly #entries = new BoundedMap<string, Entry>(CACHE_LIMIT);
  readonly #failures = new BoundedMap<string, { readonly error: AunError; readonly until: number }>(
    CACHE_LIMIT,
  );
  readonly #running = new Map<string, Promise<Certificate>>();

  constructor(options: {
    identity: Identity;
    pki: PkiSource;
    verifier: CertificateVerifier;
    store: E2eeStore;
    trust: PeerTrust;
    runtime: Runtime;
  }) {
    this.#identity = options.identity;
    this.#pki = options.pki;
    this.#verifier = options.verifier;
    this.#store = options.store;
    this.#trust = options.trust;
    this.#runtime = options.runtime;
  }

  /**
   * The verified certificate of `aid` with this fingerprint (of the DER; one of the SPKI is accepted when it is
   * fetched, `protocol/02 §1.2`).
   * @throws AunError `not_found`, `certificate_mismatch`, `certificate_invalid`, `certificate_revoked`, gateway errors
   */
  async byFingerprint(aid: string, fingerprint: string): Promise<Certificate> {
    const wanted = normalFingerprint(fingerprint);
    if (!/^sha256:[0-9a-f]{64}$/.test(wanted)) {
      throw new AunError('certificate_mismatch', `not a certificate fingerprint: ${wanted.slice(0, 80)}`);
    }
    if (aid === this.#identity.aid) {
      const own = ownCertificates(this.#identity).find(({ fingerprint: held }) => held === wanted);
      if (own !== undefined) return own;
    }
    return this.#cached(aid, `${aid}#${wanted}`, (checked) => this.#resolve(checked, wanted));
  }

  /**
   * The same for reading: a certificate outside its validity will do (`protocol/06 §8.2`). It is not kept in the store,
   * where it could be taken for one that may be written to.
   */
  async forReading(aid: string, fingerprint: string): Promise<Certificate> {
    const wanted = normalFingerprint(fingerprint);
    const key = `${aid}#${wanted}#reading`;
    const old = (): Promise<Certificate> =>
      this.#cached(aid, key, (checked) => this.#fetch(checked, wanted, 'reading'));
    if (this.#entries.has(key)) return old();
    try {
      return await this.byFingerprint(aid, fingerprint);
    } catch (thrown) {
      const { reason } = toAunError(thrown).detail;
      if (reason !== 'expired' && reason !== 'not_yet_valid') throw thrown;
      return old();
    }
  }

  /**
   * The certificate the gateway names as current for `aid`, verified, and told to those who watch over trust whenever it
   * was asked for. Errors as for {@link byFingerprint}.
   */
  async current(aid: string): Promise<Certificate> {
    const own = aid === this.#identity.aid ? this.#identity.certificate() : null;
    return own ?? this.#cached(aid, aid, (checked) => this.#fetchCurrent(checked));
  }

  /** The same, asked of the gateway now. */
  async currentAnew(aid: string): Promise<Certificate> {
    this.#entries.delete(aid);
    this.#failures.delete(aid);
    return this.current(aid);
  }

  /** What the gateway named as current for `aid` the last time, if it is still in memory. */
  knownCurrent(aid: string): Certificate | null {
    return this.#entries.get(aid)?.certificate ?? null;
  }

  /** Forgets what is kept in memory about an AID, failures included. */
  drop(aid: string): void {
    const belongs = (key: string): boolean => key === aid || key.startsWith(`${aid}#`);
    this.#entries.deleteWhere(belongs);
    this.#failures.deleteWhere(belongs);
  }

  /** What could not be had a moment ago is asked for again. */
  forgetFailures(): void {
    this.#failures.clear();
  }

  async #cached(aid: string, key: string, load: (aid: Aid) => Promise<Entry>): Promise<Certificate> {
    const now = this.#runtime.clock.now();
    const known = this.#entries.get(key);
    if (known !== undefined && isWithin(known.verifiedAt, now, CERTIFICATE_TIMES.fresh))
      return known.certificate;
    const failed = this.#failures.get(key);
    if (failed !== undefined && now < failed.until) throw failed.error;
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const checked = parsePeerAid(aid);
    if (checked === null || checked !== aid)
      throw new AunError('invalid_aid', `not an AID: ${aid.slice(0, 80)}`);
    const task = this.#load(key, known, () => load(checked)).finally(() => this.#running.delete(key));
    this.#running.set(key, task);
    return task;
  }

  async #load(key: string, known: Entry | undefined, load: () => Promise<Entry>): Promise<Certificate> {
    try {
      const entry = await load();
      this.#entries.set(key, entry);
      this.#failures.delete(key);
      return entry.certificate;
    } catch (thrown) {
      const error = toAunError(thrown);
      const now = this.#runtime.clock.now();
      if (isCertificateVerdict(error)) this.#entries.delete(key);
      else if (known !== undefined && isWithin(known.verifiedAt, now, CERTIFICATE_TIMES.grace)) {
        return known.certificate;
      }
      this.#failures.set(key, { error, until: now + CERTIFICATE_TIMES.failure });
      throw error;
    }
  }

  /** From the store when it is there: the fingerprint names the very bytes, so only the verdict has to be renewed. */
  async #resolve(aid: Aid, fingerprint: string): Promise<Entry> {
    const stored = (await this.#store.certificates(aid)).find((entry) => entry.fingerprint === fingerprint);
    if (stored === undefined) return this.#fetch(aid, fingerprint);
    const now = this.#runtime.clock.now();
    const parsed = parseStored(stored, aid);
    if (parsed !== null && isWithin(stored.verifiedAt, now, CERTIFICATE_TIMES.fresh)) {
      return { certificate: parsed, verifiedAt: stored.verifiedAt };
    }
    try {
      return await this.#verify(aid, stored.pem, fingerprint);
    } catch (thrown) {
      const error = toAunError(thrown);
      const graceful = isWithin(stored.verifiedAt, now, CERTIFICATE_TIMES.grace);
      if (parsed === null || isCertificateVerdict(error) || !graceful) throw error;
      return { certificate: parsed, verifiedAt: stored.verifiedAt };
    }
  }

  async #fetchCurrent(aid: Aid): Promise<Entry> {
    try {
      const entry = await this.#fetch(aid, null);
      await this.#trust.seen(aid, entry.certificate);
      // Its devices name it by its fingerprint: no second question for them.
      this.#entries.set(`${aid}#${entry.certificate.fingerprint}`, entry);
      return entry;
    } catch (thrown) {
      const { code, detail } = toAunError(thrown);
      const fingerprint = detail['fingerprint'];
      if (code === 'certificate_revoked' && typeof fingerprint === 'string')
        await this.#trust.revoked(aid, fingerprint);
      throw thrown;
    }
  }

  /** Asks by fingerprint, then without it: the answer must match in either case (`protocol/02 §7`). */
  async #fetch(
    aid: Aid,
    fingerprint: string | null,
    purpose: 'writing' | 'reading' = 'writing',
  ): Promise<Entry> {
    const named = fingerprint === null ? null : await this.#pki.certificate(aid, fingerprint);
    const pem = named ?? (await this.#pki.certificate(aid));
    if (pem === null) throw new AunError('not_found', `no certificate of ${aid}`);
    return this.#verify(aid, pem, fingerprint, purpose);
  }

  async #verify(
    aid: Aid,
    pem: string,
    fingerprint: string | null,
    purpose: 'writing' | 'reading' = 'writing',
  ): Promise<Entry> {
    const certificate = await this.#verifier.verifyPeer(aid, pem, purpose);
    if (certificate.commonName !== aid) {
      throw new AunError(
        'certificate_mismatch',
        `certificate of ${certificate.commonName} instead of ${aid}`,
      );
    }
    const matches = [null, certificate.fingerprint, certificate.spkiFingerprint].includes(fingerprint);
    if (!matches) {
      // Says nothing about the certificate that was named: the gateway may serve it another time.
      throw new AunError('not_found', `another certificate of ${aid} than the one named`);
    }
    const verifiedAt = this.#runtime.clock.now();
    if (purpose === 'reading') return { certificate, verifiedAt };
    await this.#store.saveCertificate({
      aid,
      fingerprint: certificate.fingerprint,
      spkiFingerprint: certificate.spkiFingerprint,
      pem: certificate.pem,
      verifiedAt,
    });
    return { certificate, verifiedAt };
  }
}

/** Every certificate that was ever ours, those of former keys among them: messages of before are signed with them. */
function ownCertificates(identity: Identity): Certificate[] {
  const former = identity.formerKeys().flatMap(({ certificates }) => certificates);
  return [...identity.certificates(), ...former];
}

/** Whether `now` lies within `span` after `start`; a clock that was set back makes nothing fresh. */
function isWithin(start: number, now: number, span: number): boolean {
  return now >= start && now - start <= span;
}

/** A certificate that was verified before it was stored; null when the row is damaged. */
function parseStored(stored: StoredCertificate, aid: Aid): Certificate | null {
  try {
    const parsed = new X509Certificate(stored.pem);
    const fingerprint = fingerprintOf(parsed.raw);
    const commonName = /^CN=(.+)$/m.exec(parsed.subject)?.[1] ?? '';
    if (fingerprint !== stored.fingerprint || commonName !== aid) return null;
    return {
      pem: stored.pem,
      fingerprint,
      spkiFingerprint: fingerprintOf(spkiOf(parsed.publicKey)),
      commonName,
      publicKey: parsed.publicKey,
      serial: parsed.serialNumber.toLowerCase().replace(/^0+(?=.)/, ''),
      notBefore: Date.parse(parsed.validFrom),
      notAfter: Date.parse(parsed.validTo),
    };
  } catch {
    return null;
  }
}
