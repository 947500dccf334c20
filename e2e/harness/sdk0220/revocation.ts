import type { X509Certificate } from 'node:crypto';
import { verify } from 'node:crypto';
import { derElements, derOne, pemToDer } from './der';
import { isDict, textOf } from './json';
import type { Dict } from './json';

const SEQUENCE = 0x30;

function withoutZeros(hex: string): string {
  return hex.toLowerCase().replace(/^0+/, '');
}

/**
 * Serial numbers the CRL document revokes, read like the generation does (protocol/01 §6.3): from the signed list
 * when its signature by the issuer holds, otherwise from the *unsigned* `revoked_serials` beside it.
 */
export function revokedSerials(document: Dict, issuer: X509Certificate): Set<string> {
  const signed = signedSerials(textOf(document['crl_pem']), issuer);
  if (signed) return signed;
  const plain = Array.isArray(document['revoked_serials']) ? document['revoked_serials'] : [];
  return new Set(plain.map((serial) => withoutZeros(textOf(serial))));
}

function signedSerials(pem: string, issuer: X509Certificate): Set<string> | null {
  try {
    const [list, , signature] = derElements(derOne(pemToDer(pem, 'X509 CRL')).content);
    if (!list || !signature) return null;
    const curve = issuer.publicKey.asymmetricKeyDetails?.namedCurve;
    const hash = curve === 'secp384r1' ? 'sha384' : 'sha256';
    // A bit string begins with the number of unused bits.
    if (!verify(hash, list.raw, issuer.publicKey, signature.content.subarray(1))) return null;
    const fields = derElements(list.content);
    const revoked = fields.slice(4).find((field) => field.tag === SEQUENCE);
    const serials = new Set<string>();
    for (const entry of revoked ? derElements(revoked.content) : []) {
      const [serial] = derElements(entry.content);
      if (serial) serials.add(withoutZeros(serial.content.toString('hex')));
    }
    return serials;
  } catch {
    return null;
  }
}

/**
 * Status named by the OCSP document: its JSON `status`, after the DER answer did not contradict it.
 * Throws when the document is unusable, which the caller treats as "service unavailable".
 */
export function ocspStatus(document: Dict): string {
  const status = textOf(document['status']);
  const encoded = textOf(document['ocsp_response']);
  if (!encoded) throw new Error('ocsp response missing');
  const derStatus = derCertStatus(Buffer.from(encoded, 'base64'));
  if (derStatus !== null && derStatus !== status) throw new Error('ocsp status mismatch');
  return status;
}

/** `good`, `revoked` or `unknown` from the first single response; `null` when the responder gave no answer. */
function derCertStatus(der: Buffer): string | null {
  const [responseStatus, bytes] = derElements(derOne(der).content);
  if (responseStatus?.content[0] !== 0 || !bytes) return null;
  const [, octets] = derElements(derOne(bytes.content).content);
  if (!octets) throw new Error('ocsp: no basic response');
  const [responseData] = derElements(derOne(octets.content).content);
  if (!responseData) throw new Error('ocsp: no response data');
  const responses = derElements(responseData.content).find((field) => field.tag === SEQUENCE);
  if (!responses) throw new Error('ocsp: no responses');
  const [, certStatus] = derElements(derOne(responses.content).content);
  switch (certStatus ? certStatus.tag & 0x1f : -1) {
    case 0:
      return 'good';
    case 1:
      return 'revoked';
    default:
      return 'unknown';
  }
}

/** True when the serial (hex, as Node prints it) is in the set. */
export function isRevoked(serials: Set<string>, serialHex: string): boolean {
  // Node keeps an even number of digits, so a serial that begins with a zero digit is never found.
  return serials.has(serialHex.toLowerCase());
}

/** Reads a JSON body that must be an object. */
export function requireDict(text: string): Dict {
  const value: unknown = JSON.parse(text);
  if (!isDict(value)) throw new Error('not a json object');
  return value;
}
