/** Values that JSON can carry, as they come out of `JSON.parse`. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue | undefined };
/** A JSON object. */
export type JsonObject = { readonly [key: string]: JsonValue | undefined };

/**
 * Canonical JSON: keys sorted by UTF-16 code units at every depth, no white space, `JSON.stringify` escaping.
 * `undefinedAs` says what an absent value becomes: the E2EE serialiser prints `null` (`protocol/02 §1.3`), the one for
 * RPC signatures drops the key (`protocol/01 §9.2`).
 * @throws RangeError for a number that is not finite.
 */
export function canonicalJson(value: JsonValue | undefined, undefinedAs: 'null' | 'drop' = 'drop'): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'number') {
    if (!Number.isFinite(value))
      throw new RangeError('canonical JSON cannot carry a number that is not finite');
    return JSON.stringify(value);
  }
  if (typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (isArray(value)) return `[${value.map((item) => canonicalJson(item, undefinedAs)).join(',')}]`;
  const parts: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined && undefinedAs === 'drop') continue;
    parts.push(`${JSON.stringify(key)}:${canonicalJson(member, undefinedAs)}`);
  }
  return `{${parts.join(',')}}`;
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
