import { createHash, verify } from 'node:crypto';
import { z } from 'zod';
import { signatureHash } from './certificate';
import { CLOCK_TOLERANCE_MS } from './chain';
import type { Authority } from './chain';
import {
  derBits,
  derChildren,
  DerError,
  derIntegerHex,
  derOid,
  derSmallInteger,
  DerTag,
  derTime,
  expectTag,
  readDer,
  serialHex,
} from './der';
import type { DerElement } from './der';

const bodySchema = z.object({
  status: z.enum(['good', 'revoked', 'unknown']),
  ocsp_response: z.string().min(1),
});

/** What an OCSP answer says of a certificate. */
export type OcspStatus = z.infer<typeof bodySchema>['status'];

const BASIC_RESPONSE = '1.3.6.1.5.5.7.48.1.1';
const STATUS_BY_TAG: Readonly<Record<number, OcspStatus>> = {
  0x80: 'good',
  0xa1: 'revoked',
  0x82: 'unknown',
};

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.from(left).equals(right);
}

/**
 * The hash of the issuer's key is taken over the whole SPKI by gateways that serve Python SDKs, and over the key bits
 * by the book (`protocol/01 §6.3`); both name the same key.
 */
function namesIssuerKey(keyHash: Uint8Array, issuer: Authority): boolean {
  const bits = derBits(derChildren(readDer(issuer.facts.spki, DerTag.sequence))[1]);
  return ['sha256', 'sha1'].some((hash) =>
    [issuer.facts.spki, bits].some((bytes) => sameBytes(keyHash, createHash(hash).update(bytes).digest())),
  );
}

function isAbout(single: DerElement[], serial: string, issuer: Authority): boolean {
  const id = derChildren(expectTag(single[0], DerTag.sequence));
  return (
    derIntegerHex(id[3]) === serial && namesIssuerKey(expectTag(id[2], DerTag.octetString).content, issuer)
  );
}

function checkTimes(single: DerElement[], now: number): void {
  if (derTime(single[2]) > now + CLOCK_TOLERANCE_MS) throw new DerError('it is dated in the future');
  const next = single[3];
  if (next?.tag === 0xa0 && derTime(readDer(next.content)) < now - CLOCK_TOLERANCE_MS)
    throw new DerError('it is out of date');
}

function basicStatus(der: Uint8Array, serial: string, issuer: Authority, now: number): OcspStatus {
  const [data, algorithm, signature] = derChildren(readDer(der, DerTag.sequence));
  const body = expectTag(data, DerTag.sequence);
  const hash = signatureHash(derOid(derChildren(expectTag(algorithm, DerTag.sequence))[0]));
  const key = { key: issuer.x509.publicKey, dsaEncoding: 'der' as const };
  if (!verify(hash, body.whole, key, derBits(signature))) throw new DerError('its signature is wrong');
  const responses = derChildren(body).find((element) => element.tag === DerTag.sequence);
  for (const response of derChildren(expectTag(responses, DerTag.sequence))) {
    const single = derChildren(expectTag(response, DerTag.sequence));
    if (!isAbout(single, serial, issuer)) continue;
    checkTimes(single, now);
    const status = STATUS_BY_TAG[single[1]?.tag ?? -1];
    if (status === undefined) throw new DerError('it has an unknown status');
    return status;
  }
  throw new DerError('it is about another certificate');
}

/**
 * Reads the body of `/pki/ocsp/{serial}` (`protocol/01 §6.3`). A signed answer must be signed by the issuing authority,
 * be about this certificate and agree with the plain status beside it, or say "revoked"; an answer without a signed part counts as what
 * it says.
 * @throws DerError (or a zod error) when the answer cannot be believed: it then counts as not given.
 */
export function readOcspAnswer(body: unknown, serial: string, issuer: Authority, now: number): OcspStatus {
  const { status, ocsp_response } = bodySchema.parse(body);
  const [state, bytes] = derChildren(readDer(Buffer.from(ocsp_response, 'base64'), DerTag.sequence));
  const code = derSmallInteger({ ...expectTag(state, DerTag.enumerated), tag: DerTag.integer });
  if (code !== 0 || bytes === undefined) return status;
  const [type, content] = derChildren(readDer(expectTag(bytes, 0xa0).content, DerTag.sequence));
  if (derOid(type) !== BASIC_RESPONSE) throw new DerError('it has an unknown form');
  const signed = basicStatus(expectTag(content, DerTag.octetString).content, serialHex(serial), issuer, now);
  // Whoever stands between cannot take a signed revocation back.
  if (signed === 'revoked') return signed;
  if (signed !== status) throw new DerError('its signed part and its plain part differ');
  return signed;
}
