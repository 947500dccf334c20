import { verify } from 'node:crypto';
import { z } from 'zod';
import { AunError } from '../runtime/errors';
import { signatureHash } from './certificate';
import type { Authority } from './chain';
import { CLOCK_TOLERANCE_MS } from './chain';
import {
  derBits,
  derChildren,
  DerError,
  derIntegerHex,
  derOid,
  DerTag,
  derTime,
  expectTag,
  readDer,
} from './der';
import type { DerElement } from './der';

/** `/pki/crl.json` (`protocol/01 §6.3`). The unsigned `revoked_serials` beside it is deliberately not used. */
const bodySchema = z.object({ crl_pem: z.string().min(1) });

/** A revocation list whose signature was checked. Times are Unix ms. */
export interface RevocationList {
  readonly pem: string;
  /** Serials as lower-case hex without leading zeros. */
  readonly revoked: ReadonlySet<string>;
  readonly thisUpdate: number;
  readonly nextUpdate: number | null;
}

/** The error for a list that must not be believed. */
export function listInvalid(message: string, cause?: unknown): AunError {
  return new AunError('revocation_list_invalid', message, { retryable: true, cause });
}

/** Takes the list out of the body of `/pki/crl.json`. @throws AunError `revocation_list_invalid` */
export function revocationListPem(body: unknown): string {
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) throw listInvalid('the answer of the gateway holds no revocation list');
  return parsed.data.crl_pem;
}

function isTime(element: DerElement | undefined): element is DerElement {
  return element !== undefined && (element.tag === DerTag.utcTime || element.tag === DerTag.generalizedTime);
}

function refuseCriticalExtensions(explicit: DerElement): void {
  for (const extension of derChildren(readDer(explicit.content, DerTag.sequence))) {
    const [id, critical] = derChildren(expectTag(extension, DerTag.sequence));
    if (critical?.tag === DerTag.boolean && critical.content[0] !== 0)
      throw new DerError(`critical extension ${derOid(id)} is not understood`);
  }
}

function parseList(der: Uint8Array, pem: string, issuer: Authority): RevocationList {
  const [tbs, algorithm, signature] = derChildren(readDer(der, DerTag.sequence));
  const body = expectTag(tbs, DerTag.sequence);
  const signatureAlgorithm = derOid(derChildren(expectTag(algorithm, DerTag.sequence))[0]);
  const fields = derChildren(body);
  let next = fields[0]?.tag === DerTag.integer ? 1 : 0;
  const inner = derOid(derChildren(expectTag(fields[next], DerTag.sequence))[0]);
  if (inner !== signatureAlgorithm) throw new DerError('the list names two signature algorithms');
  const name = expectTag(fields[next + 1], DerTag.sequence);
  if (!Buffer.from(name.whole).equals(issuer.facts.subject))
    throw new DerError('the list was issued by another authority');
  const thisUpdate = derTime(fields[next + 2]);
  next += 3;
  const following = fields[next];
  const nextUpdate = isTime(following) ? derTime(following) : null;
  if (nextUpdate !== null) next += 1;
  const revoked = new Set<string>();
  for (const field of fields.slice(next)) {
    if (field.tag === DerTag.sequence) {
      for (const entry of derChildren(field))
        revoked.add(derIntegerHex(derChildren(expectTag(entry, DerTag.sequence))[0]));
    } else if (field.tag === 0xa0) refuseCriticalExtensions(field);
    else throw new DerError(`field with tag ${field.tag} is not understood`);
  }
  const key = { key: issuer.x509.publicKey, dsaEncoding: 'der' as const };
  if (!verify(signatureHash(signatureAlgorithm), body.whole, key, derBits(signature)))
    throw new DerError('its signature is wrong');
  return { pem, revoked, thisUpdate, nextUpdate };
}

/**
 * Reads a revocation list and checks strictly that `issuer` signed it (`protocol/01 §6.3`, §13).
 * @throws AunError `revocation_list_invalid`
 */
export function verifyRevocationList(pem: string, issuer: Authority, now: number): RevocationList {
  const base64 = /-----BEGIN (?:X509 )?CRL-----([A-Za-z0-9+/=\s]+)-----END (?:X509 )?CRL-----/.exec(pem)?.[1];
  if (base64 === undefined) throw listInvalid('the revocation list is not PEM');
  try {
    const list = parseList(Buffer.from(base64, 'base64'), pem, issuer);
    if (list.thisUpdate > now + CLOCK_TOLERANCE_MS) throw new DerError('it is dated in the future');
    return list;
  } catch (thrown) {
    if (thrown instanceof AunError) throw thrown;
    const message = thrown instanceof Error ? thrown.message : 'unreadable';
    throw listInvalid(`the revocation list cannot be believed: ${message}`, thrown);
  }
}
