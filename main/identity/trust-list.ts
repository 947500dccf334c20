import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../../shared/aun/canonical-json';
import type { AunError } from '../runtime/errors';
import { fingerprintOf } from '../runtime/fingerprint';
import { certificateFault, readX509 } from './certificate';
import { CLOCK_TOLERANCE_MS } from './chain';
import { readRoot } from './roots';
import type { RootCertificate } from './roots';

const isoTime = z.string().transform((text, context) => {
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  context.addIssue({ code: 'custom', message: 'not a time' });
  return z.NEVER;
});

/** `protocol/01 §8.1`; the `authority_cert_pem` inside is deliberately not read: it would vouch for itself. */
const listSchema = z.object({
  version: z.number().int().min(0),
  issued_at: isoTime,
  next_update: isoTime,
  authority_signature: z.string().min(1),
  root_cas: z.array(
    z.object({
      id: z.string(),
      certificate: z.string().optional(),
      fingerprint_sha256: z.string().optional(),
      status: z.string(),
    }),
  ),
});

/** A list of roots that the pinned authority signed. Times are Unix ms. */
export interface TrustList {
  /** To be kept: a list with a lower number is refused from then on. */
  readonly version: number;
  readonly issuedAt: number;
  readonly nextUpdate: number;
  readonly roots: readonly RootCertificate[];
}

function refused(message: string): AunError {
  return certificateFault('trust_list', `the list of trust roots is refused: ${message}`);
}

function publicKeyIn(pem: string): KeyObject {
  try {
    return pem.includes('BEGIN CERTIFICATE') ? new X509Certificate(pem).publicKey : createPublicKey(pem);
  } catch {
    // The cause is left out: it may quote the text, which may be that of a secret.
    throw refused('the pinned key of the authority cannot be read');
  }
}

/**
 * The pinned key, given as a public key or as a certificate; only Ed25519 and P-256 (`protocol/01 §8.1`).
 * @throws AunError `certificate_invalid` (reason `trust_list`)
 */
export function authorityKey(pem: string): KeyObject {
  const key = publicKeyIn(pem);
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType === 'ed25519' || (key.asymmetricKeyType === 'ec' && curve === 'prime256v1'))
    return key;
  throw refused('the pinned key of the authority is neither Ed25519 nor P-256');
}

function isSigned(list: Readonly<Record<string, unknown>>, signature: string, key: KeyObject): boolean {
  const text = signature
    .replace(/^base64:/, '')
    .replace(/-/g, '+')
    .replace(/_/g, '/');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return false;
  const { authority_signature: _signature, ...signed } = z.record(z.string(), z.json()).parse(list);
  const data = Buffer.from(canonicalJson(signed), 'utf8');
  const bytes = Buffer.from(text, 'base64');
  return key.asymmetricKeyType === 'ed25519'
    ? verify(null, data, key, bytes)
    : verify('sha256', data, { key, dsaEncoding: 'der' }, bytes);
}

function plainFingerprint(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/^sha256:/, '')
    .replace(/:/g, '');
}

/**
 * Checks a list of trust roots (`protocol/01 §8.1`): signed by the authority whose key is pinned here and by nobody else,
 * times in order, no older than the one known, every active root with its right fingerprint, at least one.
 * @throws AunError `certificate_invalid` (reason `trust_list`, or what is wrong with a root)
 */
export function verifyTrustList(
  list: unknown,
  trust: {
    /** PEM of the pinned public key or certificate of the authority; without one no list is accepted. */
    readonly authorityPem: string | null;
    readonly now: number;
    /** Version of the list that was accepted last, or null. */
    readonly knownVersion: number | null;
  },
): TrustList {
  if (trust.authorityPem === null) throw refused('no key of the authority is pinned');
  const raw = z.record(z.string(), z.unknown()).safeParse(list);
  const parsed = listSchema.safeParse(list);
  if (!parsed.success || !raw.success) throw refused('it has a wrong form');
  const { version, issued_at: issuedAt, next_update: nextUpdate, root_cas: entries } = parsed.data;
  if (!isSigned(raw.data, parsed.data.authority_signature, authorityKey(trust.authorityPem)))
    throw refused('the pinned authority did not sign it');
  if (nextUpdate < issuedAt) throw refused('it is out of date before it is issued');
  if (issuedAt > trust.now + CLOCK_TOLERANCE_MS) throw refused('it is dated in the future');
  if (trust.knownVersion !== null && version < trust.knownVersion) throw refused('a newer one is known');
  const active = entries.filter(({ status }) => status === 'active');
  if (active.length === 0) throw refused('it has no active root');
  const roots = active.map(({ id, certificate, fingerprint_sha256: named }) => {
    if (certificate === undefined || named === undefined)
      throw refused(`the root ${id.slice(0, 80)} has no certificate or no fingerprint`);
    const root = readRoot(certificate, trust.now);
    if (`sha256:${plainFingerprint(named)}` !== root.fingerprint)
      throw refused(`the fingerprint of the root ${id.slice(0, 80)} is another one`);
    return root;
  });
  return { version, issuedAt, nextUpdate, roots };
}

/** Whether a root that an issuer serves by itself is one of a checked list; nothing else makes it acceptable. */
export function isListed(list: TrustList, pem: string): boolean {
  const fingerprint = fingerprintOf(readX509(pem).raw);
  return list.roots.some((root) => root.fingerprint === fingerprint);
}
