import { timingSafeEqual } from 'node:crypto';
import { canonicalJson } from '../../../shared/aun/canonical-json';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import { jsonText } from './json';
import { decodeBase64, hmacSha256 } from './primitives';

/** Domains of the two kinds of clear metadata (`protocol/02 §4`). */
export const HEADERS_DOMAIN = 'aun-protected-headers-v1';
export const CONTEXT_DOMAIN = 'aun-protected-context-v1';
export const METADATA_ALGORITHM = 'HMAC-SHA256';

/** Key of the metadata tags of one message (`protocol/02 §4`). */
export function metadataKey(messageKey: Uint8Array): Buffer {
  return hmacSha256(messageKey, 'aun-envelope-metadata-key-v1');
}

/** Tag over the canonical text of a body without `_auth`. */
export function metadataTag(key: Uint8Array, domain: string, bodyText: string): Buffer {
  return hmacSha256(key, domain, '\0', bodyText);
}

/** Whether the base64 `tag` belongs to the body; compared in constant time. */
export function isMetadataTagValid(key: Uint8Array, domain: string, bodyText: string, tag: string): boolean {
  const given = decodeBase64(tag);
  const right = metadataTag(key, domain, bodyText);
  return given !== null && given.length === right.length && timingSafeEqual(given, right);
}

/** Clear metadata as it came: the canonical text of a body and its base64 tag. */
export interface TaggedBody {
  readonly body: string;
  readonly tag: string;
}

/** Whether the tags of a message's clear metadata are right; what is absent needs none (`protocol/02 §4`). */
export function isMetadataValid(
  messageKey: Uint8Array,
  metadata: { readonly headers: TaggedBody | null; readonly context: TaggedBody | null },
): boolean {
  const { headers, context } = metadata;
  if (headers === null && context === null) return true;
  const key = metadataKey(messageKey);
  return (
    (headers === null || isMetadataTagValid(key, HEADERS_DOMAIN, headers.body, headers.tag)) &&
    (context === null || isMetadataTagValid(key, CONTEXT_DOMAIN, context.body, context.tag))
  );
}

/**
 * The members of an envelope that carry its clear metadata: headers where there is something to say, and the context of a thought.
 * @throws RangeError for a header name that is not allowed
 */
export function sealedMetadata(
  messageKey: Uint8Array,
  message: {
    readonly payload: JsonObject;
    readonly headers?: JsonObject | undefined;
    readonly context?: JsonObject | undefined;
  },
): { protected_headers?: JsonObject; context?: JsonObject } {
  const headers = outgoingHeaders(message.payload, message.headers);
  const { context } = message;
  return {
    ...(headers === null ? {} : { protected_headers: protectMetadata(messageKey, HEADERS_DOMAIN, headers) }),
    ...(context === undefined ? {} : { context: protectMetadata(messageKey, CONTEXT_DOMAIN, context) }),
  };
}

/** The body with its `_auth` member, as it goes into an envelope. */
export function protectMetadata(messageKey: Uint8Array, domain: string, body: JsonObject): JsonObject {
  const tag = metadataTag(metadataKey(messageKey), domain, canonicalJson(body, 'null'));
  return { ...body, _auth: { alg: METADATA_ALGORITHM, tag: tag.toString('base64') } };
}

/**
 * Headers of an outgoing payload: names trimmed and lower-cased, values turned into text, and `payload_type` always
 * set from `payload.type` when that is a non-empty text (`protocol/02 §4`). `null` when there is nothing to say.
 * @throws RangeError for a name outside `[a-z0-9_-]+` and for the reserved `_auth`.
 */
export function outgoingHeaders(payload: JsonObject, wanted: JsonObject = {}): Record<string, string> | null {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(wanted)) {
    const key = name.trim().toLowerCase();
    if (!/^[a-z0-9_-]+$/.test(key) || key === '_auth')
      throw new RangeError(`header name not allowed: ${key}`);
    headers[key] = jsonText(value);
  }
  const type = payload['type'];
  if (typeof type === 'string' && type.trim() !== '') headers['payload_type'] = type;
  return Object.keys(headers).length === 0 ? null : headers;
}
