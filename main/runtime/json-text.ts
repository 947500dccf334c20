import { createHash } from 'node:crypto';
import type { JsonObject } from '../../shared/aun/canonical-json';

/** Whether a value that came out of `JSON.parse` is an object. Its members are JSON then, too. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** JSON of a value from the wire; null when it is nested so deep that it cannot be written (the parser goes deeper). */
export function jsonTextOf(value: unknown): string | null {
  try {
    return value === undefined ? 'null' : JSON.stringify(value);
  } catch (thrown) {
    if (thrown instanceof RangeError) return null;
    throw thrown;
  }
}

/** Id of a row that names none: it follows from the content, so that it is shown once however often it is handed out. */
export function malformedId(seq: number | null, rawJson: string | null): string {
  const digest = createHash('sha256').update(rawJson ?? 'too deep');
  return `malformed-${seq ?? 'none'}-${digest.digest('hex').slice(0, 16)}`;
}
