import { timingSafeEqual } from 'node:crypto';
import { canonicalE2ee } from './canonical';
import { SdkError } from './errors';
import { isDict, textOf } from './json';
import type { Dict } from './json';
import { hmac } from './primitives';

/** Which clear-text block of the envelope a tag protects (protocol/02 §4). */
export type MetadataDomain = 'aun-protected-headers-v1' | 'aun-protected-context-v1';

export function metadataKey(messageKey: Buffer): Buffer {
  return hmac(messageKey, 'aun-envelope-metadata-key-v1');
}

/** The object without its `_auth` member. */
export function withoutAuth(block: Dict): Dict {
  return Object.fromEntries(Object.entries(block).filter(([key]) => key !== '_auth'));
}

function tagOf(messageKey: Buffer, domain: MetadataDomain, body: Dict): Buffer {
  const message = Buffer.concat([
    Buffer.from(domain, 'utf8'),
    Buffer.from([0]),
    Buffer.from(canonicalE2ee(body), 'utf8'),
  ]);
  return hmac(metadataKey(messageKey), message);
}

/** Adds the `_auth` member to a header or context block. */
export function protect(messageKey: Buffer, domain: MetadataDomain, body: Dict): Dict {
  const clean = withoutAuth(body);
  return {
    ...clean,
    _auth: { alg: 'HMAC-SHA256', tag: tagOf(messageKey, domain, clean).toString('base64') },
  };
}

/** True when the block is absent, or present with the right tag (receiver rule 1). */
export function isProtected(messageKey: Buffer, domain: MetadataDomain, block: unknown): boolean {
  if (block === undefined || block === null) return true;
  if (!isDict(block)) return false;
  const auth = block['_auth'];
  if (!isDict(auth) || auth['alg'] !== 'HMAC-SHA256') return false;
  const body = withoutAuth(block);
  if (Object.keys(body).length === 0) return false;
  const expected = tagOf(messageKey, domain, body);
  const given = Buffer.from(textOf(auth['tag']), 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/**
 * The header block a sender puts on the wire: names trimmed and lower-cased, values turned into strings,
 * `payload_type` always taken from the payload when it has a type.
 */
export function headerBody(headers: unknown, payload: Dict): Dict | null {
  const body: Dict = {};
  if (isDict(headers)) {
    for (const [name, value] of Object.entries(headers)) {
      const key = name.trim().toLowerCase();
      if (key === '_auth' || !/^[a-z0-9_-]+$/.test(key)) {
        throw new SdkError('ValidationError', `invalid protected header name: ${name}`);
      }
      body[key] = value === null || value === undefined ? '' : String(value);
    }
  }
  const type = textOf(payload['type']).trim();
  if (type !== '') body['payload_type'] = type;
  return Object.keys(body).length > 0 ? body : null;
}
