import { createHash } from 'node:crypto';
import { canonicalJson } from '../../shared/aun/canonical-json';
import type { JsonObject } from '../../shared/aun/canonical-json';
import type { Identity } from '../ports/identity';

/** The member that proves which key asked for an RPC. */
export interface ClientSignature {
  readonly aid: string;
  /** Of the active certificate; empty while there is none. */
  readonly cert_fingerprint: string;
  /** Unix seconds as a decimal text. */
  readonly timestamp: string;
  /** Lower-case hex of SHA-256 over the canonical params. */
  readonly params_hash: string;
  /** Base64 of the DER signature. */
  readonly signature: string;
}

/** Canonical text of params as they are signed: top-level members that start with `_` and the signature itself are left out. */
function signedText(params: JsonObject): string {
  const kept = Object.entries(params).filter(([key]) => key !== 'client_signature' && !key.startsWith('_'));
  return canonicalJson(Object.fromEntries(kept), 'drop');
}

/**
 * Signs the params of an RPC as they will be sent (`protocol/01 §9.2`). `now` is our corrected clock, Unix ms: a gateway takes
 * a signature within five minutes of its own clock.
 */
export function clientSignature(
  identity: Pick<Identity, 'aid' | 'certificate' | 'sign'>,
  method: string,
  params: JsonObject,
  now: number,
): ClientSignature {
  const hash = createHash('sha256').update(signedText(params), 'utf8').digest('hex');
  const timestamp = String(Math.floor(now / 1000));
  const data = `${method}|${identity.aid}|${timestamp}|${hash}`;
  return {
    aid: identity.aid,
    cert_fingerprint: identity.certificate()?.fingerprint ?? '',
    timestamp,
    params_hash: hash,
    signature: identity.sign(Buffer.from(data, 'utf8')).toString('base64'),
  };
}
