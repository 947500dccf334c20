import { isDict } from './json';

/**
 * Canonical JSON of the E2EE layer (protocol/02 §1.3): keys sorted by UTF-16 code unit, no spaces, `undefined`
 * written as `null`.
 */
export function canonicalE2ee(value: unknown): string {
  return write(value, false);
}

/** Canonical JSON of the RPC signature (protocol/01 §9.2): the same, but keys with `undefined` are dropped. */
export function canonicalRpc(value: unknown): string {
  return write(value, true);
}

function write(value: unknown, dropUndefined: boolean): string {
  if (value === undefined || value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map((item) => write(item, dropUndefined)).join(',')}]`;
  if (isDict(value)) {
    const members = Object.keys(value)
      .sort()
      .filter((key) => !(dropUndefined && value[key] === undefined))
      .map((key) => `${JSON.stringify(key)}:${write(value[key], dropUndefined)}`);
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value);
}
