import type { X509Certificate } from 'node:crypto';
import { issuerOf, parsePeerAid } from '../../shared/aun/aid';
import type { CertificateStatus, CertificateView } from '../../shared/model/certificate';
import type { Identity, PkiSource } from '../ports/identity';
import { AunError } from '../runtime/errors';
import { fingerprintOf } from '../runtime/fingerprint';
import type { Clock } from '../runtime/runtime';
import { toPem } from './certificate';
import { serialHex } from './der';
import type { ExplainedAuthority, Explanation } from './explain';
import type { WarningVerifier } from './verifier';

/** A certificate counts as expiring this long before its end, in ms (`protocol/06 §8.2`). */
export const EXPIRING_MS = 30 * 24 * 60 * 60_000;

/** Shows certificates, judged (`protocol/06 §8.2`); nothing is refused here. */
export interface CertificateDesk {
  /** Every own certificate: the active one, then earlier ones of its key, then those of former keys, newest first. */
  own(): Promise<CertificateView[]>;
  /** The certificate of somebody as the network gives it out now. @throws AunError `not_found`, `invalid_aid`, gateway errors */
  peer(aid: string): Promise<CertificateView[]>;
  /** The certificate that the sign-in server showed. @throws AunError `certificate_invalid` for what is none */
  authServer(pem: string): Promise<CertificateView>;
}

/** OpenSSL names of curves and the names that people know. */
const CURVES: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384' };

function curveOf({ publicKey }: X509Certificate): string {
  const name = publicKey.asymmetricKeyDetails?.namedCurve ?? publicKey.asymmetricKeyType ?? '';
  return CURVES[name] ?? name;
}

function oneLine(name: string): string {
  return name.replace(/\n/g, ', ');
}

function authorityView({ x509, trustAnchor }: ExplainedAuthority): CertificateView['chain'][number] {
  return {
    subject: oneLine(x509.subject),
    issuer: oneLine(x509.issuer),
    serial: serialHex(x509.serialNumber),
    fingerprint: fingerprintOf(x509.raw),
    notBefore: Date.parse(x509.validFrom),
    notAfter: Date.parse(x509.validTo),
    trustAnchor,
  };
}

/**
 * One word for a certificate (`protocol/06 §8.2`): first whether it can be believed at all, then whether it is withdrawn, then
 * the clock. `now` is Unix ms.
 */
export function statusOf(
  explanation: Explanation,
  now: number,
): { readonly status: CertificateStatus; readonly detail: string } {
  const { trustFault, nameFault, validityFault, unreachable, revocation, revocationFault } = explanation;
  if (trustFault !== null) {
    const wrongName = trustFault.detail['reason'] === 'wrong_name';
    return { status: wrongName ? 'wrong_name' : 'untrusted', detail: trustFault.message };
  }
  if (nameFault !== null) {
    const wrongName = nameFault.detail['reason'] === 'wrong_name';
    return { status: wrongName ? 'wrong_name' : 'untrusted', detail: nameFault.message };
  }
  if (revocation === 'revoked') return { status: 'revoked', detail: '' };
  if (validityFault !== null) {
    const early = validityFault.detail['reason'] === 'not_yet_valid';
    return { status: early ? 'not_yet_valid' : 'expired', detail: validityFault.message };
  }
  if (unreachable !== null) return { status: 'unknown', detail: unreachable.message };
  const detail = revocationFault?.message ?? '';
  if (Date.parse(explanation.x509.validTo) - now < EXPIRING_MS) return { status: 'expiring', detail };
  return { status: revocation === 'unknown' ? 'valid_unchecked' : 'valid', detail };
}

/** Builds the desk of one account. */
export function createCertificateDesk(options: {
  readonly identity: Pick<Identity, 'aid' | 'publicKeySpki' | 'certificate' | 'certificates' | 'formerKeys'>;
  readonly pki: Pick<PkiSource, 'certificate'>;
  readonly verifier: Pick<WarningVerifier, 'explainPeer' | 'explainAuthServer'>;
  readonly clock: Clock;
}): CertificateDesk {
  const { identity, pki, verifier, clock } = options;

  function view(
    explanation: Explanation,
    place: Pick<CertificateView, 'active' | 'currentKey'>,
  ): CertificateView {
    const { x509, chain, revocation, warnings } = explanation;
    const { status, detail } = statusOf(explanation, clock.now());
    return {
      subject: oneLine(x509.subject),
      issuer: oneLine(x509.issuer),
      serial: serialHex(x509.serialNumber),
      fingerprint: fingerprintOf(x509.raw),
      keyFingerprint: fingerprintOf(x509.publicKey.export({ type: 'spki', format: 'der' })),
      curve: curveOf(x509),
      notBefore: Date.parse(x509.validFrom),
      notAfter: Date.parse(x509.validTo),
      status,
      statusDetail: detail,
      revocation,
      warnings: [...warnings],
      ...place,
      chain: chain.map(authorityView),
      pem: toPem(x509.raw),
    };
  }

  return {
    async own() {
      const active = identity.certificate()?.fingerprint ?? null;
      const present = identity.certificates().map((certificate) => ({ certificate, currentKey: true }));
      const former = identity
        .formerKeys()
        .flatMap(({ certificates }) => certificates)
        .map((certificate) => ({ certificate, currentKey: false }));
      const views: CertificateView[] = [];
      for (const { certificate, currentKey } of [...present, ...former]) {
        const explanation = await verifier.explainPeer(identity.aid, certificate.pem);
        views.push(view(explanation, { active: certificate.fingerprint === active, currentKey }));
      }
      return views;
    },
    async peer(aid) {
      const peer = parsePeerAid(aid);
      if (peer === null) throw new AunError('invalid_aid', `not an address: ${aid.slice(0, 80)}`);
      const pem = await pki.certificate(peer);
      if (pem === null) throw new AunError('not_found', `the network has no certificate of ${peer}`);
      return [view(await verifier.explainPeer(peer, pem), { active: true, currentKey: true })];
    },
    async authServer(pem) {
      const explanation = await verifier.explainAuthServer(issuerOf(identity.aid), pem);
      return view(explanation, { active: true, currentKey: true });
    },
  };
}
