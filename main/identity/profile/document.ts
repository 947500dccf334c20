import { createHash } from 'node:crypto';
import { formatSignatureBlock, payloadToSign, splitAgentMd } from '../../../shared/aun/agent-md-block';
import type { SplitDocument } from '../../../shared/aun/agent-md-block';
import type { Identity } from '../../ports/identity';
import { AunError } from '../../runtime/errors';

/** ETag of a stored document: the quoted SHA-256 of all its bytes, the same for client and server (`protocol/06 §5.3`). */
export function etagOf(document: Uint8Array): string {
  return `"${createHash('sha256').update(document).digest('hex')}"`;
}

/** The text of a document, or null where its bytes are not UTF-8. A byte order mark stays part of the text. */
export function decodeDocument(document: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(document);
  } catch {
    return null;
  }
}

/** A document taken apart, with the very bytes that are signed. */
export interface OpenedDocument {
  readonly split: SplitDocument;
  readonly payload: Uint8Array;
}

/** Takes a document apart without touching its bytes; null where it is not UTF-8. */
export function openDocument(document: Uint8Array): OpenedDocument | null {
  const text = decodeDocument(document);
  if (text === null) return null;
  const split = splitAgentMd(text);
  return { split, payload: document.subarray(0, Buffer.byteLength(split.payload, 'utf8')) };
}

/**
 * Signs a document with the identity's key (`protocol/06 §5.2`), in place of a signature it may carry. `now` in Unix ms.
 * The block also names the key, which later verifiers read and earlier ones skip.
 * @throws AunError `certificate_invalid` while the identity has no certificate
 */
export function signDocument(identity: Identity, text: string, now: number): Buffer {
  const certificate = identity.certificate();
  if (certificate === null)
    throw new AunError('certificate_invalid', 'the identity has no certificate to sign with');
  const payload = Buffer.from(payloadToSign(text), 'utf8');
  const block = formatSignatureBlock({
    certificateFingerprint: certificate.fingerprint,
    keyFingerprint: certificate.spkiFingerprint,
    timestamp: Math.floor(now / 1000),
    signature: identity.sign(payload).toString('base64'),
  });
  return Buffer.concat([payload, Buffer.from(block, 'utf8')]);
}
