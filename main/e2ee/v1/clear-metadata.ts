import { canonicalJson } from '../../../shared/aun/canonical-json';
import type { JsonObject } from '../../../shared/aun/canonical-json';
import { asJsonObject } from './json';
import { METADATA_ALGORITHM } from './metadata';

/** Clear metadata taken apart. */
export interface SplitMetadata {
  readonly body: JsonObject;
  readonly text: string;
  readonly tag: string;
}

/** Parts body and tag; absent is fine, anything without a right `_auth` or without a body is not (`protocol/02 §4`). */
export function splitMetadata(value: unknown): SplitMetadata | 'invalid' | null {
  if (value === null || value === undefined) return null;
  const whole = asJsonObject(value);
  const auth = asJsonObject(whole?.['_auth']);
  if (whole === null || auth === null) return 'invalid';
  const { alg, tag } = auth;
  if (alg !== METADATA_ALGORITHM || typeof tag !== 'string') return 'invalid';
  const body = withoutAuth(whole);
  if (Object.keys(body).length === 0) return 'invalid';
  return { body, text: canonicalJson(body, 'null'), tag };
}

/** The members besides the tag. */
export function withoutAuth(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== '_auth'));
}
