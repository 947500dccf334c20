import { verify } from 'node:crypto';
import { AgentMdLimit, payloadAid } from '../../../shared/aun/agent-md';
import type { SignatureBlock } from '../../../shared/aun/agent-md-block';
import type { Aid } from '../../../shared/aun/aid';
import type { ProfileStatus } from '../../../shared/model/conversation';
import type { Certificate, CertificateVerifier, Identity, PkiSource } from '../../ports/identity';
import type { AccountStore } from '../../ports/store';
import { toAunError } from '../../runtime/errors';
import type { AunError } from '../../runtime/errors';
import type { Logger } from '../../runtime/logger';
import type { Clock } from '../../runtime/runtime';
import { parseCertificate, spkiOf } from '../certificate';
import { openDocument } from './document';

/** How far ahead of our clock a signing time is believed, in ms. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/** What a document turned out to be worth (`protocol/06 §5.2`). */
export interface Verdict {
  readonly status: Exclude<ProfileStatus, 'none'>;
  /** Technical English, empty where there is nothing to explain. */
  readonly reason: string;
  /** Of the certificate that signed, where a signature was found. */
  readonly certificateFingerprint: string | null;
  /** Unix ms as the signer says; not protected by the signature. Null without one. */
  readonly signedAt: number | null;
}

/** What a fitting signature can be worth. */
type SignedStatus = 'verified' | 'older_key' | 'expired_key';

/** Judges documents of others and own ones. Never throws for a document or a network; only for a broken store. */
export interface DocumentVerifier {
  verify(aid: Aid, document: Uint8Array): Promise<Verdict>;
}

/** Thrown inside this file: the document is worth this and nothing else. */
class Refusal extends Error {
  constructor(
    readonly status: 'invalid' | 'unchecked',
    message: string,
  ) {
    super(message);
  }
}

/** Whether an error says something about the certificate, as opposed to the network on the way to it. */
function isVerdict(error: AunError): boolean {
  return ['certificate_invalid', 'certificate_revoked', 'certificate_mismatch', 'not_found'].includes(
    error.code,
  );
}

function toRefusal(thrown: unknown): Refusal {
  const error = toAunError(thrown);
  return new Refusal(isVerdict(error) ? 'invalid' : 'unchecked', error.message);
}

