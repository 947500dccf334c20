import { canonicalJson } from '../../../shared/aun/canonical-json';
import type { JsonObject, JsonValue } from '../../../shared/aun/canonical-json';

/**
 * Whether a value that came out of `JSON.parse` is an object. Its members are JSON then, too, which is why the
 * predicate may say so.
 */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value when it is a JSON object, else null. */
export function asJsonObject(value: unknown): JsonObject | null {
  return isJsonObject(value) ? value : null;
}

/** A JSON value as text: absent and null are empty, a text is itself, everything else is its JSON. */
export function jsonText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : canonicalJson(value, 'null');
}
