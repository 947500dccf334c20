/** Longest text taken from a gateway, in UTF-16 units. */
const MAX_LENGTH = 200;

/**
 * A simple value of the gateway as a short text without control or direction characters; null for anything that is not simple.
 * Gateways are hostile: what they say is shown, never obeyed.
 */
export function printable(value: unknown, maxLength = MAX_LENGTH): string | null {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return null;
  return String(value)
    .slice(0, maxLength * 4)
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, '')
    .slice(0, maxLength);
}