/** What verification needs. */
export interface DocumentVerifierOptions {
  readonly identity: Identity;
  readonly pki: PkiSource;
  readonly verifier: CertificateVerifier;
  readonly store: Pick<AccountStore, 'certificates' | 'saveCertificate'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Builds the verifier of profile documents: stricter than the SDKs, on the bytes as they came (`protocol/06 §5.2`). */
export function createDocumentVerifier(options: DocumentVerifierOptions): DocumentVerifier {
  const { identity, pki, verifier, store, clock, logger } = options;

  /** The PEM a fingerprint names; nobody can put another one in its place. @throws Refusal */
  async function findCertificate(aid: Aid, fingerprint: string): Promise<{ pem: string; known: boolean }> {
    const own = aid === identity.aid ? identity.certificates() : [];
    const formerly = aid === identity.aid ? identity.formerKeys().flatMap((key) => key.certificates) : [];
    const stored = [...own, ...formerly, ...(await store.certificates(aid))];
    const match = stored.find((certificate) => certificate.fingerprint === fingerprint);
    if (match !== undefined) return { pem: match.pem, known: true };
    let pem: string | null;
    try {
      pem = await pki.certificate(aid, fingerprint);
    } catch (thrown) {
      throw toRefusal(thrown);
    }
    if (pem === null) throw new Refusal('invalid', 'the gateway does not know the certificate');
    return { pem, known: false };
  }

  function parse(aid: Aid, pem: string, block: SignatureBlock): Certificate {
    const certificate = parseCertificate(pem);
    if (certificate.fingerprint !== block.certificateFingerprint)
      throw new Refusal('invalid', 'the gateway answered another certificate than the one that signed');
    if (certificate.commonName !== aid)
      throw new Refusal('invalid', `signed by the certificate of ${certificate.commonName}`);
    if (block.keyFingerprint !== null && block.keyFingerprint !== certificate.spkiFingerprint)
      throw new Refusal('invalid', 'the block names another key than its certificate holds');
    return certificate;
  }

  /**
   * `verified` or `expired_key`. A certificate counts as expired meanwhile only when it was verified while it was
   * valid: anybody can make one that has expired.
   * @throws Refusal
   */
  async function checkCertificate(aid: Aid, certificate: Certificate, known: boolean): Promise<SignedStatus> {
    try {
      await verifier.verifyPeer(aid, certificate.pem);
    } catch (thrown) {
      const error = toAunError(thrown);
      if (error.code === 'certificate_invalid' && error.detail['reason'] === 'expired' && known)
        return 'expired_key';
      throw toRefusal(error);
    }
    if (!known)
      await store.saveCertificate({
        aid,
        fingerprint: certificate.fingerprint,
        spkiFingerprint: certificate.spkiFingerprint,
        pem: certificate.pem,
        verifiedAt: clock.now(),
      });
    return 'verified';
  }

  /** Whether the key that signed is still the one the gateway names for this address. @throws Refusal */
  async function isCurrentKey(aid: Aid, certificate: Certificate): Promise<boolean> {
    if (aid === identity.aid) return spkiOf(certificate) === identity.publicKeySpki;
    let pem: string | null;
    try {
      pem = await pki.certificate(aid);
    } catch (thrown) {
      throw new Refusal('unchecked', toAunError(thrown).message);
    }
    if (pem === null) return false;
    try {
      return parseCertificate(pem).spkiFingerprint === certificate.spkiFingerprint;
    } catch (thrown) {
      logger.log('warn', 'profile.current_certificate_unreadable', {
        aid,
        reason: toAunError(thrown).message,
      });
      return true;
    }
  }

  async function checkSigned(aid: Aid, payload: Uint8Array, block: SignatureBlock): Promise<SignedStatus> {
    const { pem, known } = await findCertificate(aid, block.certificateFingerprint);
    let certificate: Certificate;
    try {
      certificate = parse(aid, pem, block);
    } catch (thrown) {
      throw thrown instanceof Refusal ? thrown : toRefusal(thrown);
    }
    const key = { key: certificate.publicKey, dsaEncoding: 'der' } as const;
    if (!verify('sha256', payload, key, Buffer.from(block.signature, 'base64')))
      throw new Refusal('invalid', 'the signature does not fit the document');
    const status = await checkCertificate(aid, certificate, known);
    if (status !== 'verified') return status;
    return (await isCurrentKey(aid, certificate)) ? 'verified' : 'older_key';
  }

  return {
    async verify(aid, document) {
      const nothing = { certificateFingerprint: null, signedAt: null };
      const invalid = (reason: string): Verdict => ({ status: 'invalid', reason, ...nothing });
      const opened = openDocument(document);
      if (opened === null) return invalid('the document is not UTF-8');
      const { split, payload } = opened;
      if (payload.length > AgentMdLimit.bytes) return invalid('the document is too large');
      const named = payloadAid(split.payload);
      if (named !== null && named !== aid) return invalid(`the document names ${named.slice(0, 128)}`);
      if (split.kind === 'unsigned') return { status: 'unsigned', reason: '', ...nothing };
      if (split.kind === 'malformed') return invalid(split.reason);
      if (named === null) return invalid('the document names no address');
      const { block } = split;
      const signed = {
        certificateFingerprint: block.certificateFingerprint,
        signedAt: Math.min(block.timestamp * 1000, clock.now() + CLOCK_TOLERANCE_MS),
      };
      try {
        return { status: await checkSigned(aid, payload, block), reason: '', ...signed };
      } catch (thrown) {
        if (!(thrown instanceof Refusal)) throw thrown;
        return { status: thrown.status, reason: thrown.message, ...signed };
      }
    },
  };
}
