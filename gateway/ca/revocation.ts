import { createHash, sign } from 'node:crypto';
import * as der from './der';
import type { SigningAuthority } from './profile';
import { x509 } from './x509';

/** What OCSP and the CRL say about a certificate. */
export type RevocationStatus = 'good' | 'revoked' | 'unknown';

const ECDSA_SHA384 = '1.2.840.10045.4.3.3';
const SHA256 = '2.16.840.1.101.3.4.2.1';
const OCSP_BASIC = '1.3.6.1.5.5.7.48.1.1';
const AUTHORITY_KEY_ID = '2.5.29.35';
const CRL_NUMBER = '2.5.29.20';
const HOUR = 3_600_000;

function algorithm(): Buffer {
  return der.sequence(der.objectIdentifier(ECDSA_SHA384));
}

function subjectName(authority: SigningAuthority): Buffer {
  return Buffer.from(new x509.X509Certificate(authority.certificate.pem).subjectName.toArrayBuffer());
}

function keyBits(authority: SigningAuthority): Buffer {
  // A P-384 SPKI ends with the 97 bytes of its uncompressed point.
  return authority.keys.publicDer.subarray(-97);
}

function signed(authority: SigningAuthority, body: Buffer): Buffer {
  return sign('sha384', body, { key: authority.keys.privateKey, dsaEncoding: 'der' });
}

function toPem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** A revoked certificate as the list needs it; times in ms. */
export interface RevokedEntry {
  readonly serial: string;
  readonly revokedAt: number;
}

/**
 * A version 2 CRL signed by the issuer CA with SHA-384, valid for a day (`protocol/01 §6.3`). `now` in ms.
 */
export function buildCrl(authority: SigningAuthority, entries: readonly RevokedEntry[], now: number): string {
  const revoked = entries.map((entry) =>
    der.sequence(
      der.unsignedInteger(Buffer.from(evenHex(entry.serial), 'hex')),
      der.time(new Date(entry.revokedAt)),
    ),
  );
  const keyId = createHash('sha1').update(keyBits(authority)).digest();
  const extensions = der.sequence(
    der.sequence(
      der.objectIdentifier(AUTHORITY_KEY_ID),
      der.octetString(der.sequence(der.implicitPrimitive(0, keyId))),
    ),
    der.sequence(
      der.objectIdentifier(CRL_NUMBER),
      der.octetString(der.smallInteger(Math.max(0, Math.floor(now / 1000)))),
    ),
  );
  const body = der.sequence(
    der.smallInteger(1),
    algorithm(),
    subjectName(authority),
    der.time(new Date(now - 60_000)),
    der.time(new Date(now + 24 * HOUR)),
    ...(revoked.length > 0 ? [der.sequence(...revoked)] : []),
    der.explicit(0, extensions),
  );
  return toPem('X509 CRL', der.sequence(body, algorithm(), der.bitString(signed(authority, body))));
}

/**
 * A complete OCSP response, signed directly by the issuer CA. The issuer key hash covers the whole SPKI, which is what
 * one of the SDKs expects and no other minds (`protocol/01 §6.3`). Returns base64 DER.
 */
export function buildOcsp(
  authority: SigningAuthority,
  serial: string,
  status: RevocationStatus,
  revokedAt: number | null,
  now: number,
): string {
  const sha256 = (data: Buffer): Buffer => createHash('sha256').update(data).digest();
  const name = subjectName(authority);
  const certificateId = der.sequence(
    der.sequence(der.objectIdentifier(SHA256), der.nullValue()),
    der.octetString(sha256(name)),
    der.octetString(sha256(authority.keys.publicDer)),
    der.unsignedInteger(Buffer.from(evenHex(serial), 'hex')),
  );
  const certificateStatus =
    status === 'revoked'
      ? der.explicit(1, der.generalizedTime(new Date(revokedAt ?? now)))
      : der.implicitPrimitive(status === 'good' ? 0 : 2, Buffer.alloc(0));
  const single = der.sequence(
    certificateId,
    certificateStatus,
    der.generalizedTime(new Date(now - 60_000)),
    der.explicit(0, der.generalizedTime(new Date(now + HOUR))),
  );
  const responseData = der.sequence(
    der.explicit(1, name),
    der.generalizedTime(new Date(now)),
    der.sequence(single),
  );
  const basic = der.sequence(responseData, algorithm(), der.bitString(signed(authority, responseData)));
  return der
    .sequence(
      der.enumerated(0),
      der.explicit(0, der.sequence(der.objectIdentifier(OCSP_BASIC), der.octetString(basic))),
    )
    .toString('base64');
}

function evenHex(serial: string): string {
  const hex = serial.replace(/[^0-9a-f]/gi, '') || '00';
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}
